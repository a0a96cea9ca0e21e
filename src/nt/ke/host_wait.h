// A box thread waits for the host: the one place where it blocks in a system call for something
// that is neither a timer nor another thread of the box.
#pragma once

namespace ksbox::ke {

/// Blocks the current thread until there is something to read from the descriptor, or a signal
/// came: look, and call again. A box that stops takes the thread away from in here. Real time only:
/// what a host does when belongs into no simulated run. PASSIVE_LEVEL.
void wait_for_host(int descriptor);

} // namespace ksbox::ke

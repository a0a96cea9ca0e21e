// The GS segment base of the calling host thread: where compiled drivers, and current_thread(),
// find the running thread's processor control region. 0 while no box thread runs.
#pragma once

#include <cstdint>

namespace ksbox::ke {

std::uint64_t gs_base();
void set_gs_base(std::uint64_t base);

} // namespace ksbox::ke

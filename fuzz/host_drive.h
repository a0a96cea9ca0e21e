// What of the loader works for an image without reading it: the child process that symbolises, and
// the names and reports of the host's sanitizers. Each is driven once, when the fuzzer starts.
#pragma once

namespace ksbox::fuzz {

/// `image` is the path of a driver with symbols beside it.
void drive_host_side(const char *image);

} // namespace ksbox::fuzz

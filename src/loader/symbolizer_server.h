// Source lines from within a sanitizer's report. The runtime holds its locks there, so nothing may
// be instrumented, intercepted or allocated: a symbolizer child that was started beforehand is
// asked over a socket, by bare system calls. Used for ThreadSanitizer, which asks for each frame.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ksbox::loader {

struct ServedLine {
    char function[256];
    char file[512];
    int line;
};

/// Starts this process's child, once. Ordinary code; without llvm-symbolizer there is none.
void start_symbolizer_server();

/// The lines of an address in an image file, innermost inlined function first: how many of `most`
/// were filled; 0 when nothing is known, or no child answers. Callable from anywhere.
std::size_t ask_symbolizer_server(const char *image_path, std::uint32_t rva, ServedLine *lines,
                                  std::size_t most) noexcept;

} // namespace ksbox::loader

// What the sample drivers' tests share: playing bytes into a pin and reading frames from one, with
// a few requests under way, as any client does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "ksbox/box.h"
#include "ksbox/filter.h"

namespace ksbox::samples {

constexpr std::uint32_t end_of_stream = 0x200; ///< KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM

/// The path of a driver built beside the tests.
std::filesystem::path driver_file(const std::string &name);

/// Bytes that do not repeat soon; the same for the same seed.
std::vector<std::byte> noise(std::size_t bytes, std::uint32_t seed = 1);

struct WriteOptions {
    std::size_t frame_bytes = 4096; ///< of each request but the last
    std::size_t depth = 4;          ///< requests under way
    bool marks_end = true;          ///< the last frame says end of stream
};
/// Writes everything and returns when the pin has taken it. Throws Error if a request fails.
void write_all(Pin &pin, std::span<const std::byte> data, const WriteOptions &options = {});

/// A frame as it came back.
struct ReadFrame {
    std::vector<std::byte> data;
    std::uint32_t options = 0;
    std::int64_t presentation_100ns = 0;
    std::int64_t duration_100ns = 0;
    std::vector<std::byte> extension;
};

struct ReadOptions {
    std::size_t frame_bytes = 4096;
    std::size_t depth = 4;
    std::size_t extension_bytes = 0;
    std::size_t frames = ~std::size_t{0}; ///< stops after so many, or at the end of the stream
};
std::vector<ReadFrame> read_frames(Pin &pin, const ReadOptions &options = {});

std::vector<std::byte> joined(const std::vector<ReadFrame> &frames);

/// Steps the pin up to the run state, or down to stop.
void run(Pin &pin);
void stop(Pin &pin);

} // namespace ksbox::samples

// What the tests of the filters share: files, and a client that reads, writes and connects.
#pragma once

#include <gmock/gmock.h>

#include "filters/end_of_stream.h"
#include "filters/filters.h"
#include "media/testing/files.h"
#include "samples/streaming.h"
#include "support/traced_box.h"

namespace ksbox::filters {

constexpr std::uint64_t patience_100ns = 100'000'000;

constexpr AudioFormat pcm(std::uint16_t bits, std::uint16_t channels = 2,
                          std::uint32_t rate_hz = 48'000) {
    return {.rate_hz = rate_hz, .channels = channels, .bits = bits, .valid_bits = bits};
}
constexpr AudioFormat floats(std::uint16_t channels = 2) {
    return {.channels = channels, .bits = 32, .valid_bits = 32, .is_float = true};
}

class FiltersTest : public testing::InBothModes {
  protected:
    std::filesystem::path path(const std::string &name) const { return scratch.path() / name; }
    /// A file of that name with those samples.
    std::filesystem::path make(const std::string &name, const AudioFormat &format,
                               std::span<const std::byte> samples);
    static std::vector<std::byte> bytes_of(const std::filesystem::path &file);
    Filter open(const InterfaceFacts &facts) { return client.open_filter(facts.path); }
    /// The format that the pin offers first.
    static DataFormat offered(Filter &filter, std::uint32_t pin_id = 0);
    /// From a source pin to a sink pin, both in the source's first format, until the sink says that
    /// the stream ends. Whether it did.
    bool stream(Filter &source, Filter &sink, std::uint32_t source_pin = 0);

    testing::ScratchFolder scratch;
    testing::TracedBox traced{mode()};
    Box &box = traced.box();
    Client &client = traced.client();
};

inline std::filesystem::path FiltersTest::make(const std::string &name, const AudioFormat &format,
                                               std::span<const std::byte> samples) {
    const media::testing::TemporaryFile file(path(name).extension().string());
    file.write(media::testing::audio_file(media::audio_kind(name).value(), format, samples));
    std::filesystem::copy_file(file.path(), path(name),
                               std::filesystem::copy_options::overwrite_existing);
    return path(name);
}

inline std::vector<std::byte> FiltersTest::bytes_of(const std::filesystem::path &file) {
    const media::testing::Decoded decoded = media::testing::read_all(file);
    EXPECT_EQ(decoded.error, "");
    return decoded.samples;
}

inline DataFormat FiltersTest::offered(Filter &filter, std::uint32_t pin_id) {
    return filter.intersect(pin_id, filter.pin_facts(pin_id).ranges).value();
}

inline bool FiltersTest::stream(Filter &source, Filter &sink, std::uint32_t source_pin) {
    const DataFormat format = offered(source, source_pin);
    Pin in = sink.connect({.pin_id = 0, .format = format});
    EndOfStream end(in);
    Pin out =
        source.connect({.pin_id = source_pin, .format = format, .pin_to_handle = in.handle()});
    samples::run(in);
    samples::run(out);
    const bool ended = end.wait_for(patience_100ns);
    samples::stop(out);
    samples::stop(in);
    return ended;
}

} // namespace ksbox::filters

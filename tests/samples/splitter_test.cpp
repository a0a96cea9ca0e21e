// The splitter driver: every instance of its source pin gives out what comes in.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "streaming.h"

namespace ksbox::samples {
namespace {

constexpr std::uint32_t sink = 0, source = 1;

class Splitter : public testing::TestWithParam<bool> {
  protected:
    Pin open(std::uint32_t pin_id, const AudioFormat &audio = {}) {
        return filter.connect({.pin_id = pin_id, .format = DataFormat::audio(audio)});
    }
    /// Everything that the readers get of `data`, each by a thread of its own.
    std::vector<std::vector<std::byte>> split(std::vector<Pin> &readers,
                                              std::span<const std::byte> data,
                                              const ReadOptions &options = {}) {
        Pin in = open(sink);
        for (Pin &reader : readers)
            run(reader);
        run(in);
        std::vector<std::vector<std::byte>> heard(readers.size());
        std::vector<Client::Thread> threads;
        for (std::size_t i = 0; i < readers.size(); ++i)
            threads.push_back(client.spawn("reader " + std::to_string(i), [&, i] {
                heard[i] = joined(read_frames(readers[i], options));
            }));
        write_all(in, data);
        for (Client::Thread &thread : threads)
            thread.join();
        stop(in);
        for (Pin &reader : readers)
            stop(reader);
        return heard;
    }

    Box box{{.realtime = GetParam()}};
    Driver &driver = box.load(driver_file("splitter"));
    Client &client = box.client("listener");
    Filter filter = client.open_filter(driver.filters().at(0).path);
};
INSTANTIATE_TEST_SUITE_P(Time, Splitter, testing::Bool(), [](const auto &info) {
    return std::string(info.param ? "Realtime" : "Simulated");
});

TEST_P(Splitter, OneInstanceHearsEverything) {
    const std::vector<std::byte> data = noise(100'000);
    std::vector<Pin> readers;
    readers.push_back(open(source));
    EXPECT_EQ(split(readers, data).at(0), data);
}

TEST_P(Splitter, EightInstancesHearTheSame) {
    const std::vector<std::byte> data = noise(50'000);
    std::vector<Pin> readers;
    for (int i = 0; i < 8; ++i)
        readers.push_back(open(source));
    for (const std::vector<std::byte> &heard : split(readers, data))
        EXPECT_EQ(heard, data);
    EXPECT_THROW(open(source), Error); // there are no more than eight
}

TEST_P(Splitter, FramesOfAnotherSizeThanTheInputsLoseNothing) {
    const std::vector<std::byte> data = noise(30'001);
    std::vector<Pin> readers;
    for (int i = 0; i < 3; ++i)
        readers.push_back(open(source));
    for (const std::vector<std::byte> &heard : split(readers, data, {.frame_bytes = 1000}))
        EXPECT_EQ(heard, data);
}

TEST_P(Splitter, AnInstanceThatLeavesHoldsNobodyBack) {
    Pin in = open(sink), first = open(source);
    std::optional<Pin> second(open(source));
    for (Pin *pin : {&in, &first, &*second})
        run(*pin);
    const std::vector<std::byte> data = noise(20'000);
    Client::Thread writer = client.spawn("writer", [&] { write_all(in, data); });
    Client::Thread reader = client.spawn("reader", [&] {
        EXPECT_EQ(joined(read_frames(*second, {.frames = 2})).size(), 8192u);
        second.reset();
    });
    EXPECT_EQ(joined(read_frames(first)), data);
    reader.join();
    writer.join();
}

TEST_P(Splitter, AllPinsHaveOneFormat) {
    Pin in = open(sink);
    EXPECT_THROW(open(source, {.rate_hz = 44'100}), Error);
    Pin out = open(source);
    EXPECT_EQ(out.format().to_string(), in.format().to_string());
}

} // namespace
} // namespace ksbox::samples

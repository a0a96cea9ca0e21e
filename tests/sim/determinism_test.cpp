// One seed, one trace: boxes in one process that do the same with the same seed write the same
// trace, byte for byte; with another seed things happen in another order and the audio is the same.
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "ksbox/filter.h"
#include "samples/streaming.h"
#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

struct Outcome {
    std::string trace;
    std::vector<std::byte> heard;
};

/// Two clients at once: one plays through cable and records, one watches camera.
Outcome stream(std::uint64_t seed) {
    const ScratchFolder folder;
    const std::filesystem::path file = folder.path() / "trace.jsonl";
    Outcome outcome;
    {
        Box box({.seed = seed, .trace = file});
        Client &player = box.client("player"), &watcher = box.client("watcher");
        Filter cable = player.open_filter(box.load(driver_path("cable")).filters().at(0).path);
        Filter camera = watcher.open_filter(box.load(driver_path("camera")).filters().at(0).path);
        const DataFormat stereo = DataFormat::audio({});
        const std::vector<std::byte> data = samples::noise(20'000);
        Pin in = cable.connect({.pin_id = 0, .format = stereo});
        Pin out = cable.connect({.pin_id = 1, .format = stereo});
        const auto format = camera.intersect(0, camera.pin_facts(0).ranges);
        Pin picture = camera.connect({.pin_id = 0, .format = format.value()});
        for (Pin *pin : {&picture, &out, &in})
            samples::run(*pin);
        Client::Thread frames = watcher.spawn("frames", [&] {
            samples::read_frames(picture, {.frame_bytes = 1 << 20, .depth = 2, .frames = 3});
        });
        Client::Thread writer = player.spawn("writer", [&] { samples::write_all(in, data); });
        outcome.heard = samples::joined(samples::read_frames(out));
        writer.join();
        frames.join();
        EXPECT_EQ(outcome.heard, data);
        for (Pin *pin : {&picture, &out, &in})
            samples::stop(*pin);
    }
    std::ifstream stream(file);
    outcome.trace.assign(std::istreambuf_iterator<char>(stream), {});
    return outcome;
}

// The first line that differs, for a message that helps.
std::string first_difference(const std::string &a, const std::string &b) {
    const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    const auto at = std::size_t(differ.first - a.begin());
    const auto line_of = [at](const std::string &text) {
        const std::size_t begin = text.rfind('\n', at) + 1;
        return text.substr(begin, text.find('\n', begin) - begin);
    };
    return line_of(a) + "\n" + line_of(b);
}

TEST(Determinism, OneSeedIsOneTrace) {
    const Outcome first = stream(7), second = stream(7);
    ASSERT_GT(first.trace.size(), 1000u);
    EXPECT_TRUE(first.trace == second.trace) << first_difference(first.trace, second.trace);
}

TEST(Determinism, AnotherSeedIsAnotherOrderAndTheSameAudio) {
    const Outcome first = stream(7), second = stream(8);
    EXPECT_NE(first.trace, second.trace);
    EXPECT_EQ(first.heard, second.heard);
}

} // namespace
} // namespace ksbox::testing

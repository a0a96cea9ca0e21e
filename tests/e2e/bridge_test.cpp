// ksbox bridge: a real PipeWire and WirePlumber, its own tools at one end and a driver at the
// other.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <optional>
#include <regex>

#include <cstdlib>

#include <gmock/gmock.h>

#include "e2e/command.h"
#include "e2e/picture_viewer.h"
#include "e2e/pipewire_daemon.h"
#include "e2e/wav_file.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char *sink = "ksbox.speaker.Wave.0", *source = "ksbox.speaker.Wave.2";
// Long cycles: two cores that others use too are late now and then.
constexpr const char *period_ms = "190";

class Bridge : public Command {
  protected:
    void SetUp() override {
        // Minutes of real time, which other tests beside them disturb.
        if (std::getenv("KSBOX_TEST_PIPEWIRE") == nullptr)
            GTEST_SKIP() << "starts PipeWire and WirePlumber: KSBOX_TEST_PIPEWIRE=1 runs it";
        if (const std::string program = PipeWireDaemon::missing(); !program.empty())
            GTEST_SKIP() << program << " is not installed (./dev setup installs PipeWire)";
        daemon_.emplace(file("pipewire"));
        ASSERT_TRUE(daemon_->start());
    }
    void TearDown() override {
        if (bridge_)
            (void)end_bridge();
    }

    /// Until all nodes are there.
    void bridge(const std::string &name, std::vector<std::string> more, std::size_t nodes) {
        std::vector<std::string> arguments{"bridge", "--driver", driver(name)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        out_ = file("bridge.out");
        bridge_ = start(arguments, {.environment = daemon_->environment(), .output = out_});
        ASSERT_TRUE(becomes_true([&] {
            const std::string text = read_text(out_);
            return std::size_t(std::ranges::count(text, '\n')) >= nodes;
        })) << read_text(out_);
    }
    Outcome end_bridge() {
        bridge_->interrupt(SIGINT);
        Outcome outcome = bridge_->wait();
        outcome.out = read_text(out_);
        bridge_.reset();
        return outcome;
    }
    /// Plays the file to its end.
    void play(const std::string &name) {
        Process player = daemon_->start_tool({"pw-play", "--target", sink, file(name)});
        EXPECT_EQ(player.wait(), 0);
    }
    Process record(const std::string &name) {
        Process recorder = daemon_->start_tool({"pw-record", "--target", source, "--rate", "22050",
                                                "--channels", "1", "--format", "s16", file(name)});
        EXPECT_TRUE(becomes_true([&] { return file_bytes(name) > 4'096; }));
        return recorder;
    }
    std::uintmax_t file_bytes(const std::string &name) const {
        std::error_code none;
        const std::uintmax_t bytes = std::filesystem::file_size(file(name), none);
        return none ? 0 : bytes;
    }
    /// What a recorder that is interrupted has written of sound.
    std::vector<std::byte> finish(Process &recorder, const std::string &name) {
        recorder.send(SIGINT);
        (void)recorder.wait();
        return read_bytes(file(name));
    }
    static bool contains(const std::vector<std::byte> &all, const std::vector<std::byte> &part) {
        return std::ranges::search(all, part).size() == part.size();
    }
    /// How far `part` goes in `all`, and where it goes on after that: for a failed test's message.
    static std::string how_far(const std::vector<std::byte> &all,
                               const std::vector<std::byte> &part) {
        constexpr std::size_t sure = 32; // bytes that are not found twice by chance
        std::string text;
        for (std::size_t at = 0; at + sure <= part.size();) {
            const auto found = std::ranges::search(all, std::span(part).subspan(at, sure));
            if (found.empty()) {
                at += 2;
                continue;
            }
            const auto here = std::ranges::mismatch(std::ranges::subrange(found.begin(), all.end()),
                                                    std::span(part).subspan(at));
            const auto count = static_cast<std::size_t>(here.in1 - found.begin());
            text += "bytes " + std::to_string(at) + " to " + std::to_string(at + count) + " of " +
                    std::to_string(part.size()) + " are at " +
                    std::to_string(found.begin() - all.begin()) + "\n";
            at += count;
        }
        return text;
    }
    /// Mono of 16 bits, and silence enough for pw-play to end in: it leaves out a last cycle that
    /// is not full, whatever it plays to.
    void write_sound(const std::string &name, const std::vector<std::byte> &data) {
        std::vector<std::byte> padded = data;
        padded.resize(data.size() + 2 * 22'050);
        write_wav(file(name), {.channels = 1, .rate_hz = 22'050}, padded);
    }

    std::optional<PipeWireDaemon> daemon_;
    std::optional<Running> bridge_;
    std::filesystem::path out_;
};

const std::vector<std::string> exact{"--rate",   "22050", "--channels", "1",
                                     "--format", "s16",   "--period",   period_ms};

TEST_F(Bridge, CarriesSoundSampleForSampleBothWays) {
    bridge("speaker", exact, 2);
    const std::vector<std::byte> sound = noise(2 * 3 * 22'050);
    write_sound("in.wav", sound);
    Process recorder = record("out.wav");
    play("in.wav");
    ASSERT_TRUE(becomes_true([&] { return contains(read_bytes(file("out.wav")), sound); }, 20))
        << how_far(read_bytes(file("out.wav")), sound);
    (void)finish(recorder, "out.wav");
    const Outcome outcome = end_bridge();
    EXPECT_EQ(outcome.code, 128 + SIGINT) << outcome.err;
    EXPECT_THAT(outcome.out,
                HasSubstr("Speakers (Sample Speaker) is the sink " + std::string(sink) + "\n"));
    EXPECT_THAT(outcome.out, HasSubstr("Speakers (Sample Speaker): played "));
    EXPECT_THAT(outcome.out, HasSubstr("Legacy Audio Connector (Sample Speaker): recorded "));
    EXPECT_THAT(outcome.out, Not(HasSubstr("under-run")));
    EXPECT_THAT(outcome.out, Not(HasSubstr("slipped")));
    EXPECT_THAT(outcome.err, HasSubstr("Digital Audio (S/PDIF) (Sample Speaker): not bridged"));
}

TEST_F(Bridge, ShowsWhatTheDriverSays) {
    bridge("speaker", {}, 2);
    const nlohmann::json speakers = daemon_->node(sink);
    ASSERT_FALSE(speakers.is_null());
    const nlohmann::json &facts = speakers["info"];
    EXPECT_EQ(facts["props"]["media.class"], "Audio/Sink");
    EXPECT_EQ(facts["props"]["node.description"], "Speakers (Sample Speaker)");
    EXPECT_EQ(facts["props"]["node.nick"], "Speakers");
    // 24 bits are the driver's own choice; 8 to 96 kHz its range.
    ASSERT_TRUE(
        becomes_true([&] { return !daemon_->node(sink)["info"]["params"]["EnumFormat"].empty(); }));
    const nlohmann::json formats = daemon_->node(sink)["info"]["params"]["EnumFormat"];
    EXPECT_EQ(formats[0]["format"], "S24LE");
    EXPECT_EQ(formats[1]["format"], "S16LE");
    EXPECT_EQ(formats[0]["channels"], 2);
    EXPECT_EQ(formats[0]["rate"]["min"], 8'000);
    EXPECT_EQ(formats[0]["rate"]["max"], 96'000);
    // A cycle lies between the node and the device.
    const nlohmann::json latency = daemon_->node(sink)["info"]["params"]["Latency"];
    EXPECT_EQ(latency[0]["direction"], "Input");
    EXPECT_EQ(latency[0]["maxQuantum"], 1.0);
    EXPECT_EQ(daemon_->node(source)["info"]["props"]["media.class"], "Audio/Source");
}

TEST_F(Bridge, VolumeAndMuteAreTheDevices) {
    bridge("speaker", exact, 2);
    std::vector<std::byte> loud(2 * 6 * 22'050);
    for (std::size_t i = 0; i < loud.size(); i += 2) { // a square wave at half of full scale
        const std::int16_t sample = i / 2 % 100 < 50 ? 16'384 : -16'384;
        loud[i] = std::byte(sample & 0xFF);
        loud[i + 1] = std::byte(sample >> 8 & 0xFF);
    }
    write_sound("in.wav", loud);
    Process recorder = record("out.wav");
    Process player = daemon_->start_tool({"pw-play", "--target", sink, file("in.wav")});
    const auto loudest_of_the_end = [&] {
        const std::vector<std::byte> all = read_bytes(file("out.wav"));
        int most = 0;
        for (std::size_t i = all.size() - std::min<std::size_t>(all.size(), 4'000) / 2 * 2;
             i + 1 < all.size(); i += 2)
            most = std::max(most, std::abs(std::int16_t(std::to_integer<int>(all[i]) |
                                                        std::to_integer<int>(all[i + 1]) << 8)));
        return most;
    };
    ASSERT_TRUE(becomes_true([&] { return loudest_of_the_end() == 16'384; }));
    const std::string id = std::to_string(daemon_->node(sink)["id"].get<int>());
    // A tenth, as cubes: -20 dB. The driver's steps are half decibels, PipeWire's would be exact.
    EXPECT_EQ(daemon_->start_tool({"wpctl", "set-volume", id, "0.4641589"}).wait(), 0);
    EXPECT_TRUE(becomes_true([&] { return std::abs(loudest_of_the_end() - 1'638) <= 2; }))
        << loudest_of_the_end();
    const nlohmann::json props = daemon_->node(sink)["info"]["params"]["Props"][0];
    EXPECT_EQ(props["softVolumes"][0], 1.0);
    EXPECT_EQ(daemon_->start_tool({"wpctl", "set-mute", id, "1"}).wait(), 0);
    EXPECT_TRUE(becomes_true([&] { return loudest_of_the_end() == 0; }));
    EXPECT_EQ(daemon_->node(sink)["info"]["params"]["Props"][0]["softMute"], false);
}

TEST_F(Bridge, SurvivesAKilledDaemonAndReportsTheGap) {
    bridge("speaker", exact, 2);
    const std::vector<std::byte> before = noise(2 * 20 * 22'050, 2), after = noise(2 * 22'050, 3);
    write_sound("before.wav", before);
    write_sound("after.wav", after);
    {
        Process recorder = record("first.wav");
        Process player = daemon_->start_tool({"pw-play", "--target", sink, file("before.wav")});
        const std::vector<std::byte> begin(before.begin(), before.begin() + 4'096);
        ASSERT_TRUE(becomes_true([&] { return contains(read_bytes(file("first.wav")), begin); }));
        daemon_->kill_daemon();
    }
    const auto says = [&](const std::string &text) {
        return [this, text] { return read_text(file("err1")).find(text) != std::string::npos; };
    };
    EXPECT_TRUE(becomes_true(says("ksbox: PipeWire has gone; the driver runs on")));
    ASSERT_TRUE(daemon_->start());
    EXPECT_TRUE(becomes_true(says("ksbox: PipeWire is back after ")));
    ASSERT_TRUE(becomes_true([&] { return !daemon_->node(sink).is_null(); }));
    ASSERT_TRUE(becomes_true([&] { return !daemon_->node(source).is_null(); }));
    Process recorder = record("second.wav");
    play("after.wav");
    EXPECT_TRUE(becomes_true([&] { return contains(read_bytes(file("second.wav")), after); }, 20))
        << how_far(read_bytes(file("second.wav")), after);
    (void)finish(recorder, "second.wav");
    const Outcome outcome = end_bridge();
    EXPECT_EQ(outcome.code, 128 + SIGINT);
    for (const char *line :
         {"Speakers \\(Sample Speaker\\): a gap of [0-9]+ frames \\([0-9.]+ s\\): silence while "
          "PipeWire was gone\n",
          "Legacy Audio Connector \\(Sample Speaker\\): a gap of [0-9]+ frames \\([0-9.]+ s\\): "
          "recorded while PipeWire was gone\n"})
        EXPECT_TRUE(std::regex_search(outcome.err, std::regex(line))) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr(", 1 gap ("));
    EXPECT_THAT(outcome.out, Not(HasSubstr("under-run")));
}

TEST_F(Bridge, ADeviceThatFailsMidStreamIsOneLineAndTheRestGoesOn) {
    bridge("fickle",
           {"--rate", "48000", "--set", "Frames=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "--set",
            "Then=fail", "--pin", "0"},
           1);
    Process recorder =
        daemon_->start_tool({"pw-record", "--target", "ksbox.fickle.fickle.0", file("out.wav")});
    Outcome outcome = bridge_->wait(); // its only pin has ended
    bridge_.reset();
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.err, HasSubstr("the device is gone: frame"));
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
}

TEST_F(Bridge, ADriverThatCrashesIsReported) {
    bridge("crash", {"--set", "Where=run", "--set", "Fault=null"}, 1);
    const std::string text = read_text(out_);
    const std::string node = text.substr(text.rfind(' ') + 1);
    Process recorder = daemon_->start_tool(
        {"pw-record", "--target", node.substr(0, node.size() - 1), file("out.wav")});
    Outcome outcome = bridge_->wait();
    bridge_.reset();
    EXPECT_EQ(outcome.code, 3);
    EXPECT_THAT(outcome.err, HasSubstr("the driver stopped the box"));
    EXPECT_THAT(outcome.err, HasSubstr("to repeat it: "));
}

TEST_F(Bridge, ACameraIsAVideoSource) {
    bridge("camera", {}, 1);
    const std::string text = read_text(out_);
    const std::string name = text.substr(text.rfind(' ') + 1);
    const std::string node = name.substr(0, name.size() - 1);
    EXPECT_THAT(text, HasSubstr(" is the camera ksbox.camera."));
    EXPECT_EQ(daemon_->node(node)["info"]["props"]["media.class"], "Video/Source");
    PictureViewer viewer(daemon_->environment(), node);
    const std::vector<std::vector<std::byte>> pictures = viewer.take(3);
    ASSERT_EQ(pictures.size(), 3u);
    for (const auto &picture : pictures)
        EXPECT_EQ(picture.size(), std::size_t(viewer.width()) * viewer.height() * 2); // YUY2
    EXPECT_NE(pictures[0], pictures[2]);                                              // it moves
}

TEST_F(Bridge, WhatCannotBeBridgedIsRefused) {
    const auto refused = [&](std::vector<std::string> more) {
        std::vector<std::string> arguments{"bridge", "--driver"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Outcome outcome = start(arguments, {.environment = daemon_->environment()}).wait();
        EXPECT_EQ(outcome.code, 2) << outcome.err;
        return outcome.err;
    };
    EXPECT_THAT(refused({driver("speaker"), "--rate", "400000"}),
                HasSubstr("has none of the formats that --rate, --channels and --format leave"));
    EXPECT_THAT(refused({driver("uart")}), HasSubstr("uart.sys has no pin to bridge"));
    EXPECT_THAT(refused({driver("speaker"), "--time", "simulated"}), HasSubstr("--time"));
}

class NoPipeWire : public Command {};

TEST_F(NoPipeWire, IsOneLine) {
    std::filesystem::create_directory(file("run"));
    const Outcome outcome = start({"bridge", "--driver", driver("speaker")},
                                  {.environment = {{"XDG_RUNTIME_DIR", file("run")}}})
                                .wait();
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(outcome.err.starts_with("ksbox: no PipeWire to bridge to: ")) << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
}

} // namespace
} // namespace e2e

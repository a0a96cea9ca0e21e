// ksbox play: what goes in comes out, byte for byte, in length and content.
#include <cstdlib>
#include <cstring>

#include "e2e/command.h"
#include "e2e/wav_file.h"

namespace e2e {
namespace {

class Play : public Command {
  protected:
    Outcome play(const std::string &name, std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"play",       file("in.wav"), "--driver",
                                           driver(name), "--record",     file("out.wav")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return ksbox(arguments);
    }
    void expect_equal(const Wave &wave, const std::vector<std::byte> &data,
                      std::vector<std::string> more = {}) {
        write_wav(file("in.wav"), wave, data);
        Outcome outcome = play("cable", std::move(more));
        ASSERT_EQ(outcome.code, 0) << outcome.out << outcome.err;
        EXPECT_EQ(outcome.err, "");
        WavFile recorded = read_wav(file("out.wav"));
        EXPECT_EQ(recorded.format, wave.format_chunk());
        EXPECT_EQ(recorded.data.size(), data.size());
        EXPECT_TRUE(recorded.data == data);
        EXPECT_FALSE(exists(file("out.wav.part")));
    }
};

std::vector<std::byte> silence_noise_silence(const Wave &wave, double seconds) {
    std::size_t part = static_cast<std::size_t>(wave.rate_hz * seconds) * wave.block();
    std::vector<std::byte> data(part), middle = noise(part);
    data.insert(data.end(), middle.begin(), middle.end());
    data.resize(3 * part);
    return data;
}

TEST_F(Play, SilenceNoiseSilence) {
    Wave wave;
    expect_equal(wave, silence_noise_silence(wave, 0.5));
}

TEST_F(Play, OneSampleFrame) {
    expect_equal({}, noise(4));
}

TEST_F(Play, SevenPointOneFloatAt192kHz) {
    Wave wave{.tag = 3,
              .channels = 8,
              .rate_hz = 192'000,
              .bits = 32,
              .valid_bits = 32,
              .extensible = true,
              .mask = 0x63F};
    expect_equal(wave, silence_noise_silence(wave, 0.1));
}

TEST_F(Play, LengthThatIsNoMultipleOfAPeriod) {
    Wave wave{.channels = 1, .rate_hz = 44'100, .bits = 24, .valid_bits = 24};
    expect_equal(wave, noise(12'345 * 3));
}

TEST_F(Play, TwentyFourBitsIn32) {
    Wave wave{.channels = 3,
              .rate_hz = 96'000,
              .bits = 32,
              .valid_bits = 24,
              .extensible = true,
              .mask = 0x7};
    expect_equal(wave, noise(9'601 * 12));
}

TEST_F(Play, EveryPeriodAndQueue) {
    Wave wave{.channels = 1, .rate_hz = 8'000};
    for (const char *period : {"1", "7", "1000"})
        expect_equal(wave, noise(2 * 4'001), {"--period", period, "--queue", "64"});
}

TEST_F(Play, SpokenWords) {
    std::string speak = "espeak-ng -v en -w " + file("in.wav").string() +
                        " 'This went through a driver.' 2>/dev/null";
    if (std::system(speak.c_str()) != 0)
        GTEST_SKIP() << "espeak-ng is not installed";
    Outcome outcome = play("cable");
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(read_wav(file("out.wav")).data == read_wav(file("in.wav")).data);
}

TEST_F(Play, NegatedByTheVariantThatNegates) {
    std::vector<std::byte> data = noise(2 * 2 * 4'800);
    write_wav(file("in.wav"), {}, data);
    Outcome outcome = play("cable_negate");
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    std::vector<std::byte> negated(data.size());
    for (std::size_t i = 0; i < data.size(); i += 2) {
        std::int16_t sample = 0;
        std::memcpy(&sample, data.data() + i, sizeof sample);
        sample = static_cast<std::int16_t>(-sample);
        std::memcpy(negated.data() + i, &sample, sizeof sample);
    }
    EXPECT_TRUE(read_wav(file("out.wav")).data == negated);
}

TEST_F(Play, GainPassesItsInputThroughAtZeroDecibels) {
    std::vector<std::byte> data = noise(2 * 2 * 4'801);
    write_wav(file("in.wav"), {}, data);
    Outcome outcome = play("gain");
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(read_wav(file("out.wav")).data == data);
}

TEST_F(Play, WithoutRecording) {
    write_wav(file("in.wav"), {}, noise(48'000));
    Outcome outcome = ksbox({"play", file("in.wav"), "--driver", driver("cable")});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("played 48000 bytes"), std::string::npos) << outcome.out;
}

// How many lines say where an under-run was.
std::size_t places(const std::string &out) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = out.find("under-run ", at)) != std::string::npos; ++at)
        ++count;
    return count;
}

// Nothing is lost on a slow machine either: then each under-run is owned up to.
TEST_F(Play, TenSecondsInRealTimeArriveWholeOrSayWhatIsMissing) {
    Wave wave{.channels = 1, .rate_hz = 22'050};
    std::vector<std::byte> data = noise(10 * 22'050 * 2);
    write_wav(file("in.wav"), wave, data);
    Outcome outcome = play("cable", {"--time", "realtime"});
    if (outcome.code == 1) {
        std::string count = std::to_string(places(outcome.out));
        EXPECT_NE(count, "0") << outcome.err;
        EXPECT_NE(outcome.err.find("ksbox: " + count + " under-run"), std::string::npos)
            << outcome.err;
    } else {
        ASSERT_EQ(outcome.code, 0) << outcome.err;
    }
    EXPECT_TRUE(read_wav(file("out.wav")).data == data);
}

// Two milliseconds in flight cannot last from one clock tick to the next.
TEST_F(Play, UnderRunsAreCountedAndPlaced) {
    write_wav(file("in.wav"), {.channels = 1, .rate_hz = 8'000}, noise(2 * 8'000));
    Outcome outcome = play("cable", {"--period", "1", "--queue", "2"});
    EXPECT_EQ(outcome.code, 1);
    std::size_t count = places(outcome.out);
    EXPECT_GT(count, 3u);
    EXPECT_NE(outcome.out.find("under-run 1: at byte "), std::string::npos);
    EXPECT_NE(outcome.err.find("ksbox: " + std::to_string(count) + " under-runs"),
              std::string::npos)
        << outcome.err;
    EXPECT_EQ(read_wav(file("out.wav")).data.size(), 2u * 8'000);
}

TEST_F(Play, CtrlCFinishesTheFileAndUnloads) {
    Wave wave{.channels = 1, .rate_hz = 8'000};
    std::vector<std::byte> data = noise(2 * 8'000 * 30);
    write_wav(file("in.wav"), wave, data);
    for (int signal : {SIGINT, SIGTERM}) {
        Running running =
            start({"play", file("in.wav"), "--driver", driver("cable"), "--record", file("out.wav"),
                   "--time", "realtime", "--trace", file("trace.json")});
        while (read_text(file("out.wav.part")).size() < 8'000)
            usleep(20'000);
        running.interrupt(signal);
        Outcome outcome = running.wait();
        EXPECT_EQ(outcome.code, 128 + signal) << outcome.err;
        WavFile recorded = read_wav(file("out.wav"));
        EXPECT_GE(recorded.data.size(), 7'000u);
        EXPECT_LT(recorded.data.size(), data.size());
        EXPECT_TRUE(std::equal(recorded.data.begin(), recorded.data.end(), data.begin()));
        std::string trace = read_text(file("trace.json"));
        EXPECT_NE(trace.find("pnp.removed"), std::string::npos);
        std::filesystem::remove(file("out.wav"));
    }
}

TEST_F(Play, ADriverMayTakeFormatsInOneFormOnly) {
    for (const char *form : {"Only=extensible", "Only=plain"})
        for (const bool extensible : {false, true}) {
            write_wav(file("in.wav"), {.extensible = extensible}, noise(3 * 4 * 480));
            const Outcome outcome = play("fickle", {"--set", "Frames=xxx", "--set", form});
            EXPECT_EQ(outcome.code, 0) << form << outcome.err;
            EXPECT_EQ(read_wav(file("out.wav")).data.size(), 3u * 4 * 480);
        }
}

TEST_F(Play, WhatWasRecordedBeforeAFailureStays) {
    write_wav(file("in.wav"), {}, noise(4 * 48'000));
    const Outcome outcome = play("fickle", {"--set", "Frames=xxx", "--set", "Then=fail"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_NE(outcome.err.find("frame 3 failed"), std::string::npos) << outcome.err;
    EXPECT_FALSE(exists(file("out.wav")));
    EXPECT_EQ(read_wav(file("out.wav.part")).data.size(), 3u * 4 * 480);
}

TEST_F(Play, ARecordingThatEndsEarlyIsAFinding) {
    write_wav(file("in.wav"), {}, noise(4 * 48'000));
    const Outcome outcome = play("fickle", {"--set", "Frames=xxx", "--set", "Then=end"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_NE(outcome.err.find("the recording ends after 5760 of 192000 bytes: the capture pin "
                               "says that the stream ends there"),
              std::string::npos)
        << outcome.err;
    EXPECT_EQ(read_wav(file("out.wav")).data.size(), 5'760u);
}

// What a killed command leaves behind can be read all the same.
TEST_F(Play, KilledLeavesAReadablePart) {
    Wave wave{.channels = 1, .rate_hz = 8'000};
    write_wav(file("in.wav"), wave, noise(2 * 8'000 * 30));
    Running running = start({"play", file("in.wav"), "--driver", driver("cable"), "--record",
                             file("out.wav"), "--time", "realtime"});
    while (read_text(file("out.wav.part")).size() < 8'000)
        usleep(20'000);
    running.interrupt(SIGKILL);
    EXPECT_EQ(running.wait().code, 128 + SIGKILL);
    usleep(200'000); // the worker follows its parent
    EXPECT_FALSE(exists(file("out.wav")));
    EXPECT_GE(read_wav(file("out.wav.part")).data.size(), 7'000u);
}

} // namespace
} // namespace e2e

// ksbox play and record through cyclic buffers: the WaveRT test driver, whose card loops back.
#include <algorithm>

#include "e2e/command.h"
#include "e2e/wav_file.h"

namespace e2e {
namespace {

class Cyclic : public Command {
  protected:
    Outcome loop(const std::vector<std::byte> &data, const std::vector<std::string> &more) {
        write_wav(file("in.wav"), {}, data);
        std::vector<std::string> arguments{"play",           file("in.wav"), "--driver",
                                           driver("wavert"), "--record",     file("out.wav")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return ksbox(arguments);
    }
    /// What was played is in the recording, in one piece, and silence around it.
    testing::AssertionResult whole(const std::vector<std::byte> &data) {
        const WavFile recorded = read_wav(file("out.wav"));
        const auto found = std::ranges::search(recorded.data, data);
        if (found.size() != data.size())
            return testing::AssertionFailure() << "not in one piece";
        const auto silent = [](std::byte b) { return b == std::byte{0}; };
        if (!std::all_of(recorded.data.begin(), found.begin(), silent) ||
            !std::all_of(found.end(), recorded.data.end(), silent))
            return testing::AssertionFailure() << "no silence around it";
        return testing::AssertionSuccess();
    }
    void expect_played(const std::vector<std::string> &more) {
        const std::vector<std::byte> data = noise(4 * 30'011);
        const Outcome outcome = loop(data, more);
        ASSERT_EQ(outcome.code, 0) << outcome.out << outcome.err;
        EXPECT_EQ(outcome.err, "");
        EXPECT_TRUE(whole(data));
    }
};

TEST_F(Cyclic, WhatIsPlayedIsRecordedByNotification) {
    for (const char *seed : {"1", "2", "3"})
        expect_played({"--seed", seed});
}

TEST_F(Cyclic, AndWithoutNotificationsByThePosition) {
    expect_played({"--pin", "3"});
}

// A busy machine may be late once, and the command says so where it is its own lateness; that it is
// late each time is a defect.
TEST_F(Cyclic, InRealTimeToo) {
    const std::vector<std::byte> data = noise(4 * 30'011);
    bool arrived = false;
    for (int attempt = 0; attempt < 5 && !arrived; ++attempt) {
        const Outcome outcome = loop(data, {"--time", "realtime", "--queue", "64"});
        ASSERT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.out << outcome.err;
        if (outcome.code == 1) {
            EXPECT_TRUE(outcome.err.find("under-run") != std::string::npos ||
                        outcome.err.find(" in the recording") != std::string::npos)
                << outcome.err;
        }
        arrived = outcome.code == 0 && whole(data);
    }
    EXPECT_TRUE(arrived);
}

TEST_F(Cyclic, ABufferThatIsNoneIsNotUsed) {
    for (const char *buffer : {"null", "system", "empty", "short"})
        EXPECT_EQ(refusal({"record", file("out.wav"), "--driver", driver("fickle"), "--set",
                           std::string("Buffer=") + buffer},
                          2),
                  "ksbox: the driver gives memory that its client does not have\n")
            << buffer;
}

TEST_F(Cyclic, ABufferOf4GiBIsRefused) {
    const Wave wave{
        .channels = 64, .rate_hz = 768'000, .bits = 32, .valid_bits = 32, .extensible = true};
    write_wav(file("in.wav"), wave, noise(wave.block()));
    const std::string line = refusal({"play", file("in.wav"), "--driver", driver("fickle"), "--set",
                                      "Buffer=null", "--period", "1000", "--queue", "256"},
                                     2);
    EXPECT_NE(line.find("more than 4 GiB"), std::string::npos) << line;
}

TEST_F(Cyclic, RecordingTakesWhatWasAskedFor) {
    const Outcome outcome =
        ksbox({"record", file("out.wav"), "--driver", driver("wavert"), "--seconds", "0.5"});
    ASSERT_EQ(outcome.code, 0) << outcome.out << outcome.err;
    EXPECT_EQ(read_wav(file("out.wav")).data.size(), 4u * 24'000);
}

} // namespace
} // namespace e2e

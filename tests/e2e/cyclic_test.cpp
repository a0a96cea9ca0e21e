// ksbox play and record through cyclic buffers: the WaveRT test driver, whose card loops back.
#include <algorithm>

#include "e2e/command.h"
#include "e2e/wav_file.h"

namespace e2e {
namespace {

class Cyclic : public Command {
  protected:
    /// Plays, records, and finds what was played in one piece, in silence.
    void expect_played(std::vector<std::string> more) {
        const std::vector<std::byte> data = noise(4 * 30'011);
        write_wav(file("in.wav"), {}, data);
        std::vector<std::string> arguments{"play",           file("in.wav"), "--driver",
                                           driver("wavert"), "--record",     file("out.wav")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Outcome outcome = ksbox(arguments);
        ASSERT_EQ(outcome.code, 0) << outcome.out << outcome.err;
        EXPECT_EQ(outcome.err, "");
        const WavFile recorded = read_wav(file("out.wav"));
        const auto found = std::ranges::search(recorded.data, data);
        ASSERT_EQ(found.size(), data.size());
        const auto silent = [](std::byte b) { return b == std::byte{0}; };
        EXPECT_TRUE(std::all_of(recorded.data.begin(), found.begin(), silent));
        EXPECT_TRUE(std::all_of(found.end(), recorded.data.end(), silent));
    }
};

TEST_F(Cyclic, WhatIsPlayedIsRecordedByNotification) {
    for (const char *seed : {"1", "2", "3"})
        expect_played({"--seed", seed});
}

TEST_F(Cyclic, AndWithoutNotificationsByThePosition) {
    expect_played({"--pin", "3"});
}

TEST_F(Cyclic, InRealTimeToo) {
    expect_played({"--time", "realtime", "--queue", "64"});
}

TEST_F(Cyclic, RecordingTakesWhatWasAskedFor) {
    const Outcome outcome =
        ksbox({"record", file("out.wav"), "--driver", driver("wavert"), "--seconds", "0.5"});
    ASSERT_EQ(outcome.code, 0) << outcome.out << outcome.err;
    EXPECT_EQ(read_wav(file("out.wav")).data.size(), 4u * 24'000);
}

} // namespace
} // namespace e2e

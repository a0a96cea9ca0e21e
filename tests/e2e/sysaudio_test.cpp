// --sysaudio: the command line at the virtual devices that stand for a driver's filters.
#include <algorithm>

#include <gmock/gmock.h>

#include "e2e/command.h"
#include "e2e/wav_file.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;

class SysAudio : public Command {
  protected:
    Outcome run(std::vector<std::string> arguments, const std::string &card) {
        if (arguments.front() != "inspect")
            arguments.push_back("--driver");
        arguments.push_back(driver(card));
        arguments.push_back("--sysaudio");
        return ksbox(arguments);
    }
};

TEST_F(SysAudio, AFileOfAnyFormatPlays) {
    write_wav(file("in.wav"),
              {.tag = 3, .channels = 6, .rate_hz = 192'000, .bits = 32, .valid_bits = 32},
              std::vector<std::byte>(192'000 * 24));
    for (const char *card : {"legacycard", "pcicard", "speaker"}) {
        const Outcome outcome = run({"play", file("in.wav")}, card);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_THAT(outcome.out, HasSubstr("(1.000 s) of IEEE_FLOAT 32 bit, 6 channels, 192000 Hz "
                                           "into pin 0 of ROOT#" +
                                           std::string(card)));
    }
}

TEST_F(SysAudio, WhatIsPlayedIsHeard) {
    // Quiet enough for the mixer's limiter to leave it alone.
    std::vector<std::byte> sound = noise(48'000 * 4);
    for (std::size_t i = 1; i < sound.size(); i += 2)
        sound[i] &= std::byte(0x3f);
    write_wav(file("in.wav"), {}, sound);
    const Outcome outcome =
        run({"play", file("in.wav"), "--record", file("out.wav")}, "legacycard");
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const std::vector<std::byte> heard = read_wav(file("out.wav")).data;
    EXPECT_EQ(std::ranges::search(heard, sound).size(), sound.size());
}

TEST_F(SysAudio, InspectShowsAGraphsWholeTopology) {
    const Outcome outcome = run({"inspect"}, "speaker");
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("KSNODETYPE_SUM"));
    EXPECT_THAT(outcome.out, HasSubstr("Plays through         pin 0 of ROOT#speaker#0000#Wave"));
    EXPECT_THAT(outcome.out, HasSubstr("PCM, 1 to 8 channels, 8 to 32 bit, 8000 to 384000 Hz"));
}

TEST_F(SysAudio, ADriverWithoutSoundHasNone) {
    write_wav(file("in.wav"), {}, noise(4'800));
    const Outcome outcome = run({"play", file("in.wav")}, "camera");
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.err, "ksbox: SysAudio has no virtual device: no filter of camera.sys streams "
                           "sound\n");
}

} // namespace
} // namespace e2e

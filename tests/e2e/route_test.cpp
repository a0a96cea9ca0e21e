// ksbox route: from a file or a driver into another.
#include <gmock/gmock.h>

#include "e2e/command.h"
#include "e2e/wav_file.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Route : public Command {
  protected:
    Outcome route(const std::string &from, const std::string &to,
                  const std::vector<std::string> &more = {}) {
        std::vector<std::string> arguments{"route", "--from", from, "--to", to};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return ksbox(arguments);
    }
    std::string sys(const std::string &name, const std::string &which = {}) {
        return driver(name).string() + (which.empty() ? "" : ":" + which);
    }
};

TEST_F(Route, AFileIntoADriver) {
    write_wav(file("in.wav"), {}, noise(48'000));
    const Outcome outcome = route(file("in.wav"), sys("speaker", "Speakers"));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("played 48000 bytes"));
    EXPECT_THAT(outcome.out, Not(HasSubstr("mixer")));
}

TEST_F(Route, AFileThatThePinDoesNotTakeGoesThroughTheMixer) {
    write_wav(file("in.wav"), {.tag = 3, .rate_hz = 192'000, .bits = 32, .valid_bits = 32},
              std::vector<std::byte>(192'000 * 8));
    const Outcome outcome = route(file("in.wav"), sys("legacycard"));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("through the mixer: "));
    EXPECT_THAT(outcome.out, HasSubstr("PCM 16 bit, 2 channels, 48000 Hz"));
    EXPECT_THAT(outcome.out, HasSubstr("(1.000 s)"));
}

TEST_F(Route, ADriverIntoAFileAsRecordDoes) {
    const Outcome outcome = route(sys("tone"), file("out.wav"), {"--seconds", "0.5"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    ASSERT_EQ(
        ksbox({"record", file("same.wav"), "--driver", driver("tone"), "--seconds", "0.5"}).code,
        0);
    EXPECT_EQ(read_wav(file("out.wav")).data, read_wav(file("same.wav")).data);
}

TEST_F(Route, ADriverIntoAnotherInAFormatOfBoth) {
    const Outcome outcome = route(sys("tone"), sys("speaker"), {"--seconds", "2"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("from pin 0 of tone: PCM 16 bit, 2 channels, 96000 Hz"));
    EXPECT_THAT(outcome.out, HasSubstr("played 768000 bytes (2.000 s)"));
    EXPECT_THAT(outcome.out, Not(HasSubstr("mixer")));
}

TEST_F(Route, BetweenCardsInBothTimes) {
    for (const std::string time : {"simulated", "realtime"})
        for (const std::string target : {"legacycard", "pcicard", "speaker"}) {
            const Outcome outcome =
                route(sys("legacycard", "1"), sys(target), {"--seconds", "0.3", "--time", time});
            EXPECT_EQ(outcome.code, 0) << target << ", " << time << ": " << outcome.err;
            EXPECT_THAT(outcome.out, HasSubstr("(0.300 s)"));
        }
}

TEST_F(Route, AFileIntoAFileAsItIs) {
    write_wav(file("in.wav"), {}, noise(48'000));
    const Outcome coded = route(file("in.wav"), file("coded.flac"));
    ASSERT_EQ(coded.code, 0) << coded.err;
    EXPECT_THAT(coded.out, HasSubstr("48000 bytes (0.250 s) of PCM 16 bit, 2 channels, 48000 Hz"));
    ASSERT_EQ(route(file("coded.flac"), file("out.wav")).code, 0);
    EXPECT_EQ(read_wav(file("out.wav")).data, noise(48'000));
}

TEST_F(Route, WhatADamagedFileHasBeforeTheDamageIsKept) {
    write_wav(file("in.wav"), {}, noise(192'000));
    ASSERT_EQ(route(file("in.wav"), file("whole.flac")).code, 0);
    std::filesystem::resize_file(file("whole.flac"), file_size(file("whole.flac")) / 2);
    const Outcome outcome = route(file("whole.flac"), file("out.wav"));
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("; what could be read is in "));
    EXPECT_FALSE(std::filesystem::exists(file("out.wav")));
    const std::vector<std::byte> kept = read_wav(file("out.wav.part")).data, all = noise(192'000);
    ASSERT_GT(kept.size(), 48'000u);
    EXPECT_TRUE(std::equal(kept.begin(), kept.end(), all.begin()));
}

TEST_F(Route, WhatAFileCannotHoldGoesThroughTheMixer) {
    write_wav(file("in.wav"), {.tag = 3, .rate_hz = 96'000, .bits = 32, .valid_bits = 32},
              std::vector<std::byte>(96'000 * 8));
    const Outcome outcome = route(file("in.wav"), file("out.flac"));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("through the mixer: IEEE_FLOAT 32 bit, 2 channels, 96000 Hz "
                                       "becomes PCM 24 bit, 2 channels, 96000 Hz"));
    EXPECT_THAT(outcome.out, HasSubstr("(1.000 s)"));
    // Bits are lost: there is dither, of one step.
    EXPECT_THAT(route(file("out.flac"), "meter").out,
                HasSubstr("heard 1.000 s at 96000 Hz\n  channel 1: peak -138.47 dB"));
}

TEST_F(Route, AnEncodersNearestRateAndChannels) {
    write_wav(file("in.wav"), {.channels = 1, .rate_hz = 30'000}, noise(60'000));
    const Outcome near = route(file("in.wav"), file("out.mp3"));
    ASSERT_EQ(near.code, 0) << near.err;
    EXPECT_THAT(near.out, HasSubstr("becomes PCM 16 bit, 1 channel, 32000 Hz"));
    write_wav(file("in.wav"), {.channels = 6, .rate_hz = 192'000}, noise(192'000 * 12 / 4));
    const Outcome fewer = route(file("in.wav"), file("out.mp3"));
    ASSERT_EQ(fewer.code, 0) << fewer.err;
    EXPECT_THAT(fewer.out, HasSubstr("becomes PCM 16 bit, 2 channels, 48000 Hz"));
    write_wav(file("in.wav"), {.channels = 6},
              noise(48'000 * 12 / 4)); // the rate is one of its own
    EXPECT_THAT(route(file("in.wav"), file("out.mp3")).out,
                HasSubstr("becomes PCM 16 bit, 2 channels, 48000 Hz"));
}

TEST_F(Route, PicturesFromFileToFile) {
    ASSERT_EQ(
        ksbox({"record", file("film.y4m"), "--driver", driver("camera"), "--frames", "5"}).code, 0);
    const Outcome coded = route(file("film.y4m"), file("film.mp4"));
    ASSERT_EQ(coded.code, 0) << coded.err;
    EXPECT_THAT(coded.out, HasSubstr("film.mp4: 5 pictures of YUY2 640x480, 30 fps"));
    const Outcome decoded = route(file("film.mp4"), file("again.y4m"));
    ASSERT_EQ(decoded.code, 0) << decoded.err;
    EXPECT_THAT(decoded.out, HasSubstr("again.y4m: 5 pictures of NV12 640x480, 30 fps"));
    const Outcome silent = route(file("film.y4m"), file("out.wav"));
    EXPECT_EQ(silent.code, 2);
    EXPECT_EQ(silent.err, "ksbox: out.wav does not hold YUY2 640x480, 30 fps\n");
}

TEST_F(Route, AToneOfThatPitchAndLevel) {
    const Outcome outcome = route("tone:1000:-20", file("out.wav"), {"--seconds", "0.5"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("144000 bytes (0.500 s) of PCM 24 bit, 2 channels, 48000"));
    const Outcome heard = route(file("out.wav"), "meter");
    ASSERT_EQ(heard.code, 0) << heard.err;
    EXPECT_EQ(heard.out, "heard 0.500 s at 48000 Hz\n"
                         "  channel 1: peak -20.00 dB, RMS -23.01 dB, mean +0.000000, 0 samples at "
                         "full scale\n"
                         "  channel 2: peak -20.00 dB, RMS -23.01 dB, mean +0.000000, 0 samples at "
                         "full scale\n");
}

TEST_F(Route, AToneIntoADriverAndADriverIntoTheMeter) {
    for (const std::string time : {"simulated", "realtime"}) {
        const Outcome played =
            route("tone:440", sys("speaker"), {"--seconds", "0.3", "--time", time});
        EXPECT_EQ(played.code, 0) << time << ": " << played.err;
        EXPECT_THAT(played.out, HasSubstr("(0.300 s)"));
        const Outcome heard = route(sys("tone"), "meter", {"--seconds", "0.2", "--time", time});
        EXPECT_EQ(heard.code, 0) << time << ": " << heard.err;
        EXPECT_THAT(heard.out, HasSubstr("heard 0.200 s at 192000 Hz"));
        EXPECT_THAT(heard.out, HasSubstr("channel 8: peak -6.02 dB, RMS -9.03 dB"));
    }
}

TEST_F(Route, BadEndsAreOneClearLine) {
    write_wav(file("in.wav"), {}, noise(4'800));
    const std::pair<Outcome, std::string> cases[] = {
        {route(file("in.wav"), file("out.txt")), "sound goes to .wav"},
        {route(file("none.wav"), file("out.wav")), "none.wav"},
        {route(sys("speaker", "Nothing"), file("out.wav")), "no endpoint 'Nothing'"},
        {route(file("in.wav"), sys("speaker", "9")), "no pin 9"},
        {route(file("in.wav"), sys("speaker") + ":"), "behind the colon"},
        {route(file("none.wav"), sys("speaker")), "none.wav"},
        {route(file("none.sys"), sys("speaker")), "none.sys"},
        {route(file("in.wav"), file("none.sys")), "none.sys"},
        {route("meter", file("out.wav")), "a meter only takes"},
        {route(file("in.wav"), "tone:440"), "a tone only gives"},
        {route("tone:", "meter"), "a tone is tone[:HZ[:DB]]"},
        {route("tone:440:loud", "meter"), "a tone is tone[:HZ[:DB]]"},
        {route("tone:1e9", "meter"), "a tone has 0 to 192000 Hz"},
        {route(sys("camera"), "meter"), "no pin that records audio"},
    };
    for (const auto &[outcome, words] : cases) {
        EXPECT_EQ(outcome.code, 2) << words;
        EXPECT_THAT(outcome.err, HasSubstr(words));
        EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    }
}

} // namespace
} // namespace e2e

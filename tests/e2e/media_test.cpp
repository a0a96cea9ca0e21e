// ksbox record into files of all kinds, and ksbox play of what it has written.
#include <algorithm>
#include <cstring>
#include <span>

#include <gmock/gmock.h>
#include <sndfile.h>

#include "e2e/command.h"
#include "e2e/wav_file.h"
#include "media/video_reader.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;

class MediaFiles : public Command {
  protected:
    Outcome record(const std::string &name, const std::string &from,
                   std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"record", file(name), "--driver", driver(from)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Outcome outcome = ksbox(arguments);
        EXPECT_EQ(outcome.code, 0) << name << ": " << outcome.err;
        EXPECT_FALSE(exists(file(name + ".part")));
        return outcome;
    }
};

// In simulated time a driver gives the same twice.
TEST_F(MediaFiles, FlacHoldsWhatWavDoes) {
    record("a.wav", "tone", {"--frames", "30011"});
    record("a.flac", "tone", {"--frames", "30011"});
    SF_INFO facts{};
    SNDFILE *in = sf_open(file("a.flac").c_str(), SFM_READ, &facts);
    ASSERT_NE(in, nullptr) << sf_strerror(nullptr);
    EXPECT_EQ(facts.frames, 30'011);
    EXPECT_EQ(facts.format, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
    std::vector<short> samples(std::size_t(facts.frames * facts.channels));
    EXPECT_EQ(sf_readf_short(in, samples.data(), facts.frames), facts.frames);
    sf_close(in);
    const auto bytes = std::as_bytes(std::span(samples));
    EXPECT_TRUE(std::ranges::equal(bytes, read_wav(file("a.wav")).data));
}

TEST_F(MediaFiles, EightChannelsArePlayedAsLongAsTheyWereRecorded) {
    for (const char *name : {"a.flac", "a.m4a", "a.mp4"}) {
        record(name, "tone", {"--frames", "30011", "--rate", "48000"});
        const Outcome played =
            ksbox({"play", file(name), "--driver", driver("cable"), "--record", file("out.wav")});
        ASSERT_EQ(played.code, 0) << name << ": " << played.err;
        const WavFile out = read_wav(file("out.wav"));
        std::uint16_t block = 0;
        std::memcpy(&block, out.format.data() + 12, sizeof block);
        EXPECT_EQ(out.data.size(), std::size_t(30'011) * block) << name;
    }
}

TEST_F(MediaFiles, PlayRecordsToThemToo) {
    write_wav(file("in.wav"), {}, noise(4 * 20'011));
    for (const char *name : {"out.flac", "out.mp4", "out.mp3", "out.ogg"}) {
        const Outcome first =
            ksbox({"play", file("in.wav"), "--driver", driver("cable"), "--record", file(name)});
        ASSERT_EQ(first.code, 0) << first.err;
        EXPECT_THAT(first.out, HasSubstr("recorded 80044 bytes"));
        const Outcome second =
            ksbox({"play", file(name), "--driver", driver("cable"), "--record", file("b.wav")});
        ASSERT_EQ(second.code, 0) << second.err;
        EXPECT_EQ(read_wav(file("b.wav")).data.size(), 80'044u) << name;
    }
    ASSERT_EQ(
        ksbox({"play", file("out.flac"), "--driver", driver("cable"), "--record", file("b.wav")})
            .code,
        0);
    EXPECT_TRUE(read_wav(file("b.wav")).data == read_wav(file("in.wav")).data);
}

TEST_F(MediaFiles, AFilmOfACamera) {
    const Outcome outcome = record("film.mp4", "camera", {"--frames", "20", "--size", "320x240"});
    EXPECT_THAT(outcome.out, HasSubstr("recorded 20 pictures of "));
    auto reader = ksbox::media::VideoReader::open(file("film.mp4"));
    ASSERT_TRUE(reader) << reader.error().text;
    EXPECT_EQ((*reader)->format().width, 320u);
    EXPECT_EQ((*reader)->format().height, 240u);
    std::vector<std::byte> picture((*reader)->format().bytes());
    unsigned count = 0;
    for (;; ++count) {
        const auto read = (*reader)->read(picture);
        ASSERT_TRUE(read) << read.error().text;
        if (!*read)
            break;
    }
    EXPECT_EQ(count, 20u);
    EXPECT_EQ(refusal({"play", file("film.mp4"), "--driver", driver("cable")}, 2),
              "ksbox: " + file("film.mp4").string() + ": it has no audio\n");
}

TEST_F(MediaFiles, WhatAKindDoesNotHoldIsRefusedAndNothingStays) {
    Wave wave{.tag = 3, .bits = 32, .valid_bits = 32};
    write_wav(file("in.wav"), wave, noise(8 * 1'000));
    EXPECT_THAT(
        refusal({"play", file("in.wav"), "--driver", driver("cable"), "--record", file("out.flac")},
                2),
        HasSubstr("out.flac: a FLAC file holds integers of up to 24 bits, not floats of 32"));
    EXPECT_FALSE(exists(file("out.flac")));
    EXPECT_FALSE(exists(file("out.flac.part")));
    // What the driver likes best is more than AAC has.
    EXPECT_THAT(refusal({"record", file("a.m4a"), "--driver", driver("tone")}, 2),
                HasSubstr("a.m4a: the encoder 'aac' refuses: Specified sample rate 192000"));
    EXPECT_THAT(
        refusal({"record", file("a.mkv"), "--driver", driver("tone")}, 2),
        HasSubstr("a.mkv: records sound to .wav, .flac, .m4a, .mp4, .mp3 and .ogg, pictures "
                  "to .y4m, .mp4 and .png files, by their names"));
}

// What was recorded before the driver fails stays, and is a whole file.
TEST_F(MediaFiles, APartOfAFlacFileCanBePlayed) {
    write_wav(file("in.wav"), {}, noise(4 * 48'000));
    const Outcome outcome = ksbox({"play", file("in.wav"), "--driver", driver("fickle"), "--record",
                                   file("out.flac"), "--set", "Frames=xxx", "--set", "Then=fail"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    const Outcome played = ksbox({"play", file("out.flac.part"), "--driver", driver("cable")});
    EXPECT_EQ(played.code, 0) << played.err;
    EXPECT_THAT(played.out, HasSubstr("played 5760 bytes"));
}

} // namespace
} // namespace e2e

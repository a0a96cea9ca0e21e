// What a writer leaves behind: whole when it is finished, playable when it is not.
#include <algorithm>
#include <cstring>

#include <gmock/gmock.h>

#include "media/testing/files.h"

namespace ksbox::media {
namespace {

using testing::Decoded;
using ::testing::HasSubstr;
using testing::MemorySink;
using testing::read_all;
using testing::sound;
using testing::TemporaryFile;

constexpr AudioFormat usual{};

constexpr std::pair<AudioKind, const char *> kinds[] = {{AudioKind::wav, ".wav"},
                                                        {AudioKind::flac, ".flac"},
                                                        {AudioKind::aac, ".m4a"},
                                                        {AudioKind::mp3, ".mp3"},
                                                        {AudioKind::vorbis, ".ogg"}};

std::string why_not(AudioKind kind, const AudioFormat &format) {
    MemorySink sink;
    auto writer = AudioWriter::create(sink, kind, format, false);
    return writer ? "" : writer.error().text;
}

TEST(AudioWriter, TheNameSaysTheKind) {
    for (const auto &[kind, ending] : kinds)
        EXPECT_EQ(audio_kind(std::string("a.b") + ending), kind);
    EXPECT_EQ(audio_kind("A.MP4"), AudioKind::aac);
    EXPECT_EQ(audio_kind("wav"), std::nullopt);
    EXPECT_EQ(audio_kind("a.wav.part"), std::nullopt);
    EXPECT_EQ(audio_endings(), ".wav, .flac, .m4a, .mp4, .mp3 and .ogg");
}

// A program that is killed: what it has written can be played but for the last second.
TEST(AudioWriter, WhatIsNotFinishedCanBePlayed) {
    const std::size_t second = usual.rate_hz;
    for (const auto &[kind, ending] : kinds) {
        MemorySink sink;
        auto writer = AudioWriter::create(sink, kind, usual, true);
        ASSERT_TRUE(writer) << writer.error().text;
        const auto samples = sound(usual, 5 * second);
        for (std::size_t done = 0; done < samples.size(); done += 1920)
            ASSERT_TRUE((*writer)->append(std::span(samples).subspan(done, 1920)));
        const TemporaryFile file(ending);
        file.write(sink.bytes);
        const Decoded read = read_all(file.path());
        EXPECT_EQ(read.error, "") << ending;
        const std::size_t count = read.samples.size() / read.format.frame_bytes();
        EXPECT_GE(count, 4 * second - 4096) << ending;
        EXPECT_LE(count, 5 * second) << ending;
        if (read.lossless)
            EXPECT_TRUE(std::equal(read.samples.begin(), read.samples.end(), samples.begin()))
                << ending;
    }
}

TEST(AudioWriter, IntoAPipeToo) {
    for (const auto &[kind, ending] : kinds) {
        MemorySink sink;
        sink.seekable = false;
        auto writer = AudioWriter::create(sink, kind, usual, false);
        ASSERT_TRUE(writer) << ending << writer.error().text;
        const auto samples = sound(usual, 50'000);
        ASSERT_TRUE((*writer)->append(samples));
        ASSERT_TRUE((*writer)->finish());
        EXPECT_GT(sink.bytes.size(), 10'000u) << ending;
    }
}

TEST(AudioWriter, WhatAKindDoesNotHoldIsRefused) {
    AudioFormat format;
    format.is_float = true;
    format.bits = format.valid_bits = 32;
    EXPECT_EQ(why_not(AudioKind::flac, format),
              "a FLAC file holds integers of up to 24 bits, not floats of 32; a WAV file does");
    EXPECT_EQ(why_not(AudioKind::aac, format), "");
    format.is_float = false;
    EXPECT_THAT(why_not(AudioKind::flac, format), HasSubstr("not integers of 32"));
    format = usual;
    format.rate_hz = 192'000;
    EXPECT_THAT(why_not(AudioKind::aac, format), HasSubstr("the encoder 'aac' refuses"));
    EXPECT_THAT(why_not(AudioKind::mp3, format), HasSubstr("the encoder 'libmp3lame' refuses"));
    EXPECT_EQ(why_not(AudioKind::flac, format), "");
    format.channels = 0;
    EXPECT_EQ(why_not(AudioKind::wav, format),
              "cannot be written: 0 channels of 16 bits at 192000 Hz");
}

TEST(AudioWriter, AFullDiskIsSaid) {
    for (const auto &[kind, ending] : kinds) {
        MemorySink sink;
        sink.room = 20'000;
        auto writer = AudioWriter::create(sink, kind, usual, true);
        ASSERT_TRUE(writer) << ending;
        const auto samples = sound(usual, 5 * usual.rate_hz);
        Result<void> done = (*writer)->append(samples);
        if (done)
            done = (*writer)->finish();
        ASSERT_FALSE(done) << ending;
        EXPECT_EQ(done.error().text, "the disk is full") << ending;
    }
}

// 8 bits have no sign, FLAC's samples have one.
TEST(AudioWriter, EightBitsInFlacAreTheSameInSixteen) {
    AudioFormat format;
    format.bits = format.valid_bits = 8;
    const auto samples = sound(format, 10'000);
    const TemporaryFile file(".flac");
    file.write(testing::audio_file(AudioKind::flac, format, samples));
    const Decoded read = read_all(file.path());
    ASSERT_EQ(read.error, "");
    ASSERT_EQ(read.samples.size(), samples.size() * 2);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        EXPECT_EQ(read.samples[2 * i], std::byte{0});
        ASSERT_EQ(read.samples[2 * i + 1], samples[i] ^ std::byte{0x80});
    }
}

} // namespace
} // namespace ksbox::media

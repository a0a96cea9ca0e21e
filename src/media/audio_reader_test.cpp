// What was written is read: bit by bit where nothing may be lost, in length, pitch and level else.
#include <cmath>
#include <cstring>
#include <numbers>

#include <gmock/gmock.h>

#include "media/testing/files.h"

namespace ksbox::media {
namespace {

using testing::audio_file;
using testing::Decoded;
using ::testing::HasSubstr;
using testing::MemorySink;
using testing::read_all;
using testing::sound;
using testing::TemporaryFile;

constexpr std::size_t frames =
    30'011; // less than a page of Ogg's, and no multiple of any coder's frame

Decoded round_trip(AudioKind kind, const AudioFormat &format, const std::vector<std::byte> &samples,
                   const std::string &ending) {
    const TemporaryFile file(ending);
    file.write(audio_file(kind, format, samples));
    return read_all(file.path());
}

AudioFormat pcm(std::uint16_t bits, std::uint16_t channels = 2, std::uint32_t rate_hz = 48'000) {
    return {.rate_hz = rate_hz, .channels = channels, .bits = bits, .valid_bits = bits};
}

AudioFormat floats(std::uint16_t bits) {
    AudioFormat format = pcm(bits);
    format.is_float = true;
    return format;
}

// The level of one pitch in the left channel, 1 at full scale, by its Fourier term.
double level(const Decoded &sound, double pitch_hz) {
    double cosine = 0, sine = 0;
    const std::size_t count = sound.samples.size() / sound.format.frame_bytes();
    for (std::size_t i = 0; i < count; ++i) {
        float value = 0;
        std::memcpy(&value, sound.samples.data() + i * sound.format.frame_bytes(), sizeof value);
        const double phase = 2 * std::numbers::pi * pitch_hz * double(i) / sound.format.rate_hz;
        cosine += value * std::cos(phase);
        sine += value * std::sin(phase);
    }
    return 2 * std::hypot(cosine, sine) / double(count);
}

TEST(AudioReader, WavKeepsEveryBit) {
    for (const AudioFormat &format : {pcm(8), pcm(16), pcm(24), pcm(32), floats(32), floats(64),
                                      pcm(16, 1, 8'000), pcm(24, 8, 192'000)}) {
        const auto samples = sound(format, frames);
        const Decoded read = round_trip(AudioKind::wav, format, samples, ".wav");
        ASSERT_EQ(read.error, "");
        EXPECT_TRUE(read.lossless);
        EXPECT_EQ(read.format.bits, format.bits);
        EXPECT_EQ(read.format.valid_bits, format.valid_bits);
        EXPECT_EQ(read.format.is_float, format.is_float);
        EXPECT_EQ(read.format.channels, format.channels);
        EXPECT_EQ(read.format.rate_hz, format.rate_hz);
        EXPECT_TRUE(read.samples == samples) << format.bits << " bits";
    }
}

// Three bytes hold them: the fourth, the lowest, was never used.
TEST(AudioReader, TwentyFourBitsInContainersOf32) {
    AudioFormat format = pcm(32, 3);
    format.valid_bits = 24;
    format.channel_mask = 7;
    const auto samples = sound(format, frames);
    const Decoded read = round_trip(AudioKind::wav, format, samples, ".wav");
    ASSERT_EQ(read.error, "");
    EXPECT_EQ(read.format.bits, 24);
    EXPECT_EQ(read.format.valid_bits, 24);
    EXPECT_EQ(read.format.channel_mask, 7u);
    ASSERT_EQ(read.samples.size(), frames * 9);
    for (std::size_t i = 0; i < frames * 3; ++i)
        ASSERT_EQ(std::memcmp(&read.samples[i * 3], &samples[i * 4 + 1], 3), 0) << i;
}

TEST(AudioReader, FlacKeepsEveryBit) {
    AudioFormat surround = pcm(24, 6, 96'000);
    surround.channel_mask = 0x3F;
    for (const AudioFormat &format : {pcm(16), pcm(24), pcm(16, 1, 22'050), surround}) {
        const auto samples = sound(format, frames);
        const Decoded read = round_trip(AudioKind::flac, format, samples, ".flac");
        ASSERT_EQ(read.error, "");
        EXPECT_TRUE(read.lossless);
        EXPECT_EQ(read.format.bits, format.bits);
        EXPECT_EQ(read.format.valid_bits, format.bits);
        EXPECT_FALSE(read.format.is_float);
        if (format.channel_mask != 0)
            EXPECT_EQ(read.format.channel_mask, format.channel_mask);
        EXPECT_TRUE(read.samples == samples) << format.bits << " bits";
    }
}

TEST(AudioReader, FlacSaysItsLengthBeforeItIsRead) {
    const AudioFormat format = pcm(16);
    const TemporaryFile file(".flac");
    file.write(audio_file(AudioKind::flac, format, sound(format, frames)));
    auto reader = AudioReader::open(file.path());
    ASSERT_TRUE(reader) << reader.error().text;
    EXPECT_EQ((*reader)->length(), frames);
    std::vector<std::byte> block(format.frame_bytes() * 100);
    ASSERT_EQ((*reader)->read(block).value_or(0), block.size());
    EXPECT_EQ((*reader)->position(), 100u);
}

TEST(AudioReader, LossyKindsKeepLengthPitchAndLevel) {
    for (const auto &[kind, ending] :
         {std::pair(AudioKind::aac, ".m4a"), {AudioKind::mp3, ".mp3"}, {AudioKind::vorbis, ".ogg"}})
        for (const std::uint32_t rate_hz : {44'100u, 48'000u})
            for (const std::uint16_t channels : {1, 2}) {
                const AudioFormat format = pcm(16, channels, rate_hz);
                const Decoded read = round_trip(kind, format, sound(format, frames), ending);
                ASSERT_EQ(read.error, "") << ending;
                EXPECT_FALSE(read.lossless);
                EXPECT_TRUE(read.format.is_float);
                EXPECT_EQ(read.format.bits, 32);
                EXPECT_EQ(read.format.rate_hz, rate_hz);
                EXPECT_EQ(read.format.channels, channels);
                EXPECT_EQ(read.samples.size(), frames * read.format.frame_bytes())
                    << ending << ' ' << rate_hz;
                // LAME makes some sounds quieter by a twentieth.
                EXPECT_NEAR(level(read, 1000), 0.5, 0.03) << ending;
                EXPECT_LT(level(read, 1500), 0.01) << ending;
            }
}

TEST(AudioReader, LongOnesKeepTheirLengthToo) {
    for (const auto &[kind, ending] : {std::pair(AudioKind::aac, ".m4a"),
                                       {AudioKind::mp3, ".mp3"},
                                       {AudioKind::vorbis, ".ogg"}}) {
        const AudioFormat format = pcm(16, 1, 44'100);
        const Decoded read = round_trip(kind, format, sound(format, 10 * frames), ending);
        ASSERT_EQ(read.error, "") << ending;
        EXPECT_EQ(read.samples.size(), 10 * frames * sizeof(float)) << ending;
    }
}

TEST(AudioReader, AnyStepGivesTheSame) {
    const AudioFormat format = pcm(24);
    const auto samples = sound(format, frames);
    const TemporaryFile file(".flac");
    file.write(audio_file(AudioKind::flac, format, samples));
    for (const std::size_t step : {1u, 4608u, 100'000u})
        EXPECT_TRUE(read_all(file.path(), step).samples == samples) << step;
}

TEST(AudioReader, NoSamplesAreAnEmptyStream) {
    const AudioFormat format = pcm(16);
    const TemporaryFile wav(".wav");
    wav.write(audio_file(AudioKind::wav, format, {}));
    auto reader = AudioReader::open(wav.path());
    ASSERT_TRUE(reader) << reader.error().text;
    EXPECT_EQ((*reader)->length(), 0u);
    EXPECT_EQ((*reader)->format().rate_hz, format.rate_hz);
    std::vector<std::byte> block(400);
    EXPECT_EQ((*reader)->read(block).value_or(1), 0u);
}

TEST(AudioReader, WhatIsNoneIsSaidInOneLine) {
    const TemporaryFile file(".mp3");
    const auto error = [&] { return read_all(file.path()).error; };
    EXPECT_EQ(error(), file.path().string() + ": empty: the file has no bytes");
    file.write(std::vector<std::byte>(5000, std::byte{'x'}));
    EXPECT_THAT(error(), HasSubstr(file.path().string() + ": "));
    EXPECT_EQ(read_all("/nowhere/song.mp3").error,
              "/nowhere/song.mp3: cannot be read: No such file or directory");
    EXPECT_EQ(read_all("/").error, "/: cannot be read: it is no plain file");
}

// A list of other files opens none of them.
TEST(AudioReader, OtherFilesAreNotOpened) {
    const AudioFormat format = pcm(16);
    const TemporaryFile song(".wav"), list(".ffconcat");
    song.write(audio_file(AudioKind::wav, format, sound(format, frames)));
    for (const std::string &text :
         {"ffconcat version 1.0\nfile '" + song.path().string() + "'\n",
          "ffconcat version 1.0\nfile '" + song.path().filename().string() + "'\n",
          "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + song.path().string() +
              "\n#EXT-X-ENDLIST\n"}) {
        list.write(std::as_bytes(std::span(text)));
        const Decoded read = read_all(list.path());
        EXPECT_THAT(read.error, HasSubstr(list.path().string() + ": ")) << text;
        EXPECT_TRUE(read.samples.empty()) << text;
    }
}

TEST(AudioReader, ACodecThatNobodyKnowsIsNamed) {
    const AudioFormat format = pcm(16);
    std::vector<std::byte> bytes = audio_file(AudioKind::wav, format, sound(format, frames));
    bytes[20] = bytes[21] = std::byte{'Z'}; // the format tag
    const TemporaryFile file(".wav");
    file.write(bytes);
    EXPECT_EQ(read_all(file.path()).error,
              file.path().string() +
                  ": its audio is coded as 'ZZ[0][0]', for which FFmpeg has no decoder");
}

} // namespace
} // namespace ksbox::media

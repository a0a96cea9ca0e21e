// Pictures into files and out of them again.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <gmock/gmock.h>

#include "media/testing/files.h"
#include "media/video_reader.h"
#include "media/video_writer.h"

namespace ksbox::media {
namespace {

using testing::MemorySink;

using testing::TemporaryFile;

using Bytes = std::vector<std::byte>;

// Slopes that move, with another one in the chroma: what coders with loss keep nearly.
Bytes picture(const PictureFormat &format, unsigned number) {
    Bytes bytes(format.bytes());
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = std::byte(64 + (i / 16 + number * 4) % 96);
    return bytes;
}

Bytes video_file(VideoKind kind, const PictureFormat &format, unsigned count, bool finish = true) {
    MemorySink sink;
    auto writer = VideoWriter::create(sink, kind, format);
    if (!writer)
        throw std::runtime_error(writer.error().text);
    for (unsigned i = 0; i < count; ++i)
        if (auto done = (*writer)->append(picture(format, i)); !done)
            throw std::runtime_error(done.error().text);
    if (finish)
        if (auto done = (*writer)->finish(); !done)
            throw std::runtime_error(done.error().text);
    return sink.bytes;
}

struct Pictures {
    PictureFormat format;
    std::vector<Bytes> all;
    std::vector<std::int64_t> times_100ns;
    std::string error;
};

Pictures read_all(const std::filesystem::path &file, std::optional<Pixels> pixels = std::nullopt,
                  std::size_t most = 1'000) {
    Pictures result;
    auto reader = VideoReader::open(file, pixels);
    if (!reader) {
        result.error = reader.error().text;
        return result;
    }
    result.format = (*reader)->format();
    while (result.all.size() < most) {
        Bytes bytes(result.format.bytes());
        const auto read = (*reader)->read(bytes);
        if (!read) {
            result.error = read.error().text;
            return result;
        }
        if (!*read)
            return result;
        result.all.push_back(bytes);
        result.times_100ns.push_back((*read)->time_100ns);
    }
    result.error = "more pictures than such a file can have";
    return result;
}

// The largest difference of two bytes.
int difference(const Bytes &a, const Bytes &b) {
    int largest = a.size() == b.size() ? 0 : 256;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest =
            std::max(largest, std::abs(std::to_integer<int>(a[i]) - std::to_integer<int>(b[i])));
    return largest;
}

TEST(Video, Y4mKeepsEveryBit) {
    for (const Pixels pixels :
         {Pixels::yuy2, Pixels::uyvy, Pixels::nv12, Pixels::i420, Pixels::i422, Pixels::i444})
        for (const auto &[width, height] : {std::pair(64u, 48u), {50u, 38u}}) {
            const PictureFormat format{pixels, width, height, {30'000, 1001}};
            const TemporaryFile file(".y4m");
            file.write(video_file(VideoKind::y4m, format, 3));
            const Pictures read = read_all(file.path(), pixels);
            ASSERT_EQ(read.error, "");
            EXPECT_EQ(read.format, format);
            ASSERT_EQ(read.all.size(), 3u);
            for (unsigned i = 0; i < 3; ++i)
                EXPECT_TRUE(read.all[i] == picture(format, i)) << int(pixels) << ' ' << i;
        }
}

TEST(Video, OfOddSizesToo) {
    const PictureFormat format{Pixels::i420, 51, 37, {25, 1}};
    const TemporaryFile file(".y4m");
    file.write(video_file(VideoKind::y4m, format, 2));
    const Pictures read = read_all(file.path(), Pixels::i420);
    ASSERT_EQ(read.error, "");
    ASSERT_EQ(read.all.size(), 2u);
    EXPECT_TRUE(read.all[1] == picture(format, 1));
    // Four bytes a pair of pixels, 26 pairs a row.
    EXPECT_EQ((PictureFormat{Pixels::yuy2, 51, 37, {}}).bytes(), 26u * 4 * 37);
    EXPECT_EQ((PictureFormat{Pixels::rgb24, 51, 37, {}}).bytes(), 156u * 37);
    EXPECT_EQ((PictureFormat{Pixels::nv12, 51, 37, {}}).bytes(), 51u * 37 + 52 * 19);
}

TEST(Video, TheNearestPixelsUnlessAsked) {
    for (const auto &[written, nearest] :
         {std::pair(Pixels::uyvy, Pixels::yuy2), {Pixels::i420, Pixels::nv12}}) {
        const TemporaryFile file(".y4m");
        file.write(video_file(VideoKind::y4m, {written, 64, 48, {}}, 1));
        EXPECT_EQ(read_all(file.path()).format.pixels, nearest);
    }
}

TEST(Video, PngKeepsEveryPixelAndHoldsOne) {
    const PictureFormat format{Pixels::rgb24, 51, 37, {25, 1}};
    const TemporaryFile file(".png");
    file.write(video_file(VideoKind::png, format, 1));
    const Pictures read = read_all(file.path());
    ASSERT_EQ(read.error, "");
    EXPECT_EQ(read.format.pixels, Pixels::rgb24);
    ASSERT_EQ(read.all.size(), 1u);
    Bytes expected = picture(format, 0); // padding is not kept
    for (std::size_t row = 0; row < 37; ++row)
        std::fill_n(expected.begin() + std::ptrdiff_t(row * 156 + 153), 3, std::byte{0});
    EXPECT_TRUE(read.all[0] == expected);
    MemorySink sink;
    auto writer = VideoWriter::create(sink, VideoKind::png, format);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->append(picture(format, 0)));
    EXPECT_EQ((*writer)->append(picture(format, 0)).error().text, "a PNG file holds one picture");
}

TEST(Video, Mp4KeepsCountTimesAndAppearance) {
    for (const auto &[width, height] : {std::pair(64u, 48u), {51u, 37u}}) { // x264, MPEG-4
        const PictureFormat format{Pixels::i420, width, height, {25, 1}};
        const TemporaryFile file(".mp4");
        file.write(video_file(VideoKind::mp4, format, 60));
        const Pictures read = read_all(file.path(), Pixels::i420);
        ASSERT_EQ(read.error, "");
        EXPECT_EQ(read.format, format);
        ASSERT_EQ(read.all.size(), 60u);
        for (unsigned i = 0; i < 60; ++i) {
            EXPECT_EQ(read.times_100ns[i], i * 400'000) << i;
            EXPECT_LT(difference(read.all[i], picture(format, i)), 48) << i;
        }
    }
}

// A program that is killed: what it has written can be looked at but for the last second.
TEST(Video, WhatIsNotFinishedCanBePlayed) {
    const PictureFormat format{Pixels::yuy2, 64, 48, {25, 1}};
    for (const auto &[kind, ending] :
         {std::pair(VideoKind::mp4, ".mp4"), {VideoKind::y4m, ".y4m"}}) {
        const TemporaryFile file(ending);
        file.write(video_file(kind, format, 100, false));
        const Pictures read = read_all(file.path());
        EXPECT_GE(read.all.size(), 70u) << ending << read.error;
        EXPECT_LE(read.all.size(), 100u) << ending;
    }
}

TEST(Video, OneIsNotTheOther) {
    const TemporaryFile film(".mp4"), song(".wav");
    film.write(video_file(VideoKind::mp4, {Pixels::i420, 64, 48, {}}, 3));
    EXPECT_EQ(testing::read_all(film.path()).error, film.path().string() + ": it has no audio");
    song.write(testing::audio_file(AudioKind::wav, {}, testing::sound({}, 100)));
    EXPECT_EQ(read_all(song.path()).error, song.path().string() + ": it has no video");
}

TEST(Video, CutAnywhereOrAnyByteWrong) {
    for (const auto &[kind, ending, step] : {std::tuple(VideoKind::mp4, ".mp4", std::size_t(13)),
                                             {VideoKind::y4m, ".y4m", std::size_t(29)},
                                             {VideoKind::png, ".png", std::size_t(7)}}) {
        const TemporaryFile file(ending);
        const Bytes whole =
            video_file(kind, {Pixels::rgb32, 32, 24, {25, 1}}, kind == VideoKind::png ? 1 : 4);
        std::size_t refused = 0;
        const auto look = [&] {
            const Pictures read = read_all(file.path());
            EXPECT_TRUE(read.error.empty() || read.error.starts_with(file.path().string() + ": "))
                << read.error;
            EXPECT_TRUE(std::ranges::all_of(read.error, [](char letter) { return letter >= ' '; }));
            refused += read.error.empty() ? 0 : 1;
        };
        for (std::size_t at = 0; at < whole.size(); at += step) {
            file.write(std::span(whole).first(at));
            look();
            Bytes wrong = whole;
            for (const std::byte value : {~whole[at], std::byte{0}}) {
                wrong[at] = value;
                file.write(wrong);
                look();
            }
        }
        EXPECT_GT(refused, 10u) << ending;
    }
}

TEST(Video, Refusals) {
    MemorySink sink;
    auto none = VideoWriter::create(sink, VideoKind::mp4, {Pixels::i420, 0, 48, {}});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().text, "cannot be written: pictures of 0x48");
    auto writer = VideoWriter::create(sink, VideoKind::y4m, {Pixels::i420, 64, 48, {}});
    ASSERT_TRUE(writer);
    EXPECT_EQ((*writer)->append(Bytes(10)).error().text, "a picture of 10 bytes in place of 4608");
    EXPECT_EQ(video_kind("a.MP4"), VideoKind::mp4);
    EXPECT_EQ(video_kind("a.mkv"), std::nullopt);
}

TEST(Video, RatesOutOfWholeIntervals) {
    EXPECT_EQ(rate_of(333'333), (FrameRate{30, 1}));
    EXPECT_EQ(rate_of(333'667), (FrameRate{30'000, 1001}));
    EXPECT_EQ(rate_of(400'000), (FrameRate{25, 1}));
    EXPECT_EQ(rate_of(0), (FrameRate{30, 1}));
    EXPECT_EQ(rate_of(12'345'678), (FrameRate{10'000'000, 12'345'678}));
}

} // namespace
} // namespace ksbox::media

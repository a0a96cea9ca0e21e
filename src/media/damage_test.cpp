// Files that are cut anywhere or have a wrong byte anywhere: each gives samples, or one clear line.
#include <gmock/gmock.h>

#include "media/testing/files.h"

namespace ksbox::media {
namespace {

using testing::audio_file;
using testing::Decoded;
using ::testing::HasSubstr;
using testing::read_all;
using testing::sound;
using testing::TemporaryFile;

constexpr AudioFormat small{.rate_hz = 8'000, .channels = 1};
constexpr std::size_t frames = 1'000; // 125 ms
// No damage makes more of so few samples.
constexpr std::size_t most_bytes = 16u << 20;

struct Kind {
    AudioKind kind;
    const char *ending;
    std::size_t step; ///< every byte, or every so many-th: the coded ones take longer
};

class Damaged : public ::testing::TestWithParam<Kind> {
  protected:
    Damaged()
        : file_(GetParam().ending), samples_(sound(small, frames, 400)),
          bytes_(audio_file(GetParam().kind, small, samples_)), lossless_(lossless()) {}
    static bool lossless() {
        return GetParam().kind == AudioKind::wav || GetParam().kind == AudioKind::flac;
    }
    Decoded read(std::span<const std::byte> bytes) {
        file_.write(bytes);
        return read_all(file_.path(), 4096, most_bytes);
    }
    // "NAME: WHY", printable, in one line that fits a terminal or two.
    void expect_clear(const std::string &error) const {
        const std::string name = file_.path().string() + ": ";
        EXPECT_TRUE(error.starts_with(name)) << error;
        EXPECT_GT(error.size(), name.size() + 8) << error;
        EXPECT_LT(error.size(), name.size() + 320) << error;
        for (const char letter : error)
            EXPECT_TRUE(letter >= ' ' && letter <= '~') << error;
    }

    TemporaryFile file_;
    std::vector<std::byte> samples_, bytes_;
    const bool lossless_;
};

TEST_P(Damaged, TheWholeFileIsRead) {
    const Decoded whole = read(bytes_);
    ASSERT_EQ(whole.error, "");
    EXPECT_EQ(whole.samples.size(), frames * whole.format.frame_bytes());
}

TEST_P(Damaged, CutAnywhere) {
    std::size_t refused = 0;
    for (std::size_t length = 0; length < bytes_.size(); length += GetParam().step) {
        const Decoded cut = read(std::span(bytes_).first(length));
        if (cut.error.empty()) {
            EXPECT_LE(cut.samples.size(), frames * cut.format.frame_bytes()) << length;
            // What is kept bit by bit is not shorter without a word; but a WAV file that ends with
            // its header is an empty one.
            if (lossless_ && !cut.samples.empty())
                EXPECT_TRUE(cut.samples == samples_) << length;
        } else {
            ++refused;
            expect_clear(cut.error);
        }
    }
    EXPECT_GT(refused, 10u);
}

TEST_P(Damaged, AnyByteWrong) {
    std::size_t refused = 0, read_anyway = 0;
    std::vector<std::byte> bytes = bytes_;
    for (std::size_t at = 0; at < bytes.size(); at += GetParam().step) {
        for (const std::byte wrong : {~bytes_[at], std::byte{0}, bytes_[at] ^ std::byte{0x10}}) {
            bytes[at] = wrong;
            const Decoded damaged = read(bytes);
            if (damaged.error.empty()) {
                ++read_anyway;
            } else {
                ++refused;
                expect_clear(damaged.error);
            }
        }
        bytes[at] = bytes_[at];
    }
    EXPECT_GT(refused, 0u); // MP3 has no checksums
    EXPECT_GT(read_anyway, 10u);
}

INSTANTIATE_TEST_SUITE_P(Every, Damaged,
                         ::testing::Values(Kind{AudioKind::wav, ".wav", 2},
                                           Kind{AudioKind::flac, ".flac", 7},
                                           Kind{AudioKind::mp3, ".mp3", 3},
                                           Kind{AudioKind::vorbis, ".ogg", 7},
                                           Kind{AudioKind::aac, ".mp4", 3}),
                         [](const auto &info) { return std::string(info.param.ending + 1); });

// FLAC has checksums: what is wrong among its samples is noticed, whatever byte it is.
TEST(DamagedFlac, NoWrongSamplePasses) {
    const TemporaryFile file(".flac");
    const auto samples = sound(small, frames, 400);
    const auto whole = audio_file(AudioKind::flac, small, samples);
    auto bytes = whole;
    std::size_t noticed = 0;
    const std::size_t audio = whole.size() - 800; // behind all headers
    for (std::size_t at = audio; at < bytes.size(); ++at) {
        bytes[at] ^= std::byte{1};
        file.write(bytes);
        const Decoded read = read_all(file.path());
        if (!read.error.empty())
            ++noticed;
        else
            EXPECT_TRUE(read.samples == samples) << at;
        bytes[at] = whole[at];
    }
    EXPECT_EQ(noticed, bytes.size() - audio);
}

// What comes before the damage is there to be read.
TEST(DamagedFlac, TheFirstHalfIsDelivered) {
    const AudioFormat format;
    const auto samples = sound(format, 100'000);
    auto bytes = audio_file(AudioKind::flac, format, samples);
    bytes[bytes.size() / 2] ^= std::byte{0xFF};
    const TemporaryFile file(".flac");
    file.write(bytes);
    const Decoded read = read_all(file.path());
    EXPECT_THAT(read.error, HasSubstr("damaged"));
    EXPECT_GT(read.samples.size(), samples.size() / 3);
    EXPECT_TRUE(std::equal(read.samples.begin(), read.samples.end(), samples.begin()));
}

} // namespace
} // namespace ksbox::media

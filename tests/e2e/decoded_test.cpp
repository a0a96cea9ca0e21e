// ksbox play reads files that another library, libsndfile, has written: what was stored without
// loss arrives bit by bit, and of the rest what libsndfile decodes, nearly.
#include <cstring>
#include <span>

#include <gmock/gmock.h>
#include <sndfile.h>

#include "e2e/command.h"
#include "e2e/wav_file.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t frames = 30'011;

// A tone with some noise on it, so that lossy coders have something to keep.
std::vector<int> samples(unsigned channels) {
    std::vector<int> result(frames * channels);
    unsigned noise = 1;
    for (std::size_t i = 0; i < result.size(); ++i) {
        noise = noise * 1'664'525 + 1'013'904'223;
        const auto phase = static_cast<int>(i / channels % 100) - 50;
        result[i] = phase * 20'000'000 + static_cast<int>(noise >> 8);
    }
    return result;
}

class Decoded : public Command {
  protected:
    void write(const std::string &name, int format, unsigned channels = 2, int rate = 48'000) {
        SF_INFO facts{};
        facts.samplerate = rate;
        facts.channels = int(channels);
        facts.format = format;
        SNDFILE *out = sf_open(file(name).c_str(), SFM_WRITE, &facts);
        ASSERT_NE(out, nullptr) << name << ": " << sf_strerror(nullptr);
        EXPECT_EQ(sf_writef_int(out, samples(channels).data(), sf_count_t(frames)),
                  sf_count_t(frames));
        sf_close(out);
    }
    Outcome play(const std::string &name) {
        return ksbox(
            {"play", file(name), "--driver", driver("cable"), "--record", file("out.wav")});
    }
    /// 16 bits of each sample as libsndfile decodes them.
    std::vector<std::byte> decoded(const std::string &name) {
        SF_INFO facts{};
        SNDFILE *in = sf_open(file(name).c_str(), SFM_READ, &facts);
        std::vector<std::byte> all;
        short block[4096];
        const sf_count_t fit = sf_count_t(std::size(block)) / facts.channels;
        for (sf_count_t count; (count = sf_readf_short(in, block, fit)) > 0;) {
            const auto bytes = std::as_bytes(std::span(block, std::size_t(count * facts.channels)));
            all.insert(all.end(), bytes.begin(), bytes.end());
        }
        sf_close(in);
        return all;
    }
};

TEST_F(Decoded, FlacOf16And24BitsArrivesBitByBit) {
    for (const auto &[bits, subtype] :
         {std::pair(16u, SF_FORMAT_PCM_16), {24u, SF_FORMAT_PCM_24}}) {
        write("song.flac", SF_FORMAT_FLAC | subtype);
        const Outcome outcome = play("song.flac");
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_EQ(outcome.err, "");
        EXPECT_THAT(outcome.out, HasSubstr("PCM " + std::to_string(bits) +
                                           " bit, 2 channels, "
                                           "48000 Hz"));
        const std::vector<int> all = samples(2);
        const WavFile out = read_wav(file("out.wav"));
        const std::size_t bytes = bits / 8;
        ASSERT_EQ(out.data.size(), all.size() * bytes);
        for (std::size_t i = 0; i < all.size(); ++i)
            ASSERT_EQ(std::memcmp(&out.data[i * bytes],
                                  reinterpret_cast<const char *>(&all[i]) + 4 - bytes, bytes),
                      0)
                << "sample " << i;
    }
}

TEST_F(Decoded, AiffAuAndCafArriveToo) {
    for (const int type : {SF_FORMAT_AIFF, SF_FORMAT_AU, SF_FORMAT_CAF}) {
        write("song", type | SF_FORMAT_PCM_16, 1, 44'100);
        const Outcome outcome = play("song");
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_THAT(outcome.out, HasSubstr("PCM 16 bit, 1 channel, 44100 Hz"));
        EXPECT_TRUE(read_wav(file("out.wav")).data == decoded("song"));
    }
}

TEST_F(Decoded, FloatsStayFloats) {
    write("song.aiff", SF_FORMAT_AIFF | SF_FORMAT_FLOAT);
    const Outcome outcome = play("song.aiff");
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("IEEE_FLOAT 32 bit, 2 channels"));
    EXPECT_EQ(read_wav(file("out.wav")).data.size(), frames * 8);
}

// The coders' delay and padding are left out. Two decoders round differently.
TEST_F(Decoded, OggAndMp3InAsManyBitsAsDriversTake) {
    for (const auto &[name, format] : {std::pair("song.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS),
                                       {"song.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}}) {
        write(name, format);
        const Outcome outcome = play(name);
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_THAT(outcome.out, HasSubstr("PCM 16 bit, 2 channels, 48000 Hz"));
        const std::vector<std::byte> out = read_wav(file("out.wav")).data, expected = decoded(name);
        ASSERT_EQ(out.size(), frames * 4) << name;
        ASSERT_GE(expected.size(), out.size()) << name;
        for (std::size_t i = 0; i < out.size(); i += 2) {
            std::int16_t a = 0, b = 0;
            std::memcpy(&a, &out[i], sizeof a);
            std::memcpy(&b, &expected[i], sizeof b);
            ASSERT_NEAR(a, b, 2) << name << ": sample " << i / 2;
        }
    }
}

TEST_F(Decoded, WhatIsCutOffIsRefusedOrSaidWhere) {
    write("song.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
    std::vector<std::byte> bytes = read_bytes(file("song.flac"));
    bytes.resize(bytes.size() / 2);
    write_bytes(file("song.flac"), bytes);
    EXPECT_THAT(refusal({"play", file("song.flac"), "--driver", driver("cable")}, 2),
                HasSubstr("damaged at byte "));
    write_bytes(file("song.flac"), {bytes.begin(), bytes.begin() + 20});
    EXPECT_THAT(refusal({"play", file("song.flac"), "--driver", driver("cable")}, 2),
                HasSubstr("not a media file"));
}

} // namespace
} // namespace e2e

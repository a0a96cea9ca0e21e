// ksbox play with several files: what arrives at the driver is the sum that sox makes of them.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numbers>

#include <gmock/gmock.h>
#include <sndfile.h>

#include "e2e/command.h"
#include "e2e/wav_file.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;

struct Tone {
    double hz;
    int rate_hz;
    int channels;
    int format; ///< libsndfile's
    double seconds;
};

class Mixed : public Command {
  protected:
    void write(const std::string &name, const Tone &tone) {
        SF_INFO facts{};
        facts.samplerate = tone.rate_hz;
        facts.channels = tone.channels;
        facts.format = tone.format;
        SNDFILE *out = sf_open(file(name).c_str(), SFM_WRITE, &facts);
        ASSERT_NE(out, nullptr) << name << ": " << sf_strerror(nullptr);
        std::vector<double> samples;
        for (std::size_t i = 0; i < std::size_t(tone.seconds * tone.rate_hz); ++i) {
            // It comes and goes: a click's highest frequencies differ from resampler to resampler.
            const double at = double(i) / tone.rate_hz, edge = std::min(at, tone.seconds - at);
            const double level = 0.25 * std::sin(std::numbers::pi / 2 * std::min(1.0, edge / 0.05));
            for (int c = 0; c < tone.channels; ++c)
                samples.push_back(level * level * 4 *
                                  std::sin(2 * std::numbers::pi * tone.hz * (c + 1) * at));
        }
        const auto frames = sf_count_t(samples.size()) / tone.channels;
        EXPECT_EQ(sf_writef_double(out, samples.data(), frames), frames);
        sf_close(out);
    }
    /// The sum of the files in stereo and floats, by sox.
    std::vector<float> reference(const std::vector<std::string> &names, int rate_hz) {
        std::string mix = "sox -m";
        for (const std::string &name : names) {
            const std::string even = file(name + ".even.wav").string();
            const std::string command = "sox '" + file(name).string() +
                                        "' -b 32 -e floating-point '" + even + "' rate " +
                                        std::to_string(rate_hz) + " channels 2";
            EXPECT_EQ(std::system(command.c_str()), 0) << command;
            mix += " -v 1 '" + even + "'";
        }
        const std::string sum = file("sum.wav").string();
        mix += " -b 32 -e floating-point '" + sum + "'";
        EXPECT_EQ(std::system(mix.c_str()), 0) << mix;
        return floats(sum);
    }
    static std::vector<float> floats(const std::filesystem::path &name) {
        SF_INFO facts{};
        SNDFILE *in = sf_open(name.c_str(), SFM_READ, &facts);
        if (in == nullptr) {
            ADD_FAILURE() << name << ": " << sf_strerror(nullptr);
            return {};
        }
        std::vector<float> all(std::size_t(facts.frames * facts.channels));
        EXPECT_EQ(sf_readf_float(in, all.data(), facts.frames), facts.frames);
        sf_close(in);
        return all;
    }
    const std::vector<std::string> names{"a.wav", "b.flac", "c.wav"};
    void write_three() {
        write("a.wav", {440, 48'000, 2, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1.0});
        write("b.flac", {1'000, 44'100, 2, SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 1.3});
        write("c.wav", {3'000, 96'000, 1, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0.7});
    }
    Outcome play(const std::string &to, const std::vector<std::string> &more = {}) {
        std::vector<std::string> arguments{"play"};
        for (const std::string &name : names)
            arguments.push_back(file(name));
        arguments.insert(arguments.end(), {"--driver", driver(to), "--record", file("out.wav")});
        arguments.insert(arguments.end(), more.begin(), more.end());
        return ksbox(arguments);
    }
};

TEST_F(Mixed, ThreeFilesOfThreeFormatsAreTheSumThatSoxMakes) {
    struct Card {
        const char *driver, *format; ///< the best that it takes of 96 kHz and floats
        int rate_hz, bits;
    };
    write_three();
    for (const Card &card : {Card{"speaker", "PCM 24 bit, 2 channels, 96000 Hz", 96'000, 24},
                             {"legacycard", "PCM 16 bit, 2 channels, 48000 Hz", 48'000, 16},
                             {"pcicard", "PCM 16 bit, 2 channels, 48000 Hz", 48'000, 16}}) {
        const std::vector<float> expected = reference(names, card.rate_hz);
        const Outcome outcome = play(card.driver);
        ASSERT_EQ(outcome.code, 0) << card.driver << ": " << outcome.err;
        EXPECT_THAT(outcome.out, HasSubstr(card.format));
        const std::vector<float> sum = floats(file("out.wav"));
        ASSERT_GE(sum.size(), expected.size());
        // The dither's noise is less than one step, its rounding half of one; in 24 bits two
        // resamplers differ by some steps, 124 dB below full scale.
        const double most = card.bits == 16 ? 1.6 / 32'768 : 5.0 / 8'388'608;
        for (std::size_t i = 0; i < expected.size(); ++i)
            ASSERT_LT(std::abs(sum[i] - expected[i]), most) << card.driver << ", sample " << i;
    }
}

TEST_F(Mixed, WhatADeviceDoesNotReachIsTakenDownNoFurtherThanItMust) {
    write("a.wav", {440, 192'000, 6, SF_FORMAT_WAV | SF_FORMAT_PCM_32, 0.2});
    write("b.flac", {1'000, 22'050, 1, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 0.2});
    write("c.wav", {3'000, 8'000, 1, SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 0.2});
    const Outcome outcome = play("speaker");
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("PCM 24 bit, 2 channels, 96000 Hz"));
}

TEST_F(Mixed, TheFormatIsOneThatLosesNothing) {
    write_three();
    const Outcome outcome = play("cable"); // which takes floats at any rate
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("IEEE_FLOAT 32 bit, 2 channels, 96000 Hz"));
}

TEST_F(Mixed, WithoutTheLimiterSumsAreClippedAndNothingElseChanges) {
    const Wave wave{.channels = 1};
    const std::int16_t loud[] = {30'000, -30'000, 1'000, 32'000}, more[] = {10'000, -10'000, 1, 0};
    const auto bytes = [](const std::int16_t(&samples)[4]) {
        std::vector<std::byte> result(sizeof samples);
        std::memcpy(result.data(), samples, sizeof samples);
        return result;
    };
    write_wav(file("a.wav"), wave, bytes(loud));
    write_wav(file("b.wav"), wave, bytes(more));
    const Outcome outcome = ksbox({"play", file("a.wav"), file("b.wav"), "--driver",
                                   driver("cable"), "--record", file("out.wav"), "--no-limiter"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const std::int16_t sum[] = {32'767, -32'768, 1'001, 32'000};
    EXPECT_EQ(read_wav(file("out.wav")).data, bytes(sum));
}

TEST_F(Mixed, InRealTimeToo) {
    write_three();
    const Outcome outcome = play("speaker", {"--time", "realtime"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("1.300 s"));
}

TEST_F(Mixed, ADamagedOneIsNamedBeforeAnythingIsPlayed) {
    write_three();
    std::filesystem::resize_file(file("c.wav"), 20);
    const Outcome outcome = play("speaker");
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("c.wav"));
    EXPECT_FALSE(std::filesystem::exists(file("out.wav")));
}

} // namespace
} // namespace e2e

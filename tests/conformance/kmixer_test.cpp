// Section J8: the system's mixer, as a client of its filter has it.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>

#include <gmock/gmock.h>

#include "conformance/automation_filter.h"
#include "ksbox/guid_names.h"
#include "ksbox/ks.h"
#include "ksbox/property_names.h"
#include "ksbox/system_driver.h"
#include "support/status.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t sink_id = 0, source_id = 1;
enum : std::uint32_t { src_node, volume_node, mute_node, sum_node, limiter_node, meter_node };
constexpr std::int32_t minus_infinity = INT32_MIN;
PropertyName level_property() {
    return find_property("Audio.VOLUMELEVEL");
}
PropertyName mute_property() {
    return find_property("Audio.MUTE");
}
PropertyName meter_property() {
    return find_property("Audio.PEAKMETER");
}
constexpr std::uint32_t node_enable = 1; // KSPROPERTY_TOPOLOGYNODE_ENABLE

constexpr AudioFormat pcm(std::uint16_t bits, std::uint16_t channels = 2,
                          std::uint32_t rate_hz = 48'000) {
    return {.rate_hz = rate_hz, .channels = channels, .bits = bits, .valid_bits = bits};
}
constexpr AudioFormat floats(std::uint16_t channels = 2) {
    return {.channels = channels, .bits = 32, .valid_bits = 32, .is_float = true};
}

template <typename T> std::vector<std::byte> bytes_of(const std::vector<T> &values) {
    const auto bytes = std::as_bytes(std::span(values));
    return {bytes.begin(), bytes.end()};
}
template <typename T> std::vector<T> values_of(std::span<const std::byte> bytes) {
    std::vector<T> values(bytes.size() / sizeof(T));
    std::ranges::copy(bytes.first(values.size() * sizeof(T)),
                      std::as_writable_bytes(std::span(values)).begin());
    return values;
}
/// Three bytes a sample.
std::vector<std::byte> bytes24(const std::vector<std::int32_t> &values) {
    std::vector<std::byte> bytes;
    for (const std::int32_t value : values)
        for (const int shift : {0, 8, 16})
            bytes.push_back(std::byte(value >> shift));
    return bytes;
}

std::vector<float> sine(double hz, double rate_hz, std::size_t frames, float peak) {
    std::vector<float> samples(frames);
    for (std::size_t i = 0; i < frames; ++i)
        samples[i] = peak * float(std::sin(2 * std::numbers::pi * hz * double(i) / rate_hz));
    return samples;
}

struct Voice {
    AudioFormat format;
    std::vector<std::byte> data;
};

class KMixer : public InBothModes {
  protected:
    /// A pin on its way to RUN.
    Pin open(std::uint32_t id, const AudioFormat &format) {
        Pin pin = filter.connect({.pin_id = id, .format = DataFormat::audio(format)});
        for (const PinState state : {PinState::acquire, PinState::pause, PinState::run})
            pin.set_state(state);
        return pin;
    }
    Frame frame(std::span<const std::byte> data, std::uint32_t options = 0) {
        Frame result{.buffer = Buffer(client, std::max<std::size_t>(1, data.size())),
                     .used = std::uint32_t(data.size()),
                     .options = options};
        std::ranges::copy(data, result.buffer.data());
        return result;
    }
    /// Everything that comes out of the source pin until it says that the stream ends.
    std::vector<std::byte> drain(Pin &source, std::size_t frame_bytes = 4096) {
        std::vector<std::byte> all;
        for (bool end = false; !end;) {
            Frame out{.buffer = Buffer(client, frame_bytes)};
            Request read = source.start_read(out);
            if (!read.wait_for(100'000'000)) {
                ADD_FAILURE() << "nothing for ten seconds after " << all.size() << " bytes";
                return all;
            }
            const IoResult result = Pin::finish(out, read);
            EXPECT_EQ(result.status, 0);
            const auto bytes = out.buffer.bytes().first(out.used);
            all.insert(all.end(), bytes.begin(), bytes.end());
            end = result.status != 0 || (out.options & frame_option::end_of_stream) != 0;
        }
        return all;
    }
    /// Each voice in one frame into a sink of its own.
    std::vector<std::byte> mix(const std::vector<Voice> &voices, const AudioFormat &to) {
        std::vector<Pin> sinks;
        std::vector<Frame> frames;
        std::vector<Request> writes;
        for (const Voice &voice : voices) {
            sinks.push_back(
                filter.connect({.pin_id = sink_id, .format = DataFormat::audio(voice.format)}));
            frames.push_back(frame(voice.data, frame_option::end_of_stream));
        }
        for (Pin &sink : sinks)
            if (prepare)
                prepare(sink, std::size_t(&sink - sinks.data()));
        for (std::size_t i = 0; i < sinks.size(); ++i) {
            for (const PinState state : {PinState::acquire, PinState::pause, PinState::run})
                sinks[i].set_state(state);
            writes.push_back(sinks[i].start_write(frames[i]));
        }
        Pin source = open(source_id, to);
        std::vector<std::byte> all = drain(source);
        for (std::size_t i = 0; i < sinks.size(); ++i)
            EXPECT_EQ(Pin::finish(frames[i], writes[i]).status, 0);
        return all;
    }
    /// A node property of one channel (-1: all) of a sink pin, or of the filter.
    template <typename T>
    static void set(KsObject &object, std::uint32_t node, const PropertyName &property,
                    std::int32_t channel, T value) {
        const std::int32_t more[] = {channel, 0};
        object.set(property.set, property.id, std::as_bytes(std::span(&value, 1)), node,
                   std::as_bytes(std::span(more)));
    }
    template <typename T>
    static T get(KsObject &object, std::uint32_t node, const PropertyName &property,
                 std::int32_t channel) {
        const std::int32_t more[] = {channel, 0};
        const auto bytes =
            object.get(property.set, property.id, node, std::as_bytes(std::span(more)));
        return values_of<T>(bytes).at(0);
    }
    static void set_level(KsObject &pin, std::int32_t channel, std::int32_t level) {
        set(pin, volume_node, level_property(), channel, level);
    }
    void limiter(bool on) {
        const std::int32_t value = on;
        filter.set(*guid_by_name("KSPROPSETID_TopologyNode"), node_enable,
                   std::as_bytes(std::span(&value, 1)), limiter_node);
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = load_system_driver(traced.box(), SystemDriver::kmixer);
    Filter filter = client.open_filter(driver.filters().at(0).path);
    std::function<void(Pin &, std::size_t)> prepare;
};
KSBOX_IN_BOTH_MODES(KMixer);

TEST_P(KMixer, J8_ManyPcmStreamsAreAdded) {
    std::vector<Voice> voices;
    for (std::int16_t i = 1; i <= 40; ++i)
        voices.push_back({pcm(16), bytes_of<std::int16_t>({i, std::int16_t(-i), 100, 0})});
    EXPECT_EQ(values_of<std::int16_t>(mix(voices, pcm(16))),
              (std::vector<std::int16_t>{820, -820, 4000, 0}));
}

TEST_P(KMixer, J8_OneStreamPassesBitForBit) {
    std::vector<std::int16_t> samples(4'801 * 2);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = std::int16_t(i * 7919);
    limiter(false);
    EXPECT_EQ(values_of<std::int16_t>(mix({{pcm(16), bytes_of(samples)}}, pcm(16))), samples);
}

TEST_P(KMixer, J8_PcmOfAnyDepthAndFloatMeet) {
    limiter(false);
    const std::vector<std::byte> sum =
        mix({{pcm(8, 1), bytes_of<std::uint8_t>({128 + 32, 128, 0})},
             {pcm(16, 1), bytes_of<std::int16_t>({0x1000, -0x1000, 0})},
             {pcm(24, 1), bytes24({0x080000, 0x080000, 1})},
             {pcm(32, 1), bytes_of<std::int32_t>({0x04000000, 0, 0})},
             {floats(1), bytes_of<float>({0.125F, 0.25F, 0.0F})}},
            floats(1));
    EXPECT_EQ(values_of<float>(sum),
              (std::vector<float>{0.25F + 0.125F + 0.0625F + 0.03125F + 0.125F,
                                  -0.125F + 0.0625F + 0.25F, -1.0F + 0x1p-23F}));
}

TEST_P(KMixer, J8_AnIntersectionIsTheMostThatBothHold) {
    const PinFacts source = filter.pin_facts(source_id);
    ASSERT_EQ(source.ranges.size(), 2u);
    const auto agreed = [&](DataRange range, std::uint32_t most_bits) {
        constexpr std::size_t maximum_bits_at = sizeof(KSDATARANGE) + 8; // KSDATARANGE_AUDIO
        std::memcpy(range.bytes.data() + maximum_bits_at, &most_bits, sizeof most_bits);
        return filter.intersect(sink_id, std::span(&range, 1)).value().audio().value();
    };
    const AudioFormat whole = agreed(source.ranges[0], 20);
    EXPECT_FALSE(whole.is_float);
    EXPECT_EQ(whole.bits, 24u);
    EXPECT_EQ(whole.valid_bits, 20u);
    EXPECT_EQ(whole.rate_hz, 384'000u);
    EXPECT_EQ(whole.channels, 8u);
    for (const std::uint16_t bits : {32, 64}) {
        const AudioFormat real = agreed(source.ranges[1], bits);
        EXPECT_TRUE(real.is_float);
        EXPECT_EQ(real.bits, bits);
    }
    EXPECT_THROW(agreed(source.ranges[1], 48), std::exception); // no float has 48 bits
}

TEST_P(KMixer, J8_AnIntersectionIsExtensibleWhereAPlainFormatWouldNotTell) {
    constexpr std::uint16_t pcm = 1, real = 3, extensible = 0xFFFE;
    struct Case {
        std::size_t range;
        std::uint32_t channels, bits;
        std::uint16_t tag, container;
    };
    for (const Case &one : {Case{0, 1, 16, pcm, 16},
                            {0, 2, 16, pcm, 16},
                            {0, 2, 8, pcm, 8},
                            {0, 3, 16, extensible, 16}, // which channels are they?
                            {0, 2, 17, extensible, 24}, // how many bits count?
                            {0, 2, 24, extensible, 24},
                            {1, 2, 32, real, 32},
                            {1, 3, 32, extensible, 32},
                            {1, 2, 64, real, 64}}) {
        DataRange range = filter.pin_facts(source_id).ranges.at(one.range);
        const std::uint32_t most[] = {one.channels, 8, one.bits}; // channels, least and most bits
        std::memcpy(range.bytes.data() + sizeof(KSDATARANGE), most, sizeof most);
        const auto made = filter.intersect(sink_id, std::span(&range, 1));
        ASSERT_TRUE(made) << one.bits;
        WAVEFORMATEX wave{};
        ASSERT_GE(made->wave().size(), sizeof wave);
        std::memcpy(&wave, made->wave().data(), sizeof wave);
        EXPECT_EQ(wave.wFormatTag, one.tag) << one.channels << ", " << one.bits;
        EXPECT_EQ(wave.wBitsPerSample, one.container) << one.bits;
        EXPECT_EQ(wave.nChannels, one.channels);
        EXPECT_EQ(wave.nBlockAlign, one.channels * one.container / 8);
        EXPECT_EQ(wave.cbSize, one.tag == extensible ? 22 : 0);
    }
    DataRange silent = filter.pin_facts(source_id).ranges.at(0);
    std::memset(silent.bytes.data() + sizeof(KSDATARANGE), 0, sizeof(ULONG)); // no channels
    EXPECT_FALSE(filter.intersect(sink_id, std::span(&silent, 1)));
}

TEST_P(KMixer, J8_inferred_AnExtensibleFormatIsWhole) {
    const DataFormat whole_format = DataFormat::extensible(pcm(24));
    const auto bytes = whole_format.bytes();
    const auto refused = [&](std::uint32_t format_bytes, std::uint16_t extra_bytes) {
        std::vector<std::byte> copy(bytes.begin(), bytes.end());
        std::memcpy(copy.data(), &format_bytes, sizeof format_bytes);
        std::memcpy(copy.data() + sizeof(KSDATAFORMAT) + offsetof(WAVEFORMATEX, cbSize),
                    &extra_bytes, sizeof extra_bytes);
        copy.resize(format_bytes);
        try {
            (void)filter.connect({.pin_id = sink_id, .format = DataFormat(std::move(copy))});
            return false;
        } catch (const Error &) {
            return true;
        }
    };
    constexpr std::uint32_t whole = sizeof(KSDATAFORMAT) + sizeof(WAVEFORMATEX) + 22;
    EXPECT_FALSE(refused(whole, 22));
    EXPECT_TRUE(refused(whole, 0));
    EXPECT_TRUE(refused(whole - 4, 22));
}

TEST_P(KMixer, J8_inferred_ItsFramesAreTenMilliseconds) {
    Pin source = filter.connect({.pin_id = source_id, .format = DataFormat::audio(pcm(16))});
    const PropertyName framing = find_property("Connection.ALLOCATORFRAMING");
    KSALLOCATOR_FRAMING told{};
    const auto bytes = source.get(framing.set, framing.id);
    ASSERT_EQ(bytes.size(), sizeof told);
    std::memcpy(&told, bytes.data(), sizeof told);
    EXPECT_EQ(told.FrameSize, 480u * 4);
}

TEST_P(KMixer, J8_TheSumHasTheDepthThatItsPinAsksFor) {
    const Voice voice{pcm(24), bytes24({0x123456, -0x123456})};
    const std::vector<std::byte> as24 = mix({voice}, pcm(24));
    EXPECT_EQ(as24, voice.data);
    // Bits are lost in 16: the noise of two least significant bits goes with it.
    const auto as16 = values_of<std::int16_t>(mix({voice}, pcm(16)));
    EXPECT_NEAR(as16.at(0), 0x1234, 2);
    EXPECT_NEAR(as16.at(1), -0x1234, 2);
    const auto as8 =
        values_of<std::uint8_t>(mix({{pcm(16), bytes_of<std::int16_t>({0, 0x4000})}}, pcm(8)));
    EXPECT_NEAR(as8.at(0), 128, 2);
    EXPECT_NEAR(as8.at(1), 128 + 64, 2);
}

TEST_P(KMixer, J8_AMonoStreamGoesToBothSides) {
    EXPECT_EQ(
        values_of<std::int16_t>(mix({{pcm(16, 1), bytes_of<std::int16_t>({5, -7})},
                                     {pcm(16, 2), bytes_of<std::int16_t>({100, 200, 300, 400})}},
                                    pcm(16))),
        (std::vector<std::int16_t>{105, 205, 293, 393}));
}

TEST_P(KMixer, J8_MoreThanTwoChannels) {
    // 5.1: front left and right, centre, LFE, back left and right.
    const auto out = values_of<float>(
        mix({{floats(6), bytes_of<float>({0.25F, 0.125F, 0, 0, 0, 0, 0, 0, 0.5F, 0.75F, 0, 0})}},
            floats(2)));
    ASSERT_EQ(out.size(), 4u);
    EXPECT_FLOAT_EQ(out[0], 0.25F);
    EXPECT_FLOAT_EQ(out[1], 0.125F);
    EXPECT_NEAR(out[2], 0.5F * std::numbers::sqrt2 / 2, 1e-6); // the centre to both
    EXPECT_NEAR(out[3], 0.5F * std::numbers::sqrt2 / 2, 1e-6);
    // And up: stereo has its places among eight.
    const auto up =
        values_of<std::int16_t>(mix({{pcm(16), bytes_of<std::int16_t>({11, 22})}}, pcm(16, 8)));
    EXPECT_EQ(up, (std::vector<std::int16_t>{11, 22, 0, 0, 0, 0, 0, 0}));
}

TEST_P(KMixer, J8_RatesAreConverted) {
    const std::vector<float> tone = sine(1'000, 44'100, 44'100, 0.5F);
    const AudioFormat from{
        .rate_hz = 44'100, .channels = 1, .bits = 32, .valid_bits = 32, .is_float = true};
    const auto out = values_of<float>(mix({{from, bytes_of(tone)}}, floats(1)));
    EXPECT_NEAR(double(out.size()), 48'000.0, 2.0);
    const std::vector<float> expected = sine(1'000, 48'000, out.size(), 0.5F);
    double worst = 0;
    for (std::size_t i = 2'000; i + 2'000 < out.size(); ++i) // without the filter's ends
        worst = std::max(worst, std::abs(double(out[i]) - double(expected[i])));
    EXPECT_LT(worst, 1e-4);
}

TEST_P(KMixer, J8_EachStreamHasItsVolume) {
    const Voice loud{floats(2), bytes_of<float>({0.25F, 0.25F})};
    prepare = [](Pin &sink, std::size_t index) {
        if (index != 1)
            return;
        set_level(sink, 0, -20 * 65536);
        set_level(sink, 1, minus_infinity);
        EXPECT_EQ(get<std::int32_t>(sink, volume_node, level_property(), 0), -20 * 65536);
    };
    const auto out = values_of<float>(mix({loud, loud}, floats(2)));
    ASSERT_EQ(out.size(), 2u);
    EXPECT_FLOAT_EQ(out[0], 0.25F + 0.025F);
    EXPECT_FLOAT_EQ(out[1], 0.25F);
}

TEST_P(KMixer, J8_ALevelOutOfRangeBecomesTheNearest) {
    Pin sink = open(sink_id, floats());
    set_level(sink, -1, 50 * 65536);
    for (const std::int32_t channel : {0, 1, 7})
        EXPECT_EQ(get<std::int32_t>(sink, volume_node, level_property(), channel), 12 * 65536);
    set_level(sink, -1, -200 * 65536);
    EXPECT_EQ(get<std::int32_t>(sink, volume_node, level_property(), -1), -96 * 65536);
}

TEST_P(KMixer, J8_AChannelThatTheMixHasNotIsRefused) {
    Pin sink = open(sink_id, floats());
    EXPECT_NO_THROW(set_level(sink, 7, 0)); // no mix yet: any of eight
    Pin source = open(source_id, floats(2));
    EXPECT_NO_THROW(set_level(sink, 1, 0));
    const auto refusal = [](KsObject &object, std::int32_t channel) {
        try {
            set_level(object, channel, 0);
            return 0U;
        } catch (const Error &error) {
            return error.code();
        }
    };
    EXPECT_EQ(refusal(sink, 2), status::invalid_parameter);
    EXPECT_EQ(refusal(sink, -2), status::invalid_parameter);
    EXPECT_EQ(refusal(filter, 0), status::invalid_device_request); // whose volume?
    EXPECT_EQ(refusal(source, 0), status::invalid_device_request);
}

TEST_P(KMixer, J8_WhatAResetFindsOnItsWayIsForgotten) {
    AudioFormat slow = floats(1);
    slow.rate_hz = 44'100; // the resampler holds some of it back
    const std::vector<float> sound(441, 0.5F), silence(441, 0.0F);
    const auto heard = [&](bool resets) {
        Pin sink = open(sink_id, slow), source = open(source_id, floats(1));
        Frame first = frame(std::as_bytes(std::span(sound)));
        Request write = sink.start_write(first);
        Frame out{.buffer = Buffer(client, 16)};
        Request read = source.start_read(out); // it begins when there is somewhere to go
        EXPECT_TRUE(Pin::finish(first, write).success());
        if (resets)
            for (const std::uint32_t step : {0U, 1U}) // KSRESET_BEGIN, _END
                EXPECT_TRUE(client
                                .control(sink.handle(), IOCTL_KS_RESET_STATE,
                                         std::as_bytes(std::span(&step, 1)), {})
                                .success());
        Frame last = frame(std::as_bytes(std::span(silence)), frame_option::end_of_stream);
        Request end = sink.start_write(last);
        EXPECT_TRUE(Pin::finish(out, read).success());
        double sum = 0;
        const auto add = [&](std::span<const std::byte> bytes) {
            for (const float value : values_of<float>({bytes.begin(), bytes.end()}))
                sum += std::abs(value);
        };
        add(out.buffer.bytes().first(out.used));
        add(drain(source));
        EXPECT_TRUE(Pin::finish(last, end).success());
        return sum;
    };
    EXPECT_NEAR(heard(false), 240, 10); // 480 frames
    EXPECT_LT(heard(true), 200);
}

TEST_P(KMixer, J8_AMutedStreamIsNotHeard) {
    prepare = [](Pin &sink, std::size_t index) {
        if (index == 0)
            set(sink, mute_node, mute_property(), -1, std::int32_t(1));
        EXPECT_EQ(get<std::int32_t>(sink, mute_node, mute_property(), 0), std::int32_t(index == 0));
    };
    EXPECT_EQ(values_of<std::int16_t>(mix({{pcm(16), bytes_of<std::int16_t>({1000, 1000})},
                                           {pcm(16), bytes_of<std::int16_t>({1, 2})}},
                                          pcm(16))),
              (std::vector<std::int16_t>{1, 2}));
}

TEST_P(KMixer, J8_TheLimiterBendsWhatWouldClipAndCanBeOff) {
    const std::vector<Voice> two(2, {pcm(16), bytes_of<std::int16_t>({30'000, 1'000})});
    const auto bent = values_of<std::int16_t>(mix(two, pcm(16)));
    EXPECT_GT(bent.at(0), 31'000);
    EXPECT_LT(bent.at(0), 32'767);
    EXPECT_EQ(bent.at(1), 2'000); // below its knee nothing changes
    limiter(false);
    EXPECT_EQ(values_of<std::int16_t>(mix(two, pcm(16))),
              (std::vector<std::int16_t>{32'767, 2'000}));
    EXPECT_EQ(filter.get_as<std::int32_t>(*guid_by_name("KSPROPSETID_TopologyNode"), node_enable,
                                          limiter_node),
              0);
}

TEST_P(KMixer, J8_TheMeterTellsTheGreatestSampleOnce) {
    mix({{pcm(16), bytes_of<std::int16_t>({-0x4000, 0x1000})}}, pcm(16));
    Pin source = open(source_id, pcm(16));
    EXPECT_EQ(get<std::int32_t>(filter, meter_node, meter_property(), 0), 0x3fff);
    EXPECT_EQ(get<std::int32_t>(filter, meter_node, meter_property(), 1), 0xfff);
    EXPECT_EQ(get<std::int32_t>(filter, meter_node, meter_property(), 0), 0);
}

TEST_P(KMixer, J8_AStreamJoinsWithoutTouchingTheOthers) {
    limiter(false);
    std::vector<std::int16_t> ramp(48'000 * 2);
    for (std::size_t i = 0; i < ramp.size(); ++i)
        ramp[i] = std::int16_t(i % 20'000);
    Pin first = open(sink_id, pcm(16)), source = open(source_id, pcm(16));
    Frame all = frame(bytes_of(ramp), frame_option::end_of_stream);
    Request write = first.start_write(all);
    std::vector<std::int16_t> out;
    const auto read = [&] {
        Frame some{.buffer = Buffer(client, 4'800)};
        Request request = source.start_read(some);
        EXPECT_EQ(Pin::finish(some, request).status, 0);
        const auto samples = values_of<std::int16_t>(some.buffer.bytes().first(some.used));
        out.insert(out.end(), samples.begin(), samples.end());
        return (some.options & frame_option::end_of_stream) != 0;
    };
    read();
    const std::size_t joined = out.size();
    {
        const std::vector<std::int16_t> extra(2'000, 5);
        Pin second = open(sink_id, pcm(16));
        Frame more = frame(bytes_of(extra), frame_option::end_of_stream);
        Request other = second.start_write(more);
        for (int i = 0; i < 5; ++i)
            read();
        EXPECT_EQ(Pin::finish(more, other).status, 0);
    } // and leaves
    while (!read()) {
    }
    ASSERT_EQ(out.size(), ramp.size());
    std::size_t added = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int more = out[i] - ramp[i];
        ASSERT_TRUE(more == 0 || more == 5) << "sample " << i;
        added += more == 5;
        if (more == 5)
            EXPECT_GE(i, joined);
    }
    EXPECT_EQ(added, 2'000u);
    EXPECT_EQ(Pin::finish(all, write).status, 0);
}

TEST_P(KMixer, J8_PinsComeAndGoWhileItMixes) {
    Pin stays = open(sink_id, pcm(16)), source = open(source_id, pcm(16));
    std::atomic<bool> over = false;
    std::size_t heard = 0, sent = 0;
    const std::vector<std::byte> block = bytes_of(std::vector<std::int16_t>(960, 3));
    Client::Thread player = client.spawn("player", [&] {
        while (!over) {
            Frame data = frame(block), out{.buffer = Buffer(client, block.size())};
            Request read = source.start_read(out), write = stays.start_write(data);
            sent += Pin::finish(data, write).success() ? block.size() : 0;
            heard += Pin::finish(out, read).success() ? out.used : 0;
        }
    });
    for (int i = 0; i < 100; ++i) {
        Pin guest = open(sink_id, i % 2 ? pcm(16) : pcm(24, 1, 44'100));
        traced.box().run_for(std::chrono::microseconds(i * 10));
    }
    over = true;
    player.join();
    EXPECT_GT(heard, 0u);
    EXPECT_EQ(heard, sent);
}

TEST_P(KMixer, J8_AStreamThatHasNothingDoesNotSilenceTheOthers) {
    Pin silent = open(sink_id, pcm(16)), speaks = open(sink_id, pcm(16)),
        source = open(source_id, pcm(16));
    const std::vector<std::int16_t> samples(960, 7); // one block
    Frame data = frame(bytes_of(samples)), out{.buffer = Buffer(client, samples.size() * 2)};
    Request read = source.start_read(out), write = speaks.start_write(data);
    EXPECT_FALSE(read.wait_for(200'000).has_value()); // it may still come
    EXPECT_EQ(Pin::finish(out, read).status, 0);
    EXPECT_EQ(values_of<std::int16_t>(out.buffer.bytes().first(out.used)), samples);
    EXPECT_EQ(Pin::finish(data, write).status, 0);
    // The next block does not wait again, and what comes late is added to it.
    Frame next = frame(bytes_of(samples)), late = frame(bytes_of(samples));
    Request third = silent.start_write(late), second = speaks.start_write(next);
    Frame both{.buffer = Buffer(client, samples.size() * 2)};
    Request last = source.start_read(both);
    EXPECT_EQ(Pin::finish(both, last).status, 0);
    EXPECT_EQ(values_of<std::int16_t>(both.buffer.bytes().first(both.used)),
              std::vector<std::int16_t>(960, 14));
    EXPECT_EQ(Pin::finish(next, second).status, 0);
    EXPECT_EQ(Pin::finish(late, third).status, 0);
}

TEST_P(KMixer, J8_FormatsThatItCannotMixAreRefusedInWords) {
    const auto why = [&](const AudioFormat &format) -> std::string {
        try {
            filter.connect({.pin_id = sink_id, .format = DataFormat::audio(format)});
        } catch (const Error &error) {
            return error.what();
        }
        return "it was taken";
    };
    EXPECT_THAT(why(pcm(16, 9)), ::testing::HasSubstr("channels"));
    EXPECT_THAT(why(pcm(16, 2, 400'000)), ::testing::HasSubstr("400000"));
    EXPECT_THAT(why(pcm(16, 2, 4'000)), ::testing::HasSubstr("4000"));
    AudioFormat few = pcm(32);
    few.valid_bits = 40;
    EXPECT_THAT(why(few), ::testing::HasSubstr("40"));
}

TEST_P(KMixer, J8_ItsPinsOfferAllOfIt) {
    const PinFacts sink = filter.pin_facts(sink_id), source = filter.pin_facts(source_id);
    EXPECT_EQ(sink.instances.possible, -1);
    EXPECT_EQ(source.instances.possible, 1);
    ASSERT_EQ(sink.ranges.size(), 2u);
    EXPECT_EQ(sink.ranges[0].audio->maximum_channels, 8u);
    EXPECT_EQ(sink.ranges[0].audio->minimum_hz, 8'000u);
    EXPECT_EQ(sink.ranges[0].audio->maximum_hz, 384'000u);
    const auto agreed = filter.intersect(sink_id, source.ranges);
    ASSERT_TRUE(agreed && agreed->audio());
    EXPECT_EQ(agreed->audio()->channels, 8);
    EXPECT_EQ(agreed->audio()->bits, 32);
    EXPECT_EQ(agreed->audio()->rate_hz, 384'000u);
    const FilterFacts facts = filter.facts();
    ASSERT_EQ(facts.nodes.size(), 6u);
    EXPECT_EQ(facts.nodes[sum_node].type, guid_of(KSNODETYPE_SUM));
    EXPECT_EQ(facts.connections.size(), 7u);
}

} // namespace
} // namespace ksbox::testing

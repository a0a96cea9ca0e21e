// Section K: the optional interfaces of WaveRT miniports and their streams: the audio engine node,
// signal processing modes, names of pins, content IDs.
#include <gmock/gmock.h>

#include "support/journal.h"
#include "support/raw_request.h"
#include "support/status.h"
#include "support/traced_box.h"

#include "drivers/engine/engine.h"

namespace ksbox::testing {
namespace {

using namespace status;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Guid engine_set = *Guid::parse("3A2F82DC-886F-4BAA-9EB4-082B9025C536");
constexpr Guid audio_set = *Guid::parse("45FFAAA0-6E1B-11D0-BCF2-444553540000");
constexpr Guid modes_set = *Guid::parse("4F67B528-30C9-40DE-B2FB-859DDD1F3470");
constexpr Guid drm_set = *Guid::parse("2F2C8DDD-4198-4FAC-BA29-61BB05B7DE06");
constexpr Guid pins_set = *Guid::parse("8C134960-51AD-11CF-878A-94F801C10000");
constexpr Guid own_set = *Guid::parse("B0C3A8E5-5B7D-4C59-9F0F-4D6E2C81A713");
constexpr std::uint32_t get = KSPROPERTY_TYPE_GET, set = KSPROPERTY_TYPE_SET,
                        basic = KSPROPERTY_TYPE_BASICSUPPORT;
constexpr std::uint32_t not_implemented = 0xC0000002;
constexpr std::uint32_t any_channel = 0xffffffff;

/// KSPROPERTY_AUDIOENGINE_*.
enum Engine : std::uint32_t {
    local_effects = 0,
    global_effects = 1,
    mix_format = 2,
    device_format = 4,
    supported_formats = 5,
    descriptor = 6,
    buffer_size_range = 7,
    loopback_protection = 8,
    volume_level = 9
};
/// KSPROPERTY_AUDIO_* that a node of the engine has.
enum Audio : std::uint32_t {
    audio_volume = 4,
    audio_mute = 13,
    presentation_position = 52,
    write_position = 53,
    linear_position = 54,
    peak_meter = 55,
    last_write_position = 56
};
/// KSDATAFORMAT_WAVEFORMATEX.
constexpr std::size_t format_bytes = 82, rate_offset = 68;
/// KSAUDIOENGINE_VOLUMELEVEL.
struct VolumeLevel {
    std::int32_t target;
    std::uint32_t curve;
    std::uint64_t duration;
};

class EngineNode : public InBothModes {
  protected:
    Filter open(const std::string &reference) {
        for (const InterfaceFacts &facts : driver.filters())
            if (facts.name == reference)
                return client.open_filter(facts.path);
        throw Error(not_found, "no filter " + reference);
    }
    Pin connect(std::uint32_t pin_id) {
        return engine.connect({.pin_id = pin_id, .format = DataFormat::audio({})});
    }
    Answer ask(Handle object, const Guid &of, std::uint32_t id, std::uint32_t flags,
               std::vector<std::byte> data, std::uint32_t node = ENGINE_NODE) {
        return send(client, object, IOCTL_KS_PROPERTY, node_identifier(of, id, flags, node),
                    std::move(data));
    }
    Answer ask(Handle object, Engine id, std::uint32_t flags, std::vector<std::byte> data) {
        return ask(object, engine_set, id, flags, std::move(data));
    }
    Answer ask_channel(Handle object, const Guid &of, std::uint32_t id, std::uint32_t flags,
                       std::uint32_t channel, std::vector<std::byte> data) {
        const std::uint32_t more[2] = {channel, 0};
        return send(client, object, IOCTL_KS_PROPERTY,
                    joined(node_identifier(of, id, flags, ENGINE_NODE), bytes_of(more)),
                    std::move(data));
    }
    template <typename T> std::uint32_t change(Handle object, Engine id, const T &value) {
        return ask(object, engine_set, id, set, bytes_of(value)).status;
    }
    Answer ask_pin(Filter &on, const Guid &of, std::uint32_t id, std::uint32_t flags,
                   std::uint32_t pin, std::vector<std::byte> data) {
        const std::uint32_t more[2] = {pin, 0};
        return send(client, on.handle(), IOCTL_KS_PROPERTY,
                    joined(identifier(of, id, flags), bytes_of(more)), std::move(data));
    }
    std::uint32_t forward(Handle pin, std::uint32_t is_new, std::uint32_t content = 0) {
        const ENGINE_FORWARD command{std::uint64_t(pin), is_new, content};
        return send(client, engine.handle(), IOCTL_KS_PROPERTY,
                    identifier(own_set, KSPROPERTY_ENGINE_FORWARD, set), bytes_of(command))
            .status;
    }
    std::vector<JournalEntry> calls(std::string_view what) { return only(journal(engine), what); }
    static JournalEntry call(const std::string &what, std::uint64_t first, std::uint64_t second = 0,
                             std::uint64_t third = 0) {
        return {what, {first, second, third}, 0};
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("engine");
    Filter engine = open("Engine");
};
KSBOX_IN_BOTH_MODES(EngineNode);

TEST_P(EngineNode, K18_TheDescriptorComesFromTheMiniport) {
    const Answer answer = ask(engine.handle(), descriptor, get, room(12));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, 12u);
    EXPECT_EQ(answer.as<std::uint32_t>(0), std::uint32_t(ENGINE_HOST));
    EXPECT_EQ(answer.as<std::uint32_t>(4), std::uint32_t(ENGINE_OFFLOAD));
    EXPECT_EQ(answer.as<std::uint32_t>(8), 77u);
    EXPECT_THAT(calls("GetAudioEngineDescriptor"),
                ElementsAre(call("GetAudioEngineDescriptor", ENGINE_NODE)));
    testing::answer(engine, "GetAudioEngineDescriptor", io_device_error, 1);
    EXPECT_EQ(ask(engine.handle(), descriptor, get, room(12)).status, io_device_error);
    EXPECT_EQ(ask(engine.handle(), descriptor, set, room(12)).status, not_found);
}

TEST_P(EngineNode, K18_OnlyTheEnginesNodeHasTheSet) {
    EXPECT_EQ(ask(engine.handle(), engine_set, descriptor, get, room(12), ENGINE_NODE_SUM).status,
              propset_not_found);
    EXPECT_EQ(send(client, engine.handle(), IOCTL_KS_PROPERTY,
                   joined(identifier(engine_set, descriptor, get), bytes_of(std::uint64_t(1))),
                   room(12))
                  .status,
              propset_not_found);
    Filter plain = open("Plain"); // its miniport has a node of that type, and no interface
    EXPECT_EQ(ask(plain.handle(), descriptor, get, room(12)).status, propset_not_found);
    EXPECT_EQ(ask_channel(plain.handle(), audio_set, audio_volume, get, 0, room(4)).status,
              propset_not_found);
}

TEST_P(EngineNode, K18_GlobalEffectsAreTheDevices) {
    EXPECT_EQ(ask(engine.handle(), global_effects, get, room(4)).as<std::uint32_t>(), 1u);
    EXPECT_EQ(change(engine.handle(), global_effects, std::uint32_t(0)), success);
    EXPECT_THAT(calls("SetGfxState"), ElementsAre(call("SetGfxState", ENGINE_NODE, 0)));
    EXPECT_EQ(ask(engine.handle(), global_effects, get, room(4)).as<std::uint32_t>(), 0u);
    EXPECT_EQ(ask(engine.handle(), global_effects, set, room(2)).status, buffer_too_small);
    EXPECT_EQ(ask(engine.handle(), global_effects, basic, room(4)).as<std::uint32_t>(), get | set);
    testing::answer(engine, "SetGfxState", not_supported, 1);
    EXPECT_EQ(change(engine.handle(), global_effects, std::uint32_t(1)), not_supported);
}

TEST_P(EngineNode, K18_FormatsHaveTheSizeThatTheMiniportSays) {
    const Answer size = ask(engine.handle(), mix_format, get, {});
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, format_bytes);
    EXPECT_THAT(calls("GetMixFormat"), IsEmpty());
    EXPECT_EQ(ask(engine.handle(), mix_format, get, room(format_bytes - 1)).status,
              buffer_too_small);
    const Answer mix = ask(engine.handle(), mix_format, get, room(format_bytes + 8));
    EXPECT_EQ(mix.status, success);
    EXPECT_EQ(mix.information, format_bytes);
    EXPECT_EQ(mix.as<std::uint32_t>(rate_offset), 44100u);
    EXPECT_THAT(calls("GetMixFormat"),
                ElementsAre(call("GetMixFormat", ENGINE_NODE, format_bytes)));
    EXPECT_EQ(ask(engine.handle(), mix_format, set, mix.bytes).status, not_found);

    Answer device = ask(engine.handle(), device_format, get, room(format_bytes));
    EXPECT_EQ(device.as<std::uint32_t>(rate_offset), 48000u);
    const std::uint32_t rate = 32000;
    std::memcpy(device.bytes.data() + rate_offset, &rate, sizeof rate);
    EXPECT_EQ(ask(engine.handle(), device_format, set, device.bytes).status, success);
    EXPECT_THAT(calls("SetDeviceFormat"),
                ElementsAre(call("SetDeviceFormat", ENGINE_NODE, format_bytes, rate)));
    EXPECT_EQ(
        ask(engine.handle(), device_format, get, room(format_bytes)).as<std::uint32_t>(rate_offset),
        rate);
    device.bytes.pop_back();
    EXPECT_EQ(ask(engine.handle(), device_format, set, device.bytes).status, buffer_too_small);

    const std::size_t all = 8 + ENGINE_SUPPORTED_FORMATS * format_bytes;
    EXPECT_EQ(ask(engine.handle(), supported_formats, get, {}).information, all);
    const Answer list = ask(engine.handle(), supported_formats, get, room(all));
    EXPECT_EQ(list.status, success);
    EXPECT_EQ(list.as<std::uint32_t>(4), std::uint32_t(ENGINE_SUPPORTED_FORMATS));
    EXPECT_EQ(list.as<std::uint32_t>(8 + 2 * format_bytes + rate_offset), 24000u);
}

TEST_P(EngineNode, K18_inferred_AFormatWithoutASizeIsAFinding) {
    testing::answer(engine, "format size", 12, 1);
    EXPECT_EQ(ask(engine.handle(), mix_format, get, room(format_bytes)).status, unsuccessful);
    EXPECT_THAT(calls("GetMixFormat"), IsEmpty());
    EXPECT_EQ(driver.findings().size(), 1u);
}

TEST_P(EngineNode, K18_TheBufferSizeRangeIsOfTheFormatBehindTheNode) {
    std::vector<std::byte> format = ask(engine.handle(), mix_format, get, room(format_bytes)).bytes;
    const auto range = [&] {
        return send(
            client, engine.handle(), IOCTL_KS_PROPERTY,
            joined(node_identifier(engine_set, buffer_size_range, get, ENGINE_NODE), format),
            room(8));
    };
    const Answer answer = range();
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.as<std::uint32_t>(0), 44100u * 4 / 100);
    EXPECT_EQ(answer.as<std::uint32_t>(4), 44100u * 4);
    EXPECT_EQ(ask(engine.handle(), buffer_size_range, get, room(8)).status, buffer_too_small);
    // A size that is not there is not shown to the miniport.
    forget_journal(engine);
    format[0] = std::byte(format_bytes + 1);
    EXPECT_EQ(range().status, invalid_parameter);
    format[0] = std::byte(format_bytes);
    format[80] = std::byte(22); // WAVEFORMATEX.cbSize
    EXPECT_EQ(range().status, invalid_parameter);
    EXPECT_THAT(calls("GetBufferSizeRange"), IsEmpty());
}

TEST_P(EngineNode, K18_TheDevicesChannelsAreAskedForOnTheFilter) {
    const Handle on = engine.handle();
    EXPECT_EQ(ask_channel(on, audio_set, audio_volume, set, 1, bytes_of(-65536)).status, success);
    EXPECT_EQ(ask_channel(on, audio_set, audio_volume, get, 1, room(4)).as<std::int32_t>(), -65536);
    EXPECT_EQ(ask_channel(on, audio_set, audio_volume, get, 0, room(4)).as<std::int32_t>(), 0);
    EXPECT_THAT(calls("SetDeviceChannelVolume"),
                ElementsAre(call("SetDeviceChannelVolume", ENGINE_NODE, 1, std::uint32_t(-65536))));
    EXPECT_EQ(ask_channel(on, audio_set, audio_mute, set, any_channel, bytes_of(1)).status,
              success);
    EXPECT_EQ(ask_channel(on, audio_set, audio_mute, get, 1, room(4)).as<std::int32_t>(), 1);
    EXPECT_EQ(ask_channel(on, audio_set, peak_meter, get, 1, room(4)).as<std::int32_t>(), 1001);
    EXPECT_EQ(ask_channel(on, audio_set, peak_meter, set, 1, room(4)).status, not_found);
    EXPECT_EQ(ask(on, audio_set, audio_volume, get, room(4)).status, buffer_too_small);
}

TEST_P(EngineNode, K18_inferred_AChannelThatIsNotThereIsNotAskedFor) {
    Pin pin = connect(ENGINE_OFFLOAD);
    forget_journal(engine);
    for (const Handle on : {engine.handle(), pin.handle()})
        for (const std::uint32_t channel : {2u, 0xfffffffeu}) {
            EXPECT_EQ(ask_channel(on, audio_set, audio_volume, get, channel, room(4)).status,
                      invalid_parameter);
            EXPECT_EQ(ask_channel(on, audio_set, audio_mute, set, channel, room(4)).status,
                      invalid_parameter);
        }
    EXPECT_THAT(journal(engine), IsEmpty());
    testing::answer(engine, "channels", 100'000, 1);
    EXPECT_EQ(ask_channel(pin.handle(), audio_set, audio_volume, get, 99'999, room(4)).status,
              unsuccessful);
    EXPECT_EQ(driver.findings().size(), 1u);
}

TEST_P(EngineNode, K18_BasicSupportTellsTheStepsOfEachChannel) {
    Pin pin = connect(ENGINE_OFFLOAD);
    for (const Handle on : {engine.handle(), pin.handle()}) {
        // KSPROPERTY_DESCRIPTION (40), KSPROPERTY_MEMBERSHEADER (16), a KSPROPERTY_STEPPING_LONG
        // (16) for each channel.
        const std::size_t all = 40 + 16 + ENGINE_CHANNELS * 16;
        EXPECT_EQ(ask_channel(on, audio_set, audio_volume, basic, 0, room(4)).as<std::uint32_t>(),
                  get | set);
        EXPECT_EQ(ask_channel(on, audio_set, audio_volume, basic, 0, room(40)).as<std::uint32_t>(4),
                  all);
        const Answer steps = ask_channel(on, audio_set, audio_volume, basic, 0, room(all));
        EXPECT_EQ(steps.status, success);
        EXPECT_EQ(steps.as<std::uint32_t>(48), std::uint32_t(ENGINE_CHANNELS)); // MembersCount
        for (std::size_t channel = 0; channel < ENGINE_CHANNELS; ++channel) {
            EXPECT_EQ(steps.as<std::uint32_t>(56 + 16 * channel), std::uint32_t(ENGINE_STEP));
            EXPECT_EQ(steps.as<std::int32_t>(56 + 16 * channel + 8), ENGINE_MINIMUM);
        }
        EXPECT_EQ(ask_channel(on, audio_set, peak_meter, basic, 0, room(4)).as<std::uint32_t>(),
                  get);
    }
    EXPECT_THAT(calls("GetDeviceAttributeSteppings").size(), 4u);
    EXPECT_EQ(calls("GetStreamAttributeSteppings")[0],
              call("GetStreamAttributeSteppings", ENGINE_OFFLOAD, 0, 32));
}

TEST_P(EngineNode, K18_AStreamsChannelsAreAskedForOnThePin) {
    Pin first = connect(ENGINE_OFFLOAD), second = connect(ENGINE_OFFLOAD);
    const Handle on = first.handle();
    EXPECT_EQ(ask_channel(on, audio_set, audio_volume, set, 0, bytes_of(-131072)).status, success);
    EXPECT_THAT(calls("SetStreamChannelVolume"),
                ElementsAre(call("SetStreamChannelVolume", 0, 0, 0)));
    EXPECT_EQ(ask_channel(on, audio_set, audio_volume, get, 0, room(4)).as<std::int32_t>(),
              -131072);
    EXPECT_EQ(
        ask_channel(second.handle(), audio_set, audio_volume, get, 0, room(4)).as<std::int32_t>(),
        0);
    EXPECT_EQ(ask_channel(on, audio_set, audio_mute, set, 1, bytes_of(1)).status, success);
    EXPECT_EQ(ask_channel(on, audio_set, audio_mute, get, 1, room(4)).as<std::int32_t>(), 1);
    EXPECT_EQ(ask_channel(on, audio_set, peak_meter, get, 1, room(4)).as<std::int32_t>(), 2001);
    EXPECT_THAT(calls("GetDeviceChannelVolume"), IsEmpty());
}

TEST_P(EngineNode, K18_AStreamsVolumeFollowsACurve) {
    Pin pin = connect(ENGINE_OFFLOAD);
    const auto fade = [&](std::uint32_t channel, const VolumeLevel &level) {
        return ask_channel(pin.handle(), engine_set, volume_level, set, channel, bytes_of(level))
            .status;
    };
    EXPECT_EQ(fade(any_channel, {-65536, 1, 5'000'000}), success);
    EXPECT_THAT(calls("SetStreamChannelVolume"),
                ElementsAre(call("SetStreamChannelVolume", any_channel, 1, 5'000'000)));
    EXPECT_EQ(
        ask_channel(pin.handle(), engine_set, volume_level, get, 1, room(4)).as<std::int32_t>(),
        -65536);
    EXPECT_EQ(fade(0, {0, 2, 0}), invalid_parameter);
    EXPECT_EQ(fade(2, {0, 0, 0}), invalid_parameter);
    EXPECT_EQ(ask_channel(pin.handle(), engine_set, volume_level, set, 0, room(15)).status,
              buffer_too_small);
}

TEST_P(EngineNode, K18_WhatIsAStreamsReachesTheStream) {
    Pin pin = connect(ENGINE_OFFLOAD);
    const Handle on = pin.handle();
    EXPECT_EQ(change(on, local_effects, std::uint32_t(0)), success);
    EXPECT_EQ(ask(on, local_effects, get, room(4)).as<std::uint32_t>(), 0u);
    EXPECT_EQ(change(on, loopback_protection, std::uint32_t(1)), success);
    EXPECT_EQ(change(on, loopback_protection, std::uint32_t(2)), invalid_parameter);
    EXPECT_THAT(calls("SetStreamLoopbackProtection"),
                ElementsAre(call("SetStreamLoopbackProtection", ENGINE_OFFLOAD, 1)));
    EXPECT_EQ(ask(on, loopback_protection, get, room(4)).status, not_found);
    EXPECT_EQ(ask(on, audio_set, linear_position, get, room(8)).as<std::uint64_t>(), 0x100000002u);
    const Answer played = ask(on, audio_set, presentation_position, get, room(16));
    EXPECT_EQ(played.as<std::uint64_t>(0), 11u);
    EXPECT_EQ(played.as<std::uint64_t>(8), 12u);
    EXPECT_EQ(ask(on, audio_set, write_position, set, bytes_of(1920)).status, success);
    EXPECT_EQ(ask(on, audio_set, last_write_position, set, bytes_of(100)).status, success);
    EXPECT_THAT(calls("SetStreamCurrentWritePosition"),
                ElementsAre(call("SetStreamCurrentWritePosition", ENGINE_OFFLOAD, 1920)));
    EXPECT_THAT(calls("last buffer"), ElementsAre(call("last buffer", ENGINE_OFFLOAD, 100)));
    // What is the device's a pin may be asked for too: the request says more than it needs to.
    EXPECT_EQ(ask(on, descriptor, get, room(12)).as<std::uint32_t>(8), 77u);
}

TEST_P(EngineNode, K18_inferred_WhatIsAStreamsNeedsOneWithTheInterface) {
    Pin host = connect(ENGINE_HOST);
    const std::pair<Handle, std::uint32_t> cases[] = {{engine.handle(), invalid_device_request},
                                                      {host.handle(), not_supported}};
    for (const auto &[on, expected] : cases) {
        EXPECT_EQ(ask(on, local_effects, get, room(4)).status, expected);
        EXPECT_EQ(change(on, local_effects, std::uint32_t(0)), expected);
        EXPECT_EQ(change(on, loopback_protection, std::uint32_t(0)), expected);
        EXPECT_EQ(ask(on, audio_set, linear_position, get, room(8)).status, expected);
        EXPECT_EQ(ask(on, audio_set, presentation_position, get, room(16)).status, expected);
        EXPECT_EQ(ask(on, audio_set, write_position, set, room(4)).status, expected);
        EXPECT_EQ(ask(on, audio_set, last_write_position, set, room(4)).status, expected);
        EXPECT_EQ(ask_channel(on, engine_set, volume_level, get, 0, room(4)).status, expected);
        EXPECT_EQ(ask_channel(on, engine_set, volume_level, set, 0, room(16)).status, expected);
    }
    EXPECT_EQ(ask_channel(host.handle(), audio_set, audio_volume, get, 0, room(4)).status,
              not_supported);
}

TEST_P(EngineNode, K18_SignalProcessingModesAreAList) {
    const auto modes = [&](std::uint32_t pin, std::size_t bytes) {
        return ask_pin(engine, modes_set, 0, get, pin, room(bytes));
    };
    const Answer size = modes(ENGINE_OFFLOAD, 0);
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, 8u + 16 * ENGINE_MODES);
    const Answer list = modes(ENGINE_OFFLOAD, size.information);
    EXPECT_EQ(list.status, success);
    EXPECT_EQ(list.as<std::uint32_t>(0), 8u + 16 * ENGINE_MODES);
    EXPECT_EQ(list.as<std::uint32_t>(4), std::uint32_t(ENGINE_MODES));
    EXPECT_EQ(list.as<std::uint32_t>(8), std::uint32_t(ENGINE_OFFLOAD)); // the pin's own
    EXPECT_EQ(list.as<std::uint16_t>(8 + 16 + 4), 1u);
    EXPECT_EQ(modes(ENGINE_OFFLOAD, 8).as<std::uint32_t>(4), std::uint32_t(ENGINE_MODES));
    EXPECT_EQ(modes(ENGINE_PINS, 64).status, invalid_parameter);
    testing::answer(engine, "modes", 1, 2);
    const Answer single = modes(ENGINE_OFFLOAD, 64);
    EXPECT_EQ(single.as<std::uint32_t>(4), 1u);
    EXPECT_EQ(single.as<std::uint32_t>(8), std::uint32_t(ENGINE_OFFLOAD));
    testing::answer(engine, "GetModes", io_device_error, 1);
    EXPECT_EQ(modes(ENGINE_HOST, 64).status, io_device_error);
}

TEST_P(EngineNode, K18_APinWithoutModesHasNone) {
    const Answer none = ask_pin(engine, modes_set, 0, get, ENGINE_BRIDGE, room(8));
    EXPECT_EQ(none.status, success);
    EXPECT_EQ(none.as<std::uint32_t>(0), 8u);
    EXPECT_EQ(none.as<std::uint32_t>(4), 0u);
    EXPECT_EQ(ask_pin(engine, modes_set, 0, basic, ENGINE_BRIDGE, room(4)).as<std::uint32_t>(), 0u);
    EXPECT_EQ(ask_pin(engine, modes_set, 0, basic, ENGINE_HOST, room(4)).as<std::uint32_t>(), get);
    Filter plain = open("Plain");
    EXPECT_EQ(ask_pin(plain, modes_set, 0, get, ENGINE_HOST, room(8)).status, propset_not_found);
}

TEST_P(EngineNode, K18_inferred_MoreModesThanThereCanBeAreAFinding) {
    testing::answer(engine, "modes", 100'000, 1);
    EXPECT_EQ(ask_pin(engine, modes_set, 0, get, ENGINE_HOST, room(64)).status, unsuccessful);
    EXPECT_EQ(driver.findings().size(), 1u);
}

TEST_P(EngineNode, K18_TheMiniportNamesItsPins) {
    EXPECT_EQ(engine.pin_facts(ENGINE_HOST).name, "Host");
    const Answer size = ask_pin(engine, pins_set, KSPROPERTY_PIN_NAME, get, ENGINE_HOST, {});
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, 10u);
    testing::answer(engine, "GetPinName", io_device_error, 1);
    EXPECT_EQ(ask_pin(engine, pins_set, KSPROPERTY_PIN_NAME, get, ENGINE_BRIDGE, room(64)).status,
              io_device_error);
    forget_journal(engine);
    EXPECT_EQ(ask_pin(engine, pins_set, KSPROPERTY_PIN_NAME, get, ENGINE_PINS, room(64)).status,
              invalid_parameter);
    EXPECT_THAT(calls("GetPinName"), IsEmpty());
    Filter plain = open("Plain");
    EXPECT_EQ(plain.pin_facts(ENGINE_HOST).name, "Audio"); // as its category
    EXPECT_THAT(calls("GetPinName"), IsEmpty());
}

TEST_P(EngineNode, K18_inferred_APinThatTheMiniportDoesNotNameHasTheRegistrysName) {
    EXPECT_EQ(engine.pin_facts(ENGINE_BRIDGE).name, "Speakers");
    EXPECT_FALSE(calls("GetPinName").empty());
}

TEST_P(EngineNode, K18_AContentIdReachesTheStream) {
    Pin offload = connect(ENGINE_OFFLOAD);
    EXPECT_EQ(forward(offload.handle(), 1), success);
    const auto made = calls("content");
    ASSERT_EQ(made.size(), 1u);
    EXPECT_THAT(calls("SetContentId"),
                ElementsAre(call("SetContentId", ENGINE_OFFLOAD, made[0].values[0], 0)));
    testing::answer(engine, "SetContentId", not_implemented, 1);
    EXPECT_EQ(forward(offload.handle(), 1), not_implemented);
    EXPECT_EQ(forward(offload.handle(), 0, 0x7777), invalid_parameter); // nobody made it
}

TEST_P(EngineNode, K18_AStreamWithoutTheInterfaceTakesNoContent) {
    Pin host = connect(ENGINE_HOST);
    EXPECT_EQ(forward(host.handle(), 1), not_implemented);
    EXPECT_EQ(send(client, host.handle(), IOCTL_KS_PROPERTY, identifier(drm_set, 0, basic), room(4))
                  .as<std::uint32_t>(),
              set);
}

TEST_P(EngineNode, K18_inferred_ContentIdsAreForTheKernelOnly) {
    Pin offload = connect(ENGINE_OFFLOAD);
    // KSP_DRMAUDIOSTREAM_CONTENTID, KSDRMAUDIOSTREAM_CONTENTID
    EXPECT_EQ(send(client, offload.handle(), IOCTL_KS_PROPERTY,
                   joined(identifier(drm_set, 0, set), room(64)), room(16))
                  .status,
              invalid_device_request);
    EXPECT_THAT(calls("SetContentId"), IsEmpty());
}

} // namespace
} // namespace ksbox::testing

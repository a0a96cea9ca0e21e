// Section J: virtual audio devices as clients find, name, open and ask them.
#include "conformance/virtual_devices.h"

namespace ksbox::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace property = sysaudio_property;

class SysAudio : public VirtualDevices {
  protected:
    static Answer name(Filter &file, std::uint32_t id, std::uint32_t device,
                       std::size_t room_bytes = 256) {
        return get(file, sysaudio_set, id, bytes_of(device), room_bytes);
    }
    static std::uint32_t source(Filter &file, const Guid &category, const Guid &name) {
        const Guid both[2] = {category, name};
        const Answer answer = get(file, sysaudio_set, property::create_virtual_source,
                                  bytes_of(both), sizeof(std::uint32_t));
        EXPECT_EQ(answer.status, status::success);
        EXPECT_EQ(answer.information, sizeof(std::uint32_t));
        return answer.as<std::uint32_t>();
    }
    static std::uint32_t attach(Pin &pin, std::uint32_t index) {
        const std::uint32_t rest[2] = {index, 0};
        return set(pin, sysaudio_pin_set, property::attach_virtual_source, {}, bytes_of(rest));
    }
    static std::uint32_t is_attached(Pin &pin, std::uint32_t index) {
        const std::uint32_t rest[2] = {index, 0};
        return get(pin, sysaudio_pin_set, property::attach_virtual_source, bytes_of(rest), 0)
            .status;
    }
    static std::uint32_t open_with(Filter &file, std::uint32_t flags, std::uint32_t device) {
        const std::uint32_t rest[2] = {flags, device};
        return set(file, sysaudio_set, property::instance_info, {}, bytes_of(rest));
    }
    const DataFormat stereo = DataFormat::audio({});
};
KSBOX_IN_BOTH_MODES(SysAudio);

// audio/virtual-audio-devices

TEST_P(SysAudio, J1_EachGraphIsRegisteredAsAnAudioDevice) {
    EXPECT_THAT(devices(), IsEmpty());
    load("legacycard", 1);
    load("pcicard", 2);
    for (std::size_t i = 0; i < 2; ++i) {
        Filter device = open_device(i);
        EXPECT_GE(device.pin_count(), 2u);
        Pin pin = device.connect({.pin_id = 0, .format = stereo});
        EXPECT_EQ(pin.state(), PinState::stop);
    }
}

TEST_P(SysAudio, J1_AVirtualDeviceGoesAndComesWithItsFilter) {
    Driver &card = load("legacycard", 1);
    load("pcicard", 2);
    const std::string first = devices()[0].path, second = devices()[1].path;
    card.remove();
    await_devices(1);
    EXPECT_EQ(devices()[0].path, second);
    card.insert();
    await_devices(2);
    std::vector<std::string> paths{devices()[0].path, devices()[1].path};
    EXPECT_THAT(paths, ::testing::UnorderedElementsAre(first, second));
    Filter file = open_sysaudio();
    EXPECT_EQ(count(file), 2u);
}

TEST_P(SysAudio, J1_ADeviceThatIsPulledOutLeavesItsFilesWithErrors) {
    Driver &card = load("legacycard", 1);
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    card.surprise_remove();
    await_devices(0);
    EXPECT_THROW(device.connect({.pin_id = 1, .format = stereo}), Error);
    constexpr std::uint32_t device_does_not_exist = 0xC00000C0;
    EXPECT_EQ(get(device, sysaudio_set, property::device_instance).status, device_does_not_exist);
    EXPECT_EQ(name(device, property::friendly_name, 0).status, status::invalid_parameter);
}

TEST_P(SysAudio, J1_AnAdapterDriverInTheReservedCategoryIsFoundOut) {
    Driver &driver = traced.load("mixer_reserved");
    const auto found = Contains(HasSubstr("is registered in KSCATEGORY_AUDIO_DEVICE"));
    await([&] { return ::testing::Value(driver.findings(), found); });
    EXPECT_THAT(driver.findings(), found);
    Filter file = open_sysaudio();
    EXPECT_EQ(count(file), 0u);
}

TEST_P(SysAudio, J1_AFilterThatOnlyStandsBetweenIsNoDevice) {
    traced.load("mixer");
    traced.load("gain");
    load("legacycard", 1);
    Filter file = open_sysaudio();
    EXPECT_EQ(count(file), 1u);
}

// audio/ksproperty-sysaudio-device-count, -device-instance, -device-friendly-name,
// -device-interface-name, -instance-info

TEST_P(SysAudio, J2_TheCountIsThatOfTheVirtualDevices) {
    Filter file = open_sysaudio();
    EXPECT_EQ(count(file), 0u);
    load("legacycard", 1);
    EXPECT_EQ(count(file), 1u);
    load("pcicard", 2);
    EXPECT_EQ(count(file), 2u);
    const Answer small = get(file, sysaudio_set, property::device_count, {}, 2);
    EXPECT_EQ(small.status, status::buffer_too_small);
}

TEST_P(SysAudio, J2_SettingTheInstanceOpensADeviceAndGettingTellsWhich) {
    load("legacycard", 1);
    load("pcicard", 2);
    Filter file = open_sysaudio();
    const auto instance = [&] {
        return file.get_as<std::uint32_t>(sysaudio_set, property::device_instance);
    };
    for (const std::uint32_t device : {0u, 1u, 0u}) {
        ASSERT_EQ(choose(file, device), status::success);
        EXPECT_EQ(instance(), device);
        EXPECT_GE(file.pin_count(), 2u);
    }
    Pin pin = file.connect({.pin_id = 0, .format = stereo});
    EXPECT_EQ(choose(file, 1), status::success);
    EXPECT_EQ(pin.state(), PinState::stop); // of the device that was current then
}

TEST_P(SysAudio, J2_inferred_WithoutADeviceTheFileHasNoPins) {
    load("legacycard", 1);
    Filter file = open_sysaudio();
    EXPECT_EQ(get(file, guid_of(KSPROPSETID_Pin), KSPROPERTY_PIN_CTYPES).status,
              status::invalid_device_request);
    EXPECT_EQ(get(file, guid_of(KSPROPSETID_Topology), 1 /* nodes */).status,
              status::invalid_device_request);
    EXPECT_EQ(get(file, sysaudio_set, property::device_instance).status,
              status::invalid_device_request);
    EXPECT_THROW(file.connect({.pin_id = 0, .format = stereo}), Error);
    EXPECT_EQ(name(file, property::friendly_name, current_device).status,
              status::invalid_device_request);
}

TEST_P(SysAudio, J2_inferred_IdsBeyondTheCountAreInvalid) {
    load("legacycard", 1);
    Filter file = open_sysaudio();
    EXPECT_EQ(choose(file, 1), status::invalid_parameter);
    EXPECT_EQ(choose(file, current_device), status::invalid_parameter);
    EXPECT_EQ(open_with(file, 0, 1), status::invalid_parameter);
    EXPECT_EQ(name(file, property::friendly_name, 1).status, status::invalid_parameter);
    EXPECT_EQ(name(file, property::interface_name, 7).status, status::invalid_parameter);
    EXPECT_EQ(name(file, property::component_id, 1).status, status::invalid_parameter);
    EXPECT_EQ(choose(file, 0), status::success);
    // "valid device IDs range from 0 to n-1" here, with no word of -1.
    EXPECT_EQ(name(file, property::component_id, current_device).status, status::invalid_parameter);
}

TEST_P(SysAudio, J2_MinusOneNamesTheCurrentDevice) {
    load("legacycard", 1);
    load("pcicard", 2);
    Filter file = open_sysaudio();
    for (const std::uint32_t device : {1u, 0u}) {
        ASSERT_EQ(choose(file, device), status::success);
        for (const std::uint32_t id : {property::friendly_name, property::interface_name}) {
            const Answer own = name(file, id, current_device), same = name(file, id, device);
            EXPECT_EQ(own.status, status::success);
            EXPECT_FALSE(text_of(own).empty());
            EXPECT_EQ(text_of(own), text_of(same));
        }
    }
}

TEST_P(SysAudio, J2_TheInterfaceNameOpensTheDevice) {
    load("legacycard", 1);
    Filter file = open_sysaudio();
    const std::u16string text = text_of(name(file, property::interface_name, 0));
    std::string path(text.begin(), text.end());
    EXPECT_EQ(path, devices()[0].path);
    EXPECT_GE(client.open_filter(path).pin_count(), 2u);
}

TEST_P(SysAudio, J2_ANameSaysHowLongItIs) {
    load("legacycard", 1);
    Filter file = open_sysaudio();
    const Answer size = name(file, property::friendly_name, 0, 0);
    EXPECT_EQ(size.status, status::buffer_overflow);
    const Answer all = name(file, property::friendly_name, 0, size.information);
    EXPECT_EQ(all.status, status::success);
    EXPECT_EQ(all.information, size.information);
    EXPECT_EQ((text_of(all).size() + 1) * 2, size.information); // with its zero
    EXPECT_EQ(name(file, property::friendly_name, 0, size.information - 1).status,
              status::buffer_too_small);
    EXPECT_EQ(get(file, sysaudio_set, property::friendly_name).status, status::buffer_too_small);
}

TEST_P(SysAudio, J2_InstanceInfoOpensADeviceToo) {
    load("legacycard", 1);
    Filter file = open_sysaudio();
    EXPECT_EQ(open_with(file, dont_combine_pins, 0), status::success);
    EXPECT_EQ(file.get_as<std::uint32_t>(sysaudio_set, property::device_instance), 0u);
    EXPECT_EQ(open_with(file, 2, 0), status::invalid_parameter); // an unknown flag
    const std::uint32_t flags[2] = {dont_combine_pins, 0}, others[2] = {0, 0};
    EXPECT_EQ(get(file, sysaudio_set, property::instance_info, bytes_of(flags), 0).status,
              status::success);
    EXPECT_EQ(get(file, sysaudio_set, property::instance_info, bytes_of(others), 0).status,
              status::not_found);
}

TEST_P(SysAudio, J2_UnlessCombinedMixerPinsHaveAFactoryOfTheirOwn) {
    traced.load("mixer");
    load("legacycard", 1);
    Filter file = open_sysaudio();
    ASSERT_EQ(choose(file, 0), status::success);
    const std::uint32_t combined = file.pin_count();
    EXPECT_EQ(file.pin_facts(0).instances.possible, -1); // the mixer's
    ASSERT_EQ(open_with(file, dont_combine_pins, 0), status::success);
    EXPECT_EQ(file.pin_count(), combined + 1);
    EXPECT_EQ(file.pin_facts(0).instances.possible, -1);
    EXPECT_EQ(file.pin_facts(1).instances.possible, 1); // the card's
}

// audio/ksproperty-sysaudio-create-virtual-source, -attach-virtual-source

TEST_P(SysAudio, J3_TheSameSourceHasTheSameIndex) {
    load("legacycard", 1);
    Filter file = open_sysaudio(), other = open_device();
    const Guid midi = *Guid::parse("DFF220E1-F70F-11D0-B917-00A0C9223196"),
               cd = *Guid::parse("DFF220E3-F70F-11D0-B917-00A0C9223196");
    const std::uint32_t first = source(file, midi, midi);
    EXPECT_EQ(source(file, midi, midi), first);
    EXPECT_EQ(source(other, midi, midi), first); // another client's
    const std::uint32_t second = source(file, midi, cd), third = source(file, cd, cd);
    EXPECT_NE(second, first);
    EXPECT_NE(third, first);
    EXPECT_NE(third, second);
    EXPECT_EQ(source(file, cd, cd), third);
}

TEST_P(SysAudio, J3_AttachingBindsASourceToAPin) {
    load("legacycard", 1);
    Filter file = open_device();
    const Guid cd = *Guid::parse("DFF220E3-F70F-11D0-B917-00A0C9223196");
    const std::uint32_t index = source(file, cd, cd);
    Pin render = file.connect({.pin_id = 0, .format = stereo});
    EXPECT_EQ(is_attached(render, index), status::not_found);
    EXPECT_EQ(attach(render, index + 1), status::invalid_parameter);
    EXPECT_EQ(attach(render, index), status::success);
    EXPECT_EQ(is_attached(render, index), status::success);
    Pin capture = file.connect({.pin_id = 1, .format = stereo});
    EXPECT_EQ(attach(capture, index), status::invalid_device_request);
    EXPECT_EQ(set(render, sysaudio_pin_set, property::attach_virtual_source, {}, {}),
              status::buffer_too_small);
}

} // namespace
} // namespace ksbox::testing

// SysAudio as its clients see it: a box with it, its property sets, and the virtual devices that
// stand for the drivers a test loads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "ksbox/system_driver.h"
#include "samples/streaming.h"
#include "support/raw_connect.h"
#include "support/raw_request.h"
#include "support/status.h"
#include "support/traced_box.h"

namespace ksbox::testing {

// ksmedia.h has these for targets before Windows Vista only.
inline const Guid sysaudio_category = *Guid::parse("A7C7A5B1-5AF3-11D1-9CED-00A024BF0407");
inline const Guid audio_device_category = *Guid::parse("FBF6F530-07B9-11D2-A71E-0000F8004788");
inline const Guid sysaudio_set = *Guid::parse("CBE3FAA0-CC75-11D0-B465-00001A1818E6");
inline const Guid sysaudio_pin_set = *Guid::parse("A3A53220-C6E4-11D0-B465-00001A1818E6");
namespace sysaudio_property {
inline constexpr std::uint32_t device_count = 1, friendly_name = 2, device_instance = 3,
                               interface_name = 4, select_graph = 5, create_virtual_source = 6,
                               instance_info = 14, component_id = 16;
inline constexpr std::uint32_t attach_virtual_source = 1; ///< of the pin's set
} // namespace sysaudio_property
inline constexpr std::uint32_t dont_combine_pins = 1, current_device = 0xffffffff;

class VirtualDevices : public InBothModes {
  protected:
    /// SysAudio leaves nothing behind; everything on it is closed by then.
    ~VirtualDevices() override;

    /// Loads a driver and waits for so many virtual devices in all.
    Driver &load(const std::string &name, std::size_t devices);
    /// Waits, for at most ten seconds of the box's time, until there are so many.
    void await_devices(std::size_t count);
    void await(const std::function<bool()> &condition);
    std::vector<InterfaceFacts> devices() { return client.interfaces(audio_device_category); }
    /// The file on which a virtual device may be chosen.
    Filter open_sysaudio();
    /// The file that is a virtual device from the start.
    Filter open_device(std::size_t index = 0);

    static Answer get(KsObject &file, const Guid &set, std::uint32_t id,
                      const std::vector<std::byte> &more = {}, std::size_t room_bytes = 256);
    static std::uint32_t set(KsObject &file, const Guid &set, std::uint32_t id,
                             const std::vector<std::byte> &value,
                             const std::vector<std::byte> &more = {});
    /// KSPROPERTY_SYSAUDIO_DEVICE_INSTANCE: the status of setting it.
    static std::uint32_t choose(Filter &file, std::uint32_t device);
    static std::uint32_t count(Filter &file);
    /// What a name property tells, up to its zero.
    static std::u16string text_of(const Answer &answer);

    /// The text of every event "sysaudio.…" of that kind since the last mark.
    std::vector<std::string> told(const std::string &kind, const char *field);

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &sysaudio = load_system_driver(traced.box(), SystemDriver::sysaudio);
};

} // namespace ksbox::testing

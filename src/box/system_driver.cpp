// The system's own audio drivers: host code with a driver object and a root device like any other.
#include "base/status_names.h"
#include "base/unicode.h"
#include "box/state.h"
#include "mixer/driver.h"
#include "nt/io/pnp.h"
#include "rtstream/driver.h"
#include "sysaudio/driver.h"

namespace ksbox {
namespace {

struct Entry {
    const char *name;
    const char16_t *description;
    PDRIVER_INITIALIZE entry;
};

const Entry &entry_of(SystemDriver which) {
    static const Entry kmixer = {"kmixer", u"Kernel Mixer", mixer::driver_entry};
    static const Entry rtstream = {"rtstream", u"WaveRT Streaming", rtstream::driver_entry};
    static const Entry sysaudio = {"sysaudio", u"System Audio", sysaudio::driver_entry};
    switch (which) {
    case SystemDriver::sysaudio:
        return sysaudio;
    case SystemDriver::rtstream:
        return rtstream;
    case SystemDriver::kmixer:
        break;
    }
    return kmixer;
}

} // namespace

SystemDriverState::SystemDriverState(Box::State &box, SystemDriver which)
    : LoadedDriver(box, entry_of(which).name), which(which) {}

void SystemDriverState::start() {
    box_.run([&] {
        auto object = box_.kernel->io().create_driver(to_utf16(name_), entry_of(which).entry);
        if (!object)
            throw_status(object.error(), name_ + " does not start");
        object_ = *object;
        try {
            make_device();
        } catch (const BoxStopped &) {
            throw;
        } catch (...) {
            std::vector<std::string> left;
            take_down_object(left);
            throw;
        }
    });
}

void SystemDriverState::make_device() {
    io::DeviceFacts device;
    device.device_id = u"ROOT\\" + to_utf16(name_);
    device.hardware_ids = {device.device_id};
    device.friendly_name = device.description = entry_of(which).description;
    if (auto node = box_.kernel->io().pnp().add_device(object_, std::move(device)); !node)
        throw_status(node.error(), name_ + ": its device did not start");
    await_post_start();
}

std::vector<std::string> SystemDriverState::unload() {
    std::vector<std::string> left;
    if (object_ != nullptr)
        box_.run([&] { take_down_object(left); });
    return left;
}

Driver &load_system_driver(Box &box, SystemDriver which) {
    Box::State &state = box.state();
    for (const auto &driver : state.system_drivers)
        if (driver->which == which)
            return *driver;
    if (which == SystemDriver::sysaudio)
        (void)load_system_driver(box, SystemDriver::rtstream);
    auto driver = std::make_unique<SystemDriverState>(state, which);
    driver->start();
    state.system_drivers.push_back(std::move(driver));
    return *state.system_drivers.back();
}

} // namespace ksbox

#include "box/host_driver.h"

#include "base/unicode.h"
#include "box/state.h"
#include "nt/io/pnp.h"

namespace ksbox {

HostDriverState::HostDriverState(Box::State &box, const HostDriver &which)
    : LoadedDriver(box, which.name), which(which) {}

void HostDriverState::start() {
    box_.run([&] {
        auto object = box_.kernel->io().create_driver(to_utf16(name_), which.entry);
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

void HostDriverState::make_device() {
    io::DeviceFacts device;
    device.device_id = u"ROOT\\" + to_utf16(name_);
    device.hardware_ids = {device.device_id};
    device.friendly_name = device.description = which.description;
    if (auto node = box_.kernel->io().pnp().add_device(object_, std::move(device)); !node)
        throw_status(node.error(), name_ + ": its device did not start");
    await_post_start();
}

std::vector<std::string> HostDriverState::unload() {
    std::vector<std::string> left;
    if (object_ != nullptr)
        box_.run([&] { take_down_object(left); });
    return left;
}

namespace {

HostDriverState *find(Box::State &state, const HostDriver &which) {
    for (const auto &driver : state.host_drivers)
        if (driver->name() == which.name)
            return driver.get();
    return nullptr;
}

} // namespace

Driver &load_host_driver(Box &box, const HostDriver &which) {
    Box::State &state = box.state();
    if (HostDriverState *driver = find(state, which))
        return *driver;
    auto driver = std::make_unique<HostDriverState>(state, which);
    driver->start();
    state.host_drivers.push_back(std::move(driver));
    return *state.host_drivers.back();
}

PDRIVER_OBJECT host_driver_object(Box &box, const HostDriver &which) {
    const HostDriverState *driver = find(box.state(), which);
    return driver ? driver->object() : nullptr;
}

} // namespace ksbox

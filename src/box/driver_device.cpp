// A driver's object and device on the root bus: what it offers, pulled out, removed, put back.
#include <algorithm>

#include "base/status_names.h"
#include "base/unicode.h"
#include "box/state.h"
#include "ks/device.h"
#include "ks/lint.h"
#include "nt/io/interfaces.h"
#include "nt/io/pnp.h"
#include "nt/io/user_services.h"

namespace ksbox {

bool LoadedDriver::has_device() const {
    return std::ranges::any_of(box_.kernel->io().pnp().nodes(), [this](io::DeviceNode *node) {
        return node->function_driver == object_ && node->state != io::DeviceState::surprise_removed;
    });
}

io::DeviceNode &LoadedDriver::device() {
    if (object_ != nullptr)
        for (io::DeviceNode *node : box_.kernel->io().pnp().nodes())
            if (node->function_driver == object_ &&
                node->state != io::DeviceState::surprise_removed)
                return *node;
    throw_status(Status(STATUS_NO_SUCH_DEVICE), name_ + " has no device");
}

void LoadedDriver::surprise_remove() {
    box_.run([&] {
        if (auto done = box_.kernel->io().pnp().surprise_remove(device()); !done)
            throw_status(done.error(), "the device of " + name_ + " cannot be pulled out");
    });
}

void LoadedDriver::remove() {
    box_.run([&] {
        if (auto done = box_.kernel->io().pnp().remove(device()); !done)
            throw_status(done.error(), "the device of " + name_ + " is not removed");
    });
}

void LoadedDriver::insert() {
    box_.run([&] {
        if (object_ == nullptr || object_->DriverExtension->AddDevice == nullptr)
            throw_status(Status(STATUS_NOT_SUPPORTED), name_ + " takes no device");
        if (has_device())
            throw_status(Status(STATUS_DEVICE_ALREADY_ATTACHED), name_ + " has its device");
        make_device();
    });
}

// Interfaces follow PostStart, which AVStream calls in a worker: whoever asked for the device is to
// find them. A driver that takes longer than a second is left alone.
void LoadedDriver::await_post_start() {
    LARGE_INTEGER patience{.QuadPart = -10'000'000};
    for (PDEVICE_OBJECT made = object_->DeviceObject; made != nullptr; made = made->NextDevice)
        if (ks::Device *device = ks::Device::of(made))
            KeWaitForSingleObject(&device->post_start_done, Executive, KernelMode, FALSE,
                                  &patience);
}

bool LoadedDriver::take_down_object(std::vector<std::string> &left) {
    io::IoManager &io = box_.kernel->io();
    if (auto unloaded = io.unload_driver(object_); !unloaded) {
        left.push_back(name_ + " cannot be unloaded: " + describe_status(unloaded.error().value()));
        std::string what = io.describe_left(object_);
        if (what.ends_with('\n'))
            what.pop_back();
        if (!what.empty())
            left.push_back(std::move(what));
        return false;
    }
    box_.kernel->extension<ks::Findings>().forget(object_);
    object_ = nullptr;
    return true;
}

std::vector<std::string> LoadedDriver::findings() {
    if (object_ == nullptr)
        return {};
    std::vector<std::string> found;
    box_.run([&] { found = box_.kernel->extension<ks::Findings>().of(object_); });
    return found;
}

std::vector<InterfaceFacts> LoadedDriver::filters() {
    std::vector<InterfaceFacts> filters;
    box_.run([&] {
        std::vector<std::pair<PDEVICE_OBJECT, std::u16string>> seen;
        for (const auto &interface : box_.kernel->io().interfaces().all()) {
            if (!interface->enabled || interface->physical == nullptr)
                continue;
            io::DeviceNode *node = box_.kernel->io().pnp().node_of(interface->physical);
            if (node == nullptr || node->function_driver != object_)
                continue;
            std::pair filter(interface->physical.load(), interface->reference);
            if (std::ranges::find(seen, filter) != seen.end())
                continue;
            seen.push_back(filter);
            const io::user::InterfaceFacts facts = io::user::describe(*interface);
            filters.push_back({to_utf8(facts.path), to_utf8(interface->reference), facts.category,
                               to_utf8(facts.friendly_name), to_utf8(facts.device_name)});
        }
    });
    return filters;
}

} // namespace ksbox

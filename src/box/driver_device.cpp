// A driver's device on the root bus: pulled out, removed in order, and put back.
#include "box/state.h"
#include "nt/io/pnp.h"

namespace ksbox {

io::DeviceNode &DriverState::device() {
    if (object_ != nullptr)
        for (io::DeviceNode *node : box_.kernel->io().pnp().nodes())
            if (node->function_driver == object_ &&
                node->state != io::DeviceState::surprise_removed)
                return *node;
    throw_status(Status(STATUS_NO_SUCH_DEVICE), name_ + " has no device");
}

void DriverState::surprise_remove() {
    box_.run([&] {
        if (auto done = box_.kernel->io().pnp().surprise_remove(device()); !done)
            throw_status(done.error(), "the device of " + name_ + " cannot be pulled out");
    });
}

void DriverState::remove() {
    box_.run([&] {
        if (auto done = box_.kernel->io().pnp().remove(device()); !done)
            throw_status(done.error(), "the device of " + name_ + " is not removed");
    });
}

void DriverState::insert() {
    box_.run([&] {
        if (object_ == nullptr || object_->DriverExtension->AddDevice == nullptr)
            throw_status(Status(STATUS_NOT_SUPPORTED), name_ + " takes no device");
        for (io::DeviceNode *node : box_.kernel->io().pnp().nodes())
            if (node->function_driver == object_ &&
                node->state != io::DeviceState::surprise_removed)
                throw_status(Status(STATUS_DEVICE_ALREADY_ATTACHED), name_ + " has its device");
        box::Installation::Written installed;
        if (auto node = make_device(installed); !node) {
            if (!installed)
                throw Error(std::uint32_t(node.error().value()),
                            installation_->message(installed.error()));
            throw_status(node.error(), name_ + ": its device did not start");
        }
    });
}

} // namespace ksbox

// The I/O manager's birth, and the names it gives to what it owns.
#include "nt/io/io_manager.h"

#include <algorithm>

#include "base/unicode.h"
#include "nt/io/device_object.h"
#include "nt/io/driver_object.h"
#include "nt/io/file_object.h"
#include "nt/io/interfaces.h"
#include "nt/io/irp.h"
#include "nt/io/notifications.h"
#include "nt/io/pnp.h"
#include "nt/io/state.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"

namespace ksbox::io {

namespace {

/// Pins and clocks carry structures in their names: the text before them is what can be read.
std::string readable(const std::string &name) {
    const auto end =
        std::ranges::find_if(name, [](unsigned char c) { return c < 0x20 || c > 0x7e; });
    return end == name.end() ? name : std::string(name.begin(), end) + "...";
}

} // namespace

IoManager::IoManager(Kernel &kernel) : kernel_(kernel), state_(std::make_unique<State>()) {
    define_device_type(kernel);
    define_driver_type(kernel);
    define_file_type(kernel);
    interfaces_ = std::make_unique<Interfaces>(*this);
    notifications_ = std::make_unique<Notifications>(*this);
    pnp_ = std::make_unique<Pnp>(*this);
}

IoManager::~IoManager() = default;

std::u16string IoManager::next_device_name() {
    const auto number = __atomic_fetch_add(&state_->next_device, 1, __ATOMIC_RELAXED);
    constexpr char16_t digits[] = u"0123456789abcdef";
    std::u16string name = u"\\Device\\";
    for (int shift = 28; shift >= 0; shift -= 4)
        name += digits[(number >> shift) & 0xf];
    return name;
}

void IoManager::shut_down() {
    (void)on_system_thread("Shutdown", [&] {
        for (;;) {
            PDEVICE_OBJECT device = nullptr;
            {
                ke::HostLockGuard guard(state_->database_lock);
                if (state_->shutdown_devices.empty())
                    return;
                device = state_->shutdown_devices.back();
                kernel_.objects().reference(device);
            }
            IoUnregisterShutdownNotification(device);
            auto *top = top_of_stack(kernel_, device);
            if (auto *irp = allocate_irp(kernel_, top->StackSize)) {
                IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_SHUTDOWN;
                send_and_wait(kernel_, top, irp);
            }
            kernel_.objects().dereference(top);
            kernel_.objects().dereference(device);
        }
    });
}

std::string IoManager::describe(const void *address) {
    if (!address)
        return {};
    auto &objects = kernel_.objects();
    if (objects.is_object(address)) {
        const auto type = objects.type_of(address);
        const auto name = to_utf8(objects.name_of(address));
        const auto id = std::to_string(objects.id_of(address));
        switch (type) {
        case ob::ObjectType::file:
            return "file" + id + " " + readable(name);
        case ob::ObjectType::device: {
            if (!name.empty())
                return "device " + name;
            auto *driver = static_cast<const DEVICE_OBJECT *>(address)->DriverObject;
            return "device" + id + " of " + to_utf8(objects.name_of(driver));
        }
        case ob::ObjectType::driver:
            return "driver " + name;
        default:
            return {};
        }
    }
    const auto block = kernel_.pool().find(address);
    if (block && block->address == address && block->bytes >= sizeof(IRP)) {
        auto *irp = static_cast<PIRP>(const_cast<void *>(address));
        if (irp->Type == IO_TYPE_IRP && block->bytes >= irp->Size + sizeof(IrpTrailer))
            if (const auto number = irp_number(irp))
                return "irp" + std::to_string(number);
    }
    return {};
}

} // namespace ksbox::io

// Driver objects: made, entered, unloaded.
#include "nt/io/driver_object.h"

#include <algorithm>
#include <cstring>

#include "abi/export.h"
#include "base/unicode.h"
#include "nt/call_driver.h"
#include "nt/cm/registry.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/pnp.h"
#include "nt/io/reinitialization.h"
#include "nt/io/state.h"
#include "nt/ke/scheduler.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"

namespace ksbox::io {

namespace {

constexpr std::uint32_t string_tag = 0x53'6d'6e'4f;    // "OnmS"
constexpr std::uint32_t extension_tag = 0x78'45'72'44; // "DrEx"

void remove_driver(Kernel &kernel, void *body) {
    auto &driver = *static_cast<DriverBody *>(body);
    free_pool_string(kernel, driver.object.DriverName);
    free_pool_string(kernel, driver.extension.ServiceKeyName);
    while (auto *client = driver.client_extensions) {
        driver.client_extensions = client->next;
        kernel.pool().free(client, extension_tag, nullptr);
    }
}

/// Unset majors get the default, and no device of the driver is initialising any more.
void after_entry(IoManager &io, PDRIVER_OBJECT driver) {
    for (auto &major : driver->MajorFunction)
        if (!major)
            major = invalid_device_request;
    ke::HostLockGuard guard(io.state().database_lock);
    for (auto *device = driver->DeviceObject; device; device = device->NextDevice)
        device->Flags &= ~DO_DEVICE_INITIALIZING;
}

/// What a failed DriverEntry leaves behind. Windows keeps it for ever.
void delete_leftovers(IoManager &io, PDRIVER_OBJECT driver) {
    while (auto *device = driver->DeviceObject) {
        if (auto *below = record_of(device).attached_to)
            IoDetachDevice(below);
        const auto *before = device;
        IoDeleteDevice(device);
        if (driver->DeviceObject == before)
            break; // open files hold it
    }
    io.kernel().objects().make_temporary(driver);
}

} // namespace

UNICODE_STRING pool_string(Kernel &kernel, std::u16string_view text) {
    const auto bytes = text.size() * 2;
    auto *buffer = static_cast<WCHAR *>(
        kernel.pool().allocate(mm::PoolKind::paged, bytes + 2, string_tag, nullptr, true));
    if (!buffer)
        return {};
    std::memcpy(buffer, text.data(), bytes);
    return {static_cast<USHORT>(bytes), static_cast<USHORT>(bytes + 2), buffer};
}

void free_pool_string(Kernel &kernel, UNICODE_STRING &string) {
    if (string.Buffer)
        kernel.pool().free(string.Buffer, string_tag, nullptr);
    string = {};
}

NTSTATUS NTAPI invalid_device_request(PDEVICE_OBJECT, PIRP irp) {
    irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
    irp->IoStatus.Information = 0;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_INVALID_DEVICE_REQUEST;
}

void define_driver_type(Kernel &kernel) {
    ob::TypeOperations operations;
    operations.remove = remove_driver;
    kernel.objects().define_type(ob::ObjectType::driver, operations);
}

Result<void> IoManager::on_system_thread(std::string name, const std::function<void()> &work) {
    const auto &current = ke::current_thread();
    if (current.kind == ke::ThreadKind::system || current.kind == ke::ThreadKind::worker) {
        work();
        return {};
    }
    auto *thread = KS_TRY(kernel_.scheduler().create_thread(
        {.name = std::move(name), .kind = ke::ThreadKind::system, .entry = work}));
    auto *body = thread->body;
    KeWaitForSingleObject(body, Executive, KernelMode, FALSE, nullptr);
    kernel_.objects().dereference(body);
    return {};
}

Result<PDRIVER_OBJECT> IoManager::create_driver(std::u16string_view name, PDRIVER_INITIALIZE init) {
    auto &objects = kernel_.objects();
    auto *body = static_cast<DriverBody *>(
        KS_TRY(objects.allocate(ob::ObjectType::driver, sizeof(DriverBody))));
    auto *driver = &body->object;
    driver->Type = IO_TYPE_DRIVER;
    driver->Size = sizeof(DRIVER_OBJECT);
    driver->Flags = DRVO_BUILTIN_DRIVER;
    driver->DriverExtension = &body->extension;
    driver->DriverInit = init;
    body->extension.DriverObject = driver;
    body->own = true;
    std::fill(std::begin(driver->MajorFunction), std::end(driver->MajorFunction),
              invalid_device_request);
    const bool full = name.starts_with(u'\\');
    const auto path = full ? std::u16string(name) : u"\\Driver\\" + std::u16string(name);
    driver->DriverName = pool_string(kernel_, path);
    body->extension.ServiceKeyName =
        pool_string(kernel_, std::u16string_view(path).substr(path.rfind(u'\\') + 1));
    if (auto named = objects.insert_name(path, driver, true); !named) {
        objects.dereference(driver);
        return fail(named.error());
    }
    if (!init)
        return driver;
    UNICODE_STRING none{};
    if (const auto status = init(driver, &none); !NT_SUCCESS(status)) {
        objects.make_temporary(driver);
        objects.dereference(driver);
        return fail(status);
    }
    return driver;
}

Result<PDRIVER_OBJECT> IoManager::load_driver(const DriverImage &image) {
    auto *driver = KS_TRY(create_driver(image.service_name, nullptr));
    body_of(driver).own = false;
    driver->Flags = 0;
    driver->DriverStart = image.base;
    driver->DriverSize = static_cast<ULONG>(image.bytes);
    driver->DriverInit = image.entry;
    auto hardware = pool_string(kernel_, u"\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\SYSTEM");
    driver->HardwareDatabase = &hardware;
    auto registry_path = image.registry_path;
    if (registry_path.empty())
        registry_path = std::u16string(cm::services_path) + u"\\" + image.service_name;
    (void)kernel_.registry().create_key(registry_path);
    // The string is the driver's for the duration of DriverEntry only: pool memory that is freed
    // afterwards shows a driver that keeps the pointer.
    auto path = pool_string(kernel_, registry_path);
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    if (path.Buffer) {
        auto ran = on_system_thread("DriverEntry", [&] {
            status = call_driver("DriverEntry", driver, image.entry, driver, &path);
        });
        if (!ran)
            status = ran.error().value();
    }
    free_pool_string(kernel_, path);
    driver->HardwareDatabase = nullptr;
    free_pool_string(kernel_, hardware);
    auto &again = kernel_.extension<Reinitialization>();
    if (!NT_SUCCESS(status)) {
        again.forget(driver);
        delete_leftovers(*this, driver);
        kernel_.objects().dereference(driver);
        return fail(status);
    }
    after_entry(*this, driver);
    {
        ke::HostLockGuard guard(state_->database_lock);
        state_->drivers.push_back(driver);
    }
    if (!again.empty())
        KS_CHECK(on_system_thread("DriverReinitialize", [&] { again.run(); }));
    return driver;
}

std::string IoManager::describe_left(PDRIVER_OBJECT driver) {
    std::string text;
    std::vector<PDEVICE_OBJECT> devices;
    {
        ke::HostLockGuard guard(state_->database_lock);
        for (auto *device = driver->DeviceObject; device; device = device->NextDevice)
            devices.push_back(device);
    }
    for (auto *device : devices) {
        text += describe(device) + ": not deleted";
        if (device->ReferenceCount)
            text += ", " + std::to_string(device->ReferenceCount) + " file(s) open";
        if (device->AttachedDevice)
            text += ", " + describe(device->AttachedDevice) + " is attached to it";
        text += '\n';
    }
    // The loader's reference and the name's are no leak.
    const auto extra = kernel_.objects().reference_count(driver) - 2;
    if (devices.empty() && extra > 0)
        text += describe(driver) + ": referenced " + std::to_string(extra) +
                " more time(s) (notifications, work items)\n";
    return text;
}

Result<void> IoManager::unload_driver(PDRIVER_OBJECT driver) {
    if (!driver->DriverUnload)
        return fail(STATUS_INVALID_DEVICE_REQUEST);
    kernel_.extension<Reinitialization>().forget(driver);
    std::vector<DeviceNode *> mine;
    for (auto *node : pnp().nodes())
        if (node->function_driver == driver)
            mine.push_back(node);
    for (auto *node : mine)
        KS_CHECK(pnp().remove(*node));
    driver->Flags |= DRVO_UNLOAD_INVOKED;
    KS_CHECK(on_system_thread("DriverUnload", [&] {
        call_driver("DriverUnload", driver, driver->DriverUnload, driver);
    }));
    {
        ke::HostLockGuard guard(state_->database_lock);
        std::erase(state_->drivers, driver);
        if (driver->DeviceObject)
            return fail(STATUS_DEVICE_BUSY);
    }
    kernel_.objects().make_temporary(driver);
    kernel_.objects().dereference(driver);
    return {};
}

} // namespace ksbox::io

using namespace ksbox;

extern "C" {

/// @doc NF:wdm.IoAllocateDriverObjectExtension
NTSTATUS NTAPI IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject,
                                               PVOID ClientIdentificationAddress,
                                               ULONG DriverObjectExtensionSize,
                                               PVOID *DriverObjectExtension) {
    auto &kernel = current_kernel();
    *DriverObjectExtension = nullptr;
    auto *made = static_cast<io::ClientExtension *>(kernel.pool().allocate(
        mm::PoolKind::nonpaged, sizeof(io::ClientExtension) + DriverObjectExtensionSize,
        io::extension_tag, nullptr, true));
    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    made->identity = ClientIdentificationAddress;
    {
        ke::HostLockGuard guard(kernel.io().state().database_lock);
        auto &first = io::body_of(DriverObject).client_extensions;
        auto *found = first;
        while (found && found->identity != ClientIdentificationAddress)
            found = found->next;
        if (!found) {
            made->next = first;
            first = made;
            *DriverObjectExtension = made + 1;
            return STATUS_SUCCESS;
        }
    }
    kernel.pool().free(made, io::extension_tag, nullptr);
    return STATUS_OBJECT_NAME_COLLISION;
}

/// @doc NF:wdm.IoGetDriverObjectExtension
PVOID NTAPI IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject,
                                       PVOID ClientIdentificationAddress) {
    ke::HostLockGuard guard(current_kernel().io().state().database_lock);
    for (auto *client = io::body_of(DriverObject).client_extensions; client; client = client->next)
        if (client->identity == ClientIdentificationAddress)
            return client + 1;
    return nullptr;
}

} // extern "C"

namespace ksbox {

std::span<const Export> driver_exports() {
    static const Export table[] = {
        done<IoAllocateDriverObjectExtension>("IoAllocateDriverObjectExtension",
                                              "NF:wdm.IoAllocateDriverObjectExtension"),
        done<IoGetDriverObjectExtension>("IoGetDriverObjectExtension",
                                         "NF:wdm.IoGetDriverObjectExtension"),
    };
    return table;
}

} // namespace ksbox

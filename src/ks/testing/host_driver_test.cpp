// The test's own driver and box.
#include "ks/testing/host_driver.h"

#include "ks/exports.h"
#include "nt/io/interfaces.h"
#include "nt/io/io_manager.h"
#include "nt/io/pnp.h"
#include "nt/ke/scheduler.h"
#include "nt/ob/object_manager.h"

namespace ksbox::ks::testing {
namespace {

// DriverEntry has no context of its own.
const KSDEVICE_DESCRIPTOR *entering = nullptr;

NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path) {
    return KsInitializeDriver(driver, registry_path, entering);
}

} // namespace

HostDriver::HostDriver(const KSDEVICE_DESCRIPTOR &descriptor) {
    auto kernel = Kernel::create({});
    if (!kernel) {
        ADD_FAILURE() << "no kernel: " << std::hex << kernel.error().value();
        return;
    }
    kernel_ = std::move(*kernel);
    run([&] {
        entering = &descriptor;
        auto driver = kernel_->io().create_driver(u"hostdriver", driver_entry);
        ASSERT_TRUE(driver) << std::hex << driver.error().value();
        driver_ = *driver;
        io::DeviceFacts facts;
        auto node = kernel_->io().pnp().add_device(driver_, facts);
        ASSERT_TRUE(node) << std::hex << node.error().value();
        node_ = *node;
        physical_ = node_->physical;
    });
}

HostDriver::~HostDriver() {
    if (node_)
        run([&] { remove_device(); });
}

void HostDriver::run(const std::function<void()> &work) {
    ASSERT_TRUE(kernel_);
    EXPECT_EQ(kernel_->scheduler().call(work), ke::CallOutcome::done) << "the box stopped";
}

void HostDriver::remove_device() {
    auto removed = kernel_->io().pnp().remove(*node_, true);
    EXPECT_TRUE(removed) << std::hex << removed.error().value();
    node_ = nullptr;
}

std::vector<std::u16string> HostDriver::interfaces(const GUID &category) {
    PWSTR list = nullptr;
    std::vector<std::u16string> links;
    if (!NT_SUCCESS(IoGetDeviceInterfaces(&category, nullptr, 0, &list)))
        return links;
    for (const WCHAR *one = list; *one; one += links.back().size() + 1)
        links.emplace_back(one);
    ExFreePoolWithTag(list, 0);
    return links;
}

NTSTATUS HostDriver::open(const std::u16string &path, HANDLE &file) {
    UNICODE_STRING name{static_cast<USHORT>(path.size() * 2), static_cast<USHORT>(path.size() * 2),
                        const_cast<PWCH>(path.data())};
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
    IO_STATUS_BLOCK io{};
    return ZwCreateFile(&file, GENERIC_READ | GENERIC_WRITE, &attributes, &io, nullptr, 0, 0,
                        FILE_OPEN, 0, nullptr, 0);
}

HANDLE HostDriver::open_filter() {
    const auto links = interfaces(KSCATEGORY_CAPTURE);
    HANDLE file = nullptr;
    if (links.empty()) {
        ADD_FAILURE() << "no interface of KSCATEGORY_CAPTURE";
        return nullptr;
    }
    EXPECT_EQ(open(links.front(), file), STATUS_SUCCESS);
    return file;
}

ConnectBuffer::ConnectBuffer(ULONG pin_id, const GUID &subformat) : connect{}, format{} {
    connect.Interface.Set = KSINTERFACESETID_Standard;
    connect.Interface.Id = KSINTERFACE_STANDARD_STREAMING;
    connect.Medium.Set = KSMEDIUMSETID_Standard;
    connect.Medium.Id = KSMEDIUM_STANDARD_DEVIO;
    connect.PinId = pin_id;
    connect.Priority.PriorityClass = KSPRIORITY_NORMAL;
    connect.Priority.PrioritySubClass = 1;
    format.FormatSize = sizeof format;
    format.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    format.SubFormat = subformat;
    format.Specifier = KSDATAFORMAT_SPECIFIER_NONE;
}

NTSTATUS control(HANDLE file, ULONG code, std::span<const std::byte> in, std::span<std::byte> out,
                 ULONG *returned) {
    PVOID object = nullptr;
    NTSTATUS status = ObReferenceObjectByHandle(
        file, 0, ob::object_type_pointer(ob::ObjectType::file), KernelMode, &object, nullptr);
    if (!NT_SUCCESS(status))
        return status;
    ULONG unused = 0;
    status = KsSynchronousIoControlDevice(
        static_cast<PFILE_OBJECT>(object), KernelMode, code, const_cast<std::byte *>(in.data()),
        static_cast<ULONG>(in.size()), out.data(), static_cast<ULONG>(out.size()),
        returned ? returned : &unused);
    ObDereferenceObject(object);
    return status;
}

KSPROPERTY make_property(const GUID &set, ULONG id, ULONG flags) {
    KSPROPERTY property{};
    property.Set = set;
    property.Id = id;
    property.Flags = flags;
    return property;
}

KSP_PIN make_pin_property(ULONG id, ULONG pin_id, ULONG flags) {
    KSP_PIN property{};
    property.Property = make_property(KSPROPSETID_Pin, id, flags);
    property.PinId = pin_id;
    return property;
}

NTSTATUS set_state(HANDLE pin, KSSTATE state) {
    return property(
        pin,
        make_property(KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE, KSPROPERTY_TYPE_SET),
        std::as_writable_bytes(std::span(&state, 1)));
}

PKSPIN pin_of(HANDLE file) {
    PVOID object = nullptr;
    if (!NT_SUCCESS(ObReferenceObjectByHandle(
            file, 0, ob::object_type_pointer(ob::ObjectType::file), KernelMode, &object, nullptr)))
        return nullptr;
    auto pin = static_cast<PKSPIN>(KsGetObjectFromFileObject(static_cast<PFILE_OBJECT>(object)));
    ObDereferenceObject(object);
    return pin;
}

} // namespace ksbox::ks::testing

// The driver of all added filters: one device without filter factories of its own, to which they
// are added one by one.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "abi/guid.h"
#include "base/status_names.h"
#include "base/unicode.h"
#include "box/host_driver.h"
#include "filters/offer.h"
#include "nt/cm/registry.h"
#include "nt/kernel.h"

namespace ksbox::filters {
namespace {

NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path) {
    static const KSDEVICE_DESCRIPTOR device = {nullptr, 0, nullptr, KSDEVICE_DESCRIPTOR_VERSION, 0};
    return KsInitializeDriver(driver, registry_path, &device);
}

constexpr HostDriver filter_driver = {"ksfilters", u"Files and Tones", driver_entry, true};

/// Of one box. AVStream reads their descriptors as long as there is a kernel.
class Offers final : public KernelExtension {
  public:
    explicit Offers(Kernel &) {}
    std::vector<std::unique_ptr<Offer>> all;
};

// What a reference string cannot hold becomes '_'.
std::u16string reference_of(const std::string &name, unsigned attempt) {
    std::string text = name.empty() ? "filter" : name;
    for (char &letter : text)
        if (static_cast<unsigned char>(letter) <= ' ' || letter == '\\' || letter == '/' ||
            letter == '#' || letter == '?')
            letter = '_';
    return to_utf16(attempt == 1 ? text : fmt::format("{}-{}", text, attempt));
}

// {B7A4F0D0-xxxx-xxxx-8F0E-215D6690143B}, by offer and pin.
GUID name_guid(unsigned offer, std::size_t pin) {
    return {0xb7a4f0d0,
            static_cast<USHORT>(offer),
            static_cast<USHORT>(pin),
            {0x8f, 0x0e, 0x21, 0x5d, 0x66, 0x90, 0x14, 0x3b}};
}

struct DeviceGuard {
    explicit DeviceGuard(PKSDEVICE held) : device(held) { KsAcquireDevice(device); }
    ~DeviceGuard() { KsReleaseDevice(device); }
    DeviceGuard(const DeviceGuard &) = delete;
    DeviceGuard &operator=(const DeviceGuard &) = delete;
    PKSDEVICE device;
};

// On a box thread. The reference string that it has got.
NTSTATUS create_factory(PDEVICE_OBJECT device, Offer &offer, const KSFILTER_DESCRIPTOR &descriptor,
                        const std::string &name, std::u16string &reference) {
    const DeviceGuard guard(KsGetDeviceForDeviceObject(device));
    constexpr unsigned attempts = 1000;
    NTSTATUS status = STATUS_OBJECT_NAME_COLLISION;
    PKSFILTERFACTORY factory = nullptr;
    for (unsigned attempt = 1; status == STATUS_OBJECT_NAME_COLLISION && attempt <= attempts;
         ++attempt) {
        reference = reference_of(name, attempt);
        status =
            KsCreateFilterFactory(device, &descriptor, reinterpret_cast<PWSTR>(reference.data()),
                                  nullptr, 0, nullptr, nullptr, &factory);
    }
    if (!NT_SUCCESS(status))
        return status;
    factory->Context = &offer;
    status = KsFilterFactorySetDeviceClassesState(factory, TRUE);
    if (!NT_SUCCESS(status)) // KsDeleteFilterFactory, which is inline
        KsFreeObjectCreateItemsByContext(*static_cast<KSDEVICE_HEADER *>(device->DeviceExtension),
                                         factory);
    return status;
}

} // namespace

Offer &Offer::of(PKSFILTER filter) {
    return *static_cast<Offer *>(KsFilterGetParentFilterFactory(filter)->Context);
}

const KSFILTER_DESCRIPTOR &Offer::describe(Kernel &kernel, unsigned number) {
    for (std::size_t i = 0; i < pin_names_.size(); ++i)
        name_guids_.push_back(name_guid(number, i));
    for (std::size_t i = 0; i < pin_names_.size(); ++i) {
        pins_[i].PinDescriptor.Name = &name_guids_[i];
        (void)kernel.registry().set_string(
            u"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\MediaCategories\\" +
                to_utf16(to_guid(name_guids_[i]).to_string()),
            u"Name", to_utf16(pin_names_[i]));
    }
    descriptor_.Version = KSFILTER_DESCRIPTOR_VERSION;
    descriptor_.PinDescriptorsCount = static_cast<ULONG>(pins_.size());
    descriptor_.PinDescriptorSize = sizeof(KSPIN_DESCRIPTOR_EX);
    descriptor_.PinDescriptors = pins_.data();
    descriptor_.CategoriesCount = static_cast<ULONG>(categories_.size());
    descriptor_.Categories = categories_.data();
    return descriptor_;
}

InterfaceFacts add(Box &box, std::unique_ptr<Offer> offer, const std::string &name) {
    Driver &driver = load_host_driver(box, filter_driver);
    std::u16string reference;
    box.run([&] {
        PDRIVER_OBJECT const object = host_driver_object(box, filter_driver);
        NTSTATUS status = STATUS_NO_SUCH_DEVICE;
        if (object != nullptr && object->DeviceObject != nullptr) {
            auto &all = box.kernel().extension<Offers>().all;
            Offer &kept = *all.emplace_back(std::move(offer));
            const auto &descriptor = kept.describe(box.kernel(), static_cast<unsigned>(all.size()));
            status = create_factory(object->DeviceObject, kept, descriptor, name, reference);
        }
        if (!NT_SUCCESS(status))
            throw Error(static_cast<std::uint32_t>(status),
                        "the filter '" + name + "' cannot be added: " + describe_status(status));
    });
    for (InterfaceFacts &one : driver.filters())
        if (one.name == to_utf8(reference))
            return std::move(one);
    throw Error(static_cast<std::uint32_t>(STATUS_NO_SUCH_DEVICE),
                "the filter '" + name + "' has no interface");
}

} // namespace ksbox::filters

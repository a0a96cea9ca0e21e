// Filter factories: create items and device interfaces.
#include "ks/filter_factory.h"

#include <algorithm>

#include "base/unicode.h"
#include "ks/descriptor_check.h"
#include "ks/device.h"
#include "ks/filter.h"
#include "ks/filter_create.h"
#include "ks/headers.h"
#include "ks/lint.h"
#include "ks/object_bag.h"
#include "ks/pin.h"
#include "ks/transport.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"

namespace ksbox::ks {
namespace {

/// "{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}"
Result<std::u16string> guid_string(const GUID &guid) {
    UNICODE_STRING string{};
    const NTSTATUS status = RtlStringFromGUID(guid, &string);
    if (!NT_SUCCESS(status))
        return fail(status);
    std::u16string text(string.Buffer, string.Length / sizeof(WCHAR));
    RtlFreeUnicodeString(&string);
    return text;
}

/// STATUS_INVALID_PARAMETER for tables that cannot be used.
Result<void> tell(TableMistakes &mistakes, Device &device, const std::string &filter) {
    auto &findings = device.kernel.extension<Findings>();
    const PDRIVER_OBJECT driver = device.fdo()->DriverObject;
    for (const std::string &sentence : mistakes.findings)
        findings.add(driver, "filter " + filter + ": " + sentence);
    if (mistakes.refusal.empty())
        return {};
    findings.add(driver, "filter " + filter + ": " + mistakes.refusal);
    return fail(STATUS_INVALID_PARAMETER);
}

/// The last create item of a factory takes the factory along (KsDeleteFilterFactory is
/// KsFreeObjectCreateItemsByContext).
void NTAPI create_item_freed(PKSOBJECT_CREATE_ITEM item) {
    FilterFactory &factory = FilterFactory::from(static_cast<PKSFILTERFACTORY>(item->Context));
    // The last one to use the item may be an open that was on its way when it was deleted.
    MutexGuardUnlessHeld guard(factory.device().mutex);
    if (--factory.create_items == 0)
        factory.destroy_when_unused();
}

} // namespace

FilterFactory::FilterFactory(Device &device)
    : ObjectWith(device.kernel, KsObjectTypeFilterFactory, &device) {}

FilterFactory::~FilterFactory() {
    filters.clear();
    for (Interface &one : interfaces)
        RtlFreeUnicodeString(&one.symbolic_link);
    empty_bag();
    if (client_unknown)
        client_unknown->Release();
}

FilterFactory &FilterFactory::from(PKSFILTERFACTORY factory) {
    return static_cast<FilterFactory &>(Object::from(factory));
}

Result<FilterFactory *> FilterFactory::create(Device &device, const KSFILTER_DESCRIPTOR *descriptor,
                                              const Options &options) {
    if (!descriptor)
        return fail(STATUS_INVALID_PARAMETER);
    TableMistakes mistakes;
    if (!options.checked)
        mistakes = check_filter_descriptor(descriptor);
    std::u16string reference;
    if (options.reference_string)
        reference = options.reference_string;
    else
        reference = KS_TRY(guid_string(mistakes.refusal.empty() && descriptor->ReferenceGuid
                                           ? *descriptor->ReferenceGuid
                                           : KSNAME_Filter));
    KS_CHECK(tell(mistakes, device, to_utf8(reference)));

    std::unique_ptr<FilterFactory> owner(new FilterFactory(device));
    if (!owner->allocated())
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    FilterFactory &factory = *owner;
    KSFILTERFACTORY &abi = factory.abi();
    abi.FilterDescriptor = descriptor;
    abi.Bag = &factory.bag();
    abi.Context = device.abi().Context;
    factory.sleep = options.sleep;
    factory.wake = options.wake;
    device.factories.push_back(std::move(owner));
    if (auto added =
            factory.add_create_item(reference, options.security, options.create_item_flags);
        !added) {
        std::erase_if(device.factories, [&](const auto &f) { return f.get() == &factory; });
        return std::unexpected(added.error());
    }
    if (auto registered = factory.register_interfaces(reference); !registered) {
        device.header().items.free_by_context(&abi).value();
        return std::unexpected(registered.error());
    }
    factory.lint_all();
    return &factory;
}

Result<void> FilterFactory::add_create_item(const std::u16string &reference,
                                            PSECURITY_DESCRIPTOR security, ULONG flags) {
    KSOBJECT_CREATE_ITEM item{};
    item.Create = filter_create;
    item.Context = &abi();
    item.ObjectClass.Buffer = const_cast<PWCH>(reference.data());
    item.ObjectClass.Length = static_cast<USHORT>(reference.size() * sizeof(WCHAR));
    item.ObjectClass.MaximumLength = item.ObjectClass.Length;
    item.SecurityDescriptor = security;
    item.Flags = flags;
    KS_CHECK(device().header().items.attach(&item, true, create_item_freed));
    ++create_items;
    reference_strings.push_back(reference);
    return {};
}

Result<void> FilterFactory::register_interfaces(const std::u16string &reference) {
    const KSFILTER_DESCRIPTOR &descriptor = *abi().FilterDescriptor;
    for (ULONG i = 0; i < descriptor.CategoriesCount; ++i) {
        UNICODE_STRING name{};
        name.Buffer = const_cast<PWCH>(reference.data());
        name.Length = name.MaximumLength = static_cast<USHORT>(reference.size() * sizeof(WCHAR));
        Interface one{descriptor.Categories[i], reference, {}, false};
        const NTSTATUS status = IoRegisterDeviceInterface(device().abi().PhysicalDeviceObject,
                                                          &one.category, &name, &one.symbolic_link);
        if (!NT_SUCCESS(status))
            return fail(status);
        interfaces.push_back(std::move(one));
    }
    return {};
}

Result<void> FilterFactory::set_interfaces_enabled(bool enabled) {
    NTSTATUS first_error = STATUS_SUCCESS;
    for (Interface &one : interfaces) {
        if (one.enabled == enabled)
            continue;
        const NTSTATUS status = IoSetDeviceInterfaceState(&one.symbolic_link, enabled);
        if (NT_SUCCESS(status))
            one.enabled = enabled;
        else if (NT_SUCCESS(first_error))
            first_error = status;
    }
    if (!NT_SUCCESS(first_error))
        return fail(first_error);
    return {};
}

ULONG FilterFactory::global_instances(ULONG pin_id) const {
    SpinGuard guard(instances_lock_);
    return pin_id < instances_.size() ? instances_[pin_id] : 0;
}

void FilterFactory::count_pin(ULONG pin_id, int by) {
    SpinGuard guard(instances_lock_);
    if (pin_id >= instances_.size())
        instances_.resize(pin_id + 1);
    instances_[pin_id] += static_cast<ULONG>(by);
}

void FilterFactory::destroy_when_unused() {
    deleted = true;
    if (auto result = set_interfaces_enabled(false); !result)
        kernel.trace().event("ks.interfaces", {{"status", std::int64_t(result.error().value())}});
    if (filters.empty())
        std::erase_if(device().factories, [this](const auto &f) { return f.get() == this; });
}

Result<void> FilterFactory::check(ULONG pin_id, const KSPIN_DESCRIPTOR_EX &descriptor) {
    TableMistakes mistakes = check_pin_descriptor("pin " + std::to_string(pin_id), descriptor);
    return tell(mistakes, device(),
                reference_strings.empty() ? "?" : to_utf8(reference_strings.front()));
}

void FilterFactory::lint(std::span<const KSPIN_DESCRIPTOR_EX *const> pins, ULONG pin_id) {
    const std::string name = reference_strings.empty() ? "?" : to_utf8(reference_strings.front());
    for (std::string &sentence : lint_pin_factory(name, pins, pin_id))
        kernel.extension<Findings>().add(device().fdo()->DriverObject, std::move(sentence));
}

void FilterFactory::lint_all() {
    const KSFILTER_DESCRIPTOR &descriptor = *abi().FilterDescriptor;
    std::vector<const KSPIN_DESCRIPTOR_EX *> pins;
    for (ULONG id = 0; id < descriptor.PinDescriptorsCount; ++id) {
        const auto *bytes = reinterpret_cast<const char *>(descriptor.PinDescriptors);
        pins.push_back(reinterpret_cast<const KSPIN_DESCRIPTOR_EX *>(
            bytes + std::size_t(id) * descriptor.PinDescriptorSize));
        lint(pins, id);
    }
}

void FilterFactory::lint(const Filter &filter, ULONG pin_id) {
    std::vector<const KSPIN_DESCRIPTOR_EX *> pins;
    for (ULONG id = 0; id <= pin_id; ++id)
        pins.push_back(&filter.pin_descriptor(id));
    lint(pins, pin_id);
}

} // namespace ksbox::ks

// Functions that ks.h defines inline, over exports of other files. They are offered by name, too,
// for drivers built with headers that declare them as imports.
#include "ks/exports.h"

#include "abi/windows.h"

using namespace ksbox;

namespace {

PKSDEVICE NTAPI device_of_pin(PKSPIN pin) noexcept {
    return KsGetDevice(pin);
}
PKSDEVICE NTAPI device_of_filter(PKSFILTER filter) noexcept {
    return KsGetDevice(filter);
}
PKSDEVICE NTAPI device_of_factory(PKSFILTERFACTORY factory) noexcept {
    return KsGetDevice(factory);
}
PKSFILTERFACTORY NTAPI factory_of_filter(PKSFILTER filter) noexcept {
    return static_cast<PKSFILTERFACTORY>(KsGetParent(filter));
}
PKSFILTER NTAPI first_filter(PKSFILTERFACTORY factory) noexcept {
    return static_cast<PKSFILTER>(KsGetFirstChild(factory));
}
PKSFILTER NTAPI next_filter(PKSFILTER filter) noexcept {
    return static_cast<PKSFILTER>(KsGetNextSibling(filter));
}
PKSFILTER NTAPI filter_of_file(PFILE_OBJECT file) noexcept {
    return static_cast<PKSFILTER>(KsGetObjectFromFileObject(file));
}
PKSPIN NTAPI pin_of_file(PFILE_OBJECT file) noexcept {
    return static_cast<PKSPIN>(KsGetObjectFromFileObject(file));
}
void NTAPI acquire_filter(PKSFILTER filter) noexcept {
    KsAcquireControl(filter);
}
void NTAPI release_filter(PKSFILTER filter) noexcept {
    KsReleaseControl(filter);
}
void NTAPI acquire_pin(PKSPIN pin) noexcept {
    KsAcquireControl(pin);
}
void NTAPI release_pin(PKSPIN pin) noexcept {
    KsReleaseControl(pin);
}
void NTAPI filter_events(PKSFILTER filter, const GUID *set, ULONG id, ULONG bytes, PVOID data,
                         PFNKSGENERATEEVENTCALLBACK callback, PVOID context) noexcept {
    KsGenerateEvents(filter, set, id, bytes, data, callback, context);
}
void NTAPI pin_events(PKSPIN pin, const GUID *set, ULONG id, ULONG bytes, PVOID data,
                      PFNKSGENERATEEVENTCALLBACK callback, PVOID context) noexcept {
    KsGenerateEvents(pin, set, id, bytes, data, callback, context);
}
NTSTATUS NTAPI delete_factory(PKSFILTERFACTORY factory) noexcept {
    const auto *device = static_cast<PKSDEVICE>(KsGetParent(factory));
    return KsFreeObjectCreateItemsByContext(
        *static_cast<KSDEVICE_HEADER *>(device->FunctionalDeviceObject->DeviceExtension), factory);
}

/// The gate's count is what its inputs made of it; a change of its state goes on to the next gate
/// (@doc stream/flow-control-gates-in-avstream).
void NTAPI gate_input_on(PKSGATE gate) noexcept {
    while (gate && InterlockedIncrement(&gate->Count) == 1)
        gate = gate->NextGate;
}
void NTAPI gate_input_off(PKSGATE gate) noexcept {
    while (gate && InterlockedDecrement(&gate->Count) == 0)
        gate = gate->NextGate;
}

} // namespace

std::span<const Export> ksbox::ks::inline_exports() {
    static const Export table[] = {
        done<device_of_pin>("KsPinGetDevice", "NF:ks.KsPinGetDevice"),
        done<device_of_filter>("KsFilterGetDevice", "NF:ks.KsFilterGetDevice"),
        done<device_of_factory>("KsFilterFactoryGetDevice", "NF:ks.KsFilterFactoryGetDevice"),
        done<factory_of_filter>("KsFilterGetParentFilterFactory",
                                "NF:ks.KsFilterGetParentFilterFactory"),
        done<first_filter>("KsFilterFactoryGetFirstChildFilter",
                           "NF:ks.KsFilterFactoryGetFirstChildFilter"),
        done<next_filter>("KsFilterGetNextSiblingFilter", "NF:ks.KsFilterGetNextSiblingFilter"),
        done<filter_of_file>("KsGetFilterFromFileObject", "NF:ks.KsGetFilterFromFileObject"),
        done<pin_of_file>("KsGetPinFromFileObject", "NF:ks.KsGetPinFromFileObject"),
        done<acquire_filter>("KsFilterAcquireControl", "NF:ks.KsFilterAcquireControl"),
        done<release_filter>("KsFilterReleaseControl", "NF:ks.KsFilterReleaseControl"),
        done<acquire_pin>("KsPinAcquireControl", "NF:ks.KsPinAcquireControl"),
        done<release_pin>("KsPinReleaseControl", "NF:ks.KsPinReleaseControl"),
        done<filter_events>("KsFilterGenerateEvents", "NF:ks.KsFilterGenerateEvents"),
        done<pin_events>("KsPinGenerateEvents", "NF:ks.KsPinGenerateEvents"),
        done<delete_factory>("KsDeleteFilterFactory", "NF:ks.KsDeleteFilterFactory"),
        done<gate_input_on>("KsGateTurnInputOn", "NF:ks.KsGateTurnInputOn"),
        done<gate_input_off>("KsGateTurnInputOff", "NF:ks.KsGateTurnInputOff"),
    };
    return table;
}

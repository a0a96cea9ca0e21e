// KsDeviceRegisterThermalDispatch and KsGenerateThermalEvent, and what stands between them: the
// interface that thermal managers query.
#include "ks/data_range.h"
#include "ks/device.h"
#include "ks/events.h"
#include "ks/exports.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/pin.h"
#include "ks/thermal.h"
#include "nt/call_driver.h"

namespace ksbox::ks {
namespace {

// wdmguid.h: GUID_THERMAL_COOLING_INTERFACE.
constexpr GUID cooling_interface = {
    0xecbe47a8, 0xc498, 0x4bb9, {0xbd, 0x70, 0xe8, 0x67, 0xe0, 0x94, 0x0d, 0x22}};
// ksmedia.h: KSEVENTSETID_Device.
constexpr GUID device_events = {
    0x288296ec, 0x9f94, 0x41b4, {0xa1, 0x53, 0xaa, 0x31, 0xae, 0xec, 0xb3, 0x3f}};

/// THERMAL_COOLING_INTERFACE, version 1.
struct CoolingInterface {
    INTERFACE head;
    ULONG flags;
    void(NTAPI *active)(PVOID context, BOOLEAN engaged);
    void(NTAPI *passive)(PVOID context, ULONG percentage);
};
constexpr USHORT cooling_version = 1;
enum CoolingFlags : ULONG { active_cooling = 1, passive_cooling = 2 };

bool is_state(KSDEVICE_THERMAL_STATE state) {
    return state == KSDEVICE_THERMAL_STATE_LOW || state == KSDEVICE_THERMAL_STATE_HIGH;
}

void tell(Object &object, KSDEVICE_THERMAL_STATE state) {
    const ULONG id = state == KSDEVICE_THERMAL_STATE_HIGH ? KSEVENT_DEVICE_THERMAL_HIGH
                                                          : KSEVENT_DEVICE_THERMAL_LOW;
    KsGenerateEvents(object.abi_address(), &device_events, id, 0, nullptr, nullptr, nullptr);
}

/// The filter and its pins, unless one list is all theirs.
void tell_filter(Filter &filter, KSDEVICE_THERMAL_STATE state) {
    tell(filter, state);
    if (filter.factory().shared_events)
        return;
    MutexGuardUnlessHeld guard(filter.control);
    filter.pins().for_each([&](Pin &pin) { tell(pin, state); });
}

void tell_device(Device &device, KSDEVICE_THERMAL_STATE state) {
    MutexGuardUnlessHeld guard(device.mutex);
    for (const auto &factory : device.factories)
        for (const auto &filter : factory->filters) {
            tell_filter(*filter, state);
            if (factory->shared_events) // every filter's
                break;
        }
}

/// A call of the thermal manager's. The interface may outlive the device: nothing is cooled then.
template <typename Routine, typename A>
void cool(PVOID context, const char *name, std::atomic<Routine> Device::Thermal::*member,
          A argument) {
    Device *const device = Device::of(static_cast<PDEVICE_OBJECT>(context));
    if (!device)
        return;
    const Routine routine = device->thermal.*member;
    if (!routine) // registered anew, without it
        return;
    // One that sets nothing changes nothing.
    KSDEVICE_THERMAL_STATE state = device->thermal.state;
    call_driver(name, &device->abi(), routine, &device->abi(), argument, &state);
    if (is_state(state) && device->thermal.state.exchange(state) != state)
        tell_device(*device, state);
}

void NTAPI cool_actively(PVOID context, BOOLEAN engaged) {
    cool(context, "KSDEVICE_THERMAL_DISPATCH.ActiveCooling", &Device::Thermal::active, engaged);
}
void NTAPI cool_passively(PVOID context, ULONG percentage) {
    cool(context, "KSDEVICE_THERMAL_DISPATCH.PassiveCooling", &Device::Thermal::passive,
         percentage);
}

void NTAPI reference(PVOID context) {
    ObfReferenceObject(context);
}
void NTAPI dereference(PVOID context) {
    ObfDereferenceObject(context);
}

bool asks_for_cooling(PIRP irp) {
    const auto &query = IoGetCurrentIrpStackLocation(irp)->Parameters.QueryInterface;
    return same_guid(*query.InterfaceType, cooling_interface);
}

} // namespace

void note_interface_given(Device &device, PIRP irp) {
    if (asks_for_cooling(irp))
        device.thermal.managed = true;
}

bool give_cooling_interface(Device &device, PIRP irp) {
    const auto &query = IoGetCurrentIrpStackLocation(irp)->Parameters.QueryInterface;
    if (!asks_for_cooling(irp) || !device.thermal.registered() ||
        query.Size < sizeof(CoolingInterface) || query.Version < cooling_version)
        return false;
    auto &answer = *reinterpret_cast<CoolingInterface *>(query.Interface);
    answer = {};
    answer.head = {sizeof answer, cooling_version, device.fdo(), reference, dereference};
    if (device.thermal.active) {
        answer.flags |= active_cooling;
        answer.active = cool_actively;
    }
    if (device.thermal.passive) {
        answer.flags |= passive_cooling;
        answer.passive = cool_passively;
    }
    reference(answer.head.Context);
    return true;
}

std::span<const KSEVENT_SET> thermal_event_sets(const Device &device) {
    static const KSEVENT_ITEM items[] = {
        {KSEVENT_DEVICE_THERMAL_HIGH, sizeof(KSEVENTDATA), 0, nullptr, nullptr, nullptr},
        {KSEVENT_DEVICE_THERMAL_LOW, sizeof(KSEVENTDATA), 0, nullptr, nullptr, nullptr},
    };
    static const KSEVENT_SET sets[] = {{&device_events, std::size(items), items}};
    return device.thermal.registered() ? std::span<const KSEVENT_SET>(sets)
                                       : std::span<const KSEVENT_SET>();
}

} // namespace ksbox::ks

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

NTSTATUS NTAPI KsDeviceRegisterThermalDispatch(PKSDEVICE KsDevice,
                                               PKSDEVICE_THERMAL_DISPATCH KsDeviceThermalDispatch) {
    if (!KsDevice || !KsDeviceThermalDispatch ||
        (!KsDeviceThermalDispatch->ActiveCooling && !KsDeviceThermalDispatch->PassiveCooling))
        return STATUS_INVALID_DEVICE_REQUEST;
    auto &device = Device::from(KsDevice);
    device.thermal.active = KsDeviceThermalDispatch->ActiveCooling;
    device.thermal.passive = KsDeviceThermalDispatch->PassiveCooling;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI KsGenerateThermalEvent(PVOID Object, KSDEVICE_THERMAL_STATE Value) {
    if (!Object || !is_state(Value))
        return STATUS_INVALID_DEVICE_REQUEST;
    auto &object = ks::Object::from(Object);
    const ks::Device::Thermal &thermal = object.device().thermal;
    if (thermal.registered() || thermal.managed)
        return STATUS_INVALID_DEVICE_REQUEST;
    switch (object.type) {
    case KsObjectTypeDevice:
        tell_device(static_cast<Device &>(object), Value);
        return STATUS_SUCCESS;
    case KsObjectTypeFilter:
        tell_filter(static_cast<Filter &>(object), Value);
        return STATUS_SUCCESS;
    case KsObjectTypePin:
        tell(object, Value);
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

} // extern "C"

std::span<const Export> ksbox::ks::thermal_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsDeviceRegisterThermalDispatch),
        KS_EXPORT(done, KsGenerateThermalEvent),
    };
    return table;
}

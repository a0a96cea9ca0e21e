// Idle detection, power settings, power requests and system states, as drivers see them.
#include <array>

#include "abi/export.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/irp.h"
#include "nt/io/pnp.h"
#include "nt/io/power_policy.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"
#include "nt/trace.h"

using namespace ksbox;

namespace {

constexpr ULONG request_tag = 0x71'52'6f'50; // "PoRq"
constexpr ULONG state_tag = 0x74'53'6f'50;   // "PoSt"

/// What PoCreatePowerRequest's object is.
struct PowerRequest {
    PDEVICE_OBJECT device;
    std::array<LONG, 4> counts; ///< by POWER_REQUEST_TYPE
};

/// DisplayRequired and AwayModeRequired are for user mode: PowerRequestSystemRequired alone is
/// what the page lets drivers ask for, and execution what later systems do.
bool supported(POWER_REQUEST_TYPE type) {
    constexpr int execution_required = 3;
    return type == PowerRequestSystemRequired || int(type) == execution_required;
}

io::PowerPolicy &policy() {
    return current_kernel().extension<io::PowerPolicy>();
}

io::IdleDetection &idle_of(PULONG pointer) {
    return *reinterpret_cast<io::IdleDetection *>(pointer);
}

constexpr ULONG policy_timeout = ULONG(-1); // the class's own, for disks

} // namespace

extern "C" {

/// A box runs on mains: the performance time counts. @doc NF:ntifs.PoRegisterDeviceForIdleDetection
PULONG NTAPI PoRegisterDeviceForIdleDetection(PDEVICE_OBJECT DeviceObject,
                                              ULONG ConservationIdleTime, ULONG PerformanceIdleTime,
                                              DEVICE_POWER_STATE State) {
    const bool off = ConservationIdleTime == 0 && PerformanceIdleTime == 0;
    const bool by_class =
        ConservationIdleTime == policy_timeout || PerformanceIdleTime == policy_timeout;
    if (by_class || (!off && (State < PowerDeviceD1 || State > PowerDeviceD3)))
        return nullptr; // nothing in a box is a disk
    auto &kernel = current_kernel();
    const auto *node = kernel.io().pnp().node_below(DeviceObject);
    if (!node)
        return nullptr;
    // With the conservation time alone the counter is there, and does not run.
    constexpr ULONG never = ULONG(-2);
    const ULONG limit = off ? 0 : PerformanceIdleTime ? PerformanceIdleTime : never;
    return policy().detect_idle(DeviceObject, node->physical, limit, State);
}

/// @doc NF:ntifs.PoSetDeviceBusyEx
VOID NTAPI PoSetDeviceBusyEx(PULONG IdlePointer) {
    __atomic_store_n(IdlePointer, 0u, __ATOMIC_RELAXED);
}

/// @doc NF:ntifs.PoStartDeviceBusy
VOID NTAPI PoStartDeviceBusy(PULONG IdlePointer) {
    __atomic_add_fetch(&idle_of(IdlePointer).busy, 1, __ATOMIC_RELAXED);
}

/// @doc NF:ntifs.PoEndDeviceBusy
VOID NTAPI PoEndDeviceBusy(PULONG IdlePointer) {
    __atomic_store_n(IdlePointer, 0u, __ATOMIC_RELAXED);
    __atomic_sub_fetch(&idle_of(IdlePointer).busy, 1, __ATOMIC_RELAXED);
}

/// @doc NF:ntifs.PoRegisterPowerSettingCallback
NTSTATUS NTAPI PoRegisterPowerSettingCallback(PDEVICE_OBJECT, LPCGUID SettingGuid,
                                              PPOWER_SETTING_CALLBACK Callback, PVOID Context,
                                              PVOID *Handle) {
    PVOID made = policy().add_setting(*SettingGuid, Callback, Context);
    if (Handle)
        *Handle = made;
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.PoUnregisterPowerSettingCallback
NTSTATUS NTAPI PoUnregisterPowerSettingCallback(PVOID Handle) {
    return policy().remove_setting(Handle) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/// @doc NF:ntifs.PoCreatePowerRequest
NTSTATUS NTAPI PoCreatePowerRequest(PVOID *PowerRequest, PDEVICE_OBJECT DeviceObject,
                                    PCOUNTED_REASON_CONTEXT) {
    *PowerRequest = nullptr;
    if (!DeviceObject)
        return STATUS_INVALID_PARAMETER;
    auto *made = static_cast<::PowerRequest *>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(::PowerRequest), request_tag));
    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    *made = {DeviceObject, {}};
    *PowerRequest = made;
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.PoSetPowerRequest
NTSTATUS NTAPI PoSetPowerRequest(PVOID PowerRequest, POWER_REQUEST_TYPE Type) {
    if (!supported(Type))
        return STATUS_NOT_SUPPORTED;
    auto &request = *static_cast<::PowerRequest *>(PowerRequest);
    const LONG count = __atomic_add_fetch(&request.counts[std::size_t(Type)], 1, __ATOMIC_RELAXED);
    current_kernel().trace().event("power.request", {{"device", TracedAddress{request.device}},
                                                     {"type", std::uint64_t(Type)},
                                                     {"count", std::uint64_t(count)}});
    return STATUS_SUCCESS;
}

/// A request that is not set stays so (inferred). @doc NF:ntifs.PoClearPowerRequest
NTSTATUS NTAPI PoClearPowerRequest(PVOID PowerRequest, POWER_REQUEST_TYPE Type) {
    if (!supported(Type))
        return STATUS_NOT_SUPPORTED;
    auto &request = *static_cast<::PowerRequest *>(PowerRequest);
    LONG &count = request.counts[std::size_t(Type)];
    if (__atomic_sub_fetch(&count, 1, __ATOMIC_RELAXED) < 0) {
        __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
        return STATUS_UNSUCCESSFUL;
    }
    current_kernel().trace().event("power.request", {{"device", TracedAddress{request.device}},
                                                     {"type", std::uint64_t(Type)},
                                                     {"count", std::uint64_t(count)}});
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.PoDeletePowerRequest
VOID NTAPI PoDeletePowerRequest(PVOID PowerRequest) {
    ExFreePoolWithTag(PowerRequest, request_tag);
}

/// A box goes to sleep only when told to: the states are kept and change nothing.
/// @doc NF:ntifs.PoRegisterSystemState
PVOID NTAPI PoRegisterSystemState(PVOID StateHandle, EXECUTION_STATE Flags) {
    auto *state = static_cast<EXECUTION_STATE *>(StateHandle);
    if (!state)
        state = static_cast<EXECUTION_STATE *>(
            ExAllocatePoolWithTag(NonPagedPool, sizeof(EXECUTION_STATE), state_tag));
    if (state)
        *state = Flags;
    return state;
}

/// @doc NF:ntifs.PoUnregisterSystemState
VOID NTAPI PoUnregisterSystemState(PVOID StateHandle) {
    ExFreePoolWithTag(StateHandle, state_tag);
}

/// @doc NF:wdm.PoSetSystemState
VOID NTAPI PoSetSystemState(EXECUTION_STATE Flags) {
    current_kernel().trace().event("power.system_active", {{"flags", std::uint64_t(Flags)}});
}

/// @doc NF:wdm.PoSetSystemWake
VOID NTAPI PoSetSystemWake(PIRP Irp) {
    if (auto *trailer = io::trailer_of(Irp))
        trailer->system_wake = true;
}

/// @doc NF:wdm.PoGetSystemWake
BOOLEAN NTAPI PoGetSystemWake(PIRP Irp) {
    const auto *trailer = io::trailer_of(Irp);
    return trailer && trailer->system_wake;
}

/// Power IRPs of a box have no watchdog: the box's own looks after drivers that hang.
/// @doc NF:ntifs.PoQueryWatchdogTime
BOOLEAN NTAPI PoQueryWatchdogTime(PDEVICE_OBJECT, PULONG) {
    return FALSE;
}

} // extern "C"

namespace ksbox {

std::span<const Export> power_policy_exports() {
    static const std::array table{
        done<PoRegisterDeviceForIdleDetection>("PoRegisterDeviceForIdleDetection",
                                               "NF:ntifs.PoRegisterDeviceForIdleDetection"),
        done<PoSetDeviceBusyEx>("PoSetDeviceBusyEx", "NF:ntifs.PoSetDeviceBusyEx"),
        done<PoStartDeviceBusy>("PoStartDeviceBusy", "NF:ntifs.PoStartDeviceBusy"),
        done<PoEndDeviceBusy>("PoEndDeviceBusy", "NF:ntifs.PoEndDeviceBusy"),
        done<PoRegisterPowerSettingCallback>("PoRegisterPowerSettingCallback",
                                             "NF:ntifs.PoRegisterPowerSettingCallback"),
        done<PoUnregisterPowerSettingCallback>("PoUnregisterPowerSettingCallback",
                                               "NF:ntifs.PoUnregisterPowerSettingCallback"),
        done<PoCreatePowerRequest>("PoCreatePowerRequest", "NF:ntifs.PoCreatePowerRequest"),
        done<PoSetPowerRequest>("PoSetPowerRequest", "NF:ntifs.PoSetPowerRequest"),
        done<PoClearPowerRequest>("PoClearPowerRequest", "NF:ntifs.PoClearPowerRequest"),
        done<PoDeletePowerRequest>("PoDeletePowerRequest", "NF:ntifs.PoDeletePowerRequest"),
        done<PoRegisterSystemState>("PoRegisterSystemState", "NF:ntifs.PoRegisterSystemState"),
        done<PoUnregisterSystemState>("PoUnregisterSystemState",
                                      "NF:ntifs.PoUnregisterSystemState"),
        done<PoSetSystemState>("PoSetSystemState", "NF:wdm.PoSetSystemState"),
        done<PoSetSystemWake>("PoSetSystemWake", "NF:wdm.PoSetSystemWake"),
        done<PoGetSystemWake>("PoGetSystemWake", "NF:wdm.PoGetSystemWake"),
        done<PoQueryWatchdogTime>("PoQueryWatchdogTime", "NF:ntifs.PoQueryWatchdogTime"),
    };
    return table;
}

} // namespace ksbox

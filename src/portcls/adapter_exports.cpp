// An adapter driver's way into PortCls.
#include "ks/dispatch.h"
#include "portcls/adapter.h"
#include "portcls/exports.h"
#include "portcls/port_class.h"
#include "portcls/wmi_provider.h"

using namespace ksbox;
using namespace ksbox::portcls;

namespace {

/// PortCls's own handlers, and KS's for the seven majors that are left to it.
NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp) {
    const UCHAR major = IoGetCurrentIrpStackLocation(irp)->MajorFunction;
    switch (major) {
    case IRP_MJ_PNP:
        return dispatch_pnp(device, irp);
    case IRP_MJ_POWER:
        return dispatch_power(device, irp);
    case IRP_MJ_SYSTEM_CONTROL:
        return dispatch_wmi(device, irp);
    default:
        break;
    }
    // "any accesses (such as I/O and property accesses) of the device"
    const AdapterIdle::Access access(device);
    switch (major) {
    case IRP_MJ_CREATE:
        return dispatch_create(device, irp);
    case IRP_MJ_CLEANUP:
        return ks::KsDispatchCleanup(device, irp);
    case IRP_MJ_CLOSE:
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_FLUSH_BUFFERS:
    case IRP_MJ_QUERY_SECURITY:
    case IRP_MJ_READ:
    case IRP_MJ_SET_SECURITY:
    case IRP_MJ_WRITE:
        return ks::dispatch_by_table(device, irp);
    default:
        return ks::complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    }
}

} // namespace

extern "C" {

NTSTATUS NTAPI PcInitializeAdapterDriver(PDRIVER_OBJECT DriverObject, PUNICODE_STRING,
                                         PDRIVER_ADD_DEVICE AddDevice) {
    if (!DriverObject || !AddDevice)
        return STATUS_INVALID_PARAMETER;
    for (ULONG major : {IRP_MJ_CREATE, IRP_MJ_CLOSE, IRP_MJ_READ, IRP_MJ_WRITE,
                        IRP_MJ_FLUSH_BUFFERS, IRP_MJ_DEVICE_CONTROL, IRP_MJ_QUERY_SECURITY,
                        IRP_MJ_SET_SECURITY, IRP_MJ_POWER, IRP_MJ_SYSTEM_CONTROL, IRP_MJ_PNP})
        DriverObject->MajorFunction[major] = dispatch;
    // Not of the page's eleven: pins that queue IRPs must hear of their cleanup.
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = dispatch;
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->DriverUnload = KsNullDriverUnload;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PcAddAdapterDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject,
                                  PCPFNSTARTDEVICE StartDevice, ULONG MaxObjects,
                                  ULONG DeviceExtensionSize) {
    const auto made = Adapter::create(DriverObject, PhysicalDeviceObject, StartDevice, MaxObjects,
                                      DeviceExtensionSize);
    return made ? STATUS_SUCCESS : made.error().value();
}

NTSTATUS NTAPI PcDispatchIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    return dispatch(DeviceObject, Irp);
}

NTSTATUS NTAPI PcGetPhysicalDeviceObject(PDEVICE_OBJECT pDeviceObject,
                                         PDEVICE_OBJECT *ppPhysicalDeviceObject) {
    const auto adapter = Adapter::of(pDeviceObject);
    if (!adapter || !ppPhysicalDeviceObject)
        return STATUS_INVALID_PARAMETER;
    *ppPhysicalDeviceObject = adapter->pdo;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PcRegisterAdapterPowerManagement(PUNKNOWN pUnknown, PVOID pvContext1) {
    const auto adapter = Adapter::of(static_cast<PDEVICE_OBJECT>(pvContext1));
    if (!adapter || !pUnknown)
        return STATUS_INVALID_PARAMETER;
    return adapter->register_power(pUnknown);
}

NTSTATUS NTAPI PcUnregisterAdapterPowerManagement(PDEVICE_OBJECT pDeviceObject) {
    const auto adapter = Adapter::of(pDeviceObject);
    if (!adapter)
        return STATUS_INVALID_PARAMETER;
    adapter->power.reset();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PcRegisterAdapterPnpManagement(PUNKNOWN Unknown, PDEVICE_OBJECT DeviceObject) {
    const auto adapter = Adapter::of(DeviceObject);
    if (!adapter || !Unknown)
        return STATUS_INVALID_PARAMETER;
    return adapter->register_pnp(Unknown);
}

NTSTATUS NTAPI PcUnregisterAdapterPnpManagement(PDEVICE_OBJECT DeviceObject) {
    const auto adapter = Adapter::of(DeviceObject);
    if (!adapter)
        return STATUS_INVALID_PARAMETER;
    return adapter->pnp.reset() ? STATUS_SUCCESS : STATUS_NOT_FOUND; // inferred
}

NTSTATUS NTAPI PcAssignPowerFrameworkSettings(PDEVICE_OBJECT DeviceObject,
                                              PPC_POWER_FRAMEWORK_SETTINGS Settings) {
    const auto adapter = Adapter::of(DeviceObject);
    return adapter ? adapter->fx.assign(Settings) : STATUS_INVALID_PARAMETER;
}

NTSTATUS NTAPI PcRequestNewPowerState(PDEVICE_OBJECT pDeviceObject,
                                      DEVICE_POWER_STATE RequestedNewState) {
    const auto adapter = Adapter::of(pDeviceObject);
    if (!adapter || RequestedNewState < PowerDeviceD0 || RequestedNewState > PowerDeviceD3)
        return STATUS_INVALID_PARAMETER;
    adapter->idle.driver_asks(RequestedNewState);
    POWER_STATE state{};
    state.DeviceState = RequestedNewState;
    const NTSTATUS status =
        PoRequestPowerIrp(adapter->pdo, IRP_MN_SET_POWER, state, nullptr, nullptr, nullptr);
    return status == STATUS_PENDING ? STATUS_SUCCESS : status;
}

} // extern "C"

std::span<const Export> ksbox::portcls::adapter_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcInitializeAdapterDriver),
        PC_EXPORT(done, PcAddAdapterDevice),
        PC_EXPORT(done, PcDispatchIrp),
        PC_EXPORT(done, PcGetPhysicalDeviceObject),
        PC_EXPORT(done, PcRegisterAdapterPowerManagement),
        PC_EXPORT(done, PcUnregisterAdapterPowerManagement),
        PC_EXPORT(done, PcRegisterAdapterPnpManagement),
        PC_EXPORT(done, PcUnregisterAdapterPnpManagement),
        PC_EXPORT(done, PcRequestNewPowerState),
        done<&PcAssignPowerFrameworkSettings>("PcAssignPowerFrameworkSettings", ""),
    };
    return table;
}

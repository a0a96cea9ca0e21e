// DDIs towards the bus.
#include "ks/bus.h"

#include "ks/device.h"
#include "ks/exports.h"
#include "ks/filter_factory.h"
#include "ks/headers.h"
#include "ks/internal_code.h"

namespace ksbox::ks {
namespace {

NTSTATUS send_pnp(PDEVICE_OBJECT device, const IO_STACK_LOCATION &parameters) {
    const PDEVICE_OBJECT top = IoGetAttachedDeviceReference(device);
    KEVENT done;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    IO_STATUS_BLOCK io{};
    PIRP irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, top, nullptr, 0, nullptr, &done, &io);
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    if (irp) {
        irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
        auto *stack = IoGetNextIrpStackLocation(irp);
        stack->MinorFunction = parameters.MinorFunction;
        stack->Parameters = parameters.Parameters;
        status = IoCallDriver(top, irp);
        if (status == STATUS_PENDING) {
            KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr);
            status = io.Status;
        }
    }
    ObDereferenceObject(top);
    return status;
}

ULONG bus_data(PKSDEVICE abi, bool write, ULONG type, PVOID buffer, ULONG offset, ULONG length) {
    const Device &device = Device::from(abi);
    BUS_INTERFACE_STANDARD bus{};
    const NTSTATUS status =
        query_bus_interface(device.abi().NextDeviceObject, GUID_BUS_INTERFACE_STANDARD, 1,
                            sizeof bus, reinterpret_cast<PINTERFACE>(&bus));
    if (NT_SUCCESS(status)) {
        const auto function = write ? bus.SetBusData : bus.GetBusData;
        const ULONG bytes = call_code("BUS_INTERFACE_STANDARD", abi, function, bus.Context, type,
                                      buffer, offset, length);
        call_code("INTERFACE.InterfaceDereference", abi, bus.InterfaceDereference, bus.Context);
        return bytes;
    }
    IO_STACK_LOCATION parameters{};
    parameters.MinorFunction = write ? IRP_MN_WRITE_CONFIG : IRP_MN_READ_CONFIG;
    parameters.Parameters.ReadWriteConfig.WhichSpace = type;
    parameters.Parameters.ReadWriteConfig.Buffer = buffer;
    parameters.Parameters.ReadWriteConfig.Offset = offset;
    parameters.Parameters.ReadWriteConfig.Length = length;
    return NT_SUCCESS(send_pnp(device.abi().NextDeviceObject, parameters)) ? length : 0;
}

} // namespace

NTSTATUS query_bus_interface(PDEVICE_OBJECT device, const GUID &id, USHORT version, USHORT bytes,
                             PINTERFACE interface) {
    IO_STACK_LOCATION parameters{};
    parameters.MinorFunction = IRP_MN_QUERY_INTERFACE;
    auto &query = parameters.Parameters.QueryInterface;
    query.InterfaceType = &id;
    query.Size = bytes;
    query.Version = version;
    query.Interface = interface;
    return send_pnp(device, parameters);
}

} // namespace ksbox::ks

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

NTSTATUS NTAPI KsReferenceBusObject(KSDEVICE_HEADER Header) {
    DeviceHeader &header = DeviceHeader::from(Header);
    if (!header.bus.ReferenceDeviceObject) {
        const NTSTATUS status = query_bus_interface(
            header.pnp_object, REFERENCE_BUS_INTERFACE, BUS_INTERFACE_REFERENCE_VERSION,
            sizeof header.bus, reinterpret_cast<PINTERFACE>(&header.bus));
        // A bus without the interface needs no reference.
        if (!NT_SUCCESS(status))
            return status == STATUS_NOT_SUPPORTED ? STATUS_SUCCESS : status;
    }
    call_code("BUS_INTERFACE_REFERENCE.ReferenceDeviceObject", Header,
              header.bus.ReferenceDeviceObject, header.bus.Interface.Context);
    ++header.bus_references;
    return STATUS_SUCCESS;
}

void NTAPI KsDereferenceBusObject(KSDEVICE_HEADER Header) {
    DeviceHeader &header = DeviceHeader::from(Header);
    if (!header.bus_references)
        return;
    --header.bus_references;
    call_code("BUS_INTERFACE_REFERENCE.DereferenceDeviceObject", Header,
              header.bus.DereferenceDeviceObject, header.bus.Interface.Context);
}

ULONG NTAPI KsDeviceGetBusData(PKSDEVICE Device, ULONG DataType, PVOID Buffer, ULONG Offset,
                               ULONG Length) {
    return bus_data(Device, false, DataType, Buffer, Offset, Length);
}

ULONG NTAPI KsDeviceSetBusData(PKSDEVICE Device, ULONG DataType, PVOID Buffer, ULONG Offset,
                               ULONG Length) {
    return bus_data(Device, true, DataType, Buffer, Offset, Length);
}

} // extern "C"

std::span<const Export> ksbox::ks::bus_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsReferenceBusObject),
        KS_EXPORT(done, KsDereferenceBusObject),
        KS_EXPORT(done, KsDeviceGetBusData),
        KS_EXPORT(done, KsDeviceSetBusData),
    };
    return table;
}

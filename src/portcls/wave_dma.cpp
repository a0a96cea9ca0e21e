// DEVICE_DESCRIPTIONs of wave devices.
#include "portcls/wave_dma.h"

namespace ksbox::portcls {

NTSTATUS new_master_channel(PDEVICE_OBJECT fdo, IUnknown *outer, const MasterDma &dma,
                            IDmaChannel **channel) {
    if (!channel)
        return STATUS_INVALID_PARAMETER;
    DEVICE_DESCRIPTION device{};
    device.Version = DEVICE_DESCRIPTION_VERSION;
    device.Master = TRUE;
    device.ScatterGather = dma.scatter_gather;
    device.Dma32BitAddresses = dma.addresses_32bit;
    device.Dma64BitAddresses = dma.addresses_64bit;
    device.IgnoreCount = dma.ignore_count;
    device.InterfaceType = PCIBus;
    device.DmaWidth = dma.width;
    device.DmaSpeed = dma.speed;
    device.MaximumLength = dma.maximum_length;
    device.DmaPort = dma.port;
    return PcNewDmaChannel(channel, outer, dma.pool, &device, fdo);
}

NTSTATUS new_slave_channel(PDEVICE_OBJECT fdo, IUnknown *outer, IResourceList *resources,
                           ULONG index, ULONG maximum_length, bool demand_mode, DMA_SPEED speed,
                           IDmaChannelSlave **channel) {
    if (!channel)
        return STATUS_INVALID_PARAMETER;
    *channel = nullptr;
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *resource =
        resources ? call_method("IResourceList.FindTranslatedEntry", resources,
                                &IResourceList::FindTranslatedEntry,
                                static_cast<CM_RESOURCE_TYPE>(CmResourceTypeDma), index)
                  : nullptr;
    if (!resource)
        return STATUS_INVALID_PARAMETER;
    DEVICE_DESCRIPTION device{};
    device.Version = DEVICE_DESCRIPTION_VERSION;
    device.DemandMode = demand_mode;
    device.AutoInitialize = TRUE; // the buffer is cyclic
    device.IgnoreCount = TRUE;
    device.Dma32BitAddresses = TRUE;
    device.DmaChannel = resource->u.Dma.Channel;
    device.InterfaceType = Isa;
    device.DmaWidth = resource->Flags & CM_RESOURCE_DMA_16 ? Width16Bits : Width8Bits;
    device.DmaSpeed = speed;
    device.MaximumLength = maximum_length;
    IDmaChannel *made = nullptr;
    const NTSTATUS status = PcNewDmaChannel(&made, outer, NonPagedPool, &device, fdo);
    if (!NT_SUCCESS(status))
        return status;
    const auto owned = ComPtr<IDmaChannel>::adopt(made);
    return call_method("IUnknown.QueryInterface", made, &IUnknown::QueryInterface,
                       IID_IDmaChannelSlave, reinterpret_cast<void **>(channel));
}

} // namespace ksbox::portcls

// Making DMA channels.
#include "portcls/dma_channel.h"
#include "portcls/part_exports.h"

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

NTSTATUS NTAPI PcNewDmaChannel(PDMACHANNEL *OutDmaChannel, PUNKNOWN OuterUnknown, POOL_TYPE,
                               PDEVICE_DESCRIPTION DeviceDescription, PDEVICE_OBJECT DeviceObject) {
    if (!OutDmaChannel)
        return STATUS_INVALID_PARAMETER;
    *OutDmaChannel = nullptr;
    if (!DeviceDescription || !DeviceObject)
        return STATUS_INVALID_PARAMETER;
    auto *channel = make_com<DmaChannel>(current_kernel(), OuterUnknown);
    if (!channel)
        return STATUS_INSUFFICIENT_RESOURCES;
    const NTSTATUS status = channel->open(DeviceObject, *DeviceDescription);
    if (NT_SUCCESS(status))
        *OutDmaChannel = channel;
    else
        channel->Release();
    return status;
}

} // extern "C"

std::span<const Export> ksbox::portcls::dma_channel_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcNewDmaChannel),
    };
    return table;
}

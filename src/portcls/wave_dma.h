// DMA channels as the wave ports make them for their miniports.
#pragma once

#include "portcls/com.h"

namespace ksbox::portcls {

/// What IPortXxx.NewMasterDmaChannel is told.
struct MasterDma {
    POOL_TYPE pool = NonPagedPool;
    bool scatter_gather = false;
    bool addresses_32bit = false;
    bool addresses_64bit = false;
    bool ignore_count = false;
    DMA_WIDTH width = Width32Bits;
    DMA_SPEED speed = Compatible;
    ULONG maximum_length = 0;
    ULONG port = 0;
};
/// What PcNewDmaChannel answers. PASSIVE.
NTSTATUS new_master_channel(PDEVICE_OBJECT fdo, IUnknown *outer, const MasterDma &dma,
                            IDmaChannel **channel);

/// The channel is DMA resource `index` of the list: STATUS_INVALID_PARAMETER without one. PASSIVE.
NTSTATUS new_slave_channel(PDEVICE_OBJECT fdo, IUnknown *outer, IResourceList *resources,
                           ULONG index, ULONG maximum_length, bool demand_mode, DMA_SPEED speed,
                           IDmaChannelSlave **channel);

} // namespace ksbox::portcls

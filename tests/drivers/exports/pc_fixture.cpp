// Resources that no bus assigned, for cases of PortCls.
#include "support/pc_case.h"

PRESOURCELIST CaseResources() {
    constexpr ULONG Count = 4;
    constexpr ULONG Bytes =
        sizeof(CM_RESOURCE_LIST) + (Count - 1) * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR);
    alignas(8) UCHAR Memory[2][Bytes];
    RtlZeroMemory(Memory, sizeof Memory);
    for (UCHAR(&Bytes)[Bytes] : Memory) {
        auto *List = reinterpret_cast<PCM_RESOURCE_LIST>(Bytes);
        List->Count = 1;
        List->List[0].InterfaceType = PCIBus;
        CM_PARTIAL_RESOURCE_LIST &Partial = List->List[0].PartialResourceList;
        Partial.Version = Partial.Revision = 1;
        Partial.Count = Count;
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Entry = Partial.PartialDescriptors;
        Entry[0].Type = CmResourceTypePort;
        Entry[0].u.Port.Start.QuadPart = 0x220;
        Entry[0].u.Port.Length = 16;
        Entry[1].Type = CmResourceTypeInterrupt;
        Entry[1].ShareDisposition = CmResourceShareDeviceExclusive;
        Entry[1].Flags = CM_RESOURCE_INTERRUPT_LATCHED;
        Entry[1].u.Interrupt.Vector = CaseInterruptVector;
        Entry[1].u.Interrupt.Level = CaseInterruptIrql;
        Entry[1].u.Interrupt.Affinity = 1;
        Entry[2].Type = CmResourceTypeDma;
        Entry[2].u.Dma.Channel = 5;
        Entry[3].Type = CmResourceTypePort;
        Entry[3].u.Port.Start.QuadPart = 0x388;
        Entry[3].u.Port.Length = 4;
    }
    PRESOURCELIST Resources = nullptr;
    PcNewResourceList(&Resources, nullptr, PagedPool,
                      reinterpret_cast<PCM_RESOURCE_LIST>(Memory[0]),
                      reinterpret_cast<PCM_RESOURCE_LIST>(Memory[1]));
    return Resources;
}

// Making interrupt sync objects.
#include "portcls/interrupt_sync.h"
#include "portcls/part_exports.h"

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

NTSTATUS NTAPI PcNewInterruptSync(PINTERRUPTSYNC *OutInterruptSync, PUNKNOWN OuterUnknown,
                                  PRESOURCELIST ResourceList, ULONG ResourceIndex,
                                  INTERRUPTSYNCMODE Mode) {
    if (!OutInterruptSync)
        return STATUS_INVALID_PARAMETER;
    *OutInterruptSync = nullptr;
    if (!ResourceList || Mode < InterruptSyncModeNormal || Mode > InterruptSyncModeRepeat)
        return STATUS_INVALID_PARAMETER;
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *interrupt =
        call_method("IResourceList.FindTranslatedEntry", ResourceList,
                    &IResourceList::FindTranslatedEntry, CmResourceTypeInterrupt, ResourceIndex);
    if (!interrupt)
        return STATUS_INVALID_PARAMETER; // inferred
    return hand_over(make_com<InterruptSync>(current_kernel(), OuterUnknown, *interrupt, Mode),
                     OutInterruptSync);
}

} // extern "C"

std::span<const Export> ksbox::portcls::interrupt_sync_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcNewInterruptSync),
    };
    return table;
}

// The journal's properties, asked through PortCls.
#include "port_class.h"

#include "port_journal.h"

NTSTATUS NTAPI PortJournalHandler(PPCPROPERTY_REQUEST Request) {
    const KSPROPERTY_ITEM *Item = &JournalItems[Request->PropertyItem->Id];
    const bool Get = (Request->Verb & KSPROPERTY_TYPE_GET) != 0;
    if (!Get && Request->ValueSize < Item->MinData) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    const PFNKSHANDLER Handler = Get ? Item->GetPropertyHandler : Item->SetPropertyHandler;
    const NTSTATUS Status = Handler(Request->Irp, NULL, Request->Value);
    Request->ValueSize = Get ? (ULONG)Request->Irp->IoStatus.Information : 0;
    return Status;
}

// The journal's KS handlers, called for PortCls.
extern "C" {
#include <ntddk.h>
}
#include <windef.h>

#include <portcls.h>

#include "portcls_journal.h"

NTSTATUS NTAPI GetJournal(PPCPROPERTY_REQUEST Request) {
    const NTSTATUS Status = JournalItems[KSPROPERTY_JOURNAL_ENTRIES].GetPropertyHandler(
        Request->Irp, NULL, Request->Value);
    Request->ValueSize = ULONG(Request->Irp->IoStatus.Information);
    return Status;
}

NTSTATUS NTAPI SetJournal(PPCPROPERTY_REQUEST Request) {
    const KSPROPERTY_ITEM &Item = JournalItems[Request->PropertyItem->Id];
    if (Request->ValueSize < Item.MinData) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    return Item.SetPropertyHandler(Request->Irp, NULL, Request->Value);
}

// The KS handlers behind every item that Automation makes.
#pragma once

#include "abi/windows.h"

namespace ksbox::portcls {

// PFNKSHANDLER. PASSIVE.
NTSTATUS NTAPI handle_property_item(PIRP irp, PKSIDENTIFIER request, PVOID data);
NTSTATUS NTAPI handle_property_support(PIRP irp, PKSIDENTIFIER request, PVOID data);
NTSTATUS NTAPI handle_method_item(PIRP irp, PKSIDENTIFIER request, PVOID data);
NTSTATUS NTAPI support_event(PIRP irp, PKSIDENTIFIER request, PVOID data);
/// PFNKSADDEVENT, PFNKSREMOVEEVENT.
NTSTATUS NTAPI add_event(PIRP irp, PKSEVENTDATA data, PKSEVENT_ENTRY entry);
void NTAPI remove_event(PFILE_OBJECT file, PKSEVENT_ENTRY entry);

} // namespace ksbox::portcls

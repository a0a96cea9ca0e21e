// IRP_MJ_CREATE of filters (create item of a filter factory) and the filter's dispatch table.
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

class Filter;

/// KSOBJECT_CREATE_ITEM.Create of filter factories; the item's Context is the KSFILTERFACTORY.
NTSTATUS NTAPI filter_create(PDEVICE_OBJECT device, PIRP irp);

/// The minidriver's pending Create or Close has come to its end: completes the IRP.
void finish_filter_create(Filter &filter, PIRP irp);
void finish_filter_close(Filter &filter, PIRP irp);

} // namespace ksbox::ks

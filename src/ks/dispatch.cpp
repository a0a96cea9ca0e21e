// IRPs to create items and dispatch tables.
#include "ks/dispatch.h"

#include <string>

#include "base/unicode.h"
#include "ks/create_items.h"
#include "ks/device.h"
#include "ks/filter.h"
#include "ks/headers.h"
#include "ks/internal_code.h"
#include "ks/ks_class.h"
#include "ks/pin.h"
#include "ks/refusal.h"
#include "ks/start_at.h"
#include "ks/transport.h"

namespace ksbox::ks {

NTSTATUS complete(PIRP irp, NTSTATUS status) {
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

namespace {

/// Why CreateItems::find() has found none.
std::string no_item(PFILE_OBJECT file, const CreateName &name) {
    struct Known {
        std::u16string_view name;
        const char *what;
    };
    static constexpr Known known[] = {
        {u"{146F1A80-4791-11D0-A5D6-28DB04C10000}", "pins"},
        {u"{53172480-4791-11D0-A5D6-28DB04C10000}", "clocks"},
        {u"{642F5D00-4791-11D0-A5D6-28DB04C10000}", "allocators"},
        {u"{0621061A-EE75-11D0-B915-00A0C9223196}", "topology nodes"},
    };
    const PFILE_OBJECT parent = file->RelatedFileObject;
    const std::string where = !parent              ? "on the device"
                              : Filter::of(parent) ? "below a filter"
                              : Pin::of(parent)    ? "below a pin"
                                                   : "below this object";
    for (const Known &one : known)
        if (same_name(one.name, name.object_class))
            return "no create item for " + std::string(one.what) + " is there " + where;
    return "no create item called '" + to_utf8(name.object_class) + "' takes this create string " +
           where;
}

} // namespace

NTSTATUS dispatch_create(PDEVICE_OBJECT device, PIRP irp) {
    const PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    irp->IoStatus.Information = 0;
    const CreateItems *items;
    if (file->RelatedFileObject) {
        const ObjectHeader *parent = ObjectHeader::of(file->RelatedFileObject);
        if (!parent)
            return complete(irp, refused(irp, STATUS_INVALID_PARAMETER,
                                         "the file below which the object was to be created is no "
                                         "KS object"));
        items = &parent->items;
    } else {
        items = &DeviceHeader::of(device).items;
    }
    const std::u16string_view name(file->FileName.Buffer, file->FileName.Length / sizeof(WCHAR));
    const CreateName parsed = CreateName::parse(name);
    // In use until the create routine has returned: the driver may delete it meanwhile.
    const auto item = items->find(parsed);
    if (!item)
        return complete(irp, refused(irp, item.error().value(), no_item(file, parsed)));
    KSCREATE_ITEM_IRP_STORAGE(irp) = item->get();
    return call_code("KSOBJECT_CREATE_ITEM.Create", irp, (*item)->Create, device, irp);
}

namespace {

struct Handler {
    const char *name;
    PDRIVER_DISPATCH function;
};

Handler handler_for(const KSDISPATCH_TABLE &table, UCHAR major) {
    switch (major) {
    case IRP_MJ_CLOSE:
        return {"KSDISPATCH_TABLE.Close", table.Close};
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        return {"KSDISPATCH_TABLE.DeviceIoControl", table.DeviceIoControl};
    case IRP_MJ_READ:
        return {"KSDISPATCH_TABLE.Read", table.Read};
    case IRP_MJ_WRITE:
        return {"KSDISPATCH_TABLE.Write", table.Write};
    case IRP_MJ_FLUSH_BUFFERS:
        return {"KSDISPATCH_TABLE.Flush", table.Flush};
    case IRP_MJ_QUERY_SECURITY:
        return {"KSDISPATCH_TABLE.QuerySecurity", table.QuerySecurity};
    case IRP_MJ_SET_SECURITY:
        return {"KSDISPATCH_TABLE.SetSecurity", table.SetSecurity};
    default:
        return {"", nullptr};
    }
}

} // namespace

NTSTATUS dispatch_by_table(PDEVICE_OBJECT device, PIRP irp) {
    const auto *stack = IoGetCurrentIrpStackLocation(irp);
    const ObjectHeader *header = ObjectHeader::of(stack->FileObject);
    if (!header)
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    const auto [name, function] = handler_for(*header->table, stack->MajorFunction);
    // A null entry is a mistake of the driver's by the page; the request cannot be served.
    if (!function)
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    return call_code(name, irp, function, device, irp);
}

NTSTATUS dispatch_cleanup(PDEVICE_OBJECT device, PIRP irp) {
    const PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    if (Pin *pin = Pin::of(file)) {
        StartAt::cancel(*pin);
        if (pin->transport)
            pin->transport->cleanup(file);
    }
    irp->IoStatus.Information = 0;
    return complete(irp, STATUS_SUCCESS);
}

NTSTATUS NTAPI KsDispatchCreate(PDEVICE_OBJECT device, PIRP irp) {
    return dispatch_create(device, irp);
}

NTSTATUS NTAPI KsDispatchCleanup(PDEVICE_OBJECT device, PIRP irp) {
    return dispatch_cleanup(device, irp);
}

NTSTATUS forward_and_wait(PDEVICE_OBJECT next, PIRP irp) {
    return KsForwardAndCatchIrp(next, irp, IoGetCurrentIrpStackLocation(irp)->FileObject,
                                KsStackCopyToNewLocation);
}

} // namespace ksbox::ks

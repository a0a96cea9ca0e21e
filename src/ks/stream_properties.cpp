// Handlers of KSPROPSETID_Stream. They run at PASSIVE_LEVEL on the pin's own IRP.
#include "ks/transport.h"

#include "ks/stream/pin_stream.h"
#include "nt/ob/object_manager.h"

namespace ksbox::ks {

namespace {

/// Null for pins without a stream.
PinStream *stream_of(PIRP irp) {
    Pin *const pin = Pin::of(IoGetCurrentIrpStackLocation(irp)->FileObject);
    return pin && pin->transport ? &PinStream::of(*pin) : nullptr;
}

/// "The returned value is always a NULL handle": success alone says that it is supported.
NTSTATUS NTAPI get_null_handle(PIRP irp, PKSIDENTIFIER, PVOID data) {
    if (!stream_of(irp))
        return STATUS_NOT_FOUND;
    *static_cast<HANDLE *>(data) = nullptr;
    irp->IoStatus.Information = sizeof(HANDLE);
    return STATUS_SUCCESS;
}

/// The file object behind the handle in `data`, referenced; null for a null handle.
Result<PFILE_OBJECT> file_of(PIRP irp, PVOID data) {
    HANDLE const handle = *static_cast<HANDLE *>(data);
    PVOID file = nullptr;
    if (handle) {
        const NTSTATUS status =
            ObReferenceObjectByHandle(handle, 0, ob::object_type_pointer(ob::ObjectType::file),
                                      irp->RequestorMode, &file, nullptr);
        if (!NT_SUCCESS(status))
            return fail(status);
    }
    return static_cast<PFILE_OBJECT>(file);
}

template <typename F> NTSTATUS set_file(PIRP irp, PVOID data, F function) {
    PinStream *const stream = stream_of(irp);
    if (!stream)
        return STATUS_NOT_FOUND;
    const auto file = file_of(irp, data);
    if (!file)
        return file.error().value();
    const Result<void> result = function(*stream, *file);
    if (*file)
        ObDereferenceObject(*file);
    return result ? STATUS_SUCCESS : result.error().value();
}

NTSTATUS NTAPI set_master_clock(PIRP irp, PKSIDENTIFIER, PVOID data) {
    return set_file(irp, data, [](PinStream &stream, PFILE_OBJECT file) {
        return stream.clock().set_master(file);
    });
}

NTSTATUS NTAPI set_allocator(PIRP irp, PKSIDENTIFIER, PVOID data) {
    return set_file(
        irp, data, [](PinStream &stream, PFILE_OBJECT file) { return stream.set_allocator(file); });
}

constexpr KSPROPERTY_ITEM item(ULONG id, PFNKSHANDLER set) {
    KSPROPERTY_ITEM result{};
    result.PropertyId = id;
    result.GetPropertyHandler = get_null_handle;
    result.MinProperty = sizeof(KSPROPERTY);
    result.MinData = sizeof(HANDLE);
    result.SetPropertyHandler = set;
    return result;
}

const KSPROPERTY_ITEM stream_items[] = {
    item(KSPROPERTY_STREAM_ALLOCATOR, set_allocator),
    item(KSPROPERTY_STREAM_MASTERCLOCK, set_master_clock),
};

const KSPROPERTY_SET stream_sets[] = {
    {&KSPROPSETID_Stream, std::size(stream_items), stream_items, 0, nullptr}};

} // namespace

std::span<const KSPROPERTY_SET> pin_stream_property_sets() {
    return stream_sets;
}

} // namespace ksbox::ks

// Topology nodes as file objects.
#include "ks/node.h"

#include <cstring>

#include "ks/automation_dispatch.h"
#include "ks/create_items.h"
#include "ks/dispatch.h"
#include "ks/events.h"
#include "ks/file_context.h"
#include "ks/filter.h"
#include "ks/refusal.h"

namespace ksbox::ks {
namespace {

NTSTATUS NTAPI node_close(PDEVICE_OBJECT, PIRP irp) {
    const PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    if (const FileContext *context = FileContext::of(file)) {
        Filter &filter = static_cast<Filter &>(*context->object);
        free_event_list(file, events_of(filter));
        {
            MutexGuard guard(filter.control);
            std::erase(filter.nodes, file);
        }
        FileContext::destroy(file);
        ObDereferenceObject(filter.file);
    }
    return complete(irp, STATUS_SUCCESS);
}

const KSDISPATCH_TABLE node_table = {
    node_ioctl,
    KsDispatchInvalidDeviceRequest,
    KsDispatchInvalidDeviceRequest,
    KsDispatchInvalidDeviceRequest,
    node_close,
    KsDispatchQuerySecurity,
    KsDispatchSetSecurity,
    KsDispatchFastIoDeviceControlFailure,
    KsDispatchFastReadFailure,
    KsDispatchFastReadFailure,
};

NTSTATUS create(Filter &filter, PIRP irp) {
    const UNICODE_STRING &name = IoGetCurrentIrpStackLocation(irp)->FileObject->FileName;
    const auto parts = CreateName::parse({name.Buffer, name.Length / sizeof(WCHAR)});
    KSNODE_CREATE request;
    if (parts.parameters.size() * sizeof(WCHAR) < sizeof request)
        return refused(STATUS_INVALID_BUFFER_SIZE,
                       "the create string carries " +
                           std::to_string(parts.parameters.size() * sizeof(WCHAR)) +
                           " bytes; KSNODE_CREATE has " + std::to_string(sizeof request));
    std::memcpy(&request, parts.parameters.data(), sizeof request);
    MutexGuard guard(filter.control);
    if (request.CreateFlags || request.Node >= filter.descriptor().NodeDescriptorsCount) {
        const ULONG count = filter.descriptor().NodeDescriptorsCount;
        return refused(STATUS_INVALID_PARAMETER, request.CreateFlags
                                                     ? "KSNODE_CREATE.CreateFlags is " +
                                                           std::to_string(request.CreateFlags) +
                                                           ", it must be 0"
                                                     : "node " + std::to_string(request.Node) +
                                                           " is out of range: the filter has " +
                                                           counted(count, "node", "nodes"));
    }
    auto made = FileContext::create(irp, filter, request.Node, {}, &node_table);
    if (!made)
        return made.error().value();
    ObReferenceObject(filter.file);
    filter.nodes.push_back(IoGetCurrentIrpStackLocation(irp)->FileObject);
    return STATUS_SUCCESS;
}

} // namespace

NTSTATUS NTAPI node_create(PDEVICE_OBJECT, PIRP irp) {
    Filter *filter = Filter::of(IoGetCurrentIrpStackLocation(irp)->FileObject->RelatedFileObject);
    return complete(irp, filter ? create(*filter, irp) : STATUS_INVALID_PARAMETER);
}

} // namespace ksbox::ks

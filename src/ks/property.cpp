// IOCTL_KS_PROPERTY.
#include "abi/export.h"
#include "ks/automation_find.h"
#include "ks/internal_code.h"
#include "ks/property_description.h"
#include "ks/property_serialize.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"

#include <cstring>

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSHANDLER);

constexpr ULONG kinds = KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_SET | KSPROPERTY_TYPE_SETSUPPORT |
                        KSPROPERTY_TYPE_BASICSUPPORT | KSPROPERTY_TYPE_RELATIONS |
                        KSPROPERTY_TYPE_SERIALIZESET | KSPROPERTY_TYPE_UNSERIALIZESET |
                        KSPROPERTY_TYPE_SERIALIZERAW | KSPROPERTY_TYPE_UNSERIALIZERAW |
                        KSPROPERTY_TYPE_SERIALIZESIZE | KSPROPERTY_TYPE_DEFAULTVALUES;

NTSTATUS run(const char *name, PFNKSHANDLER handler, const Request &request) {
    return call_code(name, request.irp, handler, request.irp, request.identifier, request.data);
}

void remember(PIRP irp, const KSPROPERTY_SET *set, const KSPROPERTY_ITEM *item) {
    KSPROPERTY_SET_IRP_STORAGE(irp) = set;
    KSPROPERTY_ITEM_IRP_STORAGE(irp) = item;
}

NTSTATUS too_small(PIRP irp, ULONG needed, ULONG offered) {
    if (offered)
        return STATUS_BUFFER_TOO_SMALL;
    irp->IoStatus.Information = needed;
    return STATUS_BUFFER_OVERFLOW;
}

NTSTATUS get(const KSPROPERTY_ITEM &item, const Request &request) {
    if (!item.GetPropertyHandler)
        return STATUS_NOT_FOUND;
    if (request.request_bytes < item.MinProperty)
        return STATUS_BUFFER_TOO_SMALL;
    if (request.data_bytes < item.MinData)
        return too_small(request.irp, item.MinData, request.data_bytes);
    // Handlers of fixed-size properties often leave Information alone. @observed in Microsoft's
    // samples, whose clients get the whole value.
    request.irp->IoStatus.Information = item.MinData;
    const NTSTATUS status =
        run("KSPROPERTY_ITEM.GetPropertyHandler", item.GetPropertyHandler, request);
    if (NT_ERROR(status))
        request.irp->IoStatus.Information = 0;
    return status;
}

NTSTATUS set(const KSPROPERTY_ITEM &item, const Request &request) {
    if (!item.SetPropertyHandler)
        return STATUS_NOT_FOUND;
    if (request.request_bytes < item.MinProperty || request.data_bytes < item.MinData)
        return refused(request.irp, STATUS_BUFFER_TOO_SMALL,
                       "property " + std::to_string(item.PropertyId) + " wants a request of " +
                           std::to_string(item.MinProperty) + " bytes and a value of " +
                           std::to_string(item.MinData) + "; they have " +
                           std::to_string(request.request_bytes) + " and " +
                           std::to_string(request.data_bytes));
    return run("KSPROPERTY_ITEM.SetPropertyHandler", item.SetPropertyHandler, request);
}

/// A sized list, or its size alone for a buffer of a ULONG (stream/ksproperty-structure).
NTSTATUS relations(const KSPROPERTY_ITEM &item, const Request &request) {
    if (request.data_bytes != sizeof(ULONG))
        return KsHandleSizedListQuery(request.irp, item.RelationsCount, sizeof(KSPROPERTY),
                                      item.Relations);
    const ULONG bytes = sizeof(KSMULTIPLE_ITEM) + item.RelationsCount * sizeof(KSPROPERTY);
    return answer_value(request.irp, request.data, &bytes, sizeof bytes);
}

/// A support handler comes first; where it does not do the job the item itself answers.
NTSTATUS support(const KSPROPERTY_ITEM &item, const Request &request, ULONG kind) {
    if (item.SupportHandler) {
        const NTSTATUS status = run("KSPROPERTY_ITEM.SupportHandler", item.SupportHandler, request);
        if (status != STATUS_SOME_NOT_MAPPED && status != STATUS_NOT_FOUND &&
            status != STATUS_NOT_SUPPORTED)
            return status;
    }
    request.irp->IoStatus.Information = 0;
    switch (kind) {
    case KSPROPERTY_TYPE_BASICSUPPORT:
        return describe_property(item, request, false);
    case KSPROPERTY_TYPE_DEFAULTVALUES:
        return item.Values ? describe_property(item, request, true) : STATUS_NOT_FOUND;
    case KSPROPERTY_TYPE_RELATIONS:
        return relations(item, request);
    case KSPROPERTY_TYPE_SERIALIZESIZE: {
        const auto bytes = serialized_size(request, item);
        return bytes ? answer_value(request.irp, request.data, &*bytes, sizeof *bytes)
                     : bytes.error().value();
    }
    default: // raw serialization is the support handler's own matter
        return STATUS_NOT_FOUND;
    }
}

DataUse use_of(ULONG kind) {
    switch (kind) {
    case KSPROPERTY_TYPE_SET:
    case KSPROPERTY_TYPE_UNSERIALIZESET:
    case KSPROPERTY_TYPE_UNSERIALIZERAW:
        return DataUse::in;
    default:
        return DataUse::out;
    }
}

NTSTATUS handle_item(PIRP irp, const Found<KSPROPERTY_SET, KSPROPERTY_ITEM> &found, ULONG kind,
                     PFNKSALLOCATOR allocator) {
    auto request = capture_request(irp, use_of(kind), allocator);
    if (!request)
        return request.error().value();
    remember(irp, found.set, found.item);
    switch (kind) {
    case KSPROPERTY_TYPE_GET:
        return get(*found.item, *request);
    case KSPROPERTY_TYPE_SET:
        return set(*found.item, *request);
    default:
        return support(*found.item, *request, kind);
    }
}

} // namespace

NTSTATUS handle_property(PIRP irp, std::span<const PropertyTable> tables,
                         PFNKSALLOCATOR allocator) {
    irp->IoStatus.Information = 0;
    for (const PropertyTable &table : tables)
        if (!valid_item_size<KSPROPERTY_ITEM>(table.item_bytes))
            return STATUS_INVALID_PARAMETER;
    auto identifier = peek_identifier(irp);
    if (!identifier)
        return identifier.error().value();
    const ULONG kind = identifier->Flags & kinds;
    if (kind == KSPROPERTY_TYPE_SETSUPPORT && is_wildcard(identifier->Set))
        return answer_set_list(irp, DataUse::out, allocator, list_sets(tables));
    const auto found = find_item<KSPROPERTY_ITEM>(tables, identifier->Set, identifier->Id);
    if (!found.set)
        return STATUS_PROPSET_NOT_FOUND;
    switch (kind) {
    case KSPROPERTY_TYPE_SETSUPPORT:
        return STATUS_SUCCESS;
    case KSPROPERTY_TYPE_SERIALIZESET:
        return serialize_set(irp, tables, identifier->Set, allocator);
    case KSPROPERTY_TYPE_UNSERIALIZESET:
        return unserialize_set(irp, tables, identifier->Set, allocator);
    case KSPROPERTY_TYPE_GET:
    case KSPROPERTY_TYPE_SET:
    case KSPROPERTY_TYPE_BASICSUPPORT:
    case KSPROPERTY_TYPE_DEFAULTVALUES:
    case KSPROPERTY_TYPE_RELATIONS:
    case KSPROPERTY_TYPE_SERIALIZERAW:
    case KSPROPERTY_TYPE_UNSERIALIZERAW:
    case KSPROPERTY_TYPE_SERIALIZESIZE:
        if (!found.item)
            return STATUS_NOT_FOUND;
        return handle_item(irp, found, kind, allocator);
    default: // none, or several at once
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS answer_set_list(PIRP irp, DataUse use, PFNKSALLOCATOR allocator,
                         std::span<const GUID *const> sets) {
    auto request = capture_request(irp, use, allocator);
    if (!request)
        return request.error().value();
    const ULONG bytes = static_cast<ULONG>(sets.size() * sizeof(GUID));
    const SizedAnswer answer = sized_value_answer(bytes, request->data_bytes);
    irp->IoStatus.Information = answer.information;
    if (answer.all)
        for (std::size_t i = 0; i < sets.size(); ++i)
            std::memcpy(static_cast<GUID *>(request->data) + i, sets[i], sizeof(GUID));
    return answer.status;
}

} // namespace ksbox::ks

// Serialization of property sets by one request to each property.
#include "ks/property_serialize.h"

#include <cstring>

#include "ks/automation_find.h"
#include "ks/sized_answer.h"

namespace ksbox::ks {
namespace {

constexpr ULONG aligned(ULONG bytes) {
    return (bytes + 3) & ~ULONG(3);
} // FILE_LONG_ALIGNMENT

/// One request to the object itself, as the client's was: with its node, if it named one.
class Asking {
  public:
    explicit Asking(const Request &request)
        : irp_(request.irp), identifier_(request.request_bytes) {
        std::memcpy(identifier_.data(), request.identifier, identifier_.size());
    }

    NTSTATUS operator()(ULONG id, ULONG kind, void *data, ULONG bytes, ULONG *returned) {
        KSPROPERTY property;
        std::memcpy(&property, identifier_.data(), sizeof property);
        property.Id = id;
        property.Flags = kind | (property.Flags & KSPROPERTY_TYPE_TOPOLOGY);
        std::memcpy(identifier_.data(), &property, sizeof property);
        return KsSynchronousIoControlDevice(
            IoGetCurrentIrpStackLocation(irp_)->FileObject, KernelMode, IOCTL_KS_PROPERTY,
            identifier_.data(), static_cast<ULONG>(identifier_.size()), data, bytes, returned);
    }

    /// SerializedSize 1 means: ask the property (it begins with a KSMULTIPLE_ITEM).
    Result<ULONG> size_of(const KSPROPERTY_ITEM &item) {
        if (item.SerializedSize != 1)
            return item.SerializedSize;
        ULONG bytes = 0;
        const NTSTATUS status = (*this)(item.PropertyId, KSPROPERTY_TYPE_GET, nullptr, 0, &bytes);
        if (status != STATUS_BUFFER_OVERFLOW)
            return fail(NT_SUCCESS(status) ? STATUS_UNSUCCESSFUL : status);
        return bytes;
    }

  private:
    PIRP irp_;
    std::vector<std::byte> identifier_;
};

struct Entry {
    const KSPROPERTY_ITEM *item;
    ULONG bytes;
};

Result<std::vector<Entry>> entries(Asking &ask, std::span<const PropertyTable> tables,
                                   const GUID &guid) {
    std::vector<Entry> list;
    for (const PropertyTable &table : tables)
        for (ULONG s = 0; s < table.count; ++s) {
            if (!same_guid(*table.sets[s].Set, guid))
                continue;
            for (ULONG i = 0; i < table.sets[s].PropertiesCount; ++i) {
                const auto &item = item_at(table.sets[s].PropertyItem, i, table.item_bytes);
                // A superseded item of a later table is not found first.
                if (item.SerializedSize &&
                    find_item<KSPROPERTY_ITEM>(tables, guid, item.PropertyId).item == &item)
                    list.push_back({&item, KS_TRY(ask.size_of(item))});
            }
        }
    return list;
}

} // namespace

Result<ULONG> serialized_size(const Request &request, const KSPROPERTY_ITEM &item) {
    return Asking(request).size_of(item);
}

NTSTATUS serialize_set(PIRP irp, std::span<const PropertyTable> tables, const GUID &set,
                       PFNKSALLOCATOR allocator) {
    auto request = capture_request(irp, DataUse::out, allocator);
    if (!request)
        return request.error().value();
    Asking ask(*request);
    auto list = entries(ask, tables, set);
    if (!list)
        return list.error().value();
    ULONG total = sizeof(KSPROPERTY_SERIALHDR);
    for (const Entry &one : *list)
        total = aligned(total) + sizeof(KSPROPERTY_SERIAL) + one.bytes;
    const SizedAnswer answer = sized_value_answer(total, request->data_bytes);
    irp->IoStatus.Information = answer.information;
    if (!answer.all)
        return answer.status;
    auto *base = static_cast<std::byte *>(request->data);
    const KSPROPERTY_SERIALHDR header{set, static_cast<ULONG>(list->size())};
    std::memcpy(base, &header, sizeof header);
    ULONG at = sizeof header;
    for (const Entry &one : *list) {
        at = aligned(at);
        KSPROPERTY_SERIAL serial{};
        if (one.item->Values)
            serial.PropTypeSet = one.item->Values->PropTypeSet;
        serial.Id = one.item->PropertyId;
        serial.PropertyLength = one.bytes;
        std::memcpy(base + at, &serial, sizeof serial);
        at += sizeof serial;
        ULONG returned = 0;
        const NTSTATUS status =
            ask(one.item->PropertyId, KSPROPERTY_TYPE_GET, base + at, one.bytes, &returned);
        if (!NT_SUCCESS(status)) {
            irp->IoStatus.Information = 0;
            return status;
        }
        at += one.bytes;
    }
    return STATUS_SUCCESS;
}

NTSTATUS unserialize_set(PIRP irp, std::span<const PropertyTable>, const GUID &set,
                         PFNKSALLOCATOR allocator) {
    auto request = capture_request(irp, DataUse::in, allocator);
    if (!request)
        return request.error().value();
    KSPROPERTY_SERIALHDR header;
    if (request->data_bytes < sizeof header)
        return STATUS_INVALID_BUFFER_SIZE;
    auto *base = static_cast<std::byte *>(request->data);
    std::memcpy(&header, base, sizeof header);
    if (!same_guid(header.PropertySet, set))
        return STATUS_INVALID_PARAMETER;
    Asking ask(*request);
    ULONG at = sizeof header;
    for (ULONG i = 0; i < header.Count; ++i) {
        at = aligned(at);
        KSPROPERTY_SERIAL serial;
        if (at > request->data_bytes || request->data_bytes - at < sizeof serial)
            return STATUS_INVALID_PARAMETER;
        std::memcpy(&serial, base + at, sizeof serial);
        at += sizeof serial;
        if (serial.PropertyLength > request->data_bytes - at)
            return STATUS_INVALID_PARAMETER;
        ULONG returned = 0;
        const NTSTATUS status =
            ask(serial.Id, KSPROPERTY_TYPE_SET, base + at, serial.PropertyLength, &returned);
        if (!NT_SUCCESS(status))
            return status;
        at += serial.PropertyLength;
    }
    return STATUS_SUCCESS;
}

} // namespace ksbox::ks

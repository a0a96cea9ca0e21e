// DDIs of properties and methods.
#include "ks/automation.h"
#include "ks/automation_find.h"
#include "ks/automation_merge.h"
#include "ks/exports.h"
#include "ks/internal_code.h"
#include "ks/ks_names.h"
#include "ks/object_bag.h"
#include "ks/request.h"
#include "ks/sized_answer.h"

#include <cstring>
#include <limits>

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

NTSTATUS NTAPI KsPropertyHandler(PIRP Irp, ULONG PropertySetsCount,
                                 const KSPROPERTY_SET *PropertySet) {
    return KsPropertyHandlerWithAllocator(Irp, PropertySetsCount, PropertySet, nullptr, 0);
}

NTSTATUS NTAPI KsPropertyHandlerWithAllocator(PIRP Irp, ULONG PropertySetsCount,
                                              const KSPROPERTY_SET *PropertySet,
                                              PFNKSALLOCATOR Allocator, ULONG PropertyItemSize) {
    const PropertyTable table{PropertySet, PropertySetsCount, PropertyItemSize};
    return handle_property(Irp, {&table, 1}, Allocator);
}

BOOLEAN NTAPI KsFastPropertyHandler(PFILE_OBJECT FileObject, PKSPROPERTY Property,
                                    ULONG PropertyLength, PVOID Data, ULONG DataLength,
                                    PIO_STATUS_BLOCK IoStatus, ULONG PropertySetsCount,
                                    const KSPROPERTY_SET *PropertySet) {
    KSPROPERTY property;
    const KPROCESSOR_MODE mode = ExGetPreviousMode();
    if (PropertyLength < sizeof property ||
        !copy_from_requestor(mode, &property, Property, sizeof property) ||
        !probe_for_write(mode, Data, DataLength))
        return FALSE;
    for (ULONG s = 0; s < PropertySetsCount; ++s) {
        const KSPROPERTY_SET &set = PropertySet[s];
        if (!same_guid(*set.Set, property.Set))
            continue;
        for (ULONG i = 0; i < set.FastIoCount; ++i) {
            const KSFASTPROPERTY_ITEM &item = set.FastIoTable[i];
            if (item.PropertyId != property.Id)
                continue;
            const PFNKSFASTHANDLER handler =
                property.Flags == KSPROPERTY_TYPE_GET   ? item.GetPropertyHandler
                : property.Flags == KSPROPERTY_TYPE_SET ? item.SetPropertyHandler
                                                        : nullptr;
            return handler && call_code("KSFASTPROPERTY_ITEM", FileObject, handler, FileObject,
                                        Property, PropertyLength, Data, DataLength, IoStatus);
        }
    }
    return FALSE; // the I/O manager sends an IRP
}

NTSTATUS NTAPI KsMethodHandler(PIRP Irp, ULONG MethodSetsCount, const KSMETHOD_SET *MethodSet) {
    return KsMethodHandlerWithAllocator(Irp, MethodSetsCount, MethodSet, nullptr, 0);
}

NTSTATUS NTAPI KsMethodHandlerWithAllocator(PIRP Irp, ULONG MethodSetsCount,
                                            const KSMETHOD_SET *MethodSet, PFNKSALLOCATOR Allocator,
                                            ULONG MethodItemSize) {
    const MethodTable table{MethodSet, MethodSetsCount, MethodItemSize};
    return handle_method(Irp, {&table, 1}, Allocator);
}

BOOLEAN NTAPI KsFastMethodHandler(PFILE_OBJECT FileObject, PKSMETHOD Method, ULONG MethodLength,
                                  PVOID Data, ULONG DataLength, PIO_STATUS_BLOCK IoStatus,
                                  ULONG MethodSetsCount, const KSMETHOD_SET *MethodSet) {
    KSMETHOD method;
    const KPROCESSOR_MODE mode = ExGetPreviousMode();
    if (MethodLength < sizeof method ||
        !copy_from_requestor(mode, &method, Method, sizeof method) ||
        !probe_for_write(mode, Data, DataLength))
        return FALSE;
    for (ULONG s = 0; s < MethodSetsCount; ++s) {
        const KSMETHOD_SET &set = MethodSet[s];
        if (!same_guid(*set.Set, method.Set))
            continue;
        for (ULONG i = 0; i < set.FastIoCount; ++i) {
            const KSFASTMETHOD_ITEM &item = set.FastIoTable[i];
            if (item.MethodId == method.Id && item.MethodHandler)
                return call_code("KSFASTMETHOD_ITEM", FileObject, item.MethodHandler, FileObject,
                                 Method, MethodLength, Data, DataLength, IoStatus);
        }
    }
    return FALSE;
}

NTSTATUS NTAPI KsDispatchSpecificProperty(PIRP Irp, PFNKSHANDLER Handler) {
    auto request = capture_request(Irp, DataUse::in_out, nullptr);
    if (!request)
        return request.error().value();
    return call_code("KsDispatchSpecificProperty.Handler", Irp, Handler, Irp, request->identifier,
                     request->data);
}

NTSTATUS NTAPI KsDispatchSpecificMethod(PIRP Irp, PFNKSHANDLER Handler) {
    return KsDispatchSpecificProperty(Irp, Handler);
}

NTSTATUS NTAPI KsHandleSizedListQuery(PIRP Irp, ULONG DataItemsCount, ULONG DataItemSize,
                                      const VOID *DataItems) {
    const std::uint64_t total =
        sizeof(KSMULTIPLE_ITEM) + std::uint64_t(DataItemsCount) * DataItemSize;
    if (total > std::numeric_limits<ULONG>::max())
        return STATUS_INVALID_PARAMETER;
    const ULONG needed = static_cast<ULONG>(total);
    const SizedAnswer answer = sized_list_answer(
        needed, IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength);
    Irp->IoStatus.Information = answer.information;
    auto *out = static_cast<std::byte *>(Irp->AssociatedIrp.SystemBuffer);
    const KSMULTIPLE_ITEM header{needed, DataItemsCount};
    if (answer.header_only || answer.all)
        std::memcpy(out, &header, sizeof header);
    if (answer.all && DataItemsCount)
        std::memcpy(out + sizeof header, DataItems, needed - sizeof header);
    return answer.status;
}

NTSTATUS NTAPI KsTopologyPropertyHandler(PIRP Irp, PKSPROPERTY Property, PVOID Data,
                                         const KSTOPOLOGY *Topology) {
    switch (Property->Id) {
    case KSPROPERTY_TOPOLOGY_CATEGORIES:
        return KsHandleSizedListQuery(Irp, Topology->CategoriesCount, sizeof(GUID),
                                      Topology->Categories);
    case KSPROPERTY_TOPOLOGY_NODES:
        return KsHandleSizedListQuery(Irp, Topology->TopologyNodesCount, sizeof(GUID),
                                      Topology->TopologyNodes);
    case KSPROPERTY_TOPOLOGY_CONNECTIONS:
        return KsHandleSizedListQuery(Irp, Topology->TopologyConnectionsCount,
                                      sizeof(KSTOPOLOGY_CONNECTION), Topology->TopologyConnections);
    case KSPROPERTY_TOPOLOGY_NAME: {
        const ULONG node = reinterpret_cast<PKSP_NODE>(Property)->NodeId;
        if (node >= Topology->TopologyNodesCount)
            return STATUS_INVALID_PARAMETER;
        return answer_name(Irp, Data,
                           {Topology->TopologyNodesNames ? &Topology->TopologyNodesNames[node]
                                                         : &Topology->TopologyNodes[node]});
    }
    default:
        return STATUS_NOT_FOUND;
    }
}

NTSTATUS NTAPI KsAcquireResetValue(PIRP Irp, KSRESET *ResetValue) {
    KSRESET value;
    if (auto copied = peek_request(Irp, &value, sizeof value); !copied)
        return copied.error().value();
    if (value != KSRESET_BEGIN && value != KSRESET_END)
        return STATUS_INVALID_PARAMETER;
    *ResetValue = value;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KsMergeAutomationTables(PKSAUTOMATION_TABLE *AutomationTableAB,
                                       PKSAUTOMATION_TABLE AutomationTableA,
                                       PKSAUTOMATION_TABLE AutomationTableB, KSOBJECT_BAG Bag) {
    if (!AutomationTableA && !AutomationTableB)
        return STATUS_SUCCESS;
    static const KSAUTOMATION_TABLE empty{};
    auto merged = merge_tables(AutomationTableA ? *AutomationTableA : empty,
                               AutomationTableB ? *AutomationTableB : empty);
    if (!merged)
        return merged.error().value();
    if (Bag) {
        ObjectBag &bag = ObjectBag::from(Bag);
        bag.add(*merged, nullptr);
        // "If an input table is in an object bag at call-time, AVStream removes the table".
        for (PKSAUTOMATION_TABLE input : {AutomationTableA, AutomationTableB})
            bag.remove(input, true);
    }
    *AutomationTableAB = *merged;
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> ksbox::ks::automation_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsPropertyHandler),
        KS_EXPORT(done, KsPropertyHandlerWithAllocator),
        KS_EXPORT(done, KsFastPropertyHandler),
        KS_EXPORT(done, KsMethodHandler),
        KS_EXPORT(done, KsMethodHandlerWithAllocator),
        KS_EXPORT(done, KsFastMethodHandler),
        KS_EXPORT(done, KsDispatchSpecificProperty),
        KS_EXPORT(done, KsDispatchSpecificMethod),
        KS_EXPORT(done, KsHandleSizedListQuery),
        KS_EXPORT(done, KsTopologyPropertyHandler),
        KS_EXPORT(done, KsAcquireResetValue),
        KS_EXPORT(done, KsMergeAutomationTables),
    };
    return table;
}

// DDIs of device and object headers.
#include "ks/exports.h"
#include "ks/headers.h"
#include "ks/internal_code.h"
#include "ks/ks_class.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

KSOBJECT_CREATE_ITEM make_item(PDRIVER_DISPATCH create, PVOID context, PWSTR object_class,
                               PSECURITY_DESCRIPTOR security) {
    KSOBJECT_CREATE_ITEM item{};
    item.Create = create;
    item.Context = context;
    RtlInitUnicodeString(&item.ObjectClass, object_class);
    item.SecurityDescriptor = security;
    return item;
}

NTSTATUS status_of(const Result<void> &result) {
    return result ? STATUS_SUCCESS : result.error().value();
}

} // namespace

extern "C" {

NTSTATUS NTAPI KsAllocateDeviceHeader(KSDEVICE_HEADER *Header, ULONG ItemsCount,
                                      PKSOBJECT_CREATE_ITEM ItemsList) {
    *Header =
        KsClass::current().add(make_in_pool<DeviceHeader>(current_kernel(), ItemsList, ItemsCount));
    return *Header ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

void NTAPI KsFreeDeviceHeader(KSDEVICE_HEADER Header) {
    DeviceHeader &header = DeviceHeader::from(Header);
    if (header.bus.Interface.InterfaceDereference)
        call_code("INTERFACE.InterfaceDereference", Header,
                  header.bus.Interface.InterfaceDereference, header.bus.Interface.Context);
    KsClass::current().remove(header);
}

NTSTATUS NTAPI KsAllocateObjectHeader(KSOBJECT_HEADER *Header, ULONG ItemsCount,
                                      PKSOBJECT_CREATE_ITEM ItemsList, PIRP Irp,
                                      const KSDISPATCH_TABLE *Table) {
    *Header = KsClass::current().add(
        make_in_pool<ObjectHeader>(current_kernel(), ItemsList, ItemsCount, Irp, Table));
    return *Header ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

void NTAPI KsFreeObjectHeader(KSOBJECT_HEADER Header) {
    KsClass::current().remove(ObjectHeader::from(Header));
}

NTSTATUS NTAPI KsAddObjectCreateItemToDeviceHeader(KSDEVICE_HEADER Header, PDRIVER_DISPATCH Create,
                                                   PVOID Context, PWSTR ObjectClass,
                                                   PSECURITY_DESCRIPTOR SecurityDescriptor) {
    return status_of(DeviceHeader::from(Header).items.fill_slot(
        make_item(Create, Context, ObjectClass, SecurityDescriptor)));
}

NTSTATUS NTAPI KsAddObjectCreateItemToObjectHeader(KSOBJECT_HEADER Header, PDRIVER_DISPATCH Create,
                                                   PVOID Context, PWSTR ObjectClass,
                                                   PSECURITY_DESCRIPTOR SecurityDescriptor) {
    return status_of(ObjectHeader::from(Header).items.fill_slot(
        make_item(Create, Context, ObjectClass, SecurityDescriptor)));
}

NTSTATUS NTAPI KsAllocateObjectCreateItem(KSDEVICE_HEADER Header, PKSOBJECT_CREATE_ITEM CreateItem,
                                          BOOLEAN AllocateEntry,
                                          PFNKSITEMFREECALLBACK ItemFreeCallback) {
    if (ItemFreeCallback && !AllocateEntry)
        return STATUS_INVALID_PARAMETER_4;
    return status_of(
        DeviceHeader::from(Header).items.attach(CreateItem, AllocateEntry, ItemFreeCallback));
}

NTSTATUS NTAPI KsFreeObjectCreateItem(KSDEVICE_HEADER Header, PUNICODE_STRING CreateItem) {
    return status_of(DeviceHeader::from(Header).items.free_by_name(
        {CreateItem->Buffer, CreateItem->Length / sizeof(WCHAR)}));
}

NTSTATUS NTAPI KsFreeObjectCreateItemsByContext(KSDEVICE_HEADER Header, PVOID Context) {
    return status_of(DeviceHeader::from(Header).items.free_by_context(Context));
}

void NTAPI KsSetDevicePnpAndBaseObject(KSDEVICE_HEADER Header, PDEVICE_OBJECT PnpDeviceObject,
                                       PDEVICE_OBJECT BaseObject) {
    DeviceHeader &header = DeviceHeader::from(Header);
    header.pnp_object = PnpDeviceObject;
    header.base_object = BaseObject;
}

PDEVICE_OBJECT NTAPI KsQueryDevicePnpObject(KSDEVICE_HEADER Header) {
    return DeviceHeader::from(Header).pnp_object;
}

ACCESS_MASK NTAPI KsQueryObjectAccessMask(KSOBJECT_HEADER Header) {
    return ObjectHeader::from(Header).access;
}

PKSOBJECT_CREATE_ITEM NTAPI KsQueryObjectCreateItem(KSOBJECT_HEADER Header) {
    return ObjectHeader::from(Header).create_item;
}

void NTAPI KsSetTargetDeviceObject(KSOBJECT_HEADER Header, PDEVICE_OBJECT TargetDevice) {
    ObjectHeader::from(Header).set_target(TargetDevice);
}

void NTAPI KsSetTargetState(KSOBJECT_HEADER Header, KSTARGET_STATE TargetState) {
    ObjectHeader::from(Header).target_state = TargetState;
}

void NTAPI KsSetPowerDispatch(KSOBJECT_HEADER Header, PFNKSCONTEXT_DISPATCH PowerDispatch,
                              PVOID PowerContext) {
    ObjectHeader::from(Header).set_power_dispatch(PowerDispatch, PowerContext);
}

void NTAPI KsRecalculateStackDepth(KSDEVICE_HEADER Header, BOOLEAN ReuseStackLocation) {
    DeviceHeader::from(Header).recalculate_stack_depth(ReuseStackLocation);
}

} // extern "C"

std::span<const Export> ksbox::ks::header_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsAllocateDeviceHeader),
        KS_EXPORT(done, KsFreeDeviceHeader),
        KS_EXPORT(done, KsAllocateObjectHeader),
        KS_EXPORT(done, KsFreeObjectHeader),
        KS_EXPORT(done, KsAddObjectCreateItemToDeviceHeader),
        KS_EXPORT(done, KsAddObjectCreateItemToObjectHeader),
        KS_EXPORT(done, KsAllocateObjectCreateItem),
        KS_EXPORT(done, KsFreeObjectCreateItem),
        KS_EXPORT(done, KsFreeObjectCreateItemsByContext),
        KS_EXPORT(done, KsSetDevicePnpAndBaseObject),
        KS_EXPORT(done, KsQueryDevicePnpObject),
        KS_EXPORT(done, KsQueryObjectAccessMask),
        KS_EXPORT(done, KsQueryObjectCreateItem),
        KS_EXPORT(done, KsSetTargetDeviceObject),
        KS_EXPORT(done, KsSetTargetState),
        KS_EXPORT(done, KsSetPowerDispatch),
        KS_EXPORT(done, KsRecalculateStackDepth),
    };
    return table;
}

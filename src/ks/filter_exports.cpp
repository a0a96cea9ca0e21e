// DDIs of filter factories and filters.
#include "ks/device.h"
#include "ks/exports.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/pin.h"
#include "ks/transport.h"

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

NTSTATUS NTAPI KsCreateFilterFactory(PDEVICE_OBJECT DeviceObject,
                                     const KSFILTER_DESCRIPTOR *Descriptor, PWSTR RefString,
                                     PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG CreateItemFlags,
                                     PFNKSFILTERFACTORYPOWER SleepCallback,
                                     PFNKSFILTERFACTORYPOWER WakeCallback,
                                     PKSFILTERFACTORY *FilterFactory) {
    Device *device = Device::of(DeviceObject);
    if (!device)
        return STATUS_INVALID_PARAMETER;
    const ks::FilterFactory::Options options{RefString, SecurityDescriptor, CreateItemFlags,
                                             SleepCallback, WakeCallback};
    auto factory = ks::FilterFactory::create(*device, Descriptor, options);
    if (!factory)
        return factory.error().value();
    if (FilterFactory)
        *FilterFactory = &(*factory)->abi();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KsFilterFactoryAddCreateItem(PKSFILTERFACTORY FilterFactory, PWSTR RefString,
                                            PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            ULONG CreateItemFlags) {
    auto added = ks::FilterFactory::from(FilterFactory)
                     .add_create_item(RefString, SecurityDescriptor, CreateItemFlags);
    return added ? STATUS_SUCCESS : added.error().value();
}

NTSTATUS NTAPI KsFilterFactorySetDeviceClassesState(PKSFILTERFACTORY FilterFactory,
                                                    BOOLEAN NewState) {
    auto set = ks::FilterFactory::from(FilterFactory).set_interfaces_enabled(NewState);
    return set ? STATUS_SUCCESS : set.error().value();
}

PUNICODE_STRING NTAPI KsFilterFactoryGetSymbolicLink(PKSFILTERFACTORY FilterFactory) {
    auto &factory = ks::FilterFactory::from(FilterFactory);
    return factory.interfaces.empty() ? nullptr : &factory.interfaces.front().symbolic_link;
}

NTSTATUS NTAPI KsFilterCreatePinFactory(PKSFILTER Filter,
                                        const KSPIN_DESCRIPTOR_EX *const PinDescriptor,
                                        PULONG PinID) {
    auto id = ks::Filter::from(Filter).add_pin_factory(*PinDescriptor);
    if (!id)
        return id.error().value();
    *PinID = *id;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KsFilterCreateNode(PKSFILTER Filter, const KSNODE_DESCRIPTOR *const NodeDescriptor,
                                  PULONG NodeID) {
    auto id = ks::Filter::from(Filter).add_node(*NodeDescriptor);
    if (!id)
        return id.error().value();
    *NodeID = *id;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI
KsFilterAddTopologyConnections(PKSFILTER Filter, ULONG NewConnectionsCount,
                               const KSTOPOLOGY_CONNECTION *const NewTopologyConnections) {
    auto added =
        ks::Filter::from(Filter).add_connections(NewTopologyConnections, NewConnectionsCount);
    return added ? STATUS_SUCCESS : added.error().value();
}

void NTAPI KsFilterRegisterPowerCallbacks(PKSFILTER Filter, PFNKSFILTERPOWER Sleep,
                                          PFNKSFILTERPOWER Wake) {
    auto &filter = ks::Filter::from(Filter);
    filter.sleep = Sleep;
    filter.wake = Wake;
}

} // extern "C"

std::span<const Export> ksbox::ks::filter_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsCreateFilterFactory),
        KS_EXPORT(done, KsFilterFactoryAddCreateItem),
        KS_EXPORT(done, KsFilterFactorySetDeviceClassesState),
        KS_EXPORT(done, KsFilterFactoryGetSymbolicLink),
        KS_EXPORT(done, KsFilterCreatePinFactory),
        KS_EXPORT(done, KsFilterCreateNode),
        KS_EXPORT(done, KsFilterAddTopologyConnections),
        KS_EXPORT(done, KsFilterRegisterPowerCallbacks),
    };
    return table;
}

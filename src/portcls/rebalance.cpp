// A device that stops to be given other resources: what its adapter, its miniports and its clients
// notice. @doc audio/implement-pnp-rebalance-for-portcls-audio-drivers
#include <functional>

#include "ks/dispatch.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/pin.h"
#include "ks/raw_states.h"
#include "portcls/adapter.h"
#include "portcls/interface_ids.h"
#include "portcls/port.h"
#include "portcls/request_target.h"
#include "portcls/stream.h"

namespace ksbox::portcls {
namespace {

Port &port_of(const ks::FilterFactory &factory) {
    return *static_cast<Port *>(factory.abi().Context);
}

/// Each pin with a stream, its control mutex held. Device mutex held.
void for_each_stream(const ks::FilterFactory &factory,
                     const std::function<void(ks::Pin &, Stream &)> &visit) {
    for (const auto &filter : factory.filters) {
        ks::MutexGuard guard(filter->control);
        filter->pins().for_each([&](ks::Pin &pin) {
            if (Stream *stream = stream_of(pin.abi()))
                visit(pin, *stream);
        });
    }
}

/// "Topology and WaveRT are the two Port types supported", and streams have to be such as do not
/// need the device's registers.
bool can_rebalance(Adapter &adapter) {
    bool can = true;
    for (const auto &factory : adapter.device().factories) {
        can = can && port_of(*factory).kind.rebalances;
        for_each_stream(*factory, [&](ks::Pin &pin, Stream &stream) {
            can = can && (pin.abi().DeviceState == KSSTATE_STOP || stream.can_lose_resources());
        });
    }
    return can;
}

/// Miniports first, then their streams and their interfaces, then the adapter, which may wait and
/// so is told without the device mutex. Streams of other ports than those that can be rebalanced
/// stay as they are.
void stop_all(Adapter &adapter) {
    {
        ks::MutexGuard guard(adapter.device().mutex);
        if (!adapter.device().abi().Started)
            return;
        for (const auto &factory : adapter.device().factories) {
            const auto miniport = ComPtr<IMiniportPnpNotify>::query(
                port_of(*factory).miniport_unknown(), IID_IMiniportPnpNotify);
            if (miniport)
                call_method("IMiniportPnpNotify.PnpStop", miniport.get(),
                            &IMiniportPnpNotify::PnpStop);
        }
        for (const auto &factory : adapter.device().factories)
            if (port_of(*factory).kind.rebalances)
                for_each_stream(*factory, [](ks::Pin &pin, Stream &) { ks::stop_raw(pin); });
        adapter.device().set_interfaces_enabled(false);
    }
    if (const auto pnp = adapter.pnp.get())
        call_method("IAdapterPnpManagement.PnpStop", pnp->get(), &IAdapterPnpManagement::PnpStop);
}

} // namespace

NTSTATUS NTAPI query_stop(PKSDEVICE device, PIRP) {
    const auto adapter = Adapter::of(device->FunctionalDeviceObject);
    const auto pnp = adapter->pnp.get();
    if (!pnp)
        return STATUS_SUCCESS; // an adapter of before there was a rebalance
    if (call_method("IAdapterPnpManagement.GetSupportedRebalanceType", pnp->get(),
                    &IAdapterPnpManagement::GetSupportedRebalanceType) !=
            PcRebalanceRemoveSubdevices ||
        !can_rebalance(*adapter))
        return STATUS_UNSUCCESSFUL;
    call_method("IAdapterPnpManagement.PnpQueryStop", pnp->get(),
                &IAdapterPnpManagement::PnpQueryStop);
    KeClearEvent(&adapter->takes_creates);
    return STATUS_SUCCESS;
}

void NTAPI cancel_stop(PKSDEVICE device, PIRP) {
    const auto adapter = Adapter::of(device->FunctionalDeviceObject);
    {
        ks::MutexGuard guard(adapter->device().mutex);
        if (const auto pnp = adapter->pnp.get())
            call_method("IAdapterPnpManagement.PnpCancelStop", pnp->get(),
                        &IAdapterPnpManagement::PnpCancelStop);
    }
    KeSetEvent(&adapter->takes_creates, IO_NO_INCREMENT, FALSE);
}

NTSTATUS dispatch_pnp(PDEVICE_OBJECT fdo, PIRP irp) {
    const bool stops = IoGetCurrentIrpStackLocation(irp)->MinorFunction == IRP_MN_STOP_DEVICE;
    const auto adapter = stops ? Adapter::of(fdo) : nullptr;
    if (adapter)
        stop_all(*adapter);
    const NTSTATUS status = ks::KsDevicePnp(fdo, irp);
    if (adapter)
        KeSetEvent(&adapter->takes_creates, IO_NO_INCREMENT, FALSE);
    return status;
}

NTSTATUS dispatch_create(PDEVICE_OBJECT fdo, PIRP irp) {
    if (const auto adapter = Adapter::of(fdo))
        KeWaitForSingleObject(&adapter->takes_creates, Executive, KernelMode, FALSE, nullptr);
    return ks::KsDispatchCreate(fdo, irp);
}

} // namespace ksbox::portcls

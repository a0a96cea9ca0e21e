// WskRegister and its like: what drivers import from netio.sys.
#include <string>

#include "nt/irql_check.h"
#include "nt/mm/pool.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"
#include "wsk/exports.h"
#include "wsk/network.h"
#include "wsk/provider.h"

using namespace ksbox;

namespace {

constexpr ULONGLONG registered = 0x6465'7265'7473'6772;
constexpr ULONGLONG deregistered = 0x656e'6f67'7473'6772;
constexpr std::uint32_t client_tag = 0x436b'7357; // 'WskC'

/// The registration's client; bug check when there is none. Lock held.
wsk::Client &client_in(wsk::Network &network, PWSK_REGISTRATION registration,
                       const char *function) {
    return network.client_of(registration->ReservedRegistrationState == registered
                                 ? registration->ReservedRegistrationContext
                                 : nullptr,
                             function);
}

bool knows(USHORT version) {
    return version >= wsk::lowest_version && version <= wsk::highest_version;
}

} // namespace

extern "C" {

/// @doc NF:wsk.WskRegister. The version is looked at when the provider is captured.
NTSTATUS NTAPI WskRegister(PWSK_CLIENT_NPI WskClientNpi, PWSK_REGISTRATION WskRegistration) {
    require_irql(PASSIVE_LEVEL, "WskRegister");
    if (!WskClientNpi || !WskClientNpi->Dispatch || !WskRegistration)
        return STATUS_INVALID_PARAMETER;
    wsk::Network &network = wsk::Network::current();
    auto *block = static_cast<wsk::ClientBlock *>(
        network.kernel().pool().allocate(mm::PoolKind::nonpaged, sizeof(wsk::ClientBlock),
                                         client_tag, __builtin_return_address(0), true));
    if (!block)
        return STATUS_INSUFFICIENT_RESOURCES;
    SpinGuard guard(network.lock());
    auto client = std::make_unique<wsk::Client>(network.next_id());
    *block = {wsk::ClientBlock::expected, client->id};
    client->block = block;
    client->version = WskClientNpi->Dispatch->Version;
    network.add(std::move(client));
    *WskRegistration = {registered, block, 0};
    return STATUS_SUCCESS;
}

/// @doc NF:wsk.WskDeregister
VOID NTAPI WskDeregister(PWSK_REGISTRATION WskRegistration) {
    require_irql(PASSIVE_LEVEL, "WskDeregister");
    wsk::Network &network = wsk::Network::current();
    std::uint64_t id;
    PKEVENT idle;
    std::vector<PIRP> waiting;
    {
        SpinGuard guard(network.lock());
        wsk::Client &client = client_in(network, WskRegistration, "WskDeregister");
        id = client.id;
        idle = &client.idle;
        ++client.busy; // this function itself
        WskRegistration->ReservedRegistrationState = deregistered;
        waiting = client.list_changes.take_all();
    }
    for (PIRP irp : waiting)
        wsk::complete(irp, STATUS_CANCELLED);
    {
        SpinGuard guard(network.lock());
        KeClearEvent(idle);
    }
    network.leave(id);
    // Until captures are released, sockets closed and IRPs completed.
    KeWaitForSingleObject(idle, Executive, KernelMode, FALSE, nullptr);
    network.remove_client(id);
}

/// The provider is always there: nobody waits. @doc NF:wsk.WskCaptureProviderNPI
NTSTATUS NTAPI WskCaptureProviderNPI(PWSK_REGISTRATION WskRegistration, ULONG WaitTimeout,
                                     PWSK_PROVIDER_NPI WskProviderNpi) {
    require_irql(WaitTimeout == WSK_NO_WAIT ? DISPATCH_LEVEL : PASSIVE_LEVEL,
                 "WskCaptureProviderNPI");
    if (!WskRegistration || !WskProviderNpi)
        return STATUS_INVALID_PARAMETER;
    if (WskRegistration->ReservedRegistrationState == deregistered)
        return STATUS_DEVICE_NOT_READY;
    wsk::Network &network = wsk::Network::current();
    SpinGuard guard(network.lock());
    wsk::Client &client = client_in(network, WskRegistration, "WskCaptureProviderNPI");
    if (!knows(client.version))
        return STATUS_NOINTERFACE;
    ++client.captures;
    *WskProviderNpi = {client.block, &wsk::provider_dispatch};
    return STATUS_SUCCESS;
}

/// @doc NF:wsk.WskReleaseProviderNPI
VOID NTAPI WskReleaseProviderNPI(PWSK_REGISTRATION WskRegistration) {
    require_irql(DISPATCH_LEVEL, "WskReleaseProviderNPI");
    wsk::Network &network = wsk::Network::current();
    SpinGuard guard(network.lock());
    // WskDeregister may wait for this very call.
    wsk::Client &client =
        network.client_of(WskRegistration->ReservedRegistrationContext, "WskReleaseProviderNPI");
    if (client.captures == 0)
        bug_check(0xc4, 0x82003, reinterpret_cast<std::uint64_t>(WskRegistration), 0, 0,
                  "WskReleaseProviderNPI without a WskCaptureProviderNPI that succeeded");
    --client.captures;
    if (client.is_idle())
        KeSetEvent(&client.idle, IO_NO_INCREMENT, FALSE);
}

/// @doc NF:wsk.WskQueryProviderCharacteristics
NTSTATUS NTAPI WskQueryProviderCharacteristics(
    PWSK_REGISTRATION WskRegistration, PWSK_PROVIDER_CHARACTERISTICS WskProviderCharacteristics) {
    require_irql(DISPATCH_LEVEL, "WskQueryProviderCharacteristics");
    if (!WskRegistration || !WskProviderCharacteristics)
        return STATUS_INVALID_PARAMETER;
    if (WskRegistration->ReservedRegistrationState == deregistered)
        return STATUS_DEVICE_NOT_READY;
    wsk::Network &network = wsk::Network::current();
    SpinGuard guard(network.lock());
    client_in(network, WskRegistration, "WskQueryProviderCharacteristics");
    *WskProviderCharacteristics = {wsk::highest_version, wsk::lowest_version};
    return STATUS_SUCCESS;
}

} // extern "C"

#define WSK_EXPORT(name) done<&name>(#name, "NF:wsk." #name)
#define NMR_STUB(name) stub(#name, "NF:netioddk." #name)

std::span<const Export> ksbox::wsk::netio_exports() {
    static const Export table[] = {
        WSK_EXPORT(WskCaptureProviderNPI),
        WSK_EXPORT(WskDeregister),
        WSK_EXPORT(WskQueryProviderCharacteristics),
        WSK_EXPORT(WskRegister),
        WSK_EXPORT(WskReleaseProviderNPI),
        NMR_STUB(NmrClientAttachProvider),
        NMR_STUB(NmrDeregisterClient),
        NMR_STUB(NmrRegisterClient),
        NMR_STUB(NmrWaitForClientDeregisterComplete),
    };
    return table;
}

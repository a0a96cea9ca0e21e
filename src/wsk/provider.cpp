// What a client of Winsock Kernel may ask for that is no socket's: WSK_PROVIDER_DISPATCH.
#include "wsk/provider.h"

#include <array>
#include <cstring>

#include "abi/export.h"
#include "nt/irql_check.h"
#include "nt/mm/pool.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"
#include "wsk/network.h"

namespace ksbox::wsk {
namespace {

constexpr std::uint32_t socket_tag = 0x536b'7357; // 'WskS'

struct Wanted {
    ADDRESS_FAMILY family;
    USHORT type;
    ULONG protocol, flags;
    PVOID context;
    const VOID *dispatch;
};

/// STATUS_NOT_SUPPORTED: Windows has such sockets. STATUS_INVALID_PARAMETER: it has not.
/// Inferred: the page says "other status codes". @doc network/af-inet
NTSTATUS judge(const Wanted &wanted) {
    const bool family = wanted.family == AF_INET || wanted.family == AF_INET6;
    constexpr ULONG connected =
        WSK_FLAG_LISTEN_SOCKET | WSK_FLAG_CONNECTION_SOCKET | WSK_FLAG_STREAM_SOCKET;
    const bool one_category = (wanted.flags & (wanted.flags - 1)) == 0 &&
                              (wanted.flags & ~(connected | WSK_FLAG_DATAGRAM_SOCKET)) == 0;
    if (!family || !one_category)
        return STATUS_INVALID_PARAMETER;
    switch (wanted.type) {
    case SOCK_STREAM:
        return wanted.protocol == IPPROTO_TCP && !(wanted.flags & WSK_FLAG_DATAGRAM_SOCKET)
                   ? STATUS_NOT_SUPPORTED
                   : STATUS_INVALID_PARAMETER;
    case SOCK_DGRAM:
        return wanted.protocol == IPPROTO_UDP && !(wanted.flags & connected)
                   ? STATUS_SUCCESS
                   : STATUS_INVALID_PARAMETER;
    case SOCK_RAW:
        return wanted.flags & connected ? STATUS_INVALID_PARAMETER : STATUS_NOT_SUPPORTED;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

Result<PWSK_SOCKET> make_socket(PWSK_CLIENT handle, const Wanted &wanted, const void *caller) {
    Network &network = Network::current();
    if (const NTSTATUS status = judge(wanted); !NT_SUCCESS(status))
        return fail(status);
    if (network.access() == Access::off) {
        network.refuse(caller, "WskSocket is refused: the box has no network", Access::loopback);
        return fail(STATUS_ACCESS_DENIED);
    }
    auto *block = static_cast<SocketBlock *>(network.kernel().pool().allocate(
        mm::PoolKind::nonpaged, sizeof(SocketBlock), socket_tag, caller, true));
    if (!block)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    SpinGuard guard(network.lock());
    Client &client = network.client_of(handle, "WskSocket");
    auto socket = std::make_unique<Socket>(network.next_id(), client.id);
    ++client.sockets;
    const bool datagrams = wanted.flags == WSK_FLAG_DATAGRAM_SOCKET;
    *block = {{datagrams ? static_cast<const void *>(&datagram_dispatch) : &basic_dispatch},
              SocketBlock::expected,
              socket->id};
    socket->block = block;
    socket->ipv6 = wanted.family == AF_INET6;
    socket->context = wanted.context;
    if (datagrams && wanted.dispatch) {
        socket->event =
            static_cast<const WSK_CLIENT_DATAGRAM_DISPATCH *>(wanted.dispatch)->WskReceiveFromEvent;
        socket->event_static = socket->event && (client.static_events & WSK_EVENT_RECEIVE_FROM);
        socket->event_enabled = socket->event_static;
    }
    network.kernel().trace().event("wsk.socket", {{"socket", socket->id},
                                                  {"family", socket->ipv6 ? "IPv6" : "IPv4"},
                                                  {"category", datagrams ? "datagram" : "basic"}});
    network.add(std::move(socket));
    return &block->socket;
}

/// @doc NC:wsk.PFN_WSK_SOCKET
NTSTATUS NTAPI create_socket(PWSK_CLIENT Client, ADDRESS_FAMILY AddressFamily, USHORT SocketType,
                             ULONG Protocol, ULONG Flags, PVOID SocketContext, const VOID *Dispatch,
                             PEPROCESS, PETHREAD, PSECURITY_DESCRIPTOR, PIRP Irp) {
    require_irql(DISPATCH_LEVEL, "WskSocket");
    if (!Irp)
        return STATUS_INVALID_PARAMETER;
    take(Irp);
    const auto made =
        make_socket(Client, {AddressFamily, SocketType, Protocol, Flags, SocketContext, Dispatch},
                    __builtin_return_address(0));
    if (!made)
        return complete(Irp, made.error().value());
    return complete(Irp, STATUS_SUCCESS, reinterpret_cast<ULONG_PTR>(*made));
}

/// Connections are not there. @doc NC:wsk.PFN_WSK_SOCKET_CONNECT
NTSTATUS NTAPI connect_socket(PWSK_CLIENT Client, USHORT, ULONG, PSOCKADDR, PSOCKADDR, ULONG, PVOID,
                              const WSK_CLIENT_CONNECTION_DISPATCH *, PEPROCESS, PETHREAD,
                              PSECURITY_DESCRIPTOR, PIRP Irp) {
    require_irql(DISPATCH_LEVEL, "WskSocketConnect");
    if (!Irp)
        return STATUS_INVALID_PARAMETER;
    {
        Network &network = Network::current();
        SpinGuard guard(network.lock());
        network.client_of(Client, "WskSocketConnect");
    }
    take(Irp);
    return complete(Irp, STATUS_NOT_SUPPORTED);
}

/// @doc network/wsk-transport-list-query
Outcome list_transports(const ControlBuffers &buffers, bool counts) {
    if (!counts)
        return {STATUS_INVALID_PARAMETER};
    constexpr std::array<WSK_TRANSPORT, 2> all = {
        {{0, SOCK_DGRAM, IPPROTO_UDP, AF_INET, {}}, {0, SOCK_DGRAM, IPPROTO_UDP, AF_INET6, {}}}};
    if (!buffers.out || buffers.out_bytes < sizeof all)
        return {STATUS_BUFFER_OVERFLOW, sizeof all};
    std::memcpy(buffers.out, &all, sizeof all);
    return {STATUS_SUCCESS, sizeof all};
}

/// @doc network/wsk-set-static-event-callbacks. Behind the first socket it is
/// STATUS_INVALID_DEVICE_STATE (inferred).
Outcome set_static_events(Client &client, const ControlBuffers &buffers) {
    const auto control = buffers.input<WSK_EVENT_CALLBACK_CONTROL>();
    if (!control || !control->NpiId || (control->EventMask & WSK_EVENT_DISABLE))
        return {STATUS_INVALID_PARAMETER};
    if (client.sockets != 0)
        return {STATUS_INVALID_DEVICE_STATE};
    client.static_events = control->EventMask;
    return {STATUS_SUCCESS};
}

Outcome control_without_irp(Client &client, ULONG code, const ControlBuffers &buffers,
                            bool counts) {
    switch (code) {
    case WSK_TRANSPORT_LIST_QUERY:
        return list_transports(buffers, counts);
    case WSK_SET_STATIC_EVENT_CALLBACKS:
        return set_static_events(client, buffers);
    case WSK_TDI_BEHAVIOR: // there is no TDI to bypass
        return {buffers.input<ULONG>() ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER};
    case WSK_CACHE_SD:
    case WSK_RELEASE_SD:
    case WSK_TDI_DEVICENAME_MAPPING:
        return {STATUS_NOT_SUPPORTED};
    default:
        return {STATUS_INVALID_PARAMETER};
    }
}

/// The list never changes: the IRP waits to be cancelled. @doc network/wsk-transport-list-change
NTSTATUS await_list_change(PWSK_CLIENT handle, PIRP irp) {
    if (!irp)
        return STATUS_INVALID_PARAMETER;
    take(irp);
    bool waits;
    {
        Network &network = Network::current();
        SpinGuard guard(network.lock());
        Receive receive;
        receive.irp = irp;
        waits = network.client_of(handle, "WskControlClient").list_changes.add(receive);
    }
    return waits ? STATUS_PENDING : complete(irp, STATUS_CANCELLED);
}

/// @doc NC:wsk.PFN_WSK_CONTROL_CLIENT
NTSTATUS NTAPI control_client(PWSK_CLIENT Client, ULONG ControlCode, SIZE_T InputSize,
                              PVOID InputBuffer, SIZE_T OutputSize, PVOID OutputBuffer,
                              SIZE_T *OutputSizeReturned, PIRP Irp) {
    require_irql(DISPATCH_LEVEL, "WskControlClient");
    if (ControlCode == WSK_TRANSPORT_LIST_CHANGE)
        return await_list_change(Client, Irp);
    Network &network = Network::current();
    Outcome outcome{STATUS_INVALID_PARAMETER};
    {
        SpinGuard guard(network.lock());
        auto &client = network.client_of(Client, "WskControlClient");
        // Those that may not have an IRP are all that there are.
        if (!Irp)
            outcome = control_without_irp(client, ControlCode,
                                          {InputSize, InputBuffer, OutputSize, OutputBuffer},
                                          OutputSizeReturned != nullptr);
    }
    if (Irp)
        take(Irp);
    return answer(outcome, Irp, OutputSizeReturned);
}

} // namespace

NTSTATUS answer(const Outcome &outcome, PIRP irp, SIZE_T *returned) {
    if (irp)
        return complete(irp, outcome.status, NT_ERROR(outcome.status) ? 0 : outcome.bytes);
    if (returned)
        *returned = outcome.bytes;
    return outcome.status;
}

KS_ASSERT_MS_ABI(PFN_WSK_SOCKET);
KS_ASSERT_MS_ABI(PFN_WSK_GET_NAME_INFO);

/// @doc NS:wsk._WSK_PROVIDER_DISPATCH
const WSK_PROVIDER_DISPATCH provider_dispatch = {
    highest_version,   0,
    create_socket,     connect_socket,
    control_client,    get_address_info,
    free_address_info, get_name_info,
};

} // namespace ksbox::wsk

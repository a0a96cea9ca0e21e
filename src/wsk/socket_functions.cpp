// The functions of a datagram socket: WSK_PROVIDER_DATAGRAM_DISPATCH.
#include "abi/export.h"
#include "nt/irql_check.h"
#include "nt/spin_guard.h"
#include "wsk/indication.h"
#include "wsk/network.h"
#include "wsk/provider.h"

namespace ksbox::wsk {
namespace {

/// @doc NC:wsk.PFN_WSK_BIND. Bound already: STATUS_INVALID_DEVICE_STATE (inferred).
NTSTATUS NTAPI bind_socket(PWSK_SOCKET Socket, PSOCKADDR LocalAddress, ULONG Flags, PIRP Irp) {
    require_irql(DISPATCH_LEVEL, "WskBind");
    if (!Irp)
        return STATUS_INVALID_PARAMETER;
    take(Irp);
    Network &network = Network::current();
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    {
        SpinGuard guard(network.lock());
        auto &socket = network.socket_of(Socket, "WskBind");
        const auto address = read_address(LocalAddress, socket.ipv6);
        if (socket.local)
            status = STATUS_INVALID_DEVICE_STATE;
        else if (address && Flags == 0)
            status = network.bind(socket, *address, __builtin_return_address(0));
    }
    return complete(Irp, status);
}

/// Where the datagram goes, and whether it may be sent like that.
Result<Address> destination_of(Socket &socket, PSOCKADDR remote, ULONG flags, ULONG control_bytes) {
    if (!socket.local)
        return fail(STATUS_INVALID_DEVICE_STATE); // as WskGetLocalAddress; inferred
    if (flags != 0)
        return fail(STATUS_INVALID_PARAMETER);
    if (control_bytes != 0)
        return fail(STATUS_NOT_SUPPORTED);
    if (remote)
        return read_address(remote, socket.ipv6);
    if (socket.remote)
        return *socket.remote;
    if (socket.destination)
        return *socket.destination;
    return fail(STATUS_INVALID_PARAMETER);
}

NTSTATUS send_all(PWSK_SOCKET handle, const WSK_BUF_LIST *list, ULONG flags, PSOCKADDR remote,
                  ULONG control_bytes, const char *function, const void *caller, PIRP irp) {
    require_irql(DISPATCH_LEVEL, function);
    if (!irp)
        return STATUS_INVALID_PARAMETER;
    take(irp);
    if (!list)
        return complete(irp, STATUS_INVALID_PARAMETER);
    Network &network = Network::current();
    Socket *socket;
    Result<Address> to = fail(STATUS_INVALID_PARAMETER);
    {
        SpinGuard guard(network.lock());
        socket = &network.socket_of(handle, function);
        to = destination_of(*socket, remote, flags, control_bytes);
    }
    if (!to)
        return complete(irp, to.error().value());
    std::size_t sent = 0;
    for (; list; list = list->Next) {
        auto bytes = gather(list->Buffer);
        if (!bytes)
            return complete(irp, bytes.error().value());
        const std::size_t count = bytes->size();
        // The page forbids closing the socket meanwhile.
        if (const NTSTATUS status = network.send(*socket, *to, std::move(*bytes), caller);
            !NT_SUCCESS(status))
            return complete(irp, status);
        sent += count;
    }
    return complete(irp, STATUS_SUCCESS, sent);
}

/// @doc NC:wsk.PFN_WSK_SEND_TO
NTSTATUS NTAPI send_to(PWSK_SOCKET Socket, PWSK_BUF Buffer, ULONG Flags, PSOCKADDR RemoteAddress,
                       ULONG ControlInfoLength, PCMSGHDR, PIRP Irp) {
    const WSK_BUF_LIST one = {nullptr, Buffer ? *Buffer : WSK_BUF{}};
    return send_all(Socket, Buffer ? &one : nullptr, Flags, RemoteAddress, ControlInfoLength,
                    "WskSendTo", __builtin_return_address(0), Irp);
}

/// @doc NC:wsk.PFN_WSK_SEND_MESSAGES
NTSTATUS NTAPI send_messages(PWSK_SOCKET Socket, PWSK_BUF_LIST BufferList, ULONG Flags,
                             PSOCKADDR RemoteAddress, ULONG ControlInfoLength, PCMSGHDR, PIRP Irp) {
    return send_all(Socket, BufferList, Flags, RemoteAddress, ControlInfoLength, "WskSendMessages",
                    __builtin_return_address(0), Irp);
}

/// @doc NC:wsk.PFN_WSK_RECEIVE_FROM
NTSTATUS NTAPI receive_from(PWSK_SOCKET Socket, PWSK_BUF Buffer, ULONG Flags,
                            PSOCKADDR RemoteAddress, PULONG ControlLength, PCMSGHDR,
                            PULONG ControlFlags, PIRP Irp) {
    require_irql(DISPATCH_LEVEL, "WskReceiveFrom");
    if (!Irp)
        return STATUS_INVALID_PARAMETER;
    take(Irp);
    Network &network = Network::current();
    NTSTATUS status = STATUS_PENDING;
    Receive receive;
    Datagram datagram;
    {
        SpinGuard guard(network.lock());
        auto &socket = network.socket_of(Socket, "WskReceiveFrom");
        if (!Buffer || Flags != 0)
            status = STATUS_INVALID_PARAMETER;
        else if (!socket.local)
            status = STATUS_INVALID_DEVICE_STATE;
        else {
            receive = {Irp, *Buffer, RemoteAddress, ControlLength, ControlFlags};
            if (!socket.backlog.empty() && !socket.pumping && socket.receives.empty()) {
                datagram = socket.take_oldest();
                status = STATUS_SUCCESS;
            } else if (!socket.receives.add(receive)) {
                status = STATUS_CANCELLED;
            }
        }
    }
    if (status == STATUS_SUCCESS)
        return complete_receive(receive, datagram);
    return status == STATUS_PENDING ? status : complete(Irp, status);
}

/// @doc NC:wsk.PFN_WSK_RELEASE_DATAGRAM_INDICATION_LIST
NTSTATUS NTAPI release_datagrams(PWSK_SOCKET Socket, PWSK_DATAGRAM_INDICATION DatagramIndication) {
    require_irql(DISPATCH_LEVEL, "WskRelease");
    Network &network = Network::current();
    std::uint64_t id;
    {
        SpinGuard guard(network.lock());
        id = network.socket_of(Socket, "WskRelease").id;
    }
    return release_indication(network.kernel(), id, DatagramIndication);
}

/// @doc NC:wsk.PFN_WSK_GET_LOCAL_ADDRESS
NTSTATUS NTAPI get_local_address(PWSK_SOCKET Socket, PSOCKADDR LocalAddress, PIRP Irp) {
    require_irql(DISPATCH_LEVEL, "WskGetLocalAddress");
    if (!Irp)
        return STATUS_INVALID_PARAMETER;
    take(Irp);
    Network &network = Network::current();
    NTSTATUS status = STATUS_SUCCESS;
    {
        SpinGuard guard(network.lock());
        const auto &socket = network.socket_of(Socket, "WskGetLocalAddress");
        if (!socket.local)
            status = STATUS_INVALID_DEVICE_STATE;
        else if (!LocalAddress)
            status = STATUS_INVALID_PARAMETER;
        else
            write_address(*socket.local, LocalAddress);
    }
    return complete(Irp, status);
}

/// @doc NC:wsk.PFN_WSK_CLOSE_SOCKET
NTSTATUS NTAPI close_socket(PWSK_SOCKET Socket, PIRP Irp) {
    require_irql(DISPATCH_LEVEL, "WskCloseSocket");
    if (!Irp)
        return STATUS_INVALID_PARAMETER;
    take(Irp);
    return Network::current().close(Socket, Irp);
}

/// Enables or disables WskReceiveFromEvent. @doc network/so-wsk-event-callback
NTSTATUS set_event(PWSK_SOCKET handle, const ControlBuffers &buffers, PIRP irp) {
    Network &network = Network::current();
    const auto control = buffers.input<WSK_EVENT_CALLBACK_CONTROL>();
    std::uint64_t enabled = 0;
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    {
        SpinGuard guard(network.lock());
        auto &socket = network.socket_of(handle, "WskControlSocket");
        const bool asks = control && control->NpiId && socket.event &&
                          (control->EventMask & ~WSK_EVENT_DISABLE) == WSK_EVENT_RECEIVE_FROM;
        if (asks && !socket.local) {
            status = STATUS_INVALID_DEVICE_STATE;
        } else if (asks && socket.event_static) {
            status = STATUS_INVALID_DEVICE_STATE; // "cannot be disabled or re-enabled"
        } else if (asks && !(control->EventMask & WSK_EVENT_DISABLE)) {
            socket.event_enabled = true;
            socket.disable_event = false;
            enabled = socket.id;
            ++socket.busy; // for the pump below
            status = STATUS_SUCCESS;
        } else if (asks && socket.in_event) {
            socket.disable_event = true;
            status = irp ? STATUS_PENDING : STATUS_EVENT_PENDING;
            if (irp) {
                IoMarkIrpPending(irp);
                socket.disabling.push_back(irp);
            }
        } else if (asks) {
            socket.event_enabled = false;
            status = STATUS_SUCCESS;
        }
    }
    if (enabled != 0) {
        network.pump(enabled); // what has arrived meanwhile
        network.leave(enabled);
    }
    return irp && status != STATUS_PENDING ? complete(irp, status) : status;
}

/// @doc NC:wsk.PFN_WSK_CONTROL_SOCKET
NTSTATUS NTAPI control_socket(PWSK_SOCKET Socket, WSK_CONTROL_SOCKET_TYPE RequestType,
                              ULONG ControlCode, ULONG Level, SIZE_T InputSize, PVOID InputBuffer,
                              SIZE_T OutputSize, PVOID OutputBuffer, SIZE_T *OutputSizeReturned,
                              PIRP Irp) {
    require_irql(DISPATCH_LEVEL, "WskControlSocket");
    const ControlBuffers buffers{InputSize, InputBuffer, OutputSize, OutputBuffer};
    if (Irp)
        take(Irp);
    if (RequestType == WskSetOption && Level == SOL_SOCKET && ControlCode == SO_WSK_EVENT_CALLBACK)
        return set_event(Socket, buffers, Irp);
    Network &network = Network::current();
    Outcome outcome{STATUS_INVALID_PARAMETER};
    {
        SpinGuard guard(network.lock());
        auto &socket = network.socket_of(Socket, "WskControlSocket");
        // Each option's page: "must specify a pointer to an IRP".
        if (Irp && (RequestType == WskSetOption || RequestType == WskGetOption))
            outcome = socket_option(network, socket, RequestType == WskSetOption, Level,
                                    ControlCode, buffers, __builtin_return_address(0));
        else if (Irp && RequestType == WskIoctl)
            outcome = socket_ioctl(socket, ControlCode, buffers);
    }
    return answer(outcome, Irp, OutputSizeReturned);
}

} // namespace

KS_ASSERT_MS_ABI(PFN_WSK_CONTROL_SOCKET);
KS_ASSERT_MS_ABI(PFN_WSK_SEND_TO);

/// @doc NS:wsk._WSK_PROVIDER_BASIC_DISPATCH
const WSK_PROVIDER_BASIC_DISPATCH basic_dispatch = {control_socket, close_socket};

/// @doc NS:wsk._WSK_PROVIDER_DATAGRAM_DISPATCH
const WSK_PROVIDER_DATAGRAM_DISPATCH datagram_dispatch = {
    {control_socket, close_socket},
    bind_socket,
    send_to,
    receive_from,
    release_datagrams,
    get_local_address,
    send_messages,
};

} // namespace ksbox::wsk

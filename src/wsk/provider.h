// The tables of functions that Winsock Kernel gives out.
#pragma once

#include "wsk/wsk.h"

namespace ksbox::wsk {

class Network;
struct Socket;

extern const WSK_PROVIDER_DISPATCH provider_dispatch;
extern const WSK_PROVIDER_BASIC_DISPATCH basic_dispatch;
extern const WSK_PROVIDER_DATAGRAM_DISPATCH datagram_dispatch;

/// The versions there are. Inferred: 1.0 is all that pages name, and drivers may ask for a higher
/// minor version.
inline constexpr USHORT lowest_version = MAKE_WSK_VERSION(1, 0);
inline constexpr USHORT highest_version = MAKE_WSK_VERSION(1, 1);

/// What a function answers that has an IRP, or may do without one.
struct Outcome {
    NTSTATUS status;
    std::size_t bytes = 0; ///< of output
};
/// Completes the IRP, if there is one, or writes the count of bytes; the status to return.
NTSTATUS answer(const Outcome &outcome, PIRP irp, SIZE_T *returned);

/// Input and output of a control function.
struct ControlBuffers {
    SIZE_T in_bytes;
    const void *in;
    SIZE_T out_bytes;
    void *out;

    /// The input, if it has the bytes of a T. STATUS_INVALID_PARAMETER.
    template <typename T> Result<T> input() const {
        if (!in || in_bytes < sizeof(T))
            return fail(STATUS_INVALID_PARAMETER);
        T value;
        __builtin_memcpy(&value, in, sizeof value);
        return value;
    }
    template <typename T> Outcome output(const T &value) const {
        if (!out || out_bytes < sizeof(T))
            return {STATUS_BUFFER_TOO_SMALL, 0};
        __builtin_memcpy(out, &value, sizeof value);
        return {STATUS_SUCCESS, sizeof value};
    }
};

/// Socket options, and I/O controls of datagram sockets. Lock held. @doc
/// NC:wsk.PFN_WSK_CONTROL_SOCKET
Outcome socket_option(Network &network, Socket &socket, bool set, ULONG level, ULONG code,
                      const ControlBuffers &buffers, const void *caller);
Outcome socket_ioctl(Socket &socket, ULONG code, const ControlBuffers &buffers);

// Of the table for clients, in files of their own.
NTSTATUS NTAPI get_address_info(PWSK_CLIENT Client, PUNICODE_STRING NodeName,
                                PUNICODE_STRING ServiceName, ULONG NameSpace, GUID *Provider,
                                PADDRINFOEXW Hints, PADDRINFOEXW *Results, PEPROCESS OwningProcess,
                                PETHREAD OwningThread, PIRP Irp);
VOID NTAPI free_address_info(PWSK_CLIENT Client, PADDRINFOEXW AddrInfo);
NTSTATUS NTAPI get_name_info(PWSK_CLIENT Client, PSOCKADDR SockAddr, ULONG SockAddrLength,
                             PUNICODE_STRING NodeName, PUNICODE_STRING ServiceName, ULONG Flags,
                             PEPROCESS OwningProcess, PETHREAD OwningThread, PIRP Irp);

} // namespace ksbox::wsk

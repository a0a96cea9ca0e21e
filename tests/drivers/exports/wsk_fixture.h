// For cases of Winsock Kernel: a client, IRPs that note how they came back, sockets and buffers.
#pragma once

#include "support/case.h"

#include <wsk.h>

constexpr USHORT CaseSwapped(USHORT Port) {
    return USHORT(Port << 8 | Port >> 8);
}

// An IPv4 address of the machine: 127.0.0.1 unless another last byte is given.
SOCKADDR_IN CaseIpv4(USHORT Port, UCHAR First = 127, UCHAR Last = 1);
SOCKADDR_IN CaseAnyIpv4(USHORT Port);
SOCKADDR_IN6 CaseIpv6(USHORT Port);
template <typename A> PSOCKADDR CaseAddress(A &Address) {
    return reinterpret_cast<PSOCKADDR>(&Address);
}

// WskRegister and a captured provider, until the end of the scope.
class CaseClient {
  public:
    explicit CaseClient(USHORT Version = MAKE_WSK_VERSION(1, 0));
    ~CaseClient() { Leave(); }
    CaseClient(const CaseClient &) = delete;
    CaseClient &operator=(const CaseClient &) = delete;
    void Leave();

    WSK_CLIENT_DISPATCH Dispatch;
    WSK_REGISTRATION Registration = {};
    WSK_PROVIDER_NPI Provider = {};

  private:
    bool Here_ = false;
};

// An IRP for one function at a time, of one stack location.
class CaseIrp {
  public:
    CaseIrp();
    ~CaseIrp();
    CaseIrp(const CaseIrp &) = delete;
    CaseIrp &operator=(const CaseIrp &) = delete;

    // Ready for the next function: also the first.
    PIRP Ready();
    // Waits for the completion of a function that returned Status; what it came to. A function that
    // does not pend has completed the IRP with what it returns.
    NTSTATUS Result(NTSTATUS Status);

    PIRP Irp = nullptr;
    ULONG Completions = 0;   // since Ready()
    KIRQL Irql = HIGH_LEVEL; // of the completion routine
    ULONG_PTR Information = 0;

  private:
    static NTSTATUS NTAPI Completed(PDEVICE_OBJECT, PIRP Irp, PVOID Context);
    NTSTATUS Status_ = STATUS_PENDING;
    KEVENT Event_;
};

// Bytes in nonpaged pool with an MDL. Two MDLs when Split lies inside.
class CaseBuffer {
  public:
    explicit CaseBuffer(ULONG Bytes, ULONG Split = 0);
    ~CaseBuffer();
    CaseBuffer(const CaseBuffer &) = delete;
    CaseBuffer &operator=(const CaseBuffer &) = delete;

    WSK_BUF All() const { return {Mdl_, 0, Bytes}; }
    WSK_BUF Part(ULONG Offset, SIZE_T Length) const { return {Mdl_, Offset, Length}; }
    // First, First + 1, …
    void Count(UCHAR First);
    // Whether Count bytes at Offset are First, First + 1, …
    bool Counts(ULONG Offset, ULONG Count, UCHAR First) const;

    PUCHAR Data = nullptr;
    ULONG Bytes;

  private:
    PMDL Mdl_ = nullptr;
};

// A socket and its functions. Closed at the end of the scope, if it was not before.
class CaseSocket {
  public:
    explicit CaseSocket(CaseClient &Client, ADDRESS_FAMILY Family = AF_INET,
                        ULONG Flags = WSK_FLAG_DATAGRAM_SOCKET, PVOID Context = nullptr,
                        const WSK_CLIENT_DATAGRAM_DISPATCH *Dispatch = nullptr);
    ~CaseSocket();
    CaseSocket(const CaseSocket &) = delete;
    CaseSocket &operator=(const CaseSocket &) = delete;

    const WSK_PROVIDER_DATAGRAM_DISPATCH &Call() const {
        return *static_cast<const WSK_PROVIDER_DATAGRAM_DISPATCH *>(Socket->Dispatch);
    }
    NTSTATUS Bind(PSOCKADDR Address);
    // To 127.0.0.1 and a port that is free: the port.
    USHORT BindAnywhere();
    SOCKADDR_IN Local();
    NTSTATUS Send(const WSK_BUF &Buffer, PSOCKADDR To, ULONG_PTR *Sent = nullptr);
    NTSTATUS Close();
    NTSTATUS SetOption(ULONG Level, ULONG Code, ULONG Value);
    NTSTATUS GetOption(ULONG Level, ULONG Code, ULONG *Value);
    NTSTATUS Ioctl(ULONG Code, PVOID Input, SIZE_T Bytes);
    // WskReceiveFromEvent, without an IRP.
    NTSTATUS Event(ULONG Mask);

    PWSK_SOCKET Socket = nullptr;
    NTSTATUS Made = STATUS_UNSUCCESSFUL;
};

// What cases of Winsock Kernel share.
#include "wsk_fixture.h"

SOCKADDR_IN CaseIpv4(USHORT Port, UCHAR First, UCHAR Last) {
    SOCKADDR_IN Made = {};
    Made.sin_family = AF_INET;
    Made.sin_port = CaseSwapped(Port);
    Made.sin_addr.S_un.S_un_b = {First, 0, 0, Last};
    return Made;
}

SOCKADDR_IN CaseAnyIpv4(USHORT Port) {
    return CaseIpv4(Port, 0, 0);
}

SOCKADDR_IN6 CaseIpv6(USHORT Port) {
    SOCKADDR_IN6 Made = {};
    Made.sin6_family = AF_INET6;
    Made.sin6_port = CaseSwapped(Port);
    Made.sin6_addr.u.Byte[15] = 1;
    return Made;
}

CaseClient::CaseClient(USHORT Version) : Dispatch{Version, 0, nullptr} {
    WSK_CLIENT_NPI Npi = {nullptr, &Dispatch};
    if (!EXPECT_SUCCESS(WskRegister(&Npi, &Registration)))
        return;
    Here_ = true;
    EXPECT_SUCCESS(WskCaptureProviderNPI(&Registration, WSK_INFINITE_WAIT, &Provider));
}

void CaseClient::Leave() {
    if (!Here_)
        return;
    Here_ = false;
    WskReleaseProviderNPI(&Registration);
    WskDeregister(&Registration);
}

CaseIrp::CaseIrp() : Irp(IoAllocateIrp(1, FALSE)) {
    KeInitializeEvent(&Event_, NotificationEvent, FALSE);
    EXPECT_TRUE(Irp != nullptr);
}

CaseIrp::~CaseIrp() {
    IoFreeIrp(Irp);
}

PIRP CaseIrp::Ready() {
    IoReuseIrp(Irp, STATUS_UNSUCCESSFUL);
    KeClearEvent(&Event_);
    Completions = 0;
    Status_ = STATUS_PENDING;
    IoSetCompletionRoutine(Irp, Completed, this, TRUE, TRUE, TRUE);
    return Irp;
}

NTSTATUS NTAPI CaseIrp::Completed(PDEVICE_OBJECT, PIRP Irp, PVOID Context) {
    auto &Own = *static_cast<CaseIrp *>(Context);
    Own.Irql = KeGetCurrentIrql();
    Own.Status_ = Irp->IoStatus.Status;
    Own.Information = Irp->IoStatus.Information;
    ++Own.Completions;
    KeSetEvent(&Own.Event_, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS CaseIrp::Result(NTSTATUS Status) {
    if (Status == STATUS_PENDING)
        KeWaitForSingleObject(&Event_, Executive, KernelMode, FALSE, nullptr);
    else
        EXPECT_EQ(Status, Status_);
    EXPECT_EQ(Completions, 1);
    EXPECT_TRUE(Irql <= DISPATCH_LEVEL);
    return Status_;
}

CaseBuffer::CaseBuffer(ULONG Size, ULONG Split) : Bytes(Size) {
    Data = static_cast<PUCHAR>(ExAllocatePoolWithTag(NonPagedPoolNx, Size, 'fuBC'));
    EXPECT_TRUE(Data != nullptr);
    RtlFillMemory(Data, Size, 0xee);
    const ULONG First = Split ? Split : Size;
    Mdl_ = IoAllocateMdl(Data, First, FALSE, FALSE, nullptr);
    MmBuildMdlForNonPagedPool(Mdl_);
    if (Split) {
        Mdl_->Next = IoAllocateMdl(Data + Split, Size - Split, FALSE, FALSE, nullptr);
        MmBuildMdlForNonPagedPool(Mdl_->Next);
    }
}

CaseBuffer::~CaseBuffer() {
    while (Mdl_) {
        const PMDL Next = Mdl_->Next;
        IoFreeMdl(Mdl_);
        Mdl_ = Next;
    }
    ExFreePoolWithTag(Data, 'fuBC');
}

void CaseBuffer::Count(UCHAR First) {
    for (ULONG i = 0; i < Bytes; ++i)
        Data[i] = UCHAR(First + i);
}

bool CaseBuffer::Counts(ULONG Offset, ULONG Count, UCHAR First) const {
    for (ULONG i = 0; i < Count; ++i)
        if (Data[Offset + i] != UCHAR(First + i))
            return false;
    return true;
}

CaseSocket::CaseSocket(CaseClient &Client, ADDRESS_FAMILY Family, ULONG Flags, PVOID Context,
                       const WSK_CLIENT_DATAGRAM_DISPATCH *Dispatch) {
    CaseIrp Irp;
    Made = Irp.Result(Client.Provider.Dispatch->WskSocket(
        Client.Provider.Client, Family, SOCK_DGRAM, IPPROTO_UDP, Flags, Context, Dispatch, nullptr,
        nullptr, nullptr, Irp.Ready()));
    EXPECT_SUCCESS(Made);
    if (NT_SUCCESS(Made))
        Socket = reinterpret_cast<PWSK_SOCKET>(Irp.Information);
}

CaseSocket::~CaseSocket() {
    if (Socket)
        EXPECT_SUCCESS(Close());
}

NTSTATUS CaseSocket::Bind(PSOCKADDR Address) {
    CaseIrp Irp;
    return Irp.Result(Call().WskBind(Socket, Address, 0, Irp.Ready()));
}

USHORT CaseSocket::BindAnywhere() {
    SOCKADDR_IN Address = CaseIpv4(0);
    EXPECT_SUCCESS(Bind(CaseAddress(Address)));
    const USHORT Port = CaseSwapped(Local().sin_port);
    EXPECT_NE(Port, 0);
    return Port;
}

SOCKADDR_IN CaseSocket::Local() {
    CaseIrp Irp;
    SOCKADDR_IN Address = {};
    EXPECT_SUCCESS(
        Irp.Result(Call().WskGetLocalAddress(Socket, CaseAddress(Address), Irp.Ready())));
    return Address;
}

NTSTATUS CaseSocket::Send(const WSK_BUF &Buffer, PSOCKADDR To, ULONG_PTR *Sent) {
    CaseIrp Irp;
    WSK_BUF Own = Buffer;
    const NTSTATUS Status =
        Irp.Result(Call().WskSendTo(Socket, &Own, 0, To, 0, nullptr, Irp.Ready()));
    if (Sent)
        *Sent = Irp.Information;
    return Status;
}

NTSTATUS CaseSocket::Close() {
    CaseIrp Irp;
    const PWSK_SOCKET Closed = Socket;
    Socket = nullptr;
    return Irp.Result(static_cast<const WSK_PROVIDER_BASIC_DISPATCH *>(Closed->Dispatch)
                          ->WskCloseSocket(Closed, Irp.Ready()));
}

NTSTATUS CaseSocket::SetOption(ULONG Level, ULONG Code, ULONG Value) {
    CaseIrp Irp;
    return Irp.Result(Call().Basic.WskControlSocket(Socket, WskSetOption, Code, Level, sizeof Value,
                                                    &Value, 0, nullptr, nullptr, Irp.Ready()));
}

NTSTATUS CaseSocket::GetOption(ULONG Level, ULONG Code, ULONG *Value) {
    CaseIrp Irp;
    const NTSTATUS Status = Irp.Result(Call().Basic.WskControlSocket(
        Socket, WskGetOption, Code, Level, 0, nullptr, sizeof *Value, Value, nullptr, Irp.Ready()));
    if (NT_SUCCESS(Status))
        EXPECT_EQ(Irp.Information, sizeof *Value);
    return Status;
}

NTSTATUS CaseSocket::Ioctl(ULONG Code, PVOID Input, SIZE_T Bytes) {
    CaseIrp Irp;
    return Irp.Result(Call().Basic.WskControlSocket(Socket, WskIoctl, Code, 0, Bytes, Input, 0,
                                                    nullptr, nullptr, Irp.Ready()));
}

NTSTATUS CaseSocket::Event(ULONG Mask) {
    WSK_EVENT_CALLBACK_CONTROL Control = {const_cast<PNPIID>(&NPI_WSK_INTERFACE_ID), Mask};
    return Call().Basic.WskControlSocket(Socket, WskSetOption, SO_WSK_EVENT_CALLBACK, SOL_SOCKET,
                                         sizeof Control, &Control, 0, nullptr, nullptr, nullptr);
}

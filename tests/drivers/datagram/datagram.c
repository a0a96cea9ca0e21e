/* Sends three datagrams when it is loaded: to the address in its parameter To, at the port in Port
   ("p4010", since a number would be no text). With Reader=yes it has a second socket at that port.
   Prints what everything came to. */
#include "../shared/parameters.h"

#include <wsk.h>

#define DATAGRAMS 3

DRIVER_INITIALIZE DriverEntry;

static const WSK_CLIENT_DISPATCH ClientDispatch = {MAKE_WSK_VERSION(1, 0), 0, NULL};
static WSK_REGISTRATION Registration;
static WSK_PROVIDER_NPI Provider;

/* A request that is waited for. */
typedef struct {
    PIRP Irp;
    KEVENT Done;
} REQUEST;

static NTSTATUS NTAPI Completed(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(&((REQUEST *)Context)->Done, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static PIRP Begin(REQUEST *Request) {
    Request->Irp = IoAllocateIrp(1, FALSE);
    KeInitializeEvent(&Request->Done, NotificationEvent, FALSE);
    IoSetCompletionRoutine(Request->Irp, Completed, Request, TRUE, TRUE, TRUE);
    return Request->Irp;
}

static NTSTATUS End(REQUEST *Request, PULONG_PTR Information) {
    NTSTATUS Status;
    KeWaitForSingleObject(&Request->Done, Executive, KernelMode, FALSE, NULL);
    Status = Request->Irp->IoStatus.Status;
    if (Information) {
        *Information = Request->Irp->IoStatus.Information;
    }
    IoFreeIrp(Request->Irp);
    return Status;
}

static const WSK_PROVIDER_DATAGRAM_DISPATCH *Calls(PWSK_SOCKET Socket) {
    return (const WSK_PROVIDER_DATAGRAM_DISPATCH *)Socket->Dispatch;
}

static void CloseSocket(PWSK_SOCKET Socket) {
    REQUEST Request;
    Calls(Socket)->WskCloseSocket(Socket, Begin(&Request));
    End(&Request, NULL);
}

static PWSK_SOCKET OpenSocket(PCSTR What, PSOCKADDR Local) {
    REQUEST Request;
    ULONG_PTR Made = 0;
    PWSK_SOCKET Socket;
    NTSTATUS Status;
    Provider.Dispatch->WskSocket(Provider.Client, Local->sa_family, SOCK_DGRAM, IPPROTO_UDP,
                                 WSK_FLAG_DATAGRAM_SOCKET, NULL, NULL, NULL, NULL, NULL,
                                 Begin(&Request));
    Status = End(&Request, &Made);
    DbgPrint("%s: socket %08x\n", What, Status);
    if (!NT_SUCCESS(Status)) {
        return NULL;
    }
    Socket = (PWSK_SOCKET)Made;
    Calls(Socket)->WskBind(Socket, Local, 0, Begin(&Request));
    Status = End(&Request, NULL);
    DbgPrint("%s: bind %08x\n", What, Status);
    if (!NT_SUCCESS(Status)) {
        CloseSocket(Socket);
        return NULL;
    }
    return Socket;
}

static CHAR Bytes[DATAGRAMS][8] = {"first", "second", "third"};
static CHAR Received[16];

static void Describe(PVOID Memory, ULONG Length, PWSK_BUF Buffer) {
    Buffer->Mdl = IoAllocateMdl(Memory, Length, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(Buffer->Mdl);
    Buffer->Offset = 0;
    Buffer->Length = Length;
}

static void SendAndRead(PWSK_SOCKET Socket, PWSK_SOCKET Reader, PSOCKADDR To) {
    ULONG i;
    for (i = 0; i < DATAGRAMS; ++i) {
        REQUEST Request, Reading;
        WSK_BUF Buffer, Into;
        ULONG_PTR Length = 0;
        NTSTATUS Status;
        Describe(Bytes[i], (ULONG)strlen(Bytes[i]), &Buffer);
        Describe(Received, sizeof Received, &Into);
        if (Reader) {
            Calls(Reader)->WskReceiveFrom(Reader, &Into, 0, NULL, NULL, NULL, NULL,
                                          Begin(&Reading));
        }
        Calls(Socket)->WskSendTo(Socket, &Buffer, 0, To, 0, NULL, Begin(&Request));
        Status = End(&Request, &Length);
        DbgPrint("sent %08x %u\n", Status, (ULONG)Length);
        if (Reader) {
            Status = End(&Reading, &Length);
            DbgPrint("read %08x %.*s\n", Status, (int)Length, Received);
        }
        IoFreeMdl(Buffer.Mdl);
        IoFreeMdl(Into.Mdl);
    }
}

static void Converse(PADDRINFOEXW To, BOOLEAN Reads, BOOLEAN Leaves) {
    SOCKADDR_STORAGE Any;
    PWSK_SOCKET Socket, Reader = NULL;
    RtlZeroMemory(&Any, sizeof Any);
    Any.ss_family = (ADDRESS_FAMILY)To->ai_family;
    Socket = OpenSocket("sender", (PSOCKADDR)&Any);
    if (!Socket) {
        return;
    }
    if (Reads) {
        Reader = OpenSocket("reader", To->ai_addr);
    }
    if (!Reads || Reader) {
        SendAndRead(Socket, Reader, To->ai_addr);
    }
    if (Leaves) {
        return;
    }
    if (Reader) {
        CloseSocket(Reader);
    }
    CloseSocket(Socket);
}

static VOID NTAPI Unload(PDRIVER_OBJECT Driver) {
    UNREFERENCED_PARAMETER(Driver);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    WSK_CLIENT_NPI Npi = {NULL, &ClientDispatch};
    WCHAR To[64], Port[16], Reads[8], Leaves[8];
    UNICODE_STRING Node, Service;
    PADDRINFOEXW Found = NULL;
    NTSTATUS Status;
    Driver->DriverUnload = Unload;
    ReadTextParameter(RegistryPath, L"To", To, 64);
    ReadTextParameter(RegistryPath, L"Port", Port, 16);
    ReadTextParameter(RegistryPath, L"Reader", Reads, 8);
    ReadTextParameter(RegistryPath, L"Leave", Leaves, 8);
    Status = WskRegister(&Npi, &Registration);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WskCaptureProviderNPI(&Registration, WSK_INFINITE_WAIT, &Provider);
    DbgPrint("captured %08x\n", Status);
    if (NT_SUCCESS(Status)) {
        RtlInitUnicodeString(&Node, To);
        RtlInitUnicodeString(&Service, Port[0] ? Port + 1 : Port);
        Status = Provider.Dispatch->WskGetAddressInfo(Provider.Client, &Node, &Service, 0, NULL,
                                                      NULL, &Found, NULL, NULL, NULL);
        DbgPrint("found %08x\n", Status);
        if (NT_SUCCESS(Status)) {
            Converse(Found, Reads[0] != 0, Leaves[0] != 0);
            Provider.Dispatch->WskFreeAddressInfo(Provider.Client, Found);
        }
        if (Leaves[0] != 0) {
            return STATUS_SUCCESS;
        }
        WskReleaseProviderNPI(&Registration);
    }
    WskDeregister(&Registration);
    return STATUS_SUCCESS;
}

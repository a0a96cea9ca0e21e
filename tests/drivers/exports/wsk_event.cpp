// WskReceiveFromEvent: enabled, disabled, what it may answer.
#include "wsk_fixture.h"

namespace {

struct READER {
    NTSTATUS Answer = STATUS_SUCCESS;
    ULONG Calls = 0;
    ULONG Bytes = 0; // of the last one
    ULONG Flags = 0;
    KIRQL Irql = PASSIVE_LEVEL;
    USHORT Port = 0;
    UCHAR First = 0;
    PWSK_DATAGRAM_INDICATION Kept = nullptr;
    CaseSocket *Disables = nullptr; // from within
    NTSTATUS Disabled = STATUS_SUCCESS;
    CaseIrp *DisablesWith = nullptr;
    KEVENT Called;

    READER() { KeInitializeEvent(&Called, SynchronizationEvent, FALSE); }
    void Wait() { KeWaitForSingleObject(&Called, Executive, KernelMode, FALSE, nullptr); }
};

NTSTATUS NTAPI Read(PVOID Context, ULONG Flags, PWSK_DATAGRAM_INDICATION Indication) {
    auto &Own = *static_cast<READER *>(Context);
    ++Own.Calls;
    Own.Irql = KeGetCurrentIrql();
    Own.Flags = Flags;
    Own.Bytes = ULONG(Indication->Buffer.Length);
    const auto *Data = static_cast<PUCHAR>(
        MmGetSystemAddressForMdlSafe(Indication->Buffer.Mdl, NormalPagePriority));
    Own.First = Own.Bytes ? Data[Indication->Buffer.Offset] : 0;
    Own.Port = CaseSwapped(reinterpret_cast<SOCKADDR_IN *>(Indication->RemoteAddress)->sin_port);
    EXPECT_EQ(Indication->ControlInfo, nullptr);
    EXPECT_EQ(Indication->ControlInfoLength, 0);
    EXPECT_EQ(Indication->Next, nullptr);
    const NTSTATUS Answer = Own.Answer;
    if (Answer == STATUS_PENDING)
        Own.Kept = Indication;
    if (Own.Disables && Own.DisablesWith) {
        WSK_EVENT_CALLBACK_CONTROL Control = {const_cast<PNPIID>(&NPI_WSK_INTERFACE_ID),
                                              WSK_EVENT_RECEIVE_FROM | WSK_EVENT_DISABLE};
        Own.Disabled = Own.Disables->Call().Basic.WskControlSocket(
            Own.Disables->Socket, WskSetOption, SO_WSK_EVENT_CALLBACK, SOL_SOCKET, sizeof Control,
            &Control, 0, nullptr, nullptr, Own.DisablesWith->Ready());
        EXPECT_EQ(Own.DisablesWith->Completions, 0);
    } else if (Own.Disables) {
        Own.Disabled = Own.Disables->Event(WSK_EVENT_RECEIVE_FROM | WSK_EVENT_DISABLE);
    }
    KeSetEvent(&Own.Called, IO_NO_INCREMENT, FALSE);
    return Answer;
}

const WSK_CLIENT_DATAGRAM_DISPATCH Callbacks = {Read};

} // namespace

EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    READER Reads;
    CaseSocket Sender(Client),
        Reader(Client, AF_INET, WSK_FLAG_DATAGRAM_SOCKET, &Reads, &Callbacks);
    const USHORT From = Sender.BindAnywhere();
    EXPECT_EQ(Reader.Event(WSK_EVENT_RECEIVE_FROM), STATUS_INVALID_DEVICE_STATE); // not bound
    SOCKADDR_IN To = CaseIpv4(Reader.BindAnywhere());
    EXPECT_EQ(Sender.Event(WSK_EVENT_RECEIVE_FROM), STATUS_INVALID_PARAMETER); // has none
    EXPECT_EQ(Reader.Event(WSK_EVENT_RECEIVE), STATUS_INVALID_PARAMETER);
    CaseBuffer Bytes(10);
    Bytes.Count(3);

    // Not called before it is enabled; then with what waits.
    EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(To)));
    CaseSleep(30);
    EXPECT_EQ(Reads.Calls, 0);
    EXPECT_SUCCESS(Reader.Event(WSK_EVENT_RECEIVE_FROM));
    Reads.Wait();
    EXPECT_EQ(Reads.Bytes, 10);
    EXPECT_EQ(Reads.First, 3);
    EXPECT_EQ(Reads.Port, From);
    EXPECT_EQ(Reads.Irql, DISPATCH_LEVEL);
    EXPECT_EQ(Reads.Flags, WSK_FLAG_AT_DISPATCH_LEVEL);
    EXPECT_SUCCESS(Sender.Send(Bytes.Part(1, 0), CaseAddress(To)));
    Reads.Wait();
    EXPECT_EQ(Reads.Bytes, 0);

    // A receive that waits has precedence.
    CaseIrp Irp;
    WSK_BUF Into = Bytes.All();
    const NTSTATUS Started = Reader.Call().WskReceiveFrom(Reader.Socket, &Into, 0, nullptr, nullptr,
                                                          nullptr, nullptr, Irp.Ready());
    EXPECT_EQ(Started, STATUS_PENDING);
    EXPECT_SUCCESS(Sender.Send(Bytes.Part(0, 4), CaseAddress(To)));
    EXPECT_SUCCESS(Irp.Result(Started));
    EXPECT_EQ(Reads.Calls, 2);

    // Disabled; enabled again.
    EXPECT_SUCCESS(Reader.Event(WSK_EVENT_RECEIVE_FROM | WSK_EVENT_DISABLE));
    EXPECT_SUCCESS(Sender.Send(Bytes.Part(0, 5), CaseAddress(To)));
    CaseSleep(30);
    EXPECT_EQ(Reads.Calls, 2);

    // It does not take one: that stays, and the callback is disabled.
    Reads.Answer = STATUS_DATA_NOT_ACCEPTED;
    EXPECT_SUCCESS(Reader.Event(WSK_EVENT_RECEIVE_FROM));
    Reads.Wait();
    EXPECT_SUCCESS(Sender.Send(Bytes.Part(0, 6), CaseAddress(To)));
    CaseSleep(30);
    EXPECT_EQ(Reads.Calls, 3);
    Reads.Answer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Reader.Event(WSK_EVENT_RECEIVE_FROM));
    CaseSleep(30);
    EXPECT_EQ(Reads.Calls, 5);
    EXPECT_EQ(Reads.Bytes, 6);
}

// Indications that are kept, and released.
EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    READER Reads;
    CaseSocket Sender(Client),
        Reader(Client, AF_INET, WSK_FLAG_DATAGRAM_SOCKET, &Reads, &Callbacks);
    Sender.BindAnywhere();
    SOCKADDR_IN To = CaseIpv4(Reader.BindAnywhere());
    EXPECT_SUCCESS(Reader.Event(WSK_EVENT_RECEIVE_FROM));
    CaseBuffer Bytes(10);
    Bytes.Count(9);
    Reads.Answer = STATUS_PENDING;
    EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(To)));
    Reads.Wait();
    CaseSleep(10);
    REQUIRE(Reads.Kept != nullptr);
    const auto *Data = static_cast<PUCHAR>(
        MmGetSystemAddressForMdlSafe(Reads.Kept->Buffer.Mdl, NormalPagePriority));
    EXPECT_EQ(Data[9], 18);
    EXPECT_EQ(Sender.Call().WskRelease(Sender.Socket, Reads.Kept), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Reader.Call().WskRelease(Reader.Socket, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Reader.Call().WskRelease(Reader.Socket, Reads.Kept));
}

// Disabled from within, where it runs: later.
EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    READER Reads;
    CaseSocket Sender(Client),
        Reader(Client, AF_INET, WSK_FLAG_DATAGRAM_SOCKET, &Reads, &Callbacks);
    Sender.BindAnywhere();
    SOCKADDR_IN To = CaseIpv4(Reader.BindAnywhere());
    CaseBuffer Bytes(10);
    Reads.Disables = &Reader;
    EXPECT_SUCCESS(Reader.Event(WSK_EVENT_RECEIVE_FROM));
    EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(To)));
    Reads.Wait();
    EXPECT_EQ(Reads.Disabled, STATUS_EVENT_PENDING);
    CaseSleep(20);
    CaseIrp Irp;
    Reads.DisablesWith = &Irp;
    EXPECT_SUCCESS(Reader.Event(WSK_EVENT_RECEIVE_FROM));
    EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(To)));
    Reads.Wait();
    EXPECT_EQ(Reads.Disabled, STATUS_PENDING);
    EXPECT_SUCCESS(Irp.Result(Reads.Disabled));
    EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(To)));
    CaseSleep(30);
    EXPECT_EQ(Reads.Calls, 2);
}

// Static callbacks are enabled from the beginning, and stay so.
EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    WSK_EVENT_CALLBACK_CONTROL Control = {const_cast<PNPIID>(&NPI_WSK_INTERFACE_ID),
                                          WSK_EVENT_RECEIVE_FROM};
    const auto SetStatic = [&] {
        return Client.Provider.Dispatch->WskControlClient(
            Client.Provider.Client, WSK_SET_STATIC_EVENT_CALLBACKS, sizeof Control, &Control, 0,
            nullptr, nullptr, nullptr);
    };
    Control.NpiId = nullptr;
    EXPECT_EQ(SetStatic(), STATUS_INVALID_PARAMETER);
    Control.NpiId = const_cast<PNPIID>(&NPI_WSK_INTERFACE_ID);
    EXPECT_SUCCESS(SetStatic());
    READER Reads;
    CaseSocket Sender(Client),
        Reader(Client, AF_INET, WSK_FLAG_DATAGRAM_SOCKET, &Reads, &Callbacks);
    EXPECT_EQ(SetStatic(), STATUS_INVALID_DEVICE_STATE);
    Sender.BindAnywhere();
    SOCKADDR_IN To = CaseIpv4(Reader.BindAnywhere());
    CaseBuffer Bytes(10);
    Reads.Answer = STATUS_DATA_NOT_ACCEPTED; // lost
    EXPECT_SUCCESS(Sender.Send(Bytes.Part(0, 1), CaseAddress(To)));
    Reads.Wait();
    Reads.Answer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Sender.Send(Bytes.Part(0, 2), CaseAddress(To)));
    Reads.Wait();
    EXPECT_EQ(Reads.Calls, 2);
    EXPECT_EQ(Reads.Bytes, 2);
    EXPECT_EQ(Reader.Event(WSK_EVENT_RECEIVE_FROM | WSK_EVENT_DISABLE),
              STATUS_INVALID_DEVICE_STATE);
}

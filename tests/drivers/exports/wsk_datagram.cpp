// Datagrams between two sockets of a driver: bytes, addresses, buffers, cancelling.
#include "wsk_fixture.h"

namespace {

// A receive that may wait.
struct RECEIVE {
    explicit RECEIVE(ULONG Bytes, ULONG Split = 0) : Buffer(Bytes, Split), Into(Buffer.All()) {}
    NTSTATUS Start(CaseSocket &Socket) {
        Started = Socket.Call().WskReceiveFrom(Socket.Socket, &Into, 0, CaseAddress(From),
                                               &ControlBytes, nullptr, &Flags, Irp.Ready());
        return Started;
    }
    NTSTATUS End() { return Irp.Result(Started); }
    NTSTATUS Run(CaseSocket &Socket) {
        Start(Socket);
        return End();
    }
    CaseBuffer Buffer;
    WSK_BUF Into;
    SOCKADDR_IN From = {};
    ULONG ControlBytes = 64, Flags = 0xdead;
    CaseIrp Irp;
    NTSTATUS Started = STATUS_UNSUCCESSFUL;
};

} // namespace

EXPORT_CASE(WskRegister, WskCaptureProviderNPI) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Sender(Client), Reader(Client);
    REQUIRE(Sender.Socket != nullptr && Reader.Socket != nullptr);
    const USHORT From = Sender.BindAnywhere();
    const USHORT To = Reader.BindAnywhere();
    EXPECT_NE(From, To);
    EXPECT_EQ(Reader.Local().sin_family, AF_INET);
    EXPECT_EQ(Reader.Local().sin_addr.S_un.S_un_b.s_b1, 127);
    SOCKADDR_IN Address = CaseIpv4(To);

    // The reader waits first.
    RECEIVE First(100);
    EXPECT_EQ(First.Start(Reader), STATUS_PENDING);
    CaseBuffer Bytes(100);
    Bytes.Count(7);
    ULONG_PTR Sent = 0;
    EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(Address), &Sent));
    EXPECT_EQ(Sent, 100);
    EXPECT_SUCCESS(First.End());
    EXPECT_EQ(First.Irp.Irql, DISPATCH_LEVEL);
    EXPECT_EQ(First.Irp.Information, 100);
    EXPECT_TRUE(First.Buffer.Counts(0, 100, 7));
    EXPECT_EQ(First.Flags, 0);
    EXPECT_EQ(First.ControlBytes, 0);
    EXPECT_EQ(First.From.sin_family, AF_INET);
    EXPECT_EQ(First.From.sin_port, CaseSwapped(From));
    EXPECT_EQ(First.From.sin_addr.S_un.S_addr, Address.sin_addr.S_un.S_addr);

    // It comes later: datagrams have waited, in their order, none is joined with another.
    for (ULONG i = 1; i <= 3; ++i)
        EXPECT_SUCCESS(Sender.Send(Bytes.Part(0, 10 * i), CaseAddress(Address)));
    CaseSleep(50);
    for (ULONG i = 1; i <= 3; ++i) {
        RECEIVE Next(100);
        EXPECT_SUCCESS(Next.Run(Reader));
        EXPECT_EQ(Next.Irp.Information, 10 * i);
        EXPECT_TRUE(Next.Buffer.Counts(0, 10 * i, 7));
        EXPECT_EQ(Next.Buffer.Data[10 * i], 0xee);
    }

    // None of no bytes is one, too, and needs no MDL.
    EXPECT_SUCCESS(Sender.Send({nullptr, 0, 0}, CaseAddress(Address), &Sent));
    EXPECT_EQ(Sent, 0);
    RECEIVE Empty(10);
    EXPECT_SUCCESS(Empty.Run(Reader));
    EXPECT_EQ(Empty.Irp.Information, 0);
    EXPECT_EQ(Empty.Flags, 0);

    // Nobody may be there.
    CaseSocket Gone(Client);
    SOCKADDR_IN Nowhere = CaseIpv4(Gone.BindAnywhere());
    EXPECT_SUCCESS(Gone.Close());
    EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(Nowhere), &Sent));
    EXPECT_EQ(Sent, 100);
}

// Chains of MDLs, offsets, more buffer than bytes, and less.
EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Sender(Client), Reader(Client);
    Sender.BindAnywhere();
    SOCKADDR_IN Address = CaseIpv4(Reader.BindAnywhere());
    CaseBuffer Bytes(64, 20);
    Bytes.Count(0);
    EXPECT_SUCCESS(Sender.Send(Bytes.Part(5, 50), CaseAddress(Address)));
    RECEIVE Split(64, 40);
    Split.Into.Offset = 10;
    Split.Into.Length = 54;
    EXPECT_SUCCESS(Split.Run(Reader));
    EXPECT_EQ(Split.Irp.Information, 50);
    EXPECT_TRUE(Split.Buffer.Counts(10, 50, 5));
    EXPECT_EQ(Split.Buffer.Data[9], 0xee);
    EXPECT_EQ(Split.Buffer.Data[60], 0xee);

    EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(Address)));
    EXPECT_SUCCESS(Sender.Send(Bytes.Part(0, 3), CaseAddress(Address)));
    RECEIVE Short(64);
    Short.Into.Length = 16;
    EXPECT_SUCCESS(Short.Run(Reader));
    EXPECT_EQ(Short.Irp.Information, 16);
    EXPECT_EQ(Short.Flags, MSG_TRUNC);
    EXPECT_TRUE(Short.Buffer.Counts(0, 16, 0));
    EXPECT_EQ(Short.Buffer.Data[16], 0xee);
    RECEIVE Next(64); // what was cut is gone
    EXPECT_SUCCESS(Next.Run(Reader));
    EXPECT_EQ(Next.Irp.Information, 3);
    EXPECT_EQ(Next.Flags, 0);

    // Less memory than the buffer says.
    EXPECT_EQ(Sender.Send(Bytes.Part(0, 65), CaseAddress(Address)), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Sender.Send(Bytes.Part(21, 1), CaseAddress(Address)), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(Address)));
    RECEIVE Wrong(32);
    Wrong.Into.Length = 33;
    EXPECT_EQ(Wrong.Run(Reader), STATUS_INVALID_PARAMETER);
}

// WskSendMessages, and sending at DISPATCH_LEVEL.
EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Sender(Client), Reader(Client);
    Sender.BindAnywhere();
    SOCKADDR_IN Address = CaseIpv4(Reader.BindAnywhere());
    CaseBuffer Bytes(30);
    Bytes.Count(1);
    WSK_BUF_LIST Third = {nullptr, Bytes.Part(20, 3)};
    WSK_BUF_LIST Second = {&Third, Bytes.Part(10, 2)};
    WSK_BUF_LIST First = {&Second, Bytes.Part(0, 1)};
    CaseIrp Irp;
    CaseRunInDpc([&] {
        EXPECT_SUCCESS(Sender.Call().WskSendMessages(Sender.Socket, &First, 0, CaseAddress(Address),
                                                     0, nullptr, Irp.Ready()));
        EXPECT_EQ(Irp.Completions, 1);
        EXPECT_EQ(Irp.Irql, DISPATCH_LEVEL);
        EXPECT_EQ(Irp.Information, 6);
    });
    for (ULONG i = 0; i < 3; ++i) {
        RECEIVE Receive(30);
        EXPECT_SUCCESS(Receive.Run(Reader));
        EXPECT_EQ(Receive.Irp.Information, i + 1);
        EXPECT_TRUE(Receive.Buffer.Counts(0, i + 1, UCHAR(1 + 10 * i)));
    }
    EXPECT_EQ(Irp.Result(Sender.Call().WskSendMessages(
                  Sender.Socket, nullptr, 0, CaseAddress(Address), 0, nullptr, Irp.Ready())),
              STATUS_INVALID_PARAMETER);
}

// Receives that are cancelled: one by one, and all by closing the socket, before the close ends.
EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Sender(Client), Reader(Client);
    Sender.BindAnywhere();
    SOCKADDR_IN Address = CaseIpv4(Reader.BindAnywhere());
    RECEIVE First(10), Second(10), Third(10);
    EXPECT_EQ(First.Start(Reader), STATUS_PENDING);
    EXPECT_EQ(Second.Start(Reader), STATUS_PENDING);
    EXPECT_TRUE(IoCancelIrp(First.Irp.Irp));
    EXPECT_EQ(First.End(), STATUS_CANCELLED);
    EXPECT_EQ(First.Irp.Information, 0);
    EXPECT_EQ(Second.Irp.Completions, 0);
    CaseBuffer Bytes(10);
    EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(Address)));
    EXPECT_SUCCESS(Second.End());
    EXPECT_EQ(Second.Irp.Information, 10);

    // One that is cancelled before it is handed over.
    First.Irp.Ready();
    IoCancelIrp(First.Irp.Irp);
    First.Started = Reader.Call().WskReceiveFrom(Reader.Socket, &First.Into, 0, nullptr, nullptr,
                                                 nullptr, nullptr, First.Irp.Irp);
    EXPECT_EQ(First.End(), STATUS_CANCELLED);

    EXPECT_EQ(Second.Start(Reader), STATUS_PENDING);
    EXPECT_EQ(Third.Start(Reader), STATUS_PENDING);
    EXPECT_SUCCESS(Reader.Close());
    EXPECT_EQ(Second.Irp.Completions, 1);
    EXPECT_EQ(Third.Irp.Completions, 1);
    EXPECT_EQ(Second.End(), STATUS_CANCELLED);
    EXPECT_EQ(Third.End(), STATUS_CANCELLED);
    EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(Address))); // to nobody
}

// WskDeregister waits for sockets.
EXPORT_CASE(WskDeregister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Socket(Client);
    LONG Done = 0;
    CaseThread Waiter([&] {
        Client.Leave();
        InterlockedExchange(&Done, 1);
    });
    CaseSleep(50);
    EXPECT_EQ(InterlockedCompareExchange(&Done, 0, 0), 0);
    EXPECT_SUCCESS(Socket.Close());
    Waiter.Join();
    EXPECT_EQ(Done, 1);
}

// What is beyond the receive buffer is lost.
EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Sender(Client), Reader(Client);
    Sender.BindAnywhere();
    SOCKADDR_IN Address = CaseIpv4(Reader.BindAnywhere());
    EXPECT_SUCCESS(Reader.SetOption(SOL_SOCKET, SO_RCVBUF, 250));
    CaseBuffer Bytes(100);
    for (int i = 0; i < 5; ++i) {
        EXPECT_SUCCESS(Sender.Send(Bytes.All(), CaseAddress(Address)));
        CaseSleep(10);
    }
    CaseSleep(50);
    for (int i = 0; i < 2; ++i) {
        RECEIVE Receive(100);
        EXPECT_SUCCESS(Receive.Run(Reader));
    }
    RECEIVE Receive(100);
    EXPECT_EQ(Receive.Start(Reader), STATUS_PENDING);
    EXPECT_TRUE(IoCancelIrp(Receive.Irp.Irp));
    EXPECT_EQ(Receive.End(), STATUS_CANCELLED);
}

// A socket that was closed is none.
EXPORT_CASE_STOPS(WskRegister, 0xC4) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Socket(Client);
    const PWSK_SOCKET Closed = Socket.Socket;
    const auto &Call = Socket.Call();
    Socket.Close();
    CaseIrp Irp;
    SOCKADDR_IN Address = CaseAnyIpv4(0);
    Call.WskBind(Closed, CaseAddress(Address), 0, Irp.Ready());
}
// NO_MORE_IRP_STACK_LOCATIONS
EXPORT_CASE_STOPS(WskCaptureProviderNPI, 0x35) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Socket(Client);
    CaseIrp Irp;
    Irp.Ready();
    IoSetNextIrpStackLocation(Irp.Irp);
    SOCKADDR_IN Address = CaseAnyIpv4(0);
    Socket.Call().WskBind(Socket.Socket, CaseAddress(Address), 0, Irp.Irp);
}

// Several threads open sockets, send, wait, cancel and close: every IRP comes back once.
#include "wsk_fixture.h"

namespace {

constexpr ULONG Rounds = 25;

// One datagram to the sockets of every round, whoever has that port just now.
struct NEIGHBOUR {
    volatile LONG Port = 0;
};

NTSTATUS NTAPI TakeAny(PVOID Context, ULONG, PWSK_DATAGRAM_INDICATION Indication) {
    InterlockedExchangeAdd(static_cast<volatile LONG *>(Context), LONG(Indication->Buffer.Length));
    return STATUS_SUCCESS;
}

const WSK_CLIENT_DATAGRAM_DISPATCH Callbacks = {TakeAny};

void Round(CaseClient &Client, NEIGHBOUR &Own, NEIGHBOUR &Other) {
    volatile LONG Bytes = 0;
    CaseSocket Socket(Client, AF_INET, WSK_FLAG_DATAGRAM_SOCKET, const_cast<LONG *>(&Bytes),
                      &Callbacks);
    const USHORT Port = Socket.BindAnywhere();
    InterlockedExchange(&Own.Port, Port);
    CaseBuffer Buffer(16), First(16), Second(16);
    WSK_BUF Into[] = {First.All(), Second.All()};
    CaseIrp Waits[2];
    NTSTATUS Started[2];
    for (int i = 0; i < 2; ++i)
        Started[i] = Socket.Call().WskReceiveFrom(Socket.Socket, &Into[i], 0, nullptr, nullptr,
                                                  nullptr, nullptr, Waits[i].Ready());
    SOCKADDR_IN Self = CaseIpv4(Port);
    SOCKADDR_IN There = CaseIpv4(USHORT(InterlockedCompareExchange(&Other.Port, 0, 0)));
    if (There.sin_port != 0)
        EXPECT_SUCCESS(Socket.Send(Buffer.All(), CaseAddress(There)));
    IoCancelIrp(Waits[1].Irp);
    EXPECT_SUCCESS(Socket.Event(WSK_EVENT_RECEIVE_FROM));
    for (int i = 0; i < 3; ++i)
        EXPECT_SUCCESS(Socket.Send(Buffer.All(), CaseAddress(Self)));
    EXPECT_SUCCESS(Socket.Close());
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(Waits[i].Completions, 1); // before the close was
        const NTSTATUS Status = Waits[i].Result(Started[i]);
        EXPECT_TRUE(Status == STATUS_SUCCESS || Status == STATUS_CANCELLED);
        EXPECT_EQ(Waits[i].Information, Status == STATUS_SUCCESS ? 16 : 0);
    }
    EXPECT_TRUE(Bytes % 16 == 0 && Bytes <= 16 * 4 * LONG(Rounds));
}

} // namespace

EXPORT_CASE(WskRegister, WskDeregister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    NEIGHBOUR Ports[3];
    const auto Work = [&](ULONG Number) {
        for (ULONG i = 0; i < Rounds; ++i)
            Round(Client, Ports[Number], Ports[(Number + 1) % 3]);
    };
    CaseThread First([&] { Work(0); });
    CaseThread Second([&] { Work(1); });
    Work(2);
    First.Join();
    Second.Join();
}

// The same over IPv6. In simulated time only: a host may have none.
#include "wsk_fixture.h"

EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Sender(Client, AF_INET6), Reader(Client, AF_INET6), Ipv4(Client);
    SOCKADDR_IN6 Address = CaseIpv6(5000);
    EXPECT_SUCCESS(Reader.Bind(CaseAddress(Address)));
    SOCKADDR_IN Same = CaseIpv4(5000);
    EXPECT_SUCCESS(Ipv4.Bind(CaseAddress(Same))); // another port 5000
    SOCKADDR_IN6 Any = {};
    Any.sin6_family = AF_INET6;
    EXPECT_SUCCESS(Sender.Bind(CaseAddress(Any)));
    EXPECT_EQ(Sender.Send({nullptr, 0, 0}, CaseAddress(Same)), STATUS_INVALID_PARAMETER);
    CaseBuffer Bytes(20);
    Bytes.Count(1);
    EXPECT_SUCCESS(Sender.Send(Bytes.Part(0, 8), CaseAddress(Address)));
    CaseIrp Irp;
    WSK_BUF Into = Bytes.Part(10, 10);
    SOCKADDR_IN6 From = {}, Own = {};
    EXPECT_SUCCESS(Irp.Result(Reader.Call().WskReceiveFrom(
        Reader.Socket, &Into, 0, CaseAddress(From), nullptr, nullptr, nullptr, Irp.Ready())));
    EXPECT_EQ(Irp.Information, 8);
    EXPECT_TRUE(Bytes.Counts(10, 8, 1));
    EXPECT_SUCCESS(
        Irp.Result(Sender.Call().WskGetLocalAddress(Sender.Socket, CaseAddress(Own), Irp.Ready())));
    EXPECT_EQ(From.sin6_family, AF_INET6);
    EXPECT_EQ(From.sin6_port, Own.sin6_port);
    EXPECT_EQ(From.sin6_addr.u.Byte[15], 1);
    EXPECT_EQ(From.sin6_addr.u.Byte[0], 0);
    SOCKADDR_IN6 Beyond = CaseIpv6(9);
    Beyond.sin6_addr.u.Byte[0] = 0x20;
    EXPECT_EQ(Sender.Send(Bytes.All(), CaseAddress(Beyond)), STATUS_NETWORK_UNREACHABLE);
    ULONG Value = 0;
    EXPECT_SUCCESS(Sender.SetOption(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9));
    EXPECT_SUCCESS(Sender.GetOption(IPPROTO_IPV6, IPV6_UNICAST_HOPS, &Value));
    EXPECT_EQ(Value, 9);
    EXPECT_EQ(Sender.SetOption(IPPROTO_IP, IP_TTL, 9), STATUS_NOT_SUPPORTED);
}

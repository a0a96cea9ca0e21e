// Binding, options and fixed addresses of sockets, and everything that is refused.
#include "wsk_fixture.h"

EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket First(Client), Second(Client);
    CaseIrp Irp;
    CaseBuffer Bytes(10);
    SOCKADDR_IN Address = CaseIpv4(9), Got = {};
    WSK_BUF Buffer = Bytes.All();

    // Not bound.
    EXPECT_EQ(
        Irp.Result(First.Call().WskGetLocalAddress(First.Socket, CaseAddress(Got), Irp.Ready())),
        STATUS_INVALID_DEVICE_STATE);
    EXPECT_EQ(First.Send(Buffer, CaseAddress(Address)), STATUS_INVALID_DEVICE_STATE);
    EXPECT_EQ(Irp.Result(First.Call().WskReceiveFrom(First.Socket, &Buffer, 0, nullptr, nullptr,
                                                     nullptr, nullptr, Irp.Ready())),
              STATUS_INVALID_DEVICE_STATE);
    EXPECT_EQ(First.Ioctl(SIO_WSK_SET_REMOTE_ADDRESS, &Address, sizeof Address),
              STATUS_INVALID_DEVICE_STATE);

    // To nothing, to another family, to others' addresses, with flags.
    EXPECT_EQ(First.Bind(nullptr), STATUS_INVALID_PARAMETER);
    SOCKADDR_IN6 Ipv6 = CaseIpv6(0);
    EXPECT_EQ(First.Bind(CaseAddress(Ipv6)), STATUS_INVALID_PARAMETER);
    const UCHAR Networks[] = {UCHAR(10), UCHAR(224), UCHAR(192)};
    for (const UCHAR Byte : Networks) {
        SOCKADDR_IN Other = CaseIpv4(0, Byte);
        EXPECT_EQ(First.Bind(CaseAddress(Other)), STATUS_INVALID_ADDRESS_COMPONENT);
    }
    SOCKADDR_IN Any = CaseAnyIpv4(0);
    EXPECT_EQ(Irp.Result(First.Call().WskBind(First.Socket, CaseAddress(Any), 1, Irp.Ready())),
              STATUS_INVALID_PARAMETER);

    // The wildcard stays one; the port is found.
    EXPECT_SUCCESS(First.Bind(CaseAddress(Any)));
    Got = First.Local();
    EXPECT_EQ(Got.sin_addr.S_un.S_addr, INADDR_ANY);
    EXPECT_NE(Got.sin_port, 0);
    EXPECT_EQ(First.Bind(CaseAddress(Any)), STATUS_INVALID_DEVICE_STATE);

    // A port is taken, unless it is shared.
    SOCKADDR_IN Same = CaseIpv4(CaseSwapped(Got.sin_port));
    EXPECT_EQ(Second.Bind(CaseAddress(Same)), STATUS_ADDRESS_ALREADY_EXISTS);
    EXPECT_SUCCESS(Second.SetOption(SOL_SOCKET, SO_REUSEADDR, 1));
    EXPECT_SUCCESS(Second.Bind(CaseAddress(Same)));
    EXPECT_EQ(Second.SetOption(SOL_SOCKET, SO_REUSEADDR, 0), STATUS_INVALID_DEVICE_STATE);
    EXPECT_SUCCESS(First.Close());
    EXPECT_SUCCESS(Second.Close());
    CaseSocket Third(Client), Fourth(Client);
    EXPECT_SUCCESS(Third.SetOption(SOL_SOCKET, ULONG(SO_EXCLUSIVEADDRUSE), 1));
    EXPECT_SUCCESS(Third.Bind(CaseAddress(Same))); // it is free again
    EXPECT_SUCCESS(Fourth.SetOption(SOL_SOCKET, SO_REUSEADDR, 1));
    EXPECT_EQ(Fourth.Bind(CaseAddress(Same)), STATUS_ADDRESS_ALREADY_EXISTS);
}

// What is not sent.
EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Socket(Client);
    SOCKADDR_IN Any = CaseAnyIpv4(0);
    EXPECT_SUCCESS(Socket.Bind(CaseAddress(Any)));
    CaseBuffer Bytes(10);
    const auto SendTo = [&](UCHAR First, UCHAR Last, USHORT Port) {
        SOCKADDR_IN Address = CaseIpv4(Port, First, Last);
        return Socket.Send(Bytes.All(), CaseAddress(Address));
    };
    EXPECT_EQ(SendTo(192, 1, 9), STATUS_NETWORK_UNREACHABLE); // beyond loopback
    EXPECT_EQ(SendTo(239, 1, 9), STATUS_NETWORK_UNREACHABLE);
    EXPECT_EQ(SendTo(0, 0, 9), STATUS_INVALID_ADDRESS_COMPONENT);
    EXPECT_EQ(SendTo(127, 1, 0), STATUS_INVALID_ADDRESS_COMPONENT);
    EXPECT_EQ(Socket.Send(Bytes.All(), nullptr), STATUS_INVALID_PARAMETER);
    SOCKADDR_IN6 Ipv6 = CaseIpv6(9);
    EXPECT_EQ(Socket.Send(Bytes.All(), CaseAddress(Ipv6)), STATUS_INVALID_PARAMETER);
    CaseIrp Irp;
    WSK_BUF Buffer = Bytes.All();
    SOCKADDR_IN Address = CaseIpv4(9);
    UCHAR Control[32] = {};
    EXPECT_EQ(Irp.Result(Socket.Call().WskSendTo(Socket.Socket, &Buffer, 0, CaseAddress(Address),
                                                 sizeof Control,
                                                 reinterpret_cast<PCMSGHDR>(Control), Irp.Ready())),
              STATUS_NOT_SUPPORTED);
    EXPECT_EQ(Irp.Result(Socket.Call().WskSendTo(Socket.Socket, &Buffer, 1, CaseAddress(Address), 0,
                                                 nullptr, Irp.Ready())),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Socket.Call().WskSendTo(Socket.Socket, &Buffer, 0, CaseAddress(Address), 0, nullptr,
                                      nullptr),
              STATUS_INVALID_PARAMETER);
    CaseBuffer Long(65508);
    EXPECT_EQ(Socket.Send(Long.All(), CaseAddress(Address)), STATUS_INVALID_BUFFER_SIZE);
    EXPECT_SUCCESS(Socket.Send(Long.Part(0, 65507), CaseAddress(Address)));
}

EXPORT_CASE(WskCaptureProviderNPI) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Socket(Client);
    ULONG Value = 99;
    const ULONG Codes[] = {ULONG(SO_BROADCAST), ULONG(SO_REUSEADDR), ULONG(SO_EXCLUSIVEADDRUSE)};
    for (const ULONG Code : Codes) {
        EXPECT_SUCCESS(Socket.GetOption(SOL_SOCKET, Code, &Value));
        EXPECT_EQ(Value, 0);
        EXPECT_SUCCESS(Socket.SetOption(SOL_SOCKET, Code, 1));
        EXPECT_SUCCESS(Socket.GetOption(SOL_SOCKET, Code, &Value));
        EXPECT_EQ(Value, 1);
    }
    EXPECT_SUCCESS(Socket.GetOption(SOL_SOCKET, SO_RCVBUF, &Value));
    EXPECT_EQ(Value, 65536);
    EXPECT_SUCCESS(Socket.SetOption(SOL_SOCKET, SO_RCVBUF, 8192));
    EXPECT_SUCCESS(Socket.GetOption(SOL_SOCKET, SO_RCVBUF, &Value));
    EXPECT_EQ(Value, 8192);
    EXPECT_SUCCESS(Socket.GetOption(IPPROTO_IP, IP_TTL, &Value));
    EXPECT_EQ(Value, 128);
    const ULONG Small[] = {IP_TTL, IP_MULTICAST_TTL, IP_MULTICAST_LOOP};
    for (const ULONG Code : Small) {
        EXPECT_SUCCESS(Socket.SetOption(IPPROTO_IP, Code, 7));
        EXPECT_SUCCESS(Socket.GetOption(IPPROTO_IP, Code, &Value));
        EXPECT_EQ(Value, 7);
        EXPECT_EQ(Socket.SetOption(IPPROTO_IP, Code, 256), STATUS_INVALID_PARAMETER);
    }
    EXPECT_SUCCESS(Socket.SetOption(IPPROTO_IP, IP_MULTICAST_IF, 0x0100007f));
    EXPECT_EQ(Socket.SetOption(SOL_SOCKET, SO_KEEPALIVE, 1), STATUS_NOT_SUPPORTED);
    EXPECT_EQ(Socket.GetOption(SOL_SOCKET, SO_WSK_SECURITY, &Value), STATUS_NOT_SUPPORTED);
    EXPECT_EQ(Socket.SetOption(IPPROTO_IP, 99, 1), STATUS_NOT_SUPPORTED);
    EXPECT_EQ(Socket.GetOption(IPPROTO_IP, 99, &Value), STATUS_NOT_SUPPORTED);
    EXPECT_EQ(Socket.SetOption(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 1), STATUS_NOT_SUPPORTED);
    EXPECT_EQ(Socket.Ioctl(SIO_ADDRESS_LIST_QUERY, nullptr, 0), STATUS_NOT_SUPPORTED);

    CaseIrp Irp;
    const auto &Control = Socket.Call().Basic.WskControlSocket;
    IP_MREQ Group = {};
    Group.imr_multiaddr.S_un.S_un_b = {239, 1, 2, 3};
    EXPECT_EQ(Irp.Result(Control(Socket.Socket, WskSetOption, IP_ADD_MEMBERSHIP, IPPROTO_IP,
                                 sizeof Group, &Group, 0, nullptr, nullptr, Irp.Ready())),
              STATUS_NETWORK_UNREACHABLE);
    Group.imr_multiaddr.S_un.S_un_b = {10, 1, 2, 3};
    EXPECT_EQ(Irp.Result(Control(Socket.Socket, WskSetOption, IP_ADD_MEMBERSHIP, IPPROTO_IP,
                                 sizeof Group, &Group, 0, nullptr, nullptr, Irp.Ready())),
              STATUS_INVALID_PARAMETER);
    // Too little input and output; a request of no kind; without the IRP that the pages want.
    EXPECT_EQ(Irp.Result(Control(Socket.Socket, WskSetOption, SO_BROADCAST, SOL_SOCKET, 2, &Value,
                                 0, nullptr, nullptr, Irp.Ready())),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Irp.Result(Control(Socket.Socket, WskGetOption, SO_BROADCAST, SOL_SOCKET, 0, nullptr,
                                 2, &Value, nullptr, Irp.Ready())),
              STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Irp.Information, 0);
    EXPECT_EQ(Irp.Result(Control(Socket.Socket, WskControlMax, SO_BROADCAST, SOL_SOCKET, 4, &Value,
                                 0, nullptr, nullptr, Irp.Ready())),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Control(Socket.Socket, WskSetOption, SO_BROADCAST, SOL_SOCKET, 4, &Value, 0, nullptr,
                      nullptr, nullptr),
              STATUS_INVALID_PARAMETER);
}

// A basic socket has options, and nothing else.
EXPORT_CASE(WskReleaseProviderNPI) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Socket(Client, AF_INET, WSK_FLAG_BASIC_SOCKET);
    REQUIRE(Socket.Socket != nullptr);
    ULONG Value = 0;
    EXPECT_SUCCESS(Socket.SetOption(SOL_SOCKET, SO_BROADCAST, 1));
    EXPECT_SUCCESS(Socket.GetOption(SOL_SOCKET, SO_BROADCAST, &Value));
    EXPECT_EQ(Value, 1);
}

// Addresses that are set once for all datagrams.
EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    CaseSocket Sender(Client), Stranger(Client), Reader(Client);
    SOCKADDR_IN From = CaseIpv4(Sender.BindAnywhere());
    Stranger.BindAnywhere();
    SOCKADDR_IN To = CaseIpv4(Reader.BindAnywhere());
    CaseBuffer Bytes(10);
    EXPECT_EQ(Sender.Ioctl(SIO_WSK_SET_SENDTO_ADDRESS, &To, 4), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Sender.Ioctl(SIO_WSK_SET_SENDTO_ADDRESS, &To, sizeof To));
    EXPECT_SUCCESS(Reader.Ioctl(SIO_WSK_SET_REMOTE_ADDRESS, &From, sizeof From));
    EXPECT_SUCCESS(Stranger.Send(Bytes.Part(0, 1), CaseAddress(To))); // is not taken
    CaseSleep(20);
    EXPECT_SUCCESS(Sender.Send(Bytes.Part(0, 2), nullptr));
    CaseIrp Irp;
    WSK_BUF Into = Bytes.All();
    const auto Receive = [&](CaseSocket &Socket) {
        EXPECT_SUCCESS(Irp.Result(Socket.Call().WskReceiveFrom(
            Socket.Socket, &Into, 0, nullptr, nullptr, nullptr, nullptr, Irp.Ready())));
        return Irp.Information;
    };
    EXPECT_EQ(Receive(Reader), 2);
    EXPECT_SUCCESS(Reader.Send(Bytes.Part(0, 3), nullptr)); // the remote address is one, too
    EXPECT_EQ(Receive(Sender), 3);
    // It is overridden, and cleared.
    SOCKADDR_IN Other = CaseIpv4(CaseSwapped(Stranger.Local().sin_port));
    EXPECT_SUCCESS(Sender.Send(Bytes.Part(0, 4), CaseAddress(Other)));
    EXPECT_EQ(Receive(Stranger), 4);
    EXPECT_SUCCESS(Sender.Ioctl(SIO_WSK_SET_SENDTO_ADDRESS, nullptr, 0));
    EXPECT_EQ(Sender.Send(Bytes.Part(0, 5), nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Reader.Ioctl(SIO_WSK_SET_REMOTE_ADDRESS, nullptr, 0));
    EXPECT_SUCCESS(Stranger.Send(Bytes.Part(0, 6), CaseAddress(To)));
    EXPECT_EQ(Receive(Reader), 6);
}

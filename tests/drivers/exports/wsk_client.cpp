// Clients of Winsock Kernel: registration, the provider, what is no socket's.
#include "wsk_fixture.h"

EXPORT_CASE(WskRegister, WskCaptureProviderNPI, WskReleaseProviderNPI, WskDeregister) {
    UNREFERENCED_PARAMETER(Case);
    const WSK_CLIENT_DISPATCH Dispatch = {MAKE_WSK_VERSION(1, 0), 0, nullptr};
    WSK_CLIENT_NPI Npi = {nullptr, nullptr};
    WSK_REGISTRATION Registration = {};
    EXPECT_EQ(WskRegister(&Npi, &Registration), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(WskRegister(nullptr, &Registration), STATUS_INVALID_PARAMETER);
    Npi.Dispatch = &Dispatch;
    EXPECT_EQ(WskRegister(&Npi, nullptr), STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(WskRegister(&Npi, &Registration));
    WSK_PROVIDER_NPI Provider = {}, Second = {};
    EXPECT_EQ(WskCaptureProviderNPI(&Registration, 0, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(WskCaptureProviderNPI(&Registration, WSK_INFINITE_WAIT, &Provider));
    CaseRunInDpc([&] {
        EXPECT_SUCCESS(WskCaptureProviderNPI(&Registration, WSK_NO_WAIT, &Second));
        WskReleaseProviderNPI(&Registration);
    });
    REQUIRE(Provider.Client != nullptr && Provider.Dispatch != nullptr);
    EXPECT_EQ(Provider.Client, Second.Client);
    EXPECT_EQ(Provider.Dispatch, Second.Dispatch);
    EXPECT_EQ(WSK_MAJOR_VERSION(Provider.Dispatch->Version), 1);

    // One that registers twice is two clients.
    CaseClient Other;
    EXPECT_NE(Other.Provider.Client, Provider.Client);

    // WskDeregister waits until what was captured is released.
    LONG Done = 0;
    CaseThread Waiter([&] {
        WskDeregister(&Registration);
        InterlockedExchange(&Done, 1);
    });
    CaseSleep(50);
    EXPECT_EQ(InterlockedCompareExchange(&Done, 0, 0), 0);
    EXPECT_EQ(WskCaptureProviderNPI(&Registration, WSK_INFINITE_WAIT, &Second),
              STATUS_DEVICE_NOT_READY);
    WskReleaseProviderNPI(&Registration);
    Waiter.Join();
    EXPECT_EQ(Done, 1);
    EXPECT_EQ(WskCaptureProviderNPI(&Registration, WSK_NO_WAIT, &Second), STATUS_DEVICE_NOT_READY);
}

EXPORT_CASE(WskQueryProviderCharacteristics, WskCaptureProviderNPI, WskRegister, WskDeregister) {
    UNREFERENCED_PARAMETER(Case);
    const USHORT Versions[] = {MAKE_WSK_VERSION(2, 0), MAKE_WSK_VERSION(0, 9)};
    for (const USHORT Version : Versions) {
        const WSK_CLIENT_DISPATCH Dispatch = {USHORT(Version), 0, nullptr};
        WSK_CLIENT_NPI Npi = {nullptr, &Dispatch};
        WSK_REGISTRATION Registration = {};
        REQUIRE_SUCCESS(WskRegister(&Npi, &Registration));
        WSK_PROVIDER_NPI Provider;
        EXPECT_EQ(WskCaptureProviderNPI(&Registration, WSK_NO_WAIT, &Provider), STATUS_NOINTERFACE);
        WSK_PROVIDER_CHARACTERISTICS Range = {};
        EXPECT_EQ(WskQueryProviderCharacteristics(&Registration, nullptr),
                  STATUS_INVALID_PARAMETER);
        EXPECT_SUCCESS(WskQueryProviderCharacteristics(&Registration, &Range));
        EXPECT_EQ(Range.LowestVersion, MAKE_WSK_VERSION(1, 0));
        EXPECT_EQ(WSK_MAJOR_VERSION(Range.HighestVersion), 1);
        WskDeregister(&Registration);
        EXPECT_EQ(WskQueryProviderCharacteristics(&Registration, &Range), STATUS_DEVICE_NOT_READY);
    }
}

// More released than captured, and a registration that is none.
EXPORT_CASE_STOPS(WskReleaseProviderNPI, 0xC4) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    WskReleaseProviderNPI(&Client.Registration);
    WskReleaseProviderNPI(&Client.Registration);
}
EXPORT_CASE_STOPS(WskDeregister, 0xC4) {
    UNREFERENCED_PARAMETER(Case);
    WSK_REGISTRATION Registration = {};
    WskDeregister(&Registration);
}

// WskSocket and WskSocketConnect: what they refuse.
EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    const auto &Call = *Client.Provider.Dispatch;
    CaseIrp Irp;
    const auto Ask = [&](ADDRESS_FAMILY Family, USHORT Type, ULONG Protocol, ULONG Flags) {
        const NTSTATUS Status =
            Irp.Result(Call.WskSocket(Client.Provider.Client, Family, Type, Protocol, Flags,
                                      nullptr, nullptr, nullptr, nullptr, nullptr, Irp.Ready()));
        EXPECT_EQ(Irp.Information, 0);
        return Status;
    };
    const ADDRESS_FAMILY Families[] = {AF_INET, AF_INET6};
    for (const ADDRESS_FAMILY Family : Families) {
        const ULONG Categories[] = {WSK_FLAG_LISTEN_SOCKET, WSK_FLAG_CONNECTION_SOCKET,
                                    WSK_FLAG_STREAM_SOCKET};
        for (const ULONG Flags : Categories) {
            EXPECT_EQ(Ask(Family, SOCK_STREAM, IPPROTO_TCP, Flags), STATUS_NOT_SUPPORTED);
            EXPECT_EQ(Ask(Family, SOCK_DGRAM, IPPROTO_UDP, Flags), STATUS_INVALID_PARAMETER);
            EXPECT_EQ(Ask(Family, SOCK_RAW, 1, Flags), STATUS_INVALID_PARAMETER);
        }
        EXPECT_EQ(Ask(Family, SOCK_STREAM, IPPROTO_TCP, WSK_FLAG_BASIC_SOCKET),
                  STATUS_NOT_SUPPORTED);
        EXPECT_EQ(Ask(Family, SOCK_RAW, 1, WSK_FLAG_DATAGRAM_SOCKET), STATUS_NOT_SUPPORTED);
        EXPECT_EQ(Ask(Family, SOCK_STREAM, IPPROTO_UDP, WSK_FLAG_STREAM_SOCKET),
                  STATUS_INVALID_PARAMETER);
        EXPECT_EQ(Ask(Family, SOCK_STREAM, IPPROTO_TCP, WSK_FLAG_DATAGRAM_SOCKET),
                  STATUS_INVALID_PARAMETER);
        EXPECT_EQ(Ask(Family, SOCK_DGRAM, IPPROTO_TCP, WSK_FLAG_DATAGRAM_SOCKET),
                  STATUS_INVALID_PARAMETER);
        EXPECT_EQ(
            Ask(Family, SOCK_DGRAM, IPPROTO_UDP, WSK_FLAG_DATAGRAM_SOCKET | WSK_FLAG_LISTEN_SOCKET),
            STATUS_INVALID_PARAMETER);
        EXPECT_EQ(Ask(Family, SOCK_DGRAM, IPPROTO_UDP, 0x10), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(Ask(Family, 9, IPPROTO_UDP, WSK_FLAG_DATAGRAM_SOCKET), STATUS_INVALID_PARAMETER);
    }
    EXPECT_EQ(Ask(AF_UNSPEC, SOCK_DGRAM, IPPROTO_UDP, WSK_FLAG_DATAGRAM_SOCKET),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.WskSocket(Client.Provider.Client, AF_INET, SOCK_DGRAM, IPPROTO_UDP,
                             WSK_FLAG_DATAGRAM_SOCKET, nullptr, nullptr, nullptr, nullptr, nullptr,
                             nullptr),
              STATUS_INVALID_PARAMETER);
    SOCKADDR_IN Local = CaseAnyIpv4(0), Remote = CaseIpv4(80);
    EXPECT_EQ(Irp.Result(Call.WskSocketConnect(Client.Provider.Client, SOCK_STREAM, IPPROTO_TCP,
                                               CaseAddress(Local), CaseAddress(Remote), 0, nullptr,
                                               nullptr, nullptr, nullptr, nullptr, Irp.Ready())),
              STATUS_NOT_SUPPORTED);
}

// WskControlClient.
EXPORT_CASE(WskRegister, WskDeregister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    const auto Control = [&](ULONG Code, SIZE_T InBytes, PVOID In, SIZE_T OutBytes, PVOID Out,
                             SIZE_T *Returned, PIRP Irp) {
        return Client.Provider.Dispatch->WskControlClient(Client.Provider.Client, Code, InBytes, In,
                                                          OutBytes, Out, Returned, Irp);
    };
    SIZE_T Bytes = 0;
    EXPECT_EQ(Control(WSK_TRANSPORT_LIST_QUERY, 0, nullptr, 0, nullptr, &Bytes, nullptr),
              STATUS_BUFFER_OVERFLOW);
    WSK_TRANSPORT List[4] = {};
    EXPECT_EQ(Bytes, 2 * sizeof(WSK_TRANSPORT));
    EXPECT_SUCCESS(
        Control(WSK_TRANSPORT_LIST_QUERY, 0, nullptr, sizeof List, List, &Bytes, nullptr));
    EXPECT_EQ(Bytes, 2 * sizeof(WSK_TRANSPORT));
    for (const auto &[Version, Type, Protocol, Family, Provider] : List)
        if (Type != 0)
            EXPECT_TRUE(Type == SOCK_DGRAM && Protocol == IPPROTO_UDP &&
                        (Family == AF_INET || Family == AF_INET6));
    CaseIrp Irp;
    EXPECT_EQ(Irp.Result(Control(WSK_TRANSPORT_LIST_QUERY, 0, nullptr, sizeof List, List, nullptr,
                                 Irp.Ready())),
              STATUS_INVALID_PARAMETER);
    ULONG Behavior = WSK_TDI_BEHAVIOR_BYPASS_TDI;
    EXPECT_SUCCESS(
        Control(WSK_TDI_BEHAVIOR, sizeof Behavior, &Behavior, 0, nullptr, nullptr, nullptr));
    const ULONG Codes[] = {WSK_CACHE_SD, WSK_RELEASE_SD, WSK_TDI_DEVICENAME_MAPPING};
    for (const ULONG Code : Codes)
        EXPECT_EQ(Control(Code, 0, nullptr, 0, nullptr, nullptr, nullptr), STATUS_NOT_SUPPORTED);
    EXPECT_EQ(Control(99, 0, nullptr, 0, nullptr, nullptr, nullptr), STATUS_INVALID_PARAMETER);

    // The list does not change. An IRP waits until it is cancelled, or until the client goes.
    EXPECT_EQ(Control(WSK_TRANSPORT_LIST_CHANGE, 0, nullptr, 0, nullptr, nullptr, nullptr),
              STATUS_INVALID_PARAMETER);
    NTSTATUS Status =
        Control(WSK_TRANSPORT_LIST_CHANGE, 0, nullptr, 0, nullptr, nullptr, Irp.Ready());
    EXPECT_EQ(Status, STATUS_PENDING);
    EXPECT_EQ(Irp.Completions, 0);
    EXPECT_TRUE(IoCancelIrp(Irp.Irp));
    EXPECT_EQ(Irp.Result(Status), STATUS_CANCELLED);
    Status = Control(WSK_TRANSPORT_LIST_CHANGE, 0, nullptr, 0, nullptr, nullptr, Irp.Ready());
    EXPECT_EQ(Status, STATUS_PENDING);
    Client.Leave();
    EXPECT_EQ(Irp.Result(Status), STATUS_CANCELLED);
}

// WskGetAddressInfo, WskFreeAddressInfo and WskGetNameInfo.
EXPORT_CASE(WskRegister) {
    UNREFERENCED_PARAMETER(Case);
    CaseClient Client;
    const auto &Call = *Client.Provider.Dispatch;
    CaseIrp Irp;
    PADDRINFOEXW Found = nullptr;
    const auto Ask = [&](PCWSTR Node, PCWSTR Service, PADDRINFOEXW Hints) {
        UNICODE_STRING NodeName, ServiceName;
        RtlInitUnicodeString(&NodeName, Node);
        RtlInitUnicodeString(&ServiceName, Service);
        const NTSTATUS Status = Irp.Result(
            Call.WskGetAddressInfo(Client.Provider.Client, &NodeName, &ServiceName, 0, nullptr,
                                   Hints, &Found, nullptr, nullptr, Irp.Ready()));
        EXPECT_EQ(ULONG(Irp.Information), ULONG(Status));
        return Status;
    };
    ADDRINFOEXW Hints = {};
    Hints.ai_socktype = SOCK_DGRAM;
    REQUIRE_SUCCESS(Ask(L"192.168.1.77", L"4010", &Hints));
    EXPECT_EQ(Found->ai_family, AF_INET);
    EXPECT_EQ(Found->ai_socktype, SOCK_DGRAM);
    EXPECT_EQ(Found->ai_addrlen, sizeof(SOCKADDR_IN));
    EXPECT_EQ(Found->ai_next, nullptr);
    const auto *Ipv4 = reinterpret_cast<SOCKADDR_IN *>(Found->ai_addr);
    EXPECT_EQ(Ipv4->sin_port, CaseSwapped(4010));
    EXPECT_EQ(Ipv4->sin_addr.S_un.S_un_b.s_b1, 192);
    EXPECT_EQ(Ipv4->sin_addr.S_un.S_un_b.s_b4, 77);

    WCHAR Text[48];
    UNICODE_STRING Name = {0, sizeof Text, Text}, Service = {0, 4, Text};
    EXPECT_SUCCESS(Irp.Result(Call.WskGetNameInfo(Client.Provider.Client, Found->ai_addr,
                                                  sizeof(SOCKADDR_IN), &Name, nullptr,
                                                  NI_NUMERICHOST, nullptr, nullptr, Irp.Ready())));
    UNICODE_STRING Expected;
    RtlInitUnicodeString(&Expected, L"192.168.1.77");
    EXPECT_TRUE(RtlEqualUnicodeString(&Name, &Expected, FALSE));
    const auto Describe = [&](PUNICODE_STRING Node, PUNICODE_STRING Port, ULONG Flags) {
        return Irp.Result(Call.WskGetNameInfo(Client.Provider.Client, Found->ai_addr,
                                              sizeof(SOCKADDR_IN), Node, Port, Flags, nullptr,
                                              nullptr, Irp.Ready()));
    };
    EXPECT_EQ(Describe(&Name, nullptr, NI_NAMEREQD), STATUS_NO_MATCH);
    EXPECT_EQ(Describe(nullptr, nullptr, 0), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Describe(nullptr, &Service, NI_NUMERICSERV), STATUS_BUFFER_TOO_SMALL);
    Service.MaximumLength = sizeof Text;
    EXPECT_SUCCESS(Describe(nullptr, &Service, NI_NUMERICSERV));
    RtlInitUnicodeString(&Expected, L"4010");
    EXPECT_TRUE(RtlEqualUnicodeString(&Service, &Expected, FALSE));
    Call.WskFreeAddressInfo(Client.Provider.Client, Found);

    REQUIRE_SUCCESS(Ask(L"localhost", nullptr, nullptr)); // ::1, then 127.0.0.1
    EXPECT_EQ(Found->ai_family, AF_INET6);
    EXPECT_EQ(Found->ai_addrlen, sizeof(SOCKADDR_IN6));
    REQUIRE(Found->ai_next != nullptr);
    EXPECT_EQ(Found->ai_next->ai_family, AF_INET);
    Call.WskFreeAddressInfo(Client.Provider.Client, Found);
    Hints.ai_flags = AI_PASSIVE;
    Hints.ai_family = AF_INET;
    REQUIRE_SUCCESS(Ask(nullptr, L"7", &Hints));
    EXPECT_EQ(reinterpret_cast<SOCKADDR_IN *>(Found->ai_addr)->sin_addr.S_un.S_addr, INADDR_ANY);
    EXPECT_EQ(Found->ai_next, nullptr);
    Call.WskFreeAddressInfo(Client.Provider.Client, Found);

    EXPECT_EQ(Ask(L"speaker.example", L"4010", nullptr), STATUS_NO_MATCH);
    EXPECT_EQ(Ask(L"127.0.0.1", L"domain", nullptr), STATUS_NO_MATCH);
    EXPECT_EQ(Ask(L"127.0.0.1", L"70000", nullptr), STATUS_NO_MATCH);
    Hints.ai_family = AF_INET6;
    EXPECT_EQ(Ask(L"127.0.0.1", L"1", &Hints), STATUS_NO_MATCH);
    Hints.ai_family = 99;
    EXPECT_EQ(Ask(L"127.0.0.1", L"1", &Hints), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Ask(nullptr, nullptr, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.WskGetAddressInfo(Client.Provider.Client, nullptr, nullptr, 0, nullptr, nullptr,
                                     &Found, nullptr,
                                     reinterpret_cast<PETHREAD>(KeGetCurrentThread()), nullptr),
              STATUS_INVALID_PARAMETER);
}

// Refused creates and connections.
#include "why_not/refusing.h"

namespace ksbox::testing {
namespace {

class Creates : public Refusing {};
KSBOX_IN_BOTH_MODES(Creates);

TEST_P(Creates, NothingIsSaidOfASuccess) {
    EXPECT_EQ(create(REFUSING_COUNT), "pin ID 17 is out of range: the filter has 17 pin factories");
    EXPECT_EQ(create(REFUSING_PLAIN), "");
    EXPECT_EQ(code, 0u);
    EXPECT_EQ(create_raw(RawConnect(REFUSING_COUNT, stereo)),
              "pin ID 17 is out of range: the filter has 17 pin factories");
    EXPECT_EQ(create_raw(RawConnect(REFUSING_PLAIN, stereo)), "");
    EXPECT_EQ(code, 0u);
}

TEST_P(Creates, PinIdOutOfRange) {
    EXPECT_EQ(create(REFUSING_COUNT), "pin ID 17 is out of range: the filter has 17 pin factories");
    EXPECT_EQ(code, 0x80070057u);
    EXPECT_EQ(traced_reason(), "pin ID 17 is out of range: the filter has 17 pin factories");
}

TEST_P(Creates, ComIsNotInitialised) {
    Client &apart = traced.box().client("apart");
    apart.automatic_com(false);
    Filter own = apart.open_filter(driver.filters().at(REFUSING_PINS).path);
    EXPECT_EQ(create(own, request_of(REFUSING_PLAIN)),
              "COM is not initialised: this thread is in no apartment, and no thread of the client "
              "in the multithreaded one");
    EXPECT_EQ(code, 0x800401F0u);
    EXPECT_EQ(traced_reason(), apart.last_refusal().sentence);
}

TEST_P(Creates, TheBrokersPolicy) {
    traced.box().set_policy([](const AccessRequest &) { return false; });
    const std::string path = driver.filters().at(REFUSING_PINS).path;
    EXPECT_EQ(create(REFUSING_PLAIN), "the device broker's policy does not let client '" +
                                          client.name() + "' write to " + path);
    EXPECT_EQ(code, 0x80070005u);
    EXPECT_EQ(create(REFUSING_OUT), "the device broker's policy does not let client '" +
                                        client.name() + "' read from " + path);
}

TEST_P(Creates, AnOlderWindows) {
    BoxOptions options = mode();
    options.windows_version = 601;
    TracedBox old(options);
    Filter on = old.open("refusing");
    EXPECT_EQ(create(on, request_of(REFUSING_PLAIN)),
              "the emulated Windows has version 6.1; the *2 functions are there from 6.2 (Windows "
              "8) on");
}

TEST_P(Creates, ARequestThatCannotBeRead) {
    std::uint32_t result = 0;
    HANDLE pin = nullptr;
    client.run([&] {
        result = std::uint32_t(KsCreatePin2(as_handle(filter.handle()),
                                            reinterpret_cast<const KSPIN_CONNECT *>(0x10),
                                            GENERIC_WRITE, &pin));
    });
    EXPECT_EQ(result, 0x80070057u);
    EXPECT_EQ(client.last_refusal().sentence,
              "the KSPIN_CONNECT with its data format: its 136 bytes cannot be read");
}

TEST_P(Creates, OtherRequestsThatCannotBeRead) {
    const auto why = [&](const std::function<HRESULT(HANDLE *)> &call) {
        HRESULT result = 0;
        HANDLE made = nullptr;
        client.run([&] { result = call(&made); });
        EXPECT_EQ(std::uint32_t(result), 0x80070057u);
        return client.last_refusal().sentence;
    };
    const HANDLE parent = as_handle(filter.handle());
    EXPECT_EQ(why([&](HANDLE *made) {
                  return KsCreateClock2(parent, reinterpret_cast<KSCLOCK_CREATE *>(0x10), made);
              }),
              "the KSCLOCK_CREATE: its 4 bytes cannot be read");
    EXPECT_EQ(why([&](HANDLE *made) {
                  return KsCreateAllocator2(parent, reinterpret_cast<KSALLOCATOR_FRAMING *>(0x10),
                                            made);
              }),
              "the KSALLOCATOR_FRAMING: its 24 bytes cannot be read");
    EXPECT_EQ(why([&](HANDLE *made) {
                  return KsCreateTopologyNode2(parent, reinterpret_cast<KSNODE_CREATE *>(0x10),
                                               GENERIC_READ, made);
              }),
              "the KSNODE_CREATE: its 8 bytes cannot be read");
}

TEST_P(Creates, AFormatThatIsTooShort) {
    RawConnect request(REFUSING_PLAIN, stereo);
    request.format().FormatSize = 63;
    EXPECT_EQ(create_raw(request), "the data format says it has 63 bytes, a KSDATAFORMAT has 64");
    EXPECT_EQ(code, 0x80070057u);
}

TEST_P(Creates, AFormatThatIsTooLong) {
    const RawConnect plain(REFUSING_NO_HANDLER, stereo);
    std::vector<std::byte> bytes(0x10000);
    std::ranges::copy(plain.bytes(), bytes.begin());
    auto *connect = reinterpret_cast<KSPIN_CONNECT *>(bytes.data());
    auto *format = reinterpret_cast<KSDATAFORMAT *>(connect + 1);
    format->FormatSize = 65202 - sizeof(KSPIN_CONNECT);
    EXPECT_EQ(create_pin2(filter, connect).error, 0u);
    ++format->FormatSize;
    EXPECT_EQ(create_pin2(filter, connect).error, 0x80070057u);
    EXPECT_EQ(client.last_refusal().sentence, "the KSPIN_CONNECT with its data format has 65203 "
                                              "bytes, a create string holds 65202");
}

TEST_P(Creates, AttributesThatAreNoList) {
    const RawConnect plain(REFUSING_PLAIN, stereo);
    std::vector<std::byte> bytes(plain.bytes().begin(), plain.bytes().end());
    bytes.resize((bytes.size() + 7) & ~std::size_t(7));
    const KSMULTIPLE_ITEM list{sizeof(KSMULTIPLE_ITEM), 1}; // one, of which nothing follows
    bytes.insert(bytes.end(), reinterpret_cast<const std::byte *>(&list),
                 reinterpret_cast<const std::byte *>(&list + 1));
    auto *connect = reinterpret_cast<KSPIN_CONNECT *>(bytes.data());
    reinterpret_cast<KSDATAFORMAT *>(connect + 1)->Flags = 2; // KSDATAFORMAT_ATTRIBUTES
    EXPECT_NE(create_pin2(filter, connect).error, 0u);
    EXPECT_NE(client.last_refusal().sentence.find("hold no whole attribute list"),
              std::string::npos)
        << client.last_refusal().sentence;
}

TEST_P(Creates, TheFiltersHandleIsNotOpen) {
    HANDLE handle = nullptr;
    const RawConnect request(REFUSING_PLAIN, stereo);
    client.run(
        [&] { KsCreatePin2(as_handle(Handle(0x7ff0)), request.get(), GENERIC_WRITE, &handle); });
    EXPECT_EQ(client.last_refusal().sentence,
              "the handle below which the object was to be created is not open: "
              "STATUS_INVALID_HANDLE (0xc0000008)");
}

TEST_P(Creates, AnEventIsNoFilter) {
    HANDLE handle = nullptr;
    const Handle event = client.create_event(true);
    const RawConnect request(REFUSING_PLAIN, stereo);
    client.run([&] { KsCreatePin2(as_handle(event), request.get(), GENERIC_WRITE, &handle); });
    EXPECT_EQ(client.last_refusal().sentence,
              "the handle below which the object was to be created is no file's");
}

TEST_P(Creates, APinIsNoFilter) {
    Pin first = pin(filter, REFUSING_PLAIN);
    HANDLE handle = nullptr;
    const RawConnect request(REFUSING_PLAIN, stereo);
    client.run(
        [&] { KsCreatePin2(as_handle(first.handle()), request.get(), GENERIC_WRITE, &handle); });
    EXPECT_EQ(client.last_refusal().sentence, "no create item for pins is there below a pin");
}

TEST_P(Creates, NoSuchFilter) {
    const std::string path = driver.filters().at(0).path;
    EXPECT_NE(reason_of([&] { client.open_filter(path.substr(0, path.size() - 4)); }), "");
    EXPECT_EQ(reason_of([&] { client.open_filter("\\\\?\\nothing"); }),
              "nothing is called \\??\\nothing");
    EXPECT_EQ(code, 0xC0000034u);
}

TEST_P(Creates, DeniedToUserMode) {
    EXPECT_EQ(create(REFUSING_KERNEL), "pin factory 5 has KSPIN_FLAG_DENY_USERMODE_ACCESS, and the "
                                       "request comes from user mode");
    EXPECT_EQ(code, 0x80070001u);
    EXPECT_EQ(reason_of([&] { open(REFUSING_DENIED); }),
              "the filter has KSFILTER_FLAG_DENY_USERMODE_ACCESS, and the request comes from user "
              "mode");
}

TEST_P(Creates, TheInterface) {
    PinRequest request = request_of(REFUSING_PLAIN);
    request.interface = Identifier{guid_of(KSINTERFACESETID_Standard), 1, 0};
    EXPECT_EQ(create(filter, request),
              "the interface KSINTERFACESETID_Standard/1 is not among the interfaces of pin "
              "factory 0: KSINTERFACESETID_Standard/0");
    EXPECT_EQ(code, 0x80070491u);
}

TEST_P(Creates, TheMedium) {
    PinRequest request = request_of(REFUSING_PLAIN);
    request.medium = Identifier{guid_of(KSMEDIUMSETID_Standard), 7, 0};
    EXPECT_EQ(create(filter, request), "the medium KSMEDIUMSETID_Standard/7 is not among the "
                                       "mediums of pin factory 0: KSMEDIUMSETID_Standard/0");
    EXPECT_EQ(code, 0x80070491u);
}

TEST_P(Creates, InstancesPossible) {
    const Pin first = pin(filter, REFUSING_ONE);
    EXPECT_EQ(create(REFUSING_ONE), "pin factory 4 allows 1 instance on a filter, and 1 exists");
    EXPECT_EQ(code, 0x800705AAu);
}

TEST_P(Creates, TheDriversCreate) {
    answer(filter, "create", unsuccessful);
    EXPECT_EQ(create(REFUSING_PLAIN),
              "the driver's Create returned STATUS_UNSUCCESSFUL (0xc0000001)");
    EXPECT_EQ(traced_reason(), "the driver's Create returned STATUS_UNSUCCESSFUL (0xc0000001)");
    PinRequest high = request_of(REFUSING_NO_HANDLER);
    high.format = DataFormat::audio({.rate_hz = 96000});
    EXPECT_EQ(create(filter, high), "the driver's Create returned STATUS_UNSUCCESSFUL (0xc0000001) "
                                    "(the range takes 8000 to 48000 Hz, the format has 96000)");
}

TEST_P(Creates, TheDriversFilterCreate) {
    answer(filter, "filter create", unsuccessful, 1);
    EXPECT_EQ(reason_of([&] { open(REFUSING_PINS); }),
              "the driver's filter Create returned STATUS_UNSUCCESSFUL (0xc0000001)");
}

TEST_P(Creates, APendingCreateThatTheDriverFails) {
    answer(filter, "create", pending, 1);
    std::string why;
    Client::Thread creator = client.spawn("creator", [&] {
        CoInitializeEx(nullptr, 0);
        why = create(REFUSING_PLAIN);
    });
    constexpr Guid set{
        0x0d9a4c57, 0x71e2, 0x4b8c, {0xa6, 0xf3, 0x2e, 0x85, 0xb0, 0x1c, 0x9d, 0x44}};
    const std::uint32_t status = unsuccessful;
    for (bool finished = false; !finished;) {
        traced.box().run_for(std::chrono::milliseconds(10));
        try {
            filter.set(set, KSPROPERTY_REFUSING_FINISH, std::as_bytes(std::span(&status, 1)));
            finished = true;
        } catch (const Error &) {
            // The create is not there yet.
        }
    }
    creator.join();
    EXPECT_EQ(why, "the driver completed the create that its Create had left pending with "
                   "STATUS_UNSUCCESSFUL (0xc0000001)");
}

TEST_P(Creates, TwoClientsReasonsDoNotMix) {
    Client &stranger = traced.box().client("stranger");
    Filter theirs = stranger.open_filter(driver.filters().at(REFUSING_PINS).path);
    Pin own = pin(filter, REFUSING_SOURCE);
    Pin other = theirs.connect(request_of(REFUSING_PLAIN));
    answer(filter, "set state", unsuccessful);
    std::vector<std::string> ours, those;
    const auto ask = [](Pin &pin, std::vector<std::string> &whys) {
        for (int i = 0; i < 20; ++i)
            try {
                pin.set_state(PinState::acquire);
                whys.push_back("");
            } catch (const Error &error) {
                whys.push_back(error.reason());
            }
    };
    Client::Thread first = client.spawn("first", [&] { ask(own, ours); });
    Client::Thread second = stranger.spawn("second", [&] { ask(other, those); });
    first.join();
    second.join();
    EXPECT_EQ(ours, std::vector<std::string>(20, "the pin is an IRP source that is connected to no "
                                                 "pin: it stays in STOP"));
    EXPECT_EQ(those,
              std::vector<std::string>(
                  20, "the driver's SetDeviceState returned STATUS_UNSUCCESSFUL (0xc0000001) "
                      "(pin refusing/2/0.1 from STOP to ACQUIRE)"));
}

TEST_P(Creates, TwoThreadsReasonsDoNotMix) {
    std::string one, other;
    const auto ask = [&](std::uint32_t pin_id, std::string &why) {
        return client.spawn("asks", [&, pin_id] {
            CoInitializeEx(nullptr, 0);
            for (int i = 0; i < 20; ++i) {
                const RawConnect request(pin_id, stereo);
                HANDLE handle = nullptr;
                KsCreatePin2(as_handle(filter.handle()), request.get(), GENERIC_WRITE, &handle);
                const std::string now = client.last_refusal().sentence;
                if (i > 0 && now != why)
                    why = "mixed: " + now;
                else
                    why = now;
            }
        });
    };
    Client::Thread first = ask(40, one), second = ask(REFUSING_KERNEL, other);
    first.join();
    second.join();
    EXPECT_EQ(one, "pin ID 40 is out of range: the filter has 17 pin factories");
    EXPECT_EQ(other, "pin factory 5 has KSPIN_FLAG_DENY_USERMODE_ACCESS, and the request comes "
                     "from user mode");
}

// What a create below a pin is refused for.

TEST_P(Creates, AClock) {
    Pin owner = pin(filter, REFUSING_PLAIN);
    HANDLE clock = nullptr;
    KSCLOCK_CREATE request{};
    client.run([&] { KsCreateClock2(as_handle(owner.handle()), &request, &clock); });
    EXPECT_EQ(client.last_refusal().sentence,
              "pin factory 0 does not have KSPIN_FLAG_IMPLEMENT_CLOCK: its pins have no clock");
    request.CreateFlags = 3;
    client.run([&] { KsCreateClock2(as_handle(owner.handle()), &request, &clock); });
    EXPECT_EQ(client.last_refusal().sentence, "KSCLOCK_CREATE.CreateFlags is 3, it must be 0");
}

TEST_P(Creates, AnAllocator) {
    Pin owner = pin(filter, REFUSING_PLAIN);
    HANDLE allocator = nullptr;
    KSALLOCATOR_FRAMING framing{};
    const auto why = [&] {
        client.run([&] { KsCreateAllocator2(as_handle(owner.handle()), &framing, &allocator); });
        return client.last_refusal().sentence;
    };
    EXPECT_EQ(why(), "the framing does not have KSALLOCATOR_OPTIONF_SYSTEM_MEMORY, and the driver "
                     "has no allocator of its own");
    framing.OptionsFlags = KSALLOCATOR_OPTIONF_SYSTEM_MEMORY;
    EXPECT_EQ(why(), "the framing asks for 0 frames of 0 bytes; neither may be 0");
    framing.Frames = framing.FrameSize = 1;
    framing.FileAlignment = 8191;
    EXPECT_EQ(why(), "the framing asks for frames aligned by 8192 bytes; a page of 4096 is the "
                     "most");
}

TEST_P(Creates, ANode) {
    HANDLE node = nullptr;
    KSNODE_CREATE request{};
    request.Node = 2;
    client.run(
        [&] { KsCreateTopologyNode2(as_handle(filter.handle()), &request, GENERIC_READ, &node); });
    EXPECT_EQ(client.last_refusal().sentence, "node 2 is out of range: the filter has 0 nodes");
    request.CreateFlags = 1;
    client.run(
        [&] { KsCreateTopologyNode2(as_handle(filter.handle()), &request, GENERIC_READ, &node); });
    EXPECT_EQ(client.last_refusal().sentence, "KSNODE_CREATE.CreateFlags is 1, it must be 0");
}

// Connections of two pins.

class Connections : public Refusing {
  protected:
    std::string connect(std::uint32_t pin_id, Handle to) {
        PinRequest request = request_of(pin_id);
        request.pin_to_handle = to;
        return create(filter, request);
    }
};
KSBOX_IN_BOTH_MODES(Connections);

TEST_P(Connections, PinToHandleIsNotOpen) {
    EXPECT_EQ(connect(REFUSING_SOURCE, 0x7ff0),
              "PinToHandle is no handle of an open file: STATUS_INVALID_HANDLE (0xc0000008)");
    EXPECT_EQ(code, 0x80070006u);
}

TEST_P(Connections, PinToHandleIsAFilter) {
    EXPECT_EQ(connect(REFUSING_SOURCE, filter.handle()),
              "PinToHandle is the handle of a filter, not of a pin");
    EXPECT_EQ(code, 0x80070057u);
}

TEST_P(Connections, ABridgeConnectsToNothing) {
    const Pin sink = pin(filter, REFUSING_PLAIN);
    EXPECT_EQ(connect(REFUSING_BRIDGE, sink.handle()),
              "pin factory 9 has the communication bridge: its pins connect to no other pin");
    EXPECT_EQ(code, 0x80070057u);
}

TEST_P(Connections, Communication) {
    const Pin sink = pin(filter, REFUSING_PLAIN);
    EXPECT_EQ(connect(REFUSING_OUT, sink.handle()),
              "one of the two pins must be able to be an IRP source, the other an IRP sink; the "
              "communication of the new pin is sink, that of refusing/1/0.1 is sink");
    EXPECT_EQ(code, 0x80070491u);
}

TEST_P(Connections, DataFlow) {
    const Pin sink = pin(filter, REFUSING_PLAIN);
    EXPECT_EQ(connect(REFUSING_SOURCE_IN, sink.handle()),
              "data flows into both pins, the new one and refusing/1/0.1");
    EXPECT_EQ(code, 0x80070491u);
}

TEST_P(Connections, ConnectedAlready) {
    const Pin sink = pin(filter, REFUSING_PLAIN);
    const Pin source = pin(filter, REFUSING_SOURCE, sink.handle());
    EXPECT_EQ(connect(REFUSING_SOURCE, sink.handle()),
              "the pin of PinToHandle, refusing/1/0.1, is connected already");
    EXPECT_EQ(code, 0x80070016u);
}

TEST_P(Connections, BeingConnectedByAnother) {
    const Pin sink = pin(filter, REFUSING_PLAIN);
    Filter first = open(REFUSING_PINS), second = open(REFUSING_PINS);
    answer(filter, "slow create", 1, 1);
    PinRequest request = request_of(REFUSING_SOURCE);
    request.pin_to_handle = sink.handle();
    Client::Thread slow = client.spawn("slow", [&] {
        CoInitializeEx(nullptr, 0);
        first.connect(request);
    });
    until_lingering("slow create");
    const std::string why = create(second, request);
    let_go();
    slow.join();
    EXPECT_EQ(why, "the pin of PinToHandle, refusing/1/0.1, is just being connected by another "
                   "create");
}

TEST_P(Connections, NotInStop) {
    Pin sink = pin(filter, REFUSING_PLAIN);
    sink.set_state(PinState::pause);
    EXPECT_EQ(connect(REFUSING_SOURCE, sink.handle()),
              "the pin of PinToHandle, refusing/1/0.1, is in PAUSE, and pins connect in STOP");
}

TEST_P(Connections, LeftStopMeanwhile) {
    Pin sink = pin(filter, REFUSING_PLAIN);
    Filter first = open(REFUSING_PINS);
    answer(filter, "slow create", 1, 1);
    PinRequest request = request_of(REFUSING_SOURCE);
    request.pin_to_handle = sink.handle();
    std::string why;
    Client::Thread slow = client.spawn("slow", [&] {
        CoInitializeEx(nullptr, 0);
        why = create(first, request);
    });
    until_lingering("slow create");
    sink.set_state(PinState::acquire);
    let_go();
    slow.join();
    EXPECT_EQ(why, "the pin of PinToHandle, refusing/1/0.1, has left STOP meanwhile");
    EXPECT_EQ(code, 0x80070016u);
    // It had been connected, and is free again.
    EXPECT_EQ(only(journal(filter), "disconnect").size(), 1u);
    sink.set_state(PinState::stop);
    EXPECT_EQ(create(first, request), "");
}

TEST_P(Connections, TheDriversConnect) {
    const Pin sink = pin(filter, REFUSING_PLAIN);
    answer(filter, "connect", unsuccessful);
    EXPECT_EQ(connect(REFUSING_SOURCE, sink.handle()),
              "the driver's Connect returned STATUS_UNSUCCESSFUL (0xc0000001) (asked of the IRP "
              "sink refusing/1/0.1)");
    EXPECT_EQ(code, 0x8007001Fu);
    answer(filter, "connect", pending);
    EXPECT_EQ(
        connect(REFUSING_SOURCE, sink.handle()),
        "the driver's Connect returned STATUS_PENDING (0x00000103), which is not allowed there "
        "(asked of the IRP sink refusing/1/0.1)");
}

} // namespace
} // namespace ksbox::testing

// Section A: what the *2 functions ask before the driver hears anything: COM and the broker.
#include <functional>
#include <optional>

#include <gtest/gtest.h>

#include "support/raw_connect.h"
#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t render = 0;
const DataFormat stereo = DataFormat::audio({});

/// The four functions on a filter and a pin, each result by name. On a client's thread.
std::vector<std::pair<std::string, HRESULT>> call_all(HANDLE filter, HANDLE pin) {
    const RawConnect connect(render, stereo);
    const KSCLOCK_CREATE clock{};
    KSALLOCATOR_FRAMING framing{};
    framing.Frames = 1;
    framing.FrameSize = 4096;
    const KSNODE_CREATE node{};
    HANDLE ignored = nullptr;
    return {{"pin", KsCreatePin2(filter, connect.get(), GENERIC_WRITE, &ignored)},
            {"clock", KsCreateClock2(pin, &clock, &ignored)},
            {"allocator", KsCreateAllocator2(pin, &framing, &ignored)},
            {"node", KsCreateTopologyNode2(filter, &node, GENERIC_READ, &ignored)}};
}

class Brokered : public InBothModes {
  protected:
    void expect_all(HRESULT expected) {
        for (const auto &[name, result] :
             call_all(as_handle(filter.handle()), as_handle(pin.handle())))
            EXPECT_EQ(result, expected) << name;
    }

    TracedBox traced{mode()};
    Filter filter = traced.open("cable");
    Client &client = traced.client();
    Pin pin = filter.connect({.pin_id = render, .format = stereo});
};
KSBOX_IN_BOTH_MODES(Brokered);

TEST_P(Brokered, A3_TheBrokerIsAskedByTheTwoFamilyOnly) {
    std::vector<AccessRequest> asked;
    traced.box().set_policy([&](const AccessRequest &request) {
        asked.push_back(request);
        EXPECT_EQ(request.client, "test");
        EXPECT_NE(request.path.find("ROOT#"), std::string::npos) << request.path;
        EXPECT_NE(request.category, Guid{});
        return true;
    });
    pin.close();
    Created direct = create_pin(filter, RawConnect(render, stereo).get());
    EXPECT_EQ(direct.error, 0u);
    EXPECT_TRUE(asked.empty());
    direct.object.close();
    const Created brokered = create_pin2(filter, RawConnect(render, stereo).get());
    EXPECT_EQ(brokered.error, 0u);
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_TRUE(asked[0].writes);
    asked.clear();
    client.run([&] { call_all(as_handle(filter.handle()), brokered.handle); });
    EXPECT_EQ(asked.size(), 4u);
}

TEST_P(Brokered, A3_ADeniedDeviceIsAccessDeniedAndNoIrp) {
    traced.box().set_policy([](const AccessRequest &) { return false; });
    traced.mark();
    client.run([&] { expect_all(E_ACCESSDENIED); });
    EXPECT_EQ(traced.irps("IRP_MJ_CREATE"), 0u);
    EXPECT_EQ(count(traced.events(), "callback"), 0u);
    pin.close();
    EXPECT_EQ(create_pin(filter, RawConnect(render, stereo).get()).error, 0u);
}

class Apartments : public InBothModes {
  protected:
    /// KsCreatePin2 on the calling thread of the client; what is made is closed again.
    HRESULT create_here() {
        HANDLE made = nullptr;
        const HRESULT result = KsCreatePin2(as_handle(filter->handle()),
                                            RawConnect(render, stereo).get(), GENERIC_WRITE, &made);
        if (result == NOERROR)
            client.close(as_handle(made));
        return result;
    }
    void on_thread(const std::string &name, const std::function<void()> &work) {
        client.spawn(name, work).join();
    }
    void SetUp() override {
        client.automatic_com(false);
        filter.emplace(traced.open("cable"));
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    std::optional<Filter> filter;
};
KSBOX_IN_BOTH_MODES(Apartments);

TEST_P(Apartments, A4_WithoutComNothingReachesTheDriver) {
    const Pin pin = filter->connect({.pin_id = render, .format = stereo, .legacy = true});
    traced.mark();
    on_thread("no COM", [&] {
        for (const auto &[name, result] :
             call_all(as_handle(filter->handle()), as_handle(pin.handle())))
            EXPECT_EQ(result, CO_E_NOTINITIALIZED) << name;
    });
    EXPECT_EQ(traced.irps("IRP_MJ_CREATE"), 0u);
    EXPECT_EQ(count(traced.events(), "callback"), 0u);
}

TEST_P(Apartments, A4_AnApartmentOfTheThreadLetsItPass) {
    on_thread("apartment", [&] {
        EXPECT_EQ(create_here(), CO_E_NOTINITIALIZED);
        EXPECT_EQ(CoInitialize(nullptr), S_OK);
        EXPECT_EQ(CoInitialize(nullptr), S_FALSE);
        EXPECT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), RPC_E_CHANGED_MODE);
        EXPECT_EQ(create_here(), NOERROR);
        CoUninitialize();
        EXPECT_EQ(create_here(), NOERROR);
        CoUninitialize();
        EXPECT_EQ(create_here(), CO_E_NOTINITIALIZED);
    });
}

TEST_P(Apartments, A4_inferred_AMultithreadedApartmentServesTheWholeProcess) {
    const auto elsewhere_while_there_is = [&](DWORD model) {
        HRESULT result = 0;
        on_thread("owner", [&] {
            EXPECT_EQ(CoInitializeEx(nullptr, model), S_OK);
            on_thread("other", [&] { result = create_here(); });
            CoUninitialize();
        });
        return result;
    };
    EXPECT_EQ(elsewhere_while_there_is(COINIT_APARTMENTTHREADED), CO_E_NOTINITIALIZED);
    EXPECT_EQ(elsewhere_while_there_is(COINIT_MULTITHREADED), NOERROR);
    on_thread("after", [&] { EXPECT_EQ(create_here(), CO_E_NOTINITIALIZED); });
}

TEST_P(Apartments, A4_AThreadsEndIsItsApartmentsEnd) {
    on_thread("owner", [&] { EXPECT_EQ(CoInitializeEx(nullptr, COINIT_MULTITHREADED), S_OK); });
    on_thread("after", [&] { EXPECT_EQ(create_here(), CO_E_NOTINITIALIZED); });
}

TEST_P(Apartments, A4_inferred_AThreadThatIsNoClientsCreatesNothing) {
    HANDLE made = nullptr;
    RawConnect request(render, stereo);
    const HANDLE on = as_handle(filter->handle());
    EXPECT_EQ(CoInitialize(nullptr), HRESULT(0x8000FFFF)); // E_UNEXPECTED
    EXPECT_EQ(KsCreatePin2(on, request.get(), GENERIC_WRITE, &made), HRESULT(0x8000FFFF));
    EXPECT_EQ(made, as_handle(Handle(-1)));
    made = nullptr;
    EXPECT_EQ(KsCreatePin(on, request.get(), GENERIC_WRITE, &made), 1u); // ERROR_INVALID_FUNCTION
    EXPECT_EQ(made, as_handle(Handle(-1)));
    request.format().FormatSize = 63;
    EXPECT_EQ(KsCreatePin(on, request.get(), GENERIC_WRITE, &made), 87u); // INVALID_PARAMETER
    CoUninitialize();
}

class BeforeWindows8 : public InBothModes {};
KSBOX_IN_BOTH_MODES(BeforeWindows8);

TEST_P(BeforeWindows8, A5_TheTwoFamilyDoesNotExist) {
    BoxOptions options = mode();
    options.windows_version = 601;
    TracedBox seven(options);
    const Filter filter = seven.open("cable");
    seven.mark();
    seven.client().run([&] {
        for (const auto &[name, result] : call_all(as_handle(filter.handle()), nullptr))
            EXPECT_EQ(result, E_NOTIMPL) << name;
    });
    EXPECT_EQ(seven.irps("IRP_MJ_CREATE"), 0u);
    EXPECT_EQ(create_pin(filter, RawConnect(render, stereo).get()).error, 0u);
}

TEST_P(BeforeWindows8, A5_FromWindows8OnItDoes) {
    BoxOptions options = mode();
    options.windows_version = 602;
    TracedBox eight(options);
    const Filter filter = eight.open("cable");
    EXPECT_EQ(create_pin2(filter, RawConnect(render, stereo).get()).error, 0u);
}

} // namespace
} // namespace ksbox::testing

// Section A: handles, KsCreatePin and KsCreatePin2.
#include <sys/mman.h>

#include <gtest/gtest.h>

#include "support/raw_connect.h"
#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t render = 0, capture = 1;
constexpr std::uint32_t access_denied = 0xC0000022, cancelled = 0xC0000120;
const DataFormat stereo = DataFormat::audio({});

class Creating : public InBothModes {
  protected:
    TracedBox traced{mode()};
    Filter filter = traced.open("cable");
    Client &client = traced.client();
};
KSBOX_IN_BOTH_MODES(Creating);

TEST_P(Creating, A1_SuccessIsNoErrorAndAHandle) {
    Created pin = create_pin2(filter, RawConnect(render, stereo).get());
    EXPECT_EQ(pin.error, std::uint32_t(NOERROR));
    EXPECT_NE(pin.handle, nullptr);
    EXPECT_NE(pin.handle, INVALID_HANDLE_VALUE);
    EXPECT_EQ(state_of(client, as_handle(pin.handle)), PinState::stop);
}

TEST_P(Creating, A1_FailureIsAnErrorCode) {
    const Created pin = create_pin2(filter, RawConnect(99, stereo).get());
    EXPECT_LT(HRESULT(pin.error), 0);
    EXPECT_EQ(pin.handle, INVALID_HANDLE_VALUE);
}

TEST_P(Creating, A2_EachCallIsOneCreate) {
    traced.mark();
    const Created brokered = create_pin2(filter, RawConnect(render, stereo).get());
    EXPECT_EQ(brokered.error, 0u);
    EXPECT_EQ(traced.irps("IRP_MJ_CREATE"), 1u);
    traced.mark();
    const Created direct = create_pin(filter, RawConnect(capture, stereo).get(), GENERIC_READ);
    EXPECT_EQ(direct.error, 0u);
    EXPECT_EQ(traced.irps("IRP_MJ_CREATE"), 1u);
}

TEST_P(Creating, A2_InterfaceMediumAndFormatMustAllSuit) {
    const auto refused_with_one_create = [&](const RawConnect &request) {
        traced.mark();
        const Created pin = create_pin2(filter, request.get());
        EXPECT_EQ(traced.irps("IRP_MJ_CREATE"), 1u);
        return pin.error != 0;
    };
    RawConnect interface(render, stereo), medium(render, stereo), subtype(render, stereo);
    interface->Interface.Id = 77;
    medium->Medium.Set = KSINTERFACESETID_Standard;
    subtype.format().SubFormat = KSDATAFORMAT_TYPE_VIDEO;
    EXPECT_TRUE(refused_with_one_create(interface));
    EXPECT_TRUE(refused_with_one_create(medium));
    EXPECT_TRUE(refused_with_one_create(subtype));
    EXPECT_FALSE(refused_with_one_create(RawConnect(render, stereo)));
}

TEST_P(Creating, A7_TheHandlesAccessDecidesWhichStreamCallsPass) {
    for (const auto &[access, code] : {std::pair(GENERIC_READ, IOCTL_KS_WRITE_STREAM),
                                       std::pair(GENERIC_WRITE, IOCTL_KS_READ_STREAM)}) {
        const Created pin = create_pin2(filter, RawConnect(render, stereo).get(), access);
        ASSERT_EQ(pin.error, 0u);
        std::vector<std::byte> header(sizeof(KSSTREAM_HEADER));
        traced.mark();
        const IoResult result = client.control(as_handle(pin.handle), code, {}, header);
        EXPECT_EQ(std::uint32_t(result.status), access_denied);
        EXPECT_EQ(traced.irps("IRP_MJ_DEVICE_CONTROL"), 0u);
        // IOCTL_KS_PROPERTY asks for no access.
        EXPECT_EQ(state_of(client, as_handle(pin.handle)), PinState::stop);
    }
}

TEST_P(Creating, A7_GenericWriteLetsDataIn) {
    Pin pin = filter.connect({.pin_id = render, .format = stereo});
    pin.set_state(PinState::acquire);
    Frame frame{.buffer = Buffer(client, 64), .used = 64};
    traced.mark();
    Request request = pin.start_write(frame);
    EXPECT_EQ(count(traced.events(), "irp.dispatch", {{"code", "IOCTL_KS_WRITE_STREAM"}}), 1u);
    request.cancel();
    EXPECT_EQ(std::uint32_t(request.wait().status), cancelled);
}

TEST_P(Creating, A8_AFormatShorterThanItsStructureIsRejected) {
    RawConnect request(render, stereo);
    for (ULONG bytes : {0u, 1u, ULONG(sizeof(KSDATAFORMAT)) - 1}) {
        request.format().FormatSize = bytes;
        EXPECT_NE(create_pin2(filter, request.get()).error, 0u) << bytes;
        EXPECT_NE(create_pin(filter, request.get()).error, 0u) << bytes;
    }
    // Long enough for a KSDATAFORMAT, too short for what its specifier promises.
    request.format().FormatSize = sizeof(KSDATAFORMAT) + 4;
    EXPECT_NE(create_pin2(filter, request.get()).error, 0u);
}

TEST_P(Creating, A8_AFormatThatMemoryDoesNotHoldIsRejected) {
    const RawConnect request(render, stereo);
    // The request ends where readable memory ends.
    const std::size_t page = 4096;
    auto *memory = static_cast<std::byte *>(
        mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ASSERT_EQ(mprotect(memory + page, page, PROT_NONE), 0);
    std::byte *at = memory + page - request.bytes().size();
    std::memcpy(at, request.bytes().data(), request.bytes().size());
    const auto *connect = reinterpret_cast<const KSPIN_CONNECT *>(at);
    EXPECT_EQ(create_pin2(filter, connect).error, 0u);
    const ULONG longer = 60'000;
    std::memcpy(at + sizeof *connect, &longer, sizeof longer); // KSDATAFORMAT.FormatSize
    traced.mark();
    EXPECT_NE(create_pin2(filter, connect).error, 0u);
    EXPECT_NE(create_pin2(filter, nullptr).error, 0u);
    EXPECT_EQ(traced.irps("IRP_MJ_CREATE"), 0u);
    munmap(memory, 2 * page);
}

TEST_P(Creating, A12_CloseHandleIsCleanupThenClose) {
    Created pin = create_pin2(filter, RawConnect(render, stereo).get());
    traced.mark();
    pin.object.close();
    const Events cleanup = matching(traced.events(), "irp.dispatch", {{"major", "IRP_MJ_CLEANUP"}});
    const Events close = matching(traced.events(), "irp.dispatch", {{"major", "IRP_MJ_CLOSE"}});
    ASSERT_EQ(cleanup.size(), 1u);
    ASSERT_EQ(close.size(), 1u);
    EXPECT_LE(cleanup[0]["t"], close[0]["t"]);
    EXPECT_EQ(cleanup[0]["file"], close[0]["file"]);
}

TEST_P(Creating, A12_inferred_CleanupCancelsPendingFrames) {
    Pin pin = filter.connect({.pin_id = capture, .format = stereo});
    pin.set_state(PinState::acquire);
    Frame frame{.buffer = Buffer(client, 64)};
    Request request = pin.start_read(frame);
    EXPECT_FALSE(request.done());
    traced.mark();
    pin.close();
    EXPECT_EQ(std::uint32_t(request.wait().status), cancelled);
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 1u);
}

TEST_P(Creating, A14_KsCreatePinSaysNoMatchInWin32) {
    RawConnect request(render, stereo);
    request.format().SubFormat = KSDATAFORMAT_TYPE_VIDEO;
    const Created pin = create_pin(filter, request.get());
    EXPECT_EQ(pin.error, 0x491u); // ERROR_NO_MATCH
    EXPECT_EQ(pin.handle, INVALID_HANDLE_VALUE);
    EXPECT_EQ(create_pin2(filter, request.get()).error, 0x80070491u);
}

} // namespace
} // namespace ksbox::testing

// Section C: KsPinHandshake between connected pins and IOCTL_KS_HANDSHAKE.
#include "conformance/states_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t handshake_bytes = 32; // sizeof(KSHANDSHAKE)

class Handshakes : public StatesFilter {
  protected:
    STATES_ANSWER ask(Filter &from, std::uint32_t property, std::span<const std::byte> more) {
        const std::vector<std::byte> bytes = from.get(states_set, property, {}, more);
        STATES_ANSWER told{};
        EXPECT_EQ(bytes.size(), sizeof told);
        std::memcpy(&told, bytes.data(), std::min(bytes.size(), sizeof told));
        return told;
    }
    /// KsPinHandshake of the first instance of `pin_id` on that filter.
    STATES_ANSWER handshake(Filter &from, std::uint32_t pin_id,
                            std::uint32_t protocol = STATES_PROTOCOL) {
        const std::uint32_t choice[2] = {pin_id, protocol};
        return ask(from, KSPROPERTY_STATES_HANDSHAKE, std::as_bytes(std::span(choice)));
    }
    /// IOCTL_KS_HANDSHAKE from kernel mode to the first instance of `pin_id`.
    STATES_ANSWER ioctl(std::uint32_t pin_id, std::uint32_t in_bytes = handshake_bytes,
                        std::uint32_t out_bytes = handshake_bytes,
                        std::uint32_t protocol = STATES_PROTOCOL) {
        const STATES_IOCTL choice{pin_id, in_bytes, out_bytes, protocol};
        return ask(filter, KSPROPERTY_STATES_HANDSHAKE_IOCTL, std::as_bytes(std::span(&choice, 1)));
    }
    static std::uint32_t status_of(const STATES_ANSWER &answer) {
        return std::uint32_t(answer.Status);
    }
    std::vector<JournalEntry> heard() { return only(journal(filter), "handshake"); }
    static JournalEntry call(std::uint32_t pin, std::uint32_t protocol = STATES_PROTOCOL) {
        return {"handshake", {pin, protocol, 41}, 0};
    }
};
KSBOX_IN_BOTH_MODES(Handshakes);

TEST_P(Handshakes, C10_TheConnectedPinAnswersInBothDirections) {
    Pin source = create(STATES_SOURCE);
    Pin sink = create(STATES_IN, other, source.handle());
    forget_journal(filter);
    STATES_ANSWER told = handshake(filter, STATES_SOURCE);
    EXPECT_EQ(status_of(told), status::success);
    EXPECT_EQ(told.Protocol, unsigned(STATES_PROTOCOL));
    EXPECT_EQ(told.Argument, 42u);
    EXPECT_EQ(heard(), std::vector<JournalEntry>{call(STATES_IN)});
    forget_journal(filter);
    told = handshake(other, STATES_IN);
    EXPECT_EQ(status_of(told), status::success);
    EXPECT_EQ(told.Argument, 42u);
    EXPECT_EQ(heard(), std::vector<JournalEntry>{call(STATES_SOURCE)});
}

TEST_P(Handshakes, C10_ItsRefusalIsTheAnswer) {
    Pin source = create(STATES_SOURCE);
    Pin sink = create(STATES_IN, other, source.handle());
    const STATES_ANSWER told = handshake(filter, STATES_SOURCE, 5);
    EXPECT_EQ(status_of(told), status::invalid_device_request);
    EXPECT_EQ(told.Argument, 0u);
    EXPECT_EQ(heard(), std::vector<JournalEntry>{call(STATES_IN, 5)});
}

TEST_P(Handshakes, C10_inferred_WithoutAPeerThereIsNoAnswer) {
    Pin source = create(STATES_SOURCE);
    Pin sink = create(STATES_IN);
    for (std::uint32_t id : {STATES_SOURCE, STATES_IN})
        EXPECT_EQ(status_of(handshake(filter, id)), status::unsuccessful);
    EXPECT_TRUE(heard().empty());
}

TEST_P(Handshakes, C10_inferred_WithoutACallbackNoProtocolIsKnown) {
    answer(filter, "deaf", 1);
    Pin source = create(STATES_SOURCE);
    Pin sink = create(STATES_IN, other, source.handle());
    EXPECT_EQ(status_of(handshake(filter, STATES_SOURCE)), status::invalid_device_request);
    EXPECT_EQ(status_of(ioctl(STATES_SOURCE)), status::invalid_device_request);
    EXPECT_TRUE(heard().empty());
}

TEST_P(Handshakes, C10_TheIoctlReachesUnconnectedPinsFromKernelMode) {
    Pin sink = create(STATES_IN);
    const STATES_ANSWER told = ioctl(STATES_IN);
    EXPECT_EQ(status_of(told), status::success);
    EXPECT_EQ(told.Information, handshake_bytes);
    EXPECT_EQ(told.Protocol, unsigned(STATES_PROTOCOL));
    EXPECT_EQ(told.Argument, 42u);
    EXPECT_EQ(heard(), std::vector<JournalEntry>{call(STATES_IN)});
    const STATES_ANSWER refused = ioctl(STATES_IN, handshake_bytes, handshake_bytes, 6);
    EXPECT_EQ(status_of(refused), status::invalid_device_request);
    EXPECT_EQ(refused.Argument, 0u);
}

TEST_P(Handshakes, C10_TheIoctlsSizesAreExact) {
    Pin sink = create(STATES_IN);
    for (std::uint32_t wrong : {0u, handshake_bytes - 1, handshake_bytes + 1}) {
        EXPECT_EQ(status_of(ioctl(STATES_IN, wrong, handshake_bytes)), status::invalid_buffer_size);
        EXPECT_EQ(status_of(ioctl(STATES_IN, handshake_bytes, wrong)), status::invalid_buffer_size);
    }
    EXPECT_TRUE(heard().empty());
}

TEST_P(Handshakes, C10_FromUserModeTheIoctlIsRefused) {
    Pin sink = create(STATES_IN);
    std::vector<std::byte> in(handshake_bytes), out(handshake_bytes);
    for (std::size_t bytes : {std::size_t(handshake_bytes), std::size_t(8)}) {
        const IoResult result =
            client.control(sink.handle(), IOCTL_KS_HANDSHAKE, std::span(in).first(bytes), out);
        EXPECT_EQ(std::uint32_t(result.status), status::invalid_device_request);
        EXPECT_EQ(result.information, 0u);
    }
    EXPECT_TRUE(heard().empty());
}

} // namespace
} // namespace ksbox::testing

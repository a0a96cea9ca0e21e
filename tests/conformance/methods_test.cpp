// Section H12: IOCTL_KS_METHOD.
#include <gmock/gmock.h>

#include "conformance/automation_filter.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Methods : public AutomationFilter {
  protected:
    static std::vector<std::byte> ones(std::size_t bytes = 4) {
        return std::vector<std::byte>(bytes, std::byte(1));
    }
    Answer run(std::uint32_t id, std::vector<std::byte> data) {
        return method(id, KSMETHOD_TYPE_SEND, std::move(data));
    }
};
KSBOX_IN_BOTH_MODES(Methods);

TEST_P(Methods, H12_WithoutDataTheHandlerSeesNone) {
    const Answer answer = run(METHOD_NONE, ones());
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.bytes, ones()); // "no data is copied to or from the system buffer"
    EXPECT_THAT(journal(filter), ElementsAre(entry("method", METHOD_NONE, 4)));
}

TEST_P(Methods, H12_ReadWriteAndModifySayWhichWayTheDataGo) {
    // What the handler did: one more in each byte of what it saw.
    const std::byte one{1}, two{2};
    EXPECT_EQ(run(METHOD_READ, ones()).bytes, std::vector(4, one)); // in only
    const Answer written = run(METHOD_WRITE, ones());
    EXPECT_EQ(written.status, success);
    EXPECT_EQ(written.information, 4u);
    EXPECT_EQ(written.bytes, std::vector(4, one)); // out only: the buffer was zero
    const Answer modified = run(METHOD_MODIFY, ones(6));
    EXPECT_EQ(modified.information, 6u);
    EXPECT_EQ(modified.bytes, std::vector(6, two)); // both
}

TEST_P(Methods, H12_WrittenDataDoNotComeFromTheClient) {
    EXPECT_EQ(run(METHOD_WRITE, std::vector(4, std::byte(50))).bytes, ones());
    EXPECT_EQ(run(METHOD_MODIFY, std::vector(4, std::byte(50))).bytes,
              std::vector(4, std::byte(51)));
}

TEST_P(Methods, H12_InSourceModeTheHandlerHasTheClientsPages) {
    const Answer answer = run(METHOD_SOURCE, ones(10));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.bytes, std::vector(10, std::byte(2)));
    EXPECT_THAT(journal(filter),
                ElementsAre(entry("source", 1, 10, 1), entry("method", METHOD_SOURCE, 10)));
}

TEST_P(Methods, H12_AMethodMayStayPending) {
    const Answer answer = run(METHOD_PENDING, ones());
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, 4u);
    EXPECT_EQ(answer.bytes, std::vector(4, std::byte(2)));
}

TEST_P(Methods, H12_TheHandlerSeesTheWholeRequestAndItsItem) {
    const std::uint32_t more[2] = {30, 12};
    const Answer answer =
        send(client, filter.handle(), IOCTL_KS_METHOD,
             joined(identifier(automation_set, METHOD_WRAPPED, KSMETHOD_TYPE_SEND), bytes_of(more)),
             room(8));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.as<std::uint32_t>(0), 42u);
    EXPECT_EQ(answer.as<std::uint32_t>(4), std::uint32_t(METHOD_WRAPPED));
}

TEST_P(Methods, H12_ShortRequestsAndShortData) {
    EXPECT_EQ(run(METHOD_WRAPPED, room(8)).status, buffer_too_small); // MinMethod
    EXPECT_EQ(run(METHOD_MODIFY, room(3)).status, buffer_too_small);  // MinData
    const Answer size = run(METHOD_MODIFY, {});
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, 4u);
    const std::vector<std::byte> part(23);
    EXPECT_EQ(send(client, filter.handle(), IOCTL_KS_METHOD, part, room(4)).status,
              invalid_buffer_size);
    EXPECT_THAT(journal(filter), IsEmpty());
}

TEST_P(Methods, H12_UnknownSetsAndMethods) {
    EXPECT_EQ(method(0, KSMETHOD_TYPE_SEND, room(4), no_set).status, propset_not_found);
    EXPECT_EQ(run(METHOD_MISSING, room(4)).status, not_found);
    EXPECT_EQ(run(METHOD_ABSENT, room(4)).status, not_found);
    EXPECT_EQ(method(METHOD_MODIFY, 0x800, room(4)).status, invalid_parameter);
    EXPECT_EQ(
        method(METHOD_MODIFY, KSMETHOD_TYPE_SEND | KSMETHOD_TYPE_BASICSUPPORT, room(4)).status,
        invalid_parameter);
    EXPECT_THAT(journal(filter), IsEmpty());
}

TEST_P(Methods, H12_TheHandlersStatusIsTheMethods) {
    answer(filter, "method", 0xC00000BB, 1);
    const Answer failed = run(METHOD_MODIFY, ones());
    EXPECT_EQ(failed.status, 0xC00000BBu);
    EXPECT_EQ(failed.bytes, ones());
}

TEST_P(Methods, H12_SetSupport) {
    EXPECT_EQ(method(METHOD_MISSING, KSMETHOD_TYPE_SETSUPPORT).status, success);
    EXPECT_EQ(method(0, KSMETHOD_TYPE_SETSUPPORT, {}, no_set).status, propset_not_found);
    const Answer size = method(0, KSMETHOD_TYPE_SETSUPPORT, {}, Guid{});
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, sizeof(Guid));
    EXPECT_EQ(method(0, KSMETHOD_TYPE_SETSUPPORT, room(16), Guid{}).as<Guid>(), automation_set);
}

TEST_P(Methods, H12_BasicSupportTellsTheItemsFlags) {
    const Answer modify = method(METHOD_MODIFY, KSMETHOD_TYPE_BASICSUPPORT, room(4));
    EXPECT_EQ(modify.status, success);
    EXPECT_EQ(modify.information, 4u);
    EXPECT_EQ(modify.as<std::uint32_t>(), KSMETHOD_TYPE_MODIFY);
    EXPECT_EQ(method(METHOD_SOURCE, KSMETHOD_TYPE_BASICSUPPORT, room(4)).as<std::uint32_t>(),
              KSMETHOD_TYPE_MODIFY | KSMETHOD_TYPE_SOURCE);
    EXPECT_EQ(method(METHOD_MODIFY, KSMETHOD_TYPE_BASICSUPPORT).status, success);
    EXPECT_EQ(method(METHOD_MODIFY, KSMETHOD_TYPE_BASICSUPPORT, room(3)).status, buffer_too_small);
    EXPECT_EQ(method(METHOD_MISSING, KSMETHOD_TYPE_BASICSUPPORT, room(4)).status, not_found);
    EXPECT_THAT(journal(filter), IsEmpty());
}

TEST_P(Methods, H12_ASupportHandlerAnswersBasicSupport) {
    const Answer answer = method(METHOD_SUPPORT, KSMETHOD_TYPE_BASICSUPPORT, room(4));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.as<std::uint32_t>(), 0x5a5au);
    EXPECT_THAT(journal(filter), ElementsAre(entry("method support", METHOD_SUPPORT, 4)));
}

TEST_P(Methods, H12_PinsAndNodesHaveMethodsOfTheirOwn) {
    const Created pin = create_pin(PIN_AUTOMATED);
    ASSERT_EQ(pin.error, 0u);
    EXPECT_EQ(send(client, as_handle(pin.handle), IOCTL_KS_METHOD,
                   identifier(automation_set, METHOD_MODIFY, KSMETHOD_TYPE_SEND), ones())
                  .bytes,
              std::vector(4, std::byte(2)));
    const Answer node = send(
        client, filter.handle(), IOCTL_KS_METHOD,
        node_identifier(automation_set, METHOD_MODIFY, KSMETHOD_TYPE_SEND, NODE_AUTOMATED), ones());
    EXPECT_EQ(node.status, success);
    EXPECT_EQ(node.bytes, std::vector(4, std::byte(2)));
    EXPECT_THAT(entries("method"),
                ElementsAre(entry("method", METHOD_MODIFY, 4, AUTOMATION_ON_PIN),
                            entry("method", METHOD_MODIFY, 4,
                                  std::uint64_t(AUTOMATION_ON_NODE) + NODE_AUTOMATED)));
    EXPECT_EQ(send(client, filter.handle(), IOCTL_KS_METHOD,
                   node_identifier(automation_set, METHOD_MODIFY, KSMETHOD_TYPE_SEND, NODE_BARE),
                   ones())
                  .status,
              propset_not_found);
}

} // namespace
} // namespace ksbox::testing

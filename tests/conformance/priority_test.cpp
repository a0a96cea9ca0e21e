// Section B: the priority of a connection.
#include "conformance/factories_filter.h"

namespace ksbox::testing {
namespace {

class PriorityTest : public FactoriesFilter {
  protected:
    std::array<std::uint64_t, 3> seen_by_driver() {
        const auto entries = only(journal(filter), FACTORIES_PRIORITY);
        EXPECT_EQ(entries.size(), 1u);
        return entries.empty() ? std::array<std::uint64_t, 3>{} : entries[0].values;
    }
    Pin connect(ULONG priority_class, ULONG sub_class) {
        return filter.connect({.pin_id = CREATION_IN,
                               .format = stereo,
                               .priority_class = priority_class,
                               .priority_sub_class = sub_class});
    }
    Filter filter = open("creation");
};
KSBOX_IN_BOTH_MODES(PriorityTest);

TEST_P(PriorityTest, B6_TheDriverAndTheClientSeeWhatWasAskedFor) {
    for (const ULONG priority_class :
         {KSPRIORITY_LOW, KSPRIORITY_NORMAL, KSPRIORITY_HIGH, KSPRIORITY_EXCLUSIVE, 12345u}) {
        Pin pin = connect(priority_class, 9);
        EXPECT_EQ(seen_by_driver(), (std::array<std::uint64_t, 3>{CREATION_IN, priority_class, 9}));
        EXPECT_EQ(pin.priority(), (Priority{priority_class, 9}));
        forget_journal(filter);
    }
}

TEST_P(PriorityTest, B6_ItIsNormalByDefault) {
    Pin pin = filter.connect({.pin_id = CREATION_IN, .format = stereo});
    EXPECT_EQ(seen_by_driver()[1], KSPRIORITY_NORMAL);
    EXPECT_EQ(pin.priority().priority_class, KSPRIORITY_NORMAL);
    EXPECT_EQ(Priority{}, (Priority{KSPRIORITY_NORMAL, 1}));
}

TEST_P(PriorityTest, B6_ItMayBeChanged) {
    Pin pin = connect(KSPRIORITY_LOW, 1);
    const KSPRIORITY higher{KSPRIORITY_HIGH, 3};
    pin.set(guid_of(KSPROPSETID_Connection), KSPROPERTY_CONNECTION_PRIORITY,
            std::as_bytes(std::span(&higher, 1)));
    EXPECT_EQ(pin.priority(), (Priority{KSPRIORITY_HIGH, 3}));
    // Four bytes are no KSPRIORITY.
    const KSPROPERTY request{KSPROPSETID_Connection, KSPROPERTY_CONNECTION_PRIORITY,
                             KSPROPERTY_TYPE_SET};
    std::byte few[4] = {};
    EXPECT_EQ(std::uint32_t(pin.property(std::as_bytes(std::span(&request, 1)), few).status),
              0xC0000023u);
    EXPECT_EQ(pin.priority(), (Priority{KSPRIORITY_HIGH, 3}));
}

TEST_P(PriorityTest, B6_TheClassComesFirstThenTheSubclass) {
    EXPECT_GT((Priority{KSPRIORITY_HIGH, 1}), (Priority{KSPRIORITY_NORMAL, 99}));
    EXPECT_GT((Priority{KSPRIORITY_NORMAL, 2}), (Priority{KSPRIORITY_NORMAL, 1}));
    EXPECT_GT((Priority{KSPRIORITY_EXCLUSIVE, 0}), (Priority{KSPRIORITY_HIGH, ~0u}));
    Pin low = connect(KSPRIORITY_LOW, 5), high = connect(KSPRIORITY_LOW, 6);
    EXPECT_LT(low.priority(), high.priority());
}

TEST_P(PriorityTest, B6_ExclusiveResourcesAreTheDriversToGrant) {
    constexpr std::uint32_t not_ready = 0xC00000A3;
    const Pin first = connect(KSPRIORITY_EXCLUSIVE, 1);
    // It knows that a pin has its resources exclusively, and refuses the next.
    answer(filter, FACTORIES_CREATE, not_ready, 1);
    try {
        connect(KSPRIORITY_NORMAL, 1);
        ADD_FAILURE() << "the second pin was created";
    } catch (const Error &refused) {
        EXPECT_EQ(refused.code(), 0x80070015u); // ERROR_NOT_READY
    }
}

} // namespace
} // namespace ksbox::testing

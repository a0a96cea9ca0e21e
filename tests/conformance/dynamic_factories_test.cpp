// Sections A and D: pin factories, filter factories and reference strings that come and go while
// clients hold pins and filters.
#include "conformance/factories_filter.h"

#include <algorithm>

namespace ksbox::testing {
namespace {

constexpr std::uint32_t name_not_found = 0xC0000034, collision = 0xC0000035,
                        invalid_parameter = 0xC000000D, name_invalid = 0xC0000033;
// Flags of KSOBJECT_CREATE_ITEM.
constexpr std::uint32_t item_wildcard = 2, item_no_parameters = 4;

/// Freed memory is inaccessible: a pointer into it stops the box.
class DynamicFactories : public FactoriesFilter {
  protected:
    DynamicFactories() : FactoriesFilter(guarded()) {}
    static BoxOptions guarded() {
        BoxOptions options = mode();
        options.pool = PoolMode::guard;
        return options;
    }
    bool listed(const std::string &reference) {
        return std::ranges::any_of(driver.filters(), [&](const InterfaceFacts &one) {
            return one.path.ends_with("\\" + reference);
        });
    }
    Filter filter = open("creation");
};
KSBOX_IN_BOTH_MODES(DynamicFactories);

TEST_P(DynamicFactories, D1_ANewPinFactoryHasTheNextId) {
    EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_PINS, 1), std::uint32_t(CREATION_COUNT));
    EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_PINS, 3), std::uint32_t(CREATION_COUNT + 3));
    EXPECT_EQ(filter.pin_count(), std::uint32_t(CREATION_COUNT + 4));
    const Created pin = create(filter, CREATION_COUNT + 2);
    EXPECT_EQ(pin.error, 0u);
    EXPECT_EQ(instances(filter, CREATION_COUNT + 2).CurrentCount, 1u);
    EXPECT_EQ(instances(filter, CREATION_COUNT + 2).PossibleCount, 2u);
    EXPECT_EQ(create(filter, CREATION_COUNT + 4).error, 0x80070057u); // E_INVALIDARG: there is none
}

TEST_P(DynamicFactories, D1_OnlyThatFilterHasIt) {
    Filter other = open("creation");
    ask(filter, KSPROPERTY_FACTORIES_ADD_PINS, 1);
    EXPECT_EQ(other.pin_count(), std::uint32_t(CREATION_COUNT));
    EXPECT_EQ(open("creation").pin_count(), std::uint32_t(CREATION_COUNT));
}

TEST_P(DynamicFactories, D1_OpenPinsKeepTheirDescriptors) {
    std::vector<Created> pins;
    pins.push_back(create(filter, CREATION_IN));
    pins.push_back(create(filter, CREATION_FIXED));
    for (std::uint32_t round = 0; round < 6; ++round) {
        const std::uint32_t id = ask(filter, KSPROPERTY_FACTORIES_ADD_PINS, 1 + round);
        pins.push_back(create(filter, id));
        ASSERT_EQ(pins.back().error, 0u);
        EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_SOUND_PINS), pins.size());
    }
    for (const Created &pin : pins)
        set_state(client, as_handle(pin.handle), PinState::run);
    pins.clear();
    EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_SOUND_PINS), 0u);
}

TEST_P(DynamicFactories, D1_ManyAreAddedWhileOthersRead) {
    Client::Thread reader = client.spawn("reader", [&] {
        for (int i = 0; i < 100; ++i) {
            const std::uint32_t count = filter.pin_count();
            EXPECT_EQ(pin_property(filter, KSPROPERTY_PIN_DATAFLOW, count - 1, 4).status, 0u);
            EXPECT_EQ(pin_property(filter, KSPROPERTY_PIN_GLOBALCINSTANCES, count - 1, 8).status,
                      0u);
        }
    });
    for (int i = 0; i < 30; ++i)
        ask(filter, KSPROPERTY_FACTORIES_ADD_PINS, 7);
    reader.join();
    EXPECT_EQ(filter.pin_count(), std::uint32_t(CREATION_COUNT + 210));
}

TEST_P(DynamicFactories, A10_ANewFilterFactoryOpensByItsName) {
    EXPECT_EQ(try_open("dynamic2"), name_not_found);
    EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 2), 0u);
    EXPECT_TRUE(listed("dynamic2"));
    Filter opened = open("dynamic2");
    EXPECT_EQ(which(opened), std::uint32_t(FACTORIES_DYNAMIC + 2));
    EXPECT_EQ(create(opened, CREATION_IN).error, 0u);
    // The name is taken now.
    EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 2), collision);
    EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_BAD, FACTORIES_BAD_NAME), collision);
}

TEST_P(DynamicFactories, A10_inferred_TheTraceSaysWhichOfADevicesFactoriesIsCalled) {
    ASSERT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 0), 0u);
    ASSERT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 1), 0u);
    traced.mark();
    traced.box().suspend();
    const Events calls =
        matching(traced.events(), "callback", {{"name", "KsCreateFilterFactory.SleepCallback"}});
    ASSERT_EQ(calls.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_EQ(calls[i].at("object"),
                  "filter factory factories#" + std::to_string(FACTORIES_DYNAMIC + i));
}

TEST_P(DynamicFactories, A10_ItsInterfaceIsSwitched) {
    ASSERT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 0), 0u);
    EXPECT_TRUE(listed("dynamic0"));
    EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_ENABLE_FILTER, 0, 0), 0u);
    EXPECT_FALSE(listed("dynamic0"));
    EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_ENABLE_FILTER, 0, 1), 0u);
    EXPECT_TRUE(listed("dynamic0"));
}

TEST_P(DynamicFactories, A10_ADeletedFactoryOpensNoMoreButItsFiltersGoOn) {
    ASSERT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 1), 0u);
    Filter held = open("dynamic1");
    Created pin = create(held, CREATION_TWO);
    ASSERT_EQ(pin.error, 0u);
    EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_DELETE_FILTER, 1), 0u);
    EXPECT_FALSE(listed("dynamic1"));
    EXPECT_EQ(try_open("dynamic1"), name_not_found);
    // What is open stays whole.
    EXPECT_EQ(which(held), std::uint32_t(FACTORIES_DYNAMIC + 1));
    set_state(client, as_handle(pin.handle), PinState::run);
    const Created second = create(held, CREATION_TWO);
    EXPECT_EQ(second.error, 0u);
    EXPECT_EQ(instances(held, CREATION_TWO, KSPROPERTY_PIN_GLOBALCINSTANCES).CurrentCount, 2u);
    // A new one of that name is another one.
    ASSERT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 1), 0u);
    Filter fresh = open("dynamic1");
    EXPECT_EQ(instances(fresh, CREATION_TWO, KSPROPERTY_PIN_GLOBALCINSTANCES).CurrentCount, 0u);
    pin.object.close();
    EXPECT_EQ(instances(held, CREATION_TWO, KSPROPERTY_PIN_GLOBALCINSTANCES).CurrentCount, 1u);
}

TEST_P(DynamicFactories, A10_FactoriesComeAndGoWhileClientsOpenThem) {
    const std::string name = path("dynamic3");
    Client::Thread opener = client.spawn("opener", [&] {
        for (int i = 0; i < 150; ++i)
            try {
                Filter one = client.open_filter(name);
                EXPECT_EQ(one.pin_count(), std::uint32_t(CREATION_COUNT));
            } catch (const BoxStopped &) {
                throw;
            } catch (const Error &error) {
                EXPECT_EQ(error.code(), name_not_found);
            }
    });
    for (int i = 0; i < 40; ++i) {
        EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 3), 0u);
        EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_DELETE_FILTER, 3), 0u);
    }
    opener.join();
    EXPECT_EQ(try_open("dynamic3"), name_not_found);
    filter.close();
    EXPECT_EQ(driver.unload(), std::vector<std::string>{});
}

TEST_P(DynamicFactories, A10_AnAliasOpensTheSameFactory) {
    EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_ALIAS, 0), 0u);
    Filter opened = open("alias0");
    EXPECT_EQ(which(opened), std::uint32_t(FACTORIES_CREATION));
    const Created here = create(filter, CREATION_TWO), there = create(opened, CREATION_TWO);
    EXPECT_EQ(instances(filter, CREATION_TWO, KSPROPERTY_PIN_GLOBALCINSTANCES).CurrentCount, 2u);
    EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_ALIAS, 0), collision);
    EXPECT_FALSE(listed("alias0")); // a name, not an interface
}

TEST_P(DynamicFactories, A10_AnItemWithoutParametersTakesNone) {
    ASSERT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_ALIAS, 1, item_no_parameters), 0u);
    EXPECT_EQ(try_open("alias1"), 0u);
    EXPECT_EQ(try_open("alias1\\parameters"), name_invalid);
    ASSERT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_ALIAS, 2), 0u);
    EXPECT_EQ(try_open("alias2\\parameters"), 0u);
}

TEST_P(DynamicFactories, A10_AWildcardTakesEveryOtherName) {
    EXPECT_EQ(try_open("whatever"), name_not_found);
    ASSERT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 0, item_wildcard), 0u);
    Filter opened = open("whatever");
    EXPECT_EQ(which(opened), std::uint32_t(FACTORIES_DYNAMIC));
    Filter named = open("overrides");
    EXPECT_EQ(which(named), std::uint32_t(FACTORIES_OVERRIDES));
}

TEST_P(DynamicFactories, D1_ADescriptorThatMakesNoSenseIsRefused) {
    for (std::uint32_t bad :
         {FACTORIES_BAD_SIZE, FACTORIES_BAD_MULTIPLE, FACTORIES_BAD_PINS, FACTORIES_BAD_CATEGORIES,
          FACTORIES_BAD_CONNECTIONS, FACTORIES_BAD_NODES})
        EXPECT_EQ(ask(filter, KSPROPERTY_FACTORIES_ADD_BAD, bad), invalid_parameter) << bad;
    EXPECT_EQ(try_open("bad"), name_not_found);
}

TEST_P(DynamicFactories, A10_NothingIsLeftOfThemWhenTheDriverGoes) {
    ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 0);
    ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 1);
    ask(filter, KSPROPERTY_FACTORIES_DELETE_FILTER, 1);
    ask(filter, KSPROPERTY_FACTORIES_ADD_ALIAS, 3);
    ask(filter, KSPROPERTY_FACTORIES_ADD_PINS, 20);
    filter.close();
    EXPECT_EQ(driver.unload(), std::vector<std::string>{});
}

} // namespace
} // namespace ksbox::testing

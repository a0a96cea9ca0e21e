// Section D: what a driver describes wrongly although it works.
#include "conformance/factories_filter.h"

#include <algorithm>

namespace ksbox::testing {
namespace {

class FindingsTest : public FactoriesFilter {
  protected:
    /// The findings that begin with "filter <name>: ", without that.
    std::vector<std::string> about(const std::string &name) {
        const std::string head = "filter " + name + ": ";
        std::vector<std::string> result;
        for (const std::string &one : driver.findings())
            if (one.starts_with(head))
                result.push_back(one.substr(head.size()));
        return result;
    }
    /// How many of them name both pin factories.
    std::size_t pairs(const std::vector<std::string> &findings, int first, int second) {
        const std::string text =
            "pin factories " + std::to_string(first) + " and " + std::to_string(second) + " ";
        return std::size_t(std::ranges::count_if(
            findings, [&](const std::string &one) { return one.starts_with(text); }));
    }
};
KSBOX_IN_BOTH_MODES(FindingsTest);

TEST_P(FindingsTest, D3_FactoriesOfOneCategoryEachNeedAName) {
    const std::vector<std::string> found = about("mistakes");
    // 0 has the category of 1 and 2, which have names of their own.
    EXPECT_EQ(pairs(found, 0, 1), 1u);
    EXPECT_EQ(pairs(found, 0, 2), 1u);
    EXPECT_EQ(pairs(found, 1, 2), 0u);
    EXPECT_NE(found.at(0).find("only one of them has a name"), std::string::npos) << found[0];
}

TEST_P(FindingsTest, D3_CategoryAndNameTogetherIdentifyAFactory) {
    const std::vector<std::string> found = about("mistakes");
    EXPECT_EQ(pairs(found, 3, 4), 1u);
    const auto finding = std::ranges::find_if(
        found, [](const std::string &one) { return one.starts_with("pin factories 3 and 4 "); });
    ASSERT_NE(finding, found.end());
    // Both values are told.
    EXPECT_NE(finding->find("0A9C7E55-21D4-4C0E-B6F3-7C1B5D9E8A43"), std::string::npos) << *finding;
    EXPECT_NE(finding->find("0A9C7E55-21D4-4C0E-B6F3-7C1B5D9E8A42"), std::string::npos) << *finding;
}

TEST_P(FindingsTest, D3_ASingleFactoryOfItsCategoryNeedsNoName) {
    const std::vector<std::string> found = about("mistakes");
    for (int other = 0; other < 12; ++other)
        EXPECT_EQ(pairs(found, std::min(5, other), std::max(5, other)), 0u) << other;
    // Names of their own tell factories without a category apart.
    EXPECT_EQ(pairs(found, 6, 7), 0u);
    EXPECT_EQ(std::size_t(std::ranges::count_if(
                  found, [](const std::string &one) { return one.starts_with("pin factories"); })),
              5u);
}

TEST_P(FindingsTest, D3_WithoutCategoryAndNameItIsTheFirstThatIsNamed) {
    const std::vector<std::string> found = about("mistakes");
    EXPECT_EQ(pairs(found, 9, 12), 1u);
    EXPECT_EQ(pairs(found, 9, 13), 1u);
    EXPECT_EQ(pairs(found, 12, 13), 0u);
}

TEST_P(FindingsTest, D3_TheyAreFoundWhenAFilterRegisters) {
    // Nobody has opened it. The lists: 0 and 1 share a category, 0 has no name.
    EXPECT_EQ(pairs(about("{1f7d3a60-8c25-4b7e-a4d9-6e02b95c3f18}"), 0, 1), 1u);
    // Made later.
    Filter filter = open("creation");
    EXPECT_TRUE(about("dynamic0").empty());
    ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 0);
    EXPECT_EQ(pairs(about("dynamic0"), 0, 1), 1u); // neither has a category or a name
}

TEST_P(FindingsTest, D3_APinFactoryMadeLaterIsLookedAtToo) {
    Filter filter = open("creation");
    const std::uint32_t id = ask(filter, KSPROPERTY_FACTORIES_ADD_PINS, 1);
    EXPECT_EQ(id, std::uint32_t(CREATION_COUNT));
    EXPECT_EQ(pairs(about("creation"), 0, CREATION_COUNT), 1u);
    // The same one on another filter says nothing new.
    Filter other = open("creation");
    const std::size_t before = driver.findings().size();
    ask(other, KSPROPERTY_FACTORIES_ADD_PINS, 1);
    EXPECT_EQ(driver.findings().size(), before);
}

TEST_P(FindingsTest, D3_TheyAreOfOneDriver) {
    const std::vector<std::string> before = driver.findings();
    Driver &other = traced.load("states");
    EXPECT_EQ(driver.findings(), before);
    other.unload();
    EXPECT_EQ(driver.findings(), before); // when another driver goes, too
}

TEST_P(FindingsTest, D20_FlagsThatExcludeEachOtherAreDiagnosed) {
    const std::vector<std::string> found = about("mistakes");
    const auto count = [&](int pin, const std::string &first, const std::string &second) {
        const std::string text = "pin factory " + std::to_string(pin) + " has both KSPIN_FLAG_" +
                                 first + " and KSPIN_FLAG_" + second + ", which exclude each other";
        return std::ranges::count(found, text);
    };
    EXPECT_EQ(count(6, "CRITICAL_PROCESSING", "HYPERCRITICAL_PROCESSING"), 1);
    EXPECT_EQ(count(7, "DO_NOT_INITIATE_PROCESSING", "INITIATE_PROCESSING_ON_EVERY_ARRIVAL"), 1);
    EXPECT_EQ(count(8, "FRAMES_NOT_REQUIRED_FOR_PROCESSING", "SOME_FRAMES_REQUIRED_FOR_PROCESSING"),
              1);
    EXPECT_EQ(count(9, "PROCESS_IN_RUN_STATE_ONLY", "PROCESS_IF_ANY_IN_RUN_STATE"), 1);
    EXPECT_EQ(count(11, "CRITICAL_PROCESSING", "HYPERCRITICAL_PROCESSING"), 1);
    EXPECT_EQ(count(11, "PROCESS_IN_RUN_STATE_ONLY", "PROCESS_IF_ANY_IN_RUN_STATE"), 1);
    EXPECT_EQ(std::size_t(std::ranges::count_if(
                  found, [](const std::string &one) { return one.starts_with("pin factory "); })),
              6u); // and nothing about 10, which has one of each pair
}

TEST_P(FindingsTest, D20_TheFilterWorksAllTheSame) {
    Filter filter = open("mistakes");
    const Created pin = create(filter, 11);
    EXPECT_EQ(pin.error, 0u);
}

TEST_P(FindingsTest, D3_TheTraceHasThem) {
    // The driver was loaded before the mark: a filter made now says it again for itself.
    Filter filter = open("creation");
    traced.mark();
    ask(filter, KSPROPERTY_FACTORIES_ADD_FILTER, 1);
    const Events events = matching(traced.events(), "ks.finding");
    ASSERT_FALSE(events.empty());
    EXPECT_TRUE(std::string(events[0]["finding"]).starts_with("filter dynamic1: "));
}

TEST_P(FindingsTest, D3_AnUnloadedDriverHasNone) {
    EXPECT_FALSE(driver.findings().empty());
    EXPECT_TRUE(driver.unload().empty());
    EXPECT_TRUE(driver.findings().empty());
}

} // namespace
} // namespace ksbox::testing

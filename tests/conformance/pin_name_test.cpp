// Section D: KSPROPERTY_PIN_NAME, a name out of the registry.
#include <fstream>

#include "conformance/factories_filter.h"

namespace ksbox::testing {
namespace {

/// Of the first device of the class that drivers without an .inf file have, below Control.
constexpr const char *software_key = "Class\\{4d36e96c-e325-11ce-bfc1-08002be10318}\\0000\\";

constexpr std::uint32_t not_found = 0xC0000225, buffer_overflow = 0x80000005,
                        buffer_too_small = 0xC0000023;

class PinName : public FactoriesFilter {
  protected:
    /// Gives the two GUIDs names, as media class installers do from ks.inf, or the device's own.
    void name_them(const std::string &category_name, const std::string &name_name,
                   const std::string &below = "") {
        const std::filesystem::path file = scratch.path() / "names.reg";
        std::ofstream out(file);
        const std::string key = "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\" +
                                below + "MediaCategories\\{0A9C7E55-21D4-4C0E-B6F3-7C1B5D9E8A4";
        out << "Windows Registry Editor Version 5.00\n";
        if (!category_name.empty())
            out << "\n" << key << "2}]\n\"Name\"=\"" << category_name << "\"\n";
        if (!name_name.empty())
            out << "\n" << key << "3}]\n\"Name\"=\"" << name_name << "\"\n";
        out.close();
        traced.box().merge_registry(file);
    }
    Answer get(std::uint32_t pin_id, std::size_t offered) {
        return pin_property(filter, KSPROPERTY_PIN_NAME, pin_id, offered);
    }
    ScratchFolder scratch;
    Filter filter = open("{1F7D3A60-8C25-4B7E-A4D9-6E02B95C3F18}");
};
KSBOX_IN_BOTH_MODES(PinName);

TEST_P(PinName, D5_TheNameIsTheRegistrysString) {
    name_them("A category", "Überschrift");
    const std::u16string expected(u"Überschrift\0", 12);
    const std::size_t bytes = expected.size() * sizeof(char16_t);
    const Answer size = get(LISTS_MUSIC, 0);
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, bytes);
    const Answer answer = get(LISTS_MUSIC, bytes);
    EXPECT_EQ(answer.status, 0u);
    ASSERT_EQ(answer.bytes.size(), bytes); // with its terminator
    EXPECT_EQ(std::memcmp(answer.bytes.data(), expected.data(), bytes), 0);
    EXPECT_EQ(get(LISTS_MUSIC, bytes - 2).status, buffer_too_small);
    EXPECT_EQ(filter.pin_facts(LISTS_VIDEO).name, "Überschrift"); // a name without a category
}

TEST_P(PinName, D5_inferred_WithoutANameTheCategorysIsTaken) {
    name_them("A category", "");
    EXPECT_EQ(filter.pin_facts(LISTS_WAVE).name, "A category");
}

TEST_P(PinName, D5_ANameWithoutATextLeavesItToTheCategory) {
    name_them("A category", "");
    EXPECT_EQ(filter.pin_facts(LISTS_MUSIC).name, "A category");
    EXPECT_EQ(get(LISTS_VIDEO, 64).status, not_found); // which has no category
}

TEST_P(PinName, D5_TheDevicesSoftwareKeyComesFirst) {
    name_them("A category", "A name");
    name_them("The device's category", "", software_key);
    EXPECT_EQ(filter.pin_facts(LISTS_WAVE).name, "The device's category");
    EXPECT_EQ(filter.pin_facts(LISTS_MUSIC).name, "A name"); // the name comes before the category
    name_them("", "The device's name", software_key);
    EXPECT_EQ(filter.pin_facts(LISTS_MUSIC).name, "The device's name");
}

TEST_P(PinName, D5_inferred_WithNeitherItIsNotFound) {
    name_them("A category", "A name");
    const Answer answer = get(LISTS_BARE, 64);
    EXPECT_EQ(answer.status, not_found);
    EXPECT_EQ(answer.information, 0u);
    EXPECT_EQ(filter.pin_facts(LISTS_BARE).name, "");
}

TEST_P(PinName, D5_ANewNameIsSeenAtOnce) {
    EXPECT_EQ(filter.pin_facts(LISTS_MUSIC).name, "");
    name_them("", "One");
    EXPECT_EQ(filter.pin_facts(LISTS_MUSIC).name, "One");
    name_them("", "Another");
    EXPECT_EQ(filter.pin_facts(LISTS_MUSIC).name, "Another");
}

} // namespace
} // namespace ksbox::testing

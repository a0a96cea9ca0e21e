// Setup information files: syntax, strings, the choice of sections, registry values.
#include <span>

#include <gmock/gmock.h>

#include "base/unicode.h"
#include "inf/inf_device.h"

namespace ksbox::inf {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view head = "[Version]\nSignature = \"$Windows NT$\"\n";

InfFile parsed(const std::string &text) {
    auto file = InfFile::parse(std::string(head) + text);
    if (!file) {
        ADD_FAILURE() << file.error().line << ":" << file.error().column << " "
                      << file.error().text;
        return *InfFile::parse(head);
    }
    return std::move(*file);
}

/// "line:column text" of what `text` alone is refused for.
std::string refusal(const std::string &text) {
    const auto file = InfFile::parse(text);
    if (file)
        return "accepted";
    return std::to_string(file.error().line) + ":" + std::to_string(file.error().column) + " " +
           file.error().text;
}

TEST(InfFile, KeysValuesAndComments) {
    const InfFile file = parsed("[A] ; the first\n"
                                "  key = one , \"two, with ; and = \" ,three ; comment\r\n"
                                "\n"
                                "alone,2\n"
                                "empty =\n"
                                ",,third\n");
    const InfSection &a = *file.section("a");
    ASSERT_EQ(a.lines.size(), 4u);
    EXPECT_EQ(a.lines[0].key, "key");
    EXPECT_THAT(a.lines[0].values, ElementsAre("one", "two, with ; and = ", "three"));
    EXPECT_EQ(a.lines[1].key, "");
    EXPECT_THAT(a.lines[1].values, ElementsAre("alone", "2"));
    EXPECT_THAT(a.lines[2].values, IsEmpty());
    EXPECT_THAT(a.lines[3].values, ElementsAre("", "", "third"));
    EXPECT_EQ(a.lines[3].line, 8u);
    EXPECT_EQ(a.find("KEY"), &a.lines[0]);
}

TEST(InfFile, QuotesAndContinuations) {
    const InfFile file = parsed("[A]\n"
                                "x = \"say \"\"no\"\"\" , pre\"fix \"post\n"
                                "path = \"C:\\dir\\\"\n"
                                "long = one, \\\n"
                                "   two, \\  ; why not\n"
                                "   three\n");
    const InfSection &a = *file.section("A");
    EXPECT_THAT(a.find("x")->values, ElementsAre("say \"no\"", "prefix post"));
    EXPECT_THAT(a.find("path")->values, ElementsAre("C:\\dir\\"));
    EXPECT_THAT(a.find("long")->values, ElementsAre("one", "two", "three"));
}

TEST(InfFile, SectionsOfOneNameAreOne) {
    const InfFile file = parsed("[A]\na=1\n[B]\nb=2\n[a]\nc=3\n");
    EXPECT_EQ(file.section("A")->lines.size(), 2u);
    EXPECT_EQ(file.section("C"), nullptr);
}

TEST(InfFile, StringsArePutIn) {
    const InfFile file = parsed("[A]\n"
                                "%Key% = \"%Who% said 100%%\", %unknown%, %12%\\x.sys, 5%\n"
                                "[Strings.0409]\nwho = \"not me\"\nonly = here\n"
                                "[Strings]\nWHO = \"The Maker\"\nkey = theKey\n");
    const InfLine &line = file.section("A")->lines[0];
    EXPECT_EQ(line.key, "theKey");
    EXPECT_THAT(line.values, ElementsAre("The Maker said 100%", "%unknown%", "%12%\\x.sys", "5%"));
}

TEST(InfFile, Encodings) {
    const std::u16string text =
        u"[Version]\r\nSignature=\"$WINDOWS NT$\"\r\n[A]\r\nx=\u00e9\u4e2d\r\n";
    const std::string wide =
        "\xff\xfe" + std::string(reinterpret_cast<const char *>(text.data()), text.size() * 2);
    const std::string narrow = to_utf8(text);
    for (const std::string &bytes : {wide, wide.substr(2), narrow, "\xef\xbb\xbf" + narrow}) {
        const auto file = InfFile::parse(bytes);
        ASSERT_TRUE(file);
        EXPECT_EQ(file->section("A")->find("x")->value(0), "\u00e9\u4e2d");
    }
    const auto ansi = InfFile::parse(std::string(head) + "[A]\nx=\xe9\n");
    ASSERT_TRUE(ansi);
    EXPECT_EQ(ansi->section("A")->find("x")->value(0), "\u00e9");
}

TEST(InfFile, MistakesHaveAPlace) {
    EXPECT_EQ(refusal("a = b\n[A]\n"), "1:1 text before the first section");
    EXPECT_EQ(refusal("[A]\n\n  x = \"open\n"), "3:7 a quotation mark without its end");
    EXPECT_EQ(refusal("[A]\n[B\n"), "2:1 a bracket without its end");
    EXPECT_EQ(refusal("[ ]\n"), "1:1 a section without a name");
    EXPECT_EQ(refusal("[A] b\n"), "1:5 text behind the section's name");
    EXPECT_EQ(refusal("[A]\n = b\n"), "2:2 an equals sign without a key before it");
    EXPECT_EQ(refusal("[A]\n"), "0:0 has no [Version] section: it is no .inf file");
    EXPECT_EQ(refusal("[Version]\n"), "1:0 [Version] has no Signature");
    EXPECT_EQ(refusal("[Version]\nSignature=linux\n"),
              "2:0 the signature is \"linux\", not \"$Windows NT$\"");
    EXPECT_THAT(refusal("\xfe\xff[A]"), HasSubstr("bytes swapped"));
}

RegistryValue value_of(const std::string &line) {
    const InfFile file = parsed("[R]\n" + line + "\n");
    auto made = registry_value(file.section("R")->lines.at(0));
    if (!made) {
        ADD_FAILURE() << made.error().text;
        return {};
    }
    return *made;
}

std::string value_refusal(const std::string &line) {
    const InfFile file = parsed("[R]\n" + line + "\n");
    const auto made = registry_value(file.section("R")->lines.at(0));
    return made ? "accepted" : made.error().text;
}

std::vector<std::byte> wide(std::u16string_view text) {
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> out;
    for (int value : values)
        out.push_back(std::byte(value));
    return out;
}

using namespace std::string_view_literals;

TEST(RegistryValue, TypesAndData) {
    const RegistryValue text = value_of("HKR,Drivers,\"Sub Classes\",,\"wave\"");
    EXPECT_EQ(text.root, "HKR");
    EXPECT_EQ(text.subkey, "Drivers");
    EXPECT_EQ(text.name, "Sub Classes");
    EXPECT_EQ(text.type, 1u);
    EXPECT_EQ(text.data, wide(u"wave\0"sv));
    EXPECT_EQ(value_of("HKR,,E,0x20000,%12%").type, 2u);
    EXPECT_EQ(value_of("HKR,,M,0x00010000,a,b").data, wide(u"a\0b\0\0"sv));
    const RegistryValue dword = value_of("hklm,X,D,0x00010001,0x102");
    EXPECT_EQ(dword.type, 4u);
    EXPECT_EQ(dword.root, "HKLM");
    EXPECT_EQ(dword.data, bytes({2, 1, 0, 0}));
    EXPECT_EQ(value_of("HKR,,D,65537,-1").data, bytes({255, 255, 255, 255}));
    EXPECT_EQ(value_of("HKR,,D,0x10001,1,2,0,0").data, bytes({1, 2, 0, 0}));
    EXPECT_EQ(value_of("HKR,,B,1,0a,ff,0").data, bytes({10, 255, 0}));
    EXPECT_EQ(value_of("HKR,,B,1,0a,ff,0").type, 3u);
    EXPECT_EQ(value_of("HKR,,Q,0x000b0001,7").type, 11u);
    const RegistryValue odd = value_of("HKR,,V,0x00380001,1,A");
    EXPECT_EQ(odd.type, 0x38u);
    EXPECT_EQ(odd.data, bytes({1, 10}));
}

TEST(RegistryValue, Flags) {
    EXPECT_TRUE(value_of("HKR,Key").key_only);
    EXPECT_TRUE(value_of("HKR,Key,,0x10").key_only);
    EXPECT_FALSE(value_of("HKR,Key,Name").key_only);
    EXPECT_TRUE(value_of("HKR,,N,2,x").keep);
    EXPECT_TRUE(value_of("HKR,,N,0x20,x").only_if_there);
    EXPECT_TRUE(value_of("HKR,,N,4").remove);
    EXPECT_TRUE(value_of("HKR,,N,0x10008,x").append);
}

TEST(RegistryValue, Mistakes) {
    EXPECT_THAT(value_refusal("HKX,,a"), HasSubstr("\"HKX\" is no registry root"));
    EXPECT_THAT(value_refusal("key = HKR"), HasSubstr("\"key\" is no registry root"));
    EXPECT_THAT(value_refusal("HKR,,a,many"), HasSubstr("\"many\" is no number"));
    EXPECT_THAT(value_refusal("HKR,,a,0x10001,ten"), HasSubstr("\"ten\" is no number"));
    EXPECT_THAT(value_refusal("HKR,,a,0x10001,0x100000000"), HasSubstr("too large"));
    EXPECT_THAT(value_refusal("HKR,,a,1,100"), HasSubstr("no byte"));
    EXPECT_THAT(value_refusal("HKR,,a,0x00050000,1"), HasSubstr("name no type"));
}

constexpr const char *device_text =
    "Class=MEDIA\nClassGuid={4d36e96c-e325-11ce-bfc1-08002be10318}\n"
    "[Manufacturer]\n"
    "%Maker% = Models, NTx86, NTamd64.6.1, NTamd64.10.0, NTarm64.10.0\n"
    "[Models.NTx86]\n%Old% = Wrong, ROOT\\x86\n"
    "[Models.NTamd64.6.1]\n%Old% = Wrong, ROOT\\seven\n"
    "[Models.NTamd64.10.0]\n"
    "\"Other\" = Other, ROOT\\other\n"
    "%Card% = Card, ROOT\\card, ROOT\\generic\n"
    "[Other.NT.Services]\nAddService = other,2,Other.Service\n"
    "[Other]\n[Other.NT]\n"
    "[Other.Service]\nServiceBinary = %12%\\other.sys\n"
    "[Card.NT]\nInclude=ks.inf\nNeeds=KS.Registration.NT, Card.More\nAddReg=Card.Reg\n"
    "DelReg=Card.Old\n"
    "[Card.More]\nAddReg=Card.MoreReg\n"
    "[Card.Reg]\nHKR,,Driver,,card.sys\n"
    "[Card.MoreReg]\nHKR,,More,0x10001,1\n"
    "[Card.NT.HW]\nAddReg=Card.HwReg\n"
    "[Card.HwReg]\nHKR,,Depth,0x10001,2\n"
    "[Card.NT.Services]\nAddService = Null,\nAddService = card,2,Card.Service\n"
    "[Card.Service]\nServiceBinary = %12%\\Card.sys\nAddReg=Card.ServiceReg\n"
    "[Card.ServiceReg]\nHKR,Parameters,Loops,0x10001,3\n"
    "[Card.NT.Interfaces]\n"
    "AddInterface=%Audio%,%Wave%,Card.Wave\n"
    "AddInterface=%Audio%,\"Topology\"\n"
    "[Card.Wave]\nAddReg=Card.WaveReg\n"
    "[Card.WaveReg]\nHKR,,FriendlyName,,%WaveName%\n"
    "[Strings]\nMaker=\"The Maker\"\nOld=old\nCard=\"The Card\"\nWave=Wave\nWaveName=\"Wave Out\"\n"
    "Audio={6994AD04-93EF-11D0-A3CC-00A0C9223196}\n";

TEST(InfDevice, TheModelOfThisSystem) {
    const InfFile file = parsed(device_text);
    const auto device = device_for(file, "CARD.SYS", 1000);
    ASSERT_TRUE(device) << device.error().text;
    EXPECT_EQ(device->description, "The Card");
    EXPECT_EQ(device->manufacturer, "The Maker");
    EXPECT_EQ(device->class_name, "MEDIA");
    EXPECT_EQ(device->class_guid, "{4d36e96c-e325-11ce-bfc1-08002be10318}");
    EXPECT_THAT(device->hardware_ids, ElementsAre("ROOT\\card", "ROOT\\generic"));
    EXPECT_EQ(device->service, "card");
    EXPECT_EQ(device->service_binary, "Card.sys");
    ASSERT_EQ(device->driver_values.size(), 2u);
    EXPECT_EQ(device->driver_values[0].name, "Driver");
    EXPECT_EQ(device->driver_values[1].name, "More");
    ASSERT_EQ(device->device_values.size(), 1u);
    EXPECT_EQ(device->device_values[0].name, "Depth");
    ASSERT_EQ(device->service_values.size(), 1u);
    EXPECT_EQ(device->service_values[0].subkey, "Parameters");
    ASSERT_EQ(device->interfaces.size(), 2u);
    EXPECT_EQ(device->interfaces[0].class_guid, "{6994AD04-93EF-11D0-A3CC-00A0C9223196}");
    EXPECT_EQ(device->interfaces[0].reference, "Wave");
    EXPECT_EQ(device->interfaces[0].values.at(0).data, wide(u"Wave Out\0"sv));
    EXPECT_EQ(device->interfaces[1].reference, "Topology");
    EXPECT_THAT(device->left_out,
                ElementsAre(HasSubstr("[KS.Registration.NT]"), HasSubstr("DelReg is left out")));
}

TEST(InfDevice, WhatIsNotThereIsSaid) {
    const InfFile file = parsed(device_text);
    EXPECT_THAT(device_for(file, "nobody.sys", 1000).error().text,
                HasSubstr("no service of nobody.sys; it has other.sys, Card.sys"));
    EXPECT_THAT(device_for(file, "card.sys", 600).error().text, HasSubstr("no models for x64"));
    const auto broken = [&](const std::string &from, const std::string &to) {
        std::string text = device_text;
        text.replace(text.find(from), from.size(), to);
        const auto device = device_for(parsed(text), "card.sys", 1000);
        return device ? "accepted" : device.error().text;
    };
    EXPECT_THAT(broken("[Card.NT]", "[Card.NTx86]"), HasSubstr("[Card] is not there"));
    EXPECT_THAT(broken("AddReg=Card.Reg", "AddReg=Card.Nothing"),
                HasSubstr("AddReg names [Card.Nothing]"));
    EXPECT_THAT(broken("[Card.Service]", "[Card.Servant]"),
                HasSubstr("AddService names [Card.Service]"));
    EXPECT_THAT(broken(",Card.Wave", ",Card.Sea"), HasSubstr("AddInterface names [Card.Sea]"));
    EXPECT_THAT(broken("[Manufacturer]", "[Manufactory]"), HasSubstr("no [Manufacturer]"));
}

TEST(InfDevice, AnUndecoratedFileServesAnySystem) {
    const InfFile file = parsed("[Manufacturer]\nMe = Models\n"
                                "[Models]\nThing = Thing, ROOT\\thing\n"
                                "[Thing]\n"
                                "[Thing.Services]\nAddService = thing,2,Service\n"
                                "[Service]\nServiceBinary=thing.sys\n");
    const auto device = device_for(file, "thing.sys", 601);
    ASSERT_TRUE(device) << device.error().text;
    EXPECT_EQ(device->service, "thing");
}

} // namespace
} // namespace ksbox::inf

// A driver's .inf file: found beside it or named, what it writes, and what is wrong with it.
#include <fstream>

#include <gmock/gmock.h>

#include "e2e/command.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;

constexpr const char *inf_text =
    "[Version]\r\nSignature=\"$Windows NT$\"\r\nClass=MEDIA\r\n"
    "ClassGuid={4d36e96c-e325-11ce-bfc1-08002be10318}\r\n"
    "[Manufacturer]\r\n%Maker%=Models,NTamd64\r\n"
    "[Models.NTamd64]\r\n%Card%=Card,ROOT\\FineCard\r\n"
    "[Card.NT]\r\nAddReg=Card.Reg\r\n"
    "[Card.Reg]\r\nHKR,,Color,,blue\r\nHKR,Settings,Depth,0x00010001,7\r\n"
    "[Card.NT.Services]\r\nAddService=FineCardService,2,Card.Service\r\n"
    "[Card.Service]\r\nServiceBinary=%12%\\cable.sys\r\nAddReg=Card.ServiceReg\r\n"
    "[Card.ServiceReg]\r\nHKR,Parameters,Mode,0x00010001,3\r\n"
    "[Card.NT.Interfaces]\r\nAddInterface={6994AD04-93EF-11D0-A3CC-00A0C9223196},,Card.Wave\r\n"
    "[Card.Wave]\r\nAddReg=Card.WaveReg\r\n"
    "[Card.WaveReg]\r\nHKR,,FriendlyName,,%Wave%\r\n"
    "HKR,,List,0x00010000,one\r\nHKR,,List,0x00010008,two\r\nHKR,,List,0x00010008,one\r\n"
    "HKR,,Never,0x20,x\r\nHKR,,Gone,,x\r\nHKR,,Gone,4\r\n"
    "HKR,,Kept,,first\r\nHKR,,Kept,2,second\r\nHKR,,Kept,0x22,third\r\n"
    "[Strings]\r\nMaker=\"Fine Maker\"\r\nCard=\"Fine Card\"\r\nWave=\"Fine Wave\"\r\n";

class Installing : public Command {
  protected:
    void write(const std::string &name, const std::string &text) {
        std::ofstream(file(name), std::ios::binary) << text;
    }
    std::string with(const std::string &from, const std::string &to) {
        std::string text = inf_text;
        text.replace(text.find(from), from.size(), to);
        return text;
    }
    /// The registry after a run, as ASCII.
    std::string registry_of(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--save-registry", file("out.reg")});
        const Outcome outcome = ksbox(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        std::string text;
        const auto bytes = read_bytes(file("out.reg"));
        for (std::size_t i = 2; i + 1 < bytes.size(); i += 2)
            text += static_cast<char>(bytes[i]);
        return text;
    }
    std::filesystem::path copied_driver() {
        std::filesystem::copy_file(driver("cable"), file("cable.sys"));
        return file("cable.sys");
    }
};

TEST_F(Installing, TheFileBesideTheDriverIsFound) {
    const auto cable = copied_driver();
    write("cable.inf", inf_text);
    const std::string registry = registry_of({"inspect", cable});
    EXPECT_THAT(registry, HasSubstr("\\Services\\FineCardService\\Parameters]\r\n"
                                    "\"Mode\"=dword:00000003"));
    EXPECT_THAT(registry, HasSubstr("\\Enum\\ROOT\\FineCard\\0000]"));
    EXPECT_THAT(registry, HasSubstr("\"FriendlyName\"=\"Fine Card\""));
    EXPECT_THAT(registry, HasSubstr("\"Mfg\"=\"Fine Maker\""));
    EXPECT_THAT(registry, HasSubstr("\"Color\"=\"blue\""));
    EXPECT_THAT(registry, HasSubstr("\\Settings]\r\n\"Depth\"=dword:00000007"));
    EXPECT_THAT(registry, HasSubstr("\"FriendlyName\"=\"Fine Wave\""));
}

TEST_F(Installing, FlagsOfValues) {
    write("card.inf", inf_text);
    const std::string registry =
        registry_of({"inspect", driver("cable"), "--inf", file("card.inf")});
    // "one", "two" and the end of the list, in UTF-16
    EXPECT_THAT(registry, HasSubstr("\"List\"=hex(7):6f,00,6e,00,65,00,00,00,74,00,77,00,6f,00,00,"
                                    "00,00,00"));
    EXPECT_THAT(registry, HasSubstr("\"Kept\"=\"first\""));
    EXPECT_THAT(registry, ::testing::Not(HasSubstr("\"Never\"")));
    EXPECT_THAT(registry, ::testing::Not(HasSubstr("\"Gone\"")));
}

TEST_F(Installing, WhatIsLeftOutIsInTheTrace) {
    write("card.inf", with("AddReg=Card.Reg", "DelReg=Old,AddReg\r\nAddReg=Card.Reg"));
    const Outcome outcome = ksbox(
        {"inspect", driver("cable"), "--inf", file("card.inf"), "--trace", file("trace.jsonl")});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(read_text(file("trace.jsonl")), HasSubstr("line 10: DelReg is left out"));
}

TEST_F(Installing, AFileOfAnotherNameIsFoundByTheServiceItInstalls) {
    const auto cable = copied_driver();
    write("broken.inf", "[");
    write("zoo.inf", inf_text);
    EXPECT_THAT(registry_of({"inspect", cable}), HasSubstr("\\Services\\FineCardService"));
}

TEST_F(Installing, WithoutOneTheDriverIsCalledAfterItsFile) {
    write("zoo.inf", with("cable.sys", "other.sys"));
    EXPECT_THAT(registry_of({"inspect", copied_driver()}), HasSubstr("\\Services\\cable"));
}

TEST_F(Installing, ItMayBeNamed) {
    write("mine.inf", with("FineCardService", "NamedService"));
    EXPECT_THAT(
        registry_of({"inspect", driver("cable"), "--inf", file("mine.inf"), "--set", "Extra=5"}),
        HasSubstr("\\Services\\NamedService\\Parameters]\r\n\"Mode\"=dword:00000003\r\n"
                  "\"Extra\"=dword:00000005"));
}

TEST_F(Installing, MistakesAreNamedWithTheirPlace) {
    const auto refused = [&](const std::string &text) {
        write("bad.inf", text);
        return refusal({"inspect", driver("cable"), "--inf", file("bad.inf")}, 2);
    };
    EXPECT_THAT(refused(with("[Card.Reg]", "[Card.Reg")),
                HasSubstr("bad.inf:11:1: a bracket without its end"));
    EXPECT_THAT(refused(with("0x00010001,7", "0x00010001,many")),
                HasSubstr("bad.inf:13: \"many\" is no number"));
    EXPECT_THAT(refused(with("{6994AD04-93EF-11D0-A3CC-00A0C9223196}", "audio")),
                HasSubstr("bad.inf:22: \"audio\" is no GUID"));
    EXPECT_THAT(refused(with("cable.sys", "other.sys")),
                HasSubstr("bad.inf: installs no service of cable.sys; it has other.sys"));
    EXPECT_THAT(refused(with("NTamd64\r", "NTarm64\r")), HasSubstr("no models for x64"));
    EXPECT_THAT(refusal({"inspect", driver("cable"), "--inf", file("none.inf")}, 2),
                HasSubstr("none.inf: cannot be read"));
}

} // namespace
} // namespace e2e

// ksbox build: projects as Visual Studio has them, down to a driver that runs.
#include <fstream>

#include <gmock/gmock.h>

#include "base/sanitizer.h"
#include "e2e/command.h"

namespace e2e {
namespace {

using testing::HasSubstr;

/// A driver with a library, whose parts name each other as only Windows would find them.
class Building : public Command {
  protected:
    void write(const std::string &name, const std::string &text) {
        std::filesystem::create_directories(file(name).parent_path());
        std::ofstream(file(name), std::ios::binary) << text;
    }
    void write_utf16(const std::string &name, const std::string &text) {
        std::string wide("\xFF\xFE");
        for (const char letter : text)
            wide += std::string{letter, '\0'};
        write(name, wide);
    }
    static std::string project(const std::string &type, const std::string &content) {
        return R"x(<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <ItemGroup Label="ProjectConfigurations">
    <ProjectConfiguration Include="Debug|x64"/><ProjectConfiguration Include="Release|x64"/>
    <ProjectConfiguration Include="Debug|ARM64"/>
  </ItemGroup>
  <Import Project="$(VCTargetsPath)\Microsoft.Cpp.Default.props" />
  <PropertyGroup Condition="'$(Platform)'=='x64'"><ConfigurationType>)x" +
               type + R"x(</ConfigurationType>
    <PlatformToolset>WindowsKernelModeDriver10.0</PlatformToolset></PropertyGroup>
  <Import Project="$(VCTargetsPath)\Microsoft.Cpp.props" />
)x" + content + "\n</Project>\n";
    }
    void write_card() {
        write("Work/Helpers/Helpers.vcxproj",
              project("StaticLibrary",
                      R"x(<ItemGroup><ClCompile Include="helper.c" /></ItemGroup>)x"));
        write("Work/Helpers/helper.c",
              "#include \"..\\inc\\CARD.h\"\nint Answer(void) { return 42; }\n");
        write_utf16("Work/Inc/card.h",
                    "#pragma once\r\n#include <NtDDK.h>\r\n#ifdef __cplusplus\r\n"
                    "extern \"C\"\r\n#endif\r\nint Answer(void);\r\n");
        write("Work/Main/card.vcxproj", project("Driver", R"x(
  <PropertyGroup><TargetName>Card</TargetName></PropertyGroup>
  <ItemDefinitionGroup>
    <ClCompile>
      <AdditionalIncludeDirectories>%(AdditionalIncludeDirectories);$(DDK_INC_PATH);..\INC</AdditionalIncludeDirectories>
      <PreprocessorDefinitions>%(PreprocessorDefinitions);WHO="card"</PreprocessorDefinitions>
      <WppEnabled>true</WppEnabled><WppScanConfigurationData>trace.h</WppScanConfigurationData>
    </ClCompile>
    <Link><AdditionalDependencies>%(AdditionalDependencies);$(DDK_LIB_PATH)\ntoskrnl.lib;..\Helpers\$(IntDir)\helpers.lib;strange.lib</AdditionalDependencies></Link>
  </ItemDefinitionGroup>
  <ItemGroup><ClCompile Include="DRIVER.cpp" /><Inf Include="*.inx" />
    <ResourceCompile Include="card.rc" /></ItemGroup>)x"));
        write("Work/Main/trace.h", R"x(#pragma once
#define WPP_CONTROL_GUIDS WPP_DEFINE_CONTROL_GUID(Card, (1,2,3,4,5), WPP_DEFINE_BIT(INIT) WPP_DEFINE_BIT(PLAY))
// begin_wpp config
// FUNC Trace(LEVEL, FLAGS, MSG, ...);
// end_wpp
)x");
        write("Work/Main/driver.cpp", R"x(#include "Card.h"
#include "Trace.h"
#include "Driver.tmh"
static_assert(WPP_BIT_PLAY == WPP_BIT_INIT + 1, "bits follow each other");
extern "C" DRIVER_INITIALIZE DriverEntry;
static void Unload(PDRIVER_OBJECT) {}
extern "C" NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    DriverObject->DriverUnload = Unload;
    WPP_INIT_TRACING(DriverObject, RegistryPath);
    Trace(TRACE_LEVEL_ERROR, PLAY, "%!STATUS!", STATUS_SUCCESS);
    DbgPrint("%s answers %d, debug %d\n", WHO, Answer(), DBG);
    WPP_CLEANUP(DriverObject);
    return STATUS_SUCCESS;
}
)x");
        write("Work/Main/card.inx",
              "[Version]\r\nSignature=\"$WINDOWS NT$\"\r\nClass=MEDIA\r\n"
              "DriverVer=01/02/2024,3.0.0.1\r\n[Manufacturer]\r\n%M%=S,NT$ARCH$\r\n"
              "[S.NT$ARCH$]\r\n%M%=Card,ROOT\\Card\r\n[Card.NT]\r\n[Card.NT.Services]\r\n"
              "AddService=Card,2,Service\r\n[Service]\r\nServiceType=1\r\nStartType=3\r\n"
              "ErrorControl=1\r\nServiceBinary=%13%\\Card.sys\r\n[Strings]\r\nM=\"Maker\"\r\n");
        write("Work/Main/card.rc",
              "#include <Windows.h>\r\nVS_VERSION_INFO VERSIONINFO\r\nFILEVERSION 1,2,3,4\r\n"
              "BEGIN\r\nEND\r\n");
        write("Work/Tool/tool.vcxproj",
              project("Application", R"x(<ItemGroup><ClCompile Include="t.c"/></ItemGroup>)x"));
        const std::string kind = "Project(\"{8BC9CEB8-8B4A-11D0-8D11-00A0C91BC942}\") = ";
        write("Work/all.sln",
              "Microsoft Visual Studio Solution File, Format Version 12.00\r\n" + kind +
                  "\"Card\", \"Main\\CARD.vcxproj\", \"{A}\"\r\nEndProject\r\n" + kind +
                  "\"Tool\", \"Tool\\tool.vcxproj\", \"{B}\"\r\nEndProject\r\n" + kind +
                  "\"Helpers\", \"helpers\\Helpers.vcxproj\", \"{C}\"\r\nEndProject\r\n");
    }
    std::string printed(const std::string &driver) {
        const Outcome outcome = ksbox({"inspect", file(driver), "--debug-print", "3"});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return outcome.out + outcome.err;
    }
};

TEST_F(Building, AProjectWithItsLibraryBecomesADriverThatLoads) {
    write_card();
    const Outcome outcome = ksbox({"build", file("Work/Main/card.vcxproj"), "-o", file("out")});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("Helpers: " + file("out/lib/Helpers.lib").string()));
    EXPECT_THAT(outcome.out, HasSubstr("card: " + file("out/Card.sys").string()));
    // All that is said: what was left out.
    EXPECT_EQ(outcome.err, "ksbox: " + file("Work/Main/card.vcxproj").string() +
                               ": library strange.lib is not known here, left out\n");
    EXPECT_TRUE(std::filesystem::exists(file("out/Card.pdb")));
    EXPECT_THAT(read_text(file("out/card.inf")), HasSubstr("[S.NTamd64]"));
    const std::string commands = read_text(file("out/compile_commands.json"));
    EXPECT_THAT(commands, HasSubstr("\"file\": \"" + file("Work/Main/driver.cpp").string() + "\""));
    EXPECT_THAT(commands, HasSubstr(file("Work/Helpers/helper.c").string()));
    EXPECT_THAT(printed("out/Card.sys"), HasSubstr("card answers 42, debug 1"));
}

TEST_F(Building, AnotherConfigurationAndCoverage) {
    write_card();
    const Outcome outcome = ksbox({"build", file("Work/Main/card.vcxproj"), "-o", file("out"),
                                   "--configuration", "release", "--coverage"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(printed("out/Card.sys"), HasSubstr("card answers 42, debug 0"));
}

TEST_F(Building, SanitizersInstrumentTheDriverAndItsLibrary) {
    write_card();
    const Outcome outcome = ksbox({"build", file("Work/Main/card.vcxproj"), "-o", file("out"),
                                   "--sanitize", "address,undefined", "--define", "EXTRA=1"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const std::string commands = read_text(file("out/compile_commands.json"));
    const std::string library = commands.substr(0, commands.find("driver.cpp"));
    EXPECT_THAT(library, HasSubstr("-fsanitize=address"));
    EXPECT_THAT(library, HasSubstr("-fsanitize=undefined"));
    EXPECT_THAT(library, HasSubstr("-DEXTRA=1"));
    const Outcome facts = ksbox({"inspect", "--no-run", "--imports", file("out/Card.sys")});
    EXPECT_EQ(facts.code, 0) << facts.err;
    EXPECT_THAT(facts.out, HasSubstr("__asan_"));
    EXPECT_EQ(facts.out.contains("Does not run here"), !KSBOX_ASAN) << facts.out;
    if (KSBOX_ASAN)
        return;
    const std::string refusal = file("out/Card.sys").string() +
                                ": this driver is built with AddressSanitizer; run it with a ksbox "
                                "built with the asan preset";
    EXPECT_EQ(ksbox({"get", "--driver", file("out/Card.sys"), "Pin.CTYPES"}).err,
              "ksbox: " + refusal + "\n"); // and not that it imports what nobody knows
}

TEST_F(Building, ASolutionNamesWhatItSkipsAndMakesWhatChanged) {
    write_card();
    const Outcome outcome = ksbox({"build", file("Work"), "-o", file("out")});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("ksbox: " + file("Work/Tool/tool.vcxproj").string() +
                                       ": is a user-mode project (Application), skipped\n"));
    const auto object = file("out/obj/Card.sys/driver.cpp.obj"),
               helper = file("out/obj/Helpers.lib/helper.c.obj");
    const auto made = std::filesystem::last_write_time(object);
    const auto helped = std::filesystem::last_write_time(helper);
    write("Work/Main/trace.h", read_text(file("Work/Main/trace.h")) + "// changed\n");
    ASSERT_EQ(ksbox({"build", file("Work"), "-o", file("out")}).code, 0);
    EXPECT_NE(std::filesystem::last_write_time(object), made);
    EXPECT_EQ(std::filesystem::last_write_time(helper), helped);
}

TEST_F(Building, DiagnosticsNameTheFileAsItIs) {
    write_card();
    write_utf16("Work/Inc/card.h", "int Answer(void);\r\nint wrong = \"text\";\r\n");
    const Outcome outcome = ksbox({"build", file("Work/Main/card.vcxproj"), "-o", file("out")});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(file("Work/Inc/card.h").string() + ":2:13: error: "));
    EXPECT_THAT(outcome.err, HasSubstr("Helpers.vcxproj: 1 of 1 sources do not compile\n"));
    EXPECT_FALSE(std::filesystem::exists(file("out/Card.sys")));
}

TEST_F(Building, WhatOnlyClangFindsAmbiguousIsDecided) {
    write("card.vcxproj",
          project("Driver", R"x(<ItemGroup><ClCompile Include="card.cpp" /></ItemGroup>)x"));
    const std::string before = R"x(#include <ntddk.h>
struct Value {
    operator LONG() { return -7; }
    operator ULONG() { return 8; }
    operator LONGLONG() { return 9; }
};
)x";
    const std::string after = R"x(
extern "C" DRIVER_INITIALIZE DriverEntry;
static void Unload(PDRIVER_OBJECT) {}
extern "C" NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    DriverObject->DriverUnload = Unload;
    Value Number, *Object = &Number;
    LONGLONG Chosen = RegistryPath ? *Object : 0;
    DbgPrint("it is %lld\n", Chosen);
    return STATUS_SUCCESS;
}
)x";
    write("card.cpp", before + after);
    const std::vector<std::string> command{"build", file("card.vcxproj"), "-o", file("out")};
    Outcome outcome = ksbox(command);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err,
              "ksbox: " + file("card.cpp").string() +
                  ":13:38: is taken as a long: it converts to several integer types\n");
    EXPECT_THAT(printed("out/card.sys"), HasSubstr("it is -7"));
    // Nothing changed: nothing is said. Something else is wrong: that is said.
    EXPECT_EQ(ksbox(command).err, "");
    write("card.cpp", before + "int wrong = \"text\";" + after);
    outcome = ksbox(command);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("card.cpp:7:5: error: cannot initialize a variable"));
    EXPECT_THAT(outcome.err, HasSubstr("1 of 1 sources do not compile\n"));
}

TEST_F(Building, WhatOnlyClangDoesNotFindDeclaredIs) {
    write("card.vcxproj",
          project("Driver", R"x(<ItemGroup><ClCompile Include="card.cpp" /></ItemGroup>)x"));
    write("Card.h", R"x(#include <ntddk.h>
#define IMP_Card int Answer(void)
class Card {
    int Secret = 42;
    int Card::Answer(void);
    IMP_Card;
    friend int Ask(
        Card *Asked /* whom */);
};
)x");
    const std::string source = R"x(#include "card.H"
static int (*const Questions[])(Card *) = {Ask};
int Ask(Card *Asked) { return Asked->Answer(); }
int Card::Answer(void) { return Secret; }
static void Unload(PDRIVER_OBJECT) {}
extern "C" DRIVER_INITIALIZE DriverEntry;
extern "C" NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING) {
    DriverObject->DriverUnload = Unload;
    Card One;
    DbgPrint("it is %d\n", Questions[0](&One));
    return STATUS_SUCCESS;
}
)x";
    write("card.cpp", source);
    const std::vector<std::string> command{"build", file("card.vcxproj"), "-o", file("out")};
    Outcome outcome = ksbox(command);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const std::string header = "ksbox: " + file("Card.h").string();
    EXPECT_EQ(outcome.err, header + ":7: Ask is declared as a friend only: taken as declared\n" +
                               header + ":5:15: is declared again in its class: once is enough\n");
    EXPECT_THAT(printed("out/card.sys"), HasSubstr("it is 42"));
    EXPECT_EQ(ksbox(command).err, "");
    write("card.cpp", source + "int wrong = Missing;\n");
    outcome = ksbox(command);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err,
                HasSubstr("card.cpp:13:13: error: use of undeclared identifier 'Missing'"));
}

TEST_F(Building, OperatorsAndIdentifiersOfTheDriversOwn) {
    write("Work/Main/card.vcxproj",
          project("Driver", R"x(<ItemGroup><ClCompile Include="..\card.cpp" />
    <ClCompile Include="memory.cpp" /></ItemGroup>)x"));
    write("Work/Main/own.h", R"x(#pragma once
#include <wdm.h>
inline void *__cdecl operator new(size_t Bytes) {
    PVOID Memory = ExAllocatePoolWithTag(NonPagedPoolNx, Bytes, 'drac');
    if (Memory)
        RtlFillMemory(Memory, Bytes, 0x17);
    return Memory;
}
inline void __cdecl operator delete(void *Memory) { ExFreePool(Memory); }
)x");
    write("Work/Main/memory.cpp",
          "#include \"own.h\"\nvoid Free(void *Memory) { delete Memory; }\n");
    write("Work/card.cpp", R"x(#include <wdm.h>
#include <windef.h>
#include <ks.h>
#include <ksmedia.h>
#include "setting.h"
#ifdef UNICODE
#error no project asked for it
#endif
DEFINE_GUIDSTRUCT("0A8C1A87-42B0-11D2-95D2-00C04FB925D3", _CARD_NAME);
#define CARD_NAME DEFINE_GUIDNAMED(_CARD_NAME)
static const GUID *const Names[] = {&CARD_NAME};
static void Unload(PDRIVER_OBJECT) {}
extern "C" DRIVER_INITIALIZE DriverEntry;
extern "C" NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING) {
    DriverObject->DriverUnload = Unload;
    unsigned char *One = new unsigned char, *Many = new unsigned char[5];
    DbgPrint("%x %x %x\n", Names[0]->Data1, *One, Many[4]);
    delete One;
    delete[] Many;
    return Setting;
}
)x");
    write("Work/Main/setting.h", "#define Setting STATUS_SUCCESS\n");
    const Outcome outcome = ksbox({"build", file("Work/Main/card.vcxproj"), "-o", file("out")});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(printed("out/card.sys"), HasSubstr("a8c1a87 17 17"));
}

TEST_F(Building, ALibraryAlone) {
    write_card();
    const Outcome outcome =
        ksbox({"build", file("Work/Helpers/Helpers.vcxproj"), "-o", file("out")});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "Helpers: " + file("out/lib/Helpers.lib").string() + "\n");
}

TEST_F(Building, BadInputIsOneLine) {
    write("a.vcxproj", "<Project>\n  <ItemGroup>\n</Project>");
    EXPECT_EQ(refusal({"build", file("a.vcxproj"), "-o", file("out")}, 2),
              "ksbox: " + file("a.vcxproj").string() +
                  ":3:3: is not XML: start-end tags mismatch\n");
    write("a.vcxproj",
          project("Driver", "<ItemGroup>\n<ClCompile Include=\"gone.c\"/></ItemGroup>"));
    EXPECT_EQ(refusal({"build", file("a.vcxproj"), "-o", file("out")}, 2),
              "ksbox: " + file("a.vcxproj").string() + ":12:2: gone.c is not there\n");
    EXPECT_THAT(
        refusal({"build", file("a.vcxproj"), "-o", file("out"), "--configuration", "Win7"}, 2),
        HasSubstr("has no configuration Win7|x64; it has Debug|x64, Release|x64, Debug|ARM64"));
    EXPECT_THAT(refusal({"build", file("nothing.sln"), "-o", file("out")}, 2),
                HasSubstr("nothing.sln: is not there"));
    EXPECT_THAT(refusal({"build", file("a.vcxproj"), "--platform", "ARM64"}, 2),
                HasSubstr("platform ARM64: ksbox runs x64 drivers only"));
    write("b.vcxproj", "");
    EXPECT_THAT(refusal({"build", file("b.vcxproj").parent_path(), "-o", file("out")}, 2),
                HasSubstr("has 2 .vcxproj files, name one: a.vcxproj, b.vcxproj"));
}

} // namespace
} // namespace e2e

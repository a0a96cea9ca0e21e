#include <gtest/gtest.h>

#include "build/options.h"
#include "build/project.h"
#include "build/windows_path.h"

namespace ksbox::build {
namespace {

class Projects : public testing::Test {
  protected:
    void project(const std::string &content) {
        files.add("/w/card/card.vcxproj",
                  "<?xml version=\"1.0\"?>\n<Project>" + content + "</Project>");
    }
    Project read(const std::string &configuration = "Debug") {
        auto result = read_project(files, "/w/card/card.vcxproj", {configuration, "x64", {}});
        EXPECT_TRUE(result) << (result ? "" : to_text(result.error()));
        return result ? *std::move(result) : Project();
    }
    std::string refusal() {
        const auto result = read_project(files, "/w/card/card.vcxproj", {});
        return result ? "none" : to_text(result.error());
    }
    static std::vector<std::string> includes(const Project &project, const char *type) {
        std::vector<std::string> names;
        for (const Item &item : project.items(type))
            names.push_back(item.include);
        return names;
    }
    using Names = std::vector<std::string>;

    MemoryFiles files;
};

TEST_F(Projects, PropertiesFollowTheirConditionsAndOrder) {
    project(
        R"x(<PropertyGroup Condition="'$(Configuration)'=='Release'"><A>release</A></PropertyGroup>
               <PropertyGroup><A Condition="'$(A)'==''">first</A><B>$(A)-$(a)</B>
                 <Configuration>Mine</Configuration></PropertyGroup>
               <PropertyGroup Condition="'$(Configuration)|$(Platform)'=='Debug|x64'"><A>last</A></PropertyGroup>)x");
    EXPECT_EQ(read().property("B"), "first-first");
    EXPECT_EQ(read().property("a"), "last");
    EXPECT_EQ(read().property("Configuration"), "Debug"); // the caller's
    EXPECT_EQ(read("Release").property("B"), "release-release");
}

TEST_F(Projects, WellKnownProperties) {
    project("<PropertyGroup><X>$(ProjectDir)|$(MSBuildProjectName)|$(IntDir)|$(SolutionDir)|"
            "$(TargetName)|$(OutDir)</X></PropertyGroup>");
    EXPECT_EQ(read().property("X"),
              "\\w\\card\\|card|x64\\Debug\\|\\w\\card\\|card|\\w\\card\\x64\\Debug\\");
}

TEST_F(Projects, ImportsStandBesideTheProject) {
    files.add("/w/Common/Shared.props",
              "<Project><PropertyGroup><Here>$(MSBuildThisFileDirectory)</Here><From>$(Who)</From>"
              "</PropertyGroup></Project>");
    files.add("/w/Directory.Build.props",
              "<Project><PropertyGroup><Above>yes</Above></PropertyGroup></Project>");
    project(R"x(<PropertyGroup><Who>card</Who></PropertyGroup>
               <Import Project="$(VCTargetsPath)\Microsoft.Cpp.props" />
               <ImportGroup Condition="'$(Platform)'=='x64'">
                 <Import Project="..\common\SHARED.props" />
                 <Import Project="none.props" Condition="exists('none.props')" />
               </ImportGroup>)x");
    const Project result = read();
    EXPECT_EQ(result.property("Here"), "\\w\\Common\\");
    EXPECT_EQ(result.property("From"), "card");
    EXPECT_EQ(result.property("Above"), "yes");
    EXPECT_TRUE(result.left_out().empty());
}

TEST_F(Projects, WhatIsLeftOutIsNamedWithItsPlace) {
    project("\n<Import Project=\"none.props\" />\n<Target Name=\"Copy\"/>\n"
            "<PropertyGroup><T>$([System.DateTime]::Now())</T></PropertyGroup>");
    const Messages left = read().left_out();
    ASSERT_EQ(left.size(), 3u);
    EXPECT_EQ(to_text(left[0]), "/w/card/card.vcxproj:3:2: imports none.props, which is not there");
    EXPECT_EQ(to_text(left[1]), "/w/card/card.vcxproj:4:2: target Copy is not run");
    EXPECT_EQ(left[2].place.line, 5u);
}

TEST_F(Projects, DefinitionsInheritAndItemsOverrule) {
    project(R"x(<ItemDefinitionGroup><ClCompile>
                 <PreprocessorDefinitions>%(PreprocessorDefinitions);ONE</PreprocessorDefinitions>
                 <PreprocessorDefinitions>%(PreprocessorDefinitions);TWO</PreprocessorDefinitions>
               </ClCompile></ItemDefinitionGroup>
               <ItemDefinitionGroup Condition="'$(Configuration)'=='Release'"><ClCompile>
                 <PreprocessorDefinitions>FREE;%(PreprocessorDefinitions)</PreprocessorDefinitions>
               </ClCompile></ItemDefinitionGroup>
               <ItemGroup><ClCompile Include="a.c"/><ClCompile Include="b.c">
                 <PreprocessorDefinitions>%(PreprocessorDefinitions);B=%(Filename)</PreprocessorDefinitions>
                 <ExcludedFromBuild Condition="'$(Configuration)'=='Release'">true</ExcludedFromBuild>
               </ClCompile></ItemGroup>)x");
    const Project debug = read(), release = read("Release");
    EXPECT_EQ(debug.items("clcompile")[0].get("PreprocessorDefinitions"), ";ONE;TWO");
    EXPECT_EQ(debug.items("ClCompile")[1].get("preprocessordefinitions"), ";ONE;TWO;B=b");
    EXPECT_EQ(debug.items("ClCompile")[1].get("ExcludedFromBuild"), "");
    EXPECT_EQ(release.items("ClCompile")[0].get("PreprocessorDefinitions"), "FREE;;ONE;TWO");
    EXPECT_EQ(release.items("ClCompile")[1].get("ExcludedFromBuild"), "true");
    EXPECT_EQ(release.items("ClCompile")[1].get("FullPath"), "\\w\\card\\b.c");
}

TEST_F(Projects, DefinitionsSeePropertiesThatStandBehindThem) {
    project("<ItemDefinitionGroup><Link><AdditionalDependencies>$(Late).lib"
            "</AdditionalDependencies></Link></ItemDefinitionGroup>"
            "<PropertyGroup><Late>x</Late></PropertyGroup>");
    EXPECT_EQ(linked_libraries(read()), Names{"x.lib"});
}

TEST_F(Projects, ItemsAreListedRemovedAndUpdated) {
    files.add("/w/card/b.cpp", "");
    files.add("/w/card/A.CPP", "");
    files.add("/w/card/deep/er/c.cpp", "");
    files.add("/w/card/notes.txt", "");
    project(R"x(<ItemGroup><Some Include="*.cpp" Exclude="B.cpp"/><All Include="**\*.cpp"/>
                 <Copy Include="@(All);x%3By.c"/><Copy Remove="b.cpp"/>
                 <All Update="A.cpp"><Kind>loud</Kind></All></ItemGroup>)x");
    const Project result = read();
    EXPECT_EQ(includes(result, "Some"), Names{"A.CPP"});
    EXPECT_EQ(includes(result, "All"), (Names{"A.CPP", "b.cpp", "deep\\er\\c.cpp"}));
    EXPECT_EQ(includes(result, "Copy"), (Names{"A.CPP", "deep\\er\\c.cpp", "x;y.c"}));
    EXPECT_EQ(result.items("All")[0].get("Kind"), "loud");
    EXPECT_EQ(result.items("All")[1].get("Kind"), "");
}

TEST_F(Projects, ChoosesOneBranch) {
    project(
        R"x(<Choose><When Condition="'$(Platform)'=='Win32'"><PropertyGroup><W>32</W></PropertyGroup></When>
               <When Condition="'$(Platform)'=='x64'"><PropertyGroup><W>64</W></PropertyGroup>
                 <ItemGroup><ClCompile Include="w.c"/></ItemGroup></When>
               <Otherwise><PropertyGroup><W>other</W></PropertyGroup></Otherwise></Choose>)x");
    EXPECT_EQ(read().property("W"), "64");
    EXPECT_EQ(includes(read(), "ClCompile"), Names{"w.c"});
}

TEST_F(Projects, WhatIsNotXmlHasItsLineAndColumn) {
    files.add("/w/card/card.vcxproj", "<Project>\n  <ItemGroup>\n  </PropertyGroup>\n</Project>");
    EXPECT_EQ(refusal(), "/w/card/card.vcxproj:3:5: is not XML: start-end tags mismatch");
    files.add("/w/card/card.vcxproj", "no XML at all");
    EXPECT_EQ(refusal(), "/w/card/card.vcxproj:1:14: is not XML: no document element found");
    files.add("/w/card/card.vcxproj", "");
    EXPECT_EQ(refusal(), "/w/card/card.vcxproj:1:1: is not XML: no document element found");
    files.add("/w/card/card.vcxproj", "<Solution/>");
    EXPECT_EQ(refusal(), "/w/card/card.vcxproj:1:2: the root element is <Solution>, not <Project>");
}

TEST_F(Projects, RefusesWhatHasNoEnd) {
    project("<Import Project=\"card.vcxproj\"/>");
    EXPECT_EQ(refusal(), "/w/card/card.vcxproj: too many files import each other");
    project("\n<PropertyGroup Condition=\"'a'=\"/>");
    EXPECT_EQ(refusal(), "/w/card/card.vcxproj:3:2: the condition 'a' is neither true nor false");
}

TEST_F(Projects, ReadsUtf16) {
    std::string wide("\xFF\xFE");
    for (const char letter :
         std::string("<Project><PropertyGroup><A>wide</A></PropertyGroup></Project>"))
        wide += std::string{letter, '\0'};
    files.add("/w/card/card.vcxproj", wide);
    EXPECT_EQ(read().property("A"), "wide");
}

TEST_F(Projects, OptionsAsClangTakesThem) {
    files.add("/w/Inc/a.h", "");
    files.add("/w/card/a.cpp", "");
    project(R"x(<ItemDefinitionGroup><ClCompile>
                 <AdditionalIncludeDirectories>$(DDK_INC_PATH);..\INC;nowhere</AdditionalIncludeDirectories>
                 <PreprocessorDefinitions>POOL=1;NAME=\"x y\";TEXT="z"</PreprocessorDefinitions>
                 <AdditionalOptions>/DMORE /wd4100 -FI"pre.h" /Xodd /std:c++20 %(AdditionalOptions)</AdditionalOptions>
                 <LanguageStandard>stdcpp17</LanguageStandard><Optimization>MinSpace</Optimization>
               </ClCompile><Link><AdditionalOptions>-merge:PAGECONST=PAGE /ODD /NOLOGO</AdditionalOptions>
               </Link></ItemDefinitionGroup><ItemGroup><ClCompile Include="a.cpp"/></ItemGroup>)x");
    const Project result = read();
    const Options options = compile_options(files, result, result.items("ClCompile")[0]);
    EXPECT_EQ(options.arguments,
              (Names{"-I/w/Inc", "-DPOOL=1", "-DNAME=\"x y\"", "-DTEXT=\"z\"", "-std=c++17", "-x",
                     "c++", "-Os", "-DMORE", "-include", "pre.h", "-std=c++20"}));
    ASSERT_EQ(options.left_out.size(), 1u);
    EXPECT_EQ(options.left_out[0].text, "compiler option /Xodd is left out");
    const Options link = link_options(result);
    EXPECT_EQ(link.arguments, Names{"/merge:PAGECONST=PAGE"});
    ASSERT_EQ(link.left_out.size(), 1u);
    EXPECT_EQ(link.left_out[0].text, "linker option /ODD is left out");
}

TEST_F(Projects, ModesAreThoseOfTheConfiguration) {
    project("");
    EXPECT_TRUE(mode_of(read()).checked);
    EXPECT_FALSE(mode_of(read("Release")).checked);
    project("<PropertyGroup><UseDebugLibraries>true</UseDebugLibraries></PropertyGroup>"
            "<ItemDefinitionGroup><ClCompile><ControlFlowGuard>Guard</ControlFlowGuard>"
            "</ClCompile></ItemDefinitionGroup>");
    EXPECT_TRUE(mode_of(read("Release")).checked);
    EXPECT_TRUE(mode_of(read("Release")).guard);
}

TEST(WindowsPaths, AreFoundInAnyCase) {
    MemoryFiles files;
    files.add("/w/Source/Main/Adapter.cpp", "");
    EXPECT_EQ(find_path(files, "/w/Source", ".\\MAIN\\..\\main\\adapter.CPP"),
              "/w/Source/Main/Adapter.cpp");
    EXPECT_EQ(find_path(files, "/w/Source/Main", "\"..\\..\\source\\main\\\""), "/w/Source/Main");
    EXPECT_EQ(find_path(files, "/w", "source\\None.h"), "/w/Source/None.h");
    using Paths = std::vector<std::filesystem::path>;
    EXPECT_EQ(matching_files(files, "/w", "SOURCE\\*\\a*.c?p", 9),
              Paths{"/w/Source/Main/Adapter.cpp"});
    EXPECT_EQ(matching_files(files, "/w/Source/Main", "..\\**\\*.cpp", 9),
              Paths{"/w/Source/Main/Adapter.cpp"});
    EXPECT_EQ(matching_files(files, "/w", "**", 9), Paths{"/w/Source/Main/Adapter.cpp"});
    EXPECT_TRUE(matching_files(files, "/w", "*.cpp", 9).empty());
}

} // namespace
} // namespace ksbox::build

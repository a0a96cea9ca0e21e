#include <gtest/gtest.h>

#include "base/result.h"
#include "build/solution.h"

namespace ksbox::build {
namespace {

constexpr const char *first_line =
    "\r\nMicrosoft Visual Studio Solution File, Format Version 12.00\r\n";
constexpr const char *cplusplus = "Project(\"{8BC9CEB8-8B4A-11D0-8D11-00A0C91BC942}\") = ";

std::string project(const std::string &name, const std::string &guid,
                    const std::string &needs = {}) {
    std::string text = std::string(cplusplus) + "\"" + name + "\", \"Src\\" + name +
                       ".vcxproj\", \"" + guid + "\"\r\n";
    if (!needs.empty())
        text += "\tProjectSection(ProjectDependencies) = postProject\r\n\t\t" + needs + " = " +
                needs + "\r\n\tEndProjectSection\r\n";
    return text + "EndProject\r\n";
}

std::expected<Solution, Message> read_as(const std::string &text,
                                         const std::optional<std::string> &configuration) {
    MemoryFiles files;
    files.add("/w/all.sln", text);
    files.add("/w/src/main.vcxproj", "");
    return read_solution(files, "/w/all.sln", configuration, "x64");
}
std::expected<std::vector<SolutionProject>, Message> read(const std::string &text) {
    return KS_TRY(read_as(text, "Release")).projects;
}

TEST(Solutions, ProjectsComeBehindWhatTheyNeed) {
    const auto projects =
        read(first_line +
             std::string(
                 "Project(\"{2150E333-8FDC-42A3-9474-1A3956D46DE8}\") = \"F\", \"F\", \"{F}\"\r\n"
                 "EndProject\r\n") +
             project("Main", "{A}", "{b}") + project("Lib", "{B}"));
    ASSERT_TRUE(projects);
    ASSERT_EQ(projects->size(), 2u);
    EXPECT_EQ((*projects)[0].name, "Lib");
    EXPECT_EQ((*projects)[0].file, "/w/src/Lib.vcxproj"); // not there: as written, in its folder
    EXPECT_EQ((*projects)[1].name, "Main");
    EXPECT_EQ((*projects)[1].file, "/w/src/main.vcxproj");
    EXPECT_EQ((*projects)[1].line, 5u);
    EXPECT_TRUE((*projects)[1].built);
}

TEST(Solutions, ConfigurationsAreMapped) {
    const auto projects =
        read(first_line + project("Main", "{A}") + project("Tool", "{B}") +
             "Global\r\n\tGlobalSection(ProjectConfigurationPlatforms) = postSolution\r\n"
             "\t\t{A}.Debug|x64.ActiveCfg = Debug|x64\r\n"
             "\t\t{A}.Release|x64.ActiveCfg = Win10 Release|x64\r\n"
             "\t\t{A}.Release|x64.Build.0 = Win10 Release|x64\r\n"
             "\t\t{B}.Release|x64.ActiveCfg = Release|Win32\r\n"
             "\tEndGlobalSection\r\nEndGlobal\r\n");
    ASSERT_TRUE(projects);
    EXPECT_EQ((*projects)[0].configuration, "Win10 Release");
    EXPECT_EQ((*projects)[0].platform, "x64");
    EXPECT_TRUE((*projects)[0].built);
    EXPECT_EQ((*projects)[1].platform, "Win32");
    EXPECT_FALSE((*projects)[1].built);
}

TEST(Solutions, AConfigurationIsOneThatItHas) {
    const auto with = [](const std::string &pairs) {
        return first_line + project("Main", "{A}") +
               "Global\r\n\tGlobalSection(SolutionConfigurationPlatforms) = preSolution\r\n" +
               pairs +
               "\tEndGlobalSection\r\n"
               "\tGlobalSection(ProjectConfigurationPlatforms) = postSolution\r\n"
               "\t\t{A}.Win10|x64.ActiveCfg = Release|x64\r\n"
               "\t\t{A}.Win10|x64.Build.0 = Release|x64\r\n"
               "\tEndGlobalSection\r\nEndGlobal\r\n";
    };
    const auto chosen = [&](const std::string &pairs,
                            const std::optional<std::string> &configuration) {
        const auto solution = read_as(with(pairs), configuration);
        return solution ? solution->configuration : to_text(solution.error());
    };
    const std::string old = "\t\tWin10|ARM = Win10|ARM\r\n\t\tWin10|x64 = Win10|x64\r\n"
                            "\t\tWin7|x64 = Win7|x64\r\n";
    EXPECT_EQ(chosen(old, {}), "Win10"); // the first for x64
    EXPECT_EQ(chosen(old + "\t\tdebug|X64 = debug|X64\r\n", {}), "Debug");
    EXPECT_EQ(chosen(old, "Win7"), "Win7");
    EXPECT_EQ(chosen("", {}), "Debug"); // it lists none
    EXPECT_EQ(chosen(old, "Release"), "/w/all.sln: has no configuration Release|x64; it has "
                                      "Win10|ARM, Win10|x64, Win7|x64");
    EXPECT_EQ(chosen("\t\tDebug|ARM = Debug|ARM\r\n", {}),
              "/w/all.sln: has no configuration Debug|x64; it has Debug|ARM");
    const auto projects = read_as(with(old), {})->projects;
    EXPECT_TRUE(projects.at(0).built);
    EXPECT_EQ(projects.at(0).configuration, "Release");
}

TEST(Solutions, RefusesWhatIsNone) {
    const auto refusal = [](const std::string &text) {
        const auto result = read(text);
        return result ? std::string("none") : to_text(result.error());
    };
    EXPECT_EQ(refusal("Project"), "/w/all.sln:1: is no solution: its first line is another");
    EXPECT_EQ(refusal(first_line + project("M", "{A}", "{A}")),
              "/w/all.sln:3: M depends on itself");
    EXPECT_EQ(refusal(std::string(first_line) + cplusplus + "\"a\", \"b\"\r\n"),
              "/w/all.sln:3: Project needs a kind, a name, a path and a GUID");
    EXPECT_EQ(refusal(std::string(first_line) + cplusplus + "\"a\", \"b\", \"{C}\"\r\n"),
              "/w/all.sln:3: Project has no EndProject");
}

} // namespace
} // namespace ksbox::build

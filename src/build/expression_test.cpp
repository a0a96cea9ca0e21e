#include <gtest/gtest.h>

#include "build/expression.h"
#include "build/text.h"

namespace ksbox::build {
namespace {

class Expressions : public testing::Test {
  protected:
    Expressions() {
        files.add("/p/inc/One.h", "");
        files.add("/shared.props", "");
        properties.set("Configuration", "Debug");
        properties.set("Platform", "x64");
        properties.set("Folder", "inc\\");
    }
    std::string expanded(std::string_view text) {
        const auto result = expand(text, {properties, files, "/p", &metadata});
        return result ? *result : "error: " + result.error();
    }
    /// "yes", "no" or why not.
    std::string holds(std::string_view text) {
        const auto result = condition_holds(text, {properties, files, "/p"});
        return !result ? result.error() : *result ? "yes" : "no";
    }

    Properties properties;
    MemoryFiles files;
    std::map<std::string, std::string> metadata{{"defines", "A;B"}};
};

TEST_F(Expressions, PropertiesArePutInWithoutRegardToCase) {
    EXPECT_EQ(expanded("$(PLATFORM)\\$(configuration)"), "x64\\Debug");
    EXPECT_EQ(expanded("[$(Nothing)]"), "[]");
    EXPECT_EQ(expanded("100$ 5% $x"), "100$ 5% $x");
}

TEST_F(Expressions, MetadataArePutIn) {
    EXPECT_EQ(expanded("%(Defines);C"), "A;B;C");
    EXPECT_EQ(expanded("%(ClCompile.DEFINES)%(None)"), "A;B");
}

TEST_F(Expressions, FunctionsThatProjectsUse) {
    EXPECT_EQ(expanded("$(Configuration.ToLower())"), "debug");
    EXPECT_EQ(expanded("$(Configuration.Replace('Debug', 'chk').ToLower())"), "chk");
    EXPECT_EQ(expanded("$(Platform.Contains('64'))"), "True");
    EXPECT_EQ(expanded("$(Platform.EndsWith(\"6\"))"), "False");
    EXPECT_EQ(expanded("$([MSBuild]::GetDirectoryNameOfFileAbove('inc', 'shared.props'))"), "\\");
    EXPECT_EQ(expanded("$([MSBuild]::GetPathOfFileAbove('shared.props'))"), "\\shared.props");
    EXPECT_EQ(expanded("$([MSBuild]::ValueOrDefault('$(None)', '$(Platform)'))"), "x64");
}

TEST_F(Expressions, WhatIsNotKnownIsSaid) {
    EXPECT_EQ(expanded("$([System.IO.File]::ReadAllText('x'))"),
              "error: $([System.IO.File]::ReadAllText('x')) is no property function known here");
    EXPECT_EQ(expanded("$(Platform"), "error: '$(Platform' has no closing bracket");
}

TEST_F(Expressions, ValuesDoNotGrowWithoutBounds) {
    properties.set("A", std::string(200'000, 'x'));
    EXPECT_EQ(expanded("$(A)$(A)$(A)$(A)$(A)").size(), 1'000'000u);
    EXPECT_EQ(expanded("$(A)$(A)$(A)$(A)$(A)$(A)"), "error: a value grows beyond a megabyte");
}

TEST_F(Expressions, ConditionsCompare) {
    EXPECT_EQ(holds(""), "yes");
    EXPECT_EQ(holds("'$(Configuration)|$(Platform)'=='debug|X64'"), "yes");
    EXPECT_EQ(holds("'$(Configuration)|$(Platform)'=='Release|x64'"), "no");
    EXPECT_EQ(holds(" '$(Platform)' != 'x64' "), "no");
    EXPECT_EQ(holds("'1.0' == '1'"), "yes");
    EXPECT_EQ(holds("'true' == 'On'"), "yes");
    EXPECT_EQ(holds("2 > 1"), "yes");
    EXPECT_EQ(holds("2 <= 1"), "no");
    EXPECT_EQ(holds("$(Platform) == x64"), "yes");
}

TEST_F(Expressions, ConditionsCombine) {
    EXPECT_EQ(holds("'a'=='a' And 'b'=='c' Or 'd'=='d'"), "yes");
    EXPECT_EQ(holds("'a'=='a' and ('b'=='c' or 'd'=='e')"), "no");
    EXPECT_EQ(holds("!('a'=='a')"), "no");
    EXPECT_EQ(holds("!exists('nowhere')"), "yes");
}

TEST_F(Expressions, ConditionsAskForFiles) {
    EXPECT_EQ(holds("exists('$(Folder)ONE.H')"), "yes");
    EXPECT_EQ(holds("Exists('..\\shared.props')"), "yes");
    EXPECT_EQ(holds("Exists('two.h')"), "no");
    EXPECT_EQ(holds("Exists('')"), "no");
    EXPECT_EQ(holds("HasTrailingSlash('$(Folder)')"), "yes");
}

TEST_F(Expressions, MalformedConditionsAreSentences) {
    EXPECT_EQ(holds("'a'=='a"), "the condition has a quotation mark without its end");
    EXPECT_EQ(holds("('a'=='a'"), "the condition lacks a closing bracket");
    EXPECT_EQ(holds("'a'=="), "the condition ends too early");
    EXPECT_EQ(holds("'a'"), "the condition 'a' is neither true nor false");
    EXPECT_EQ(holds("'a'=='a' 'b'"), "the condition has ''b'' behind its end");
    EXPECT_EQ(holds("'a' < 'b'"), "the condition compares 'a' and 'b', which are no numbers");
    EXPECT_EQ(holds("Exists 'a'"), "the condition has a function without brackets");
    EXPECT_EQ(holds("*"), "the condition has '*' for a value");
    EXPECT_EQ(holds(std::string(1'000, '!') + "true"), "the condition is nested too deeply");
}

TEST(Text, ListsAndEncodings) {
    EXPECT_EQ(split(" a ;; b;"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(unescaped("a%3bb%zz%2"), "a;b%zz%2");
    EXPECT_EQ(decoded("\xEF\xBB\xBFx"), "x");
    const std::string wide = encoded("\xC3\xA4x", Encoding::utf16);
    EXPECT_EQ(wide, std::string("\xFF\xFE\xE4\0x\0", 6));
    EXPECT_EQ(encoding_of(wide), Encoding::utf16);
    EXPECT_EQ(decoded(wide), "\xC3\xA4x");
    EXPECT_EQ(decoded(std::string("\xFE\xFF\0x", 4)), "x");
    EXPECT_EQ(decoded(std::string("a\0b\0", 4)), "ab");
}

} // namespace
} // namespace ksbox::build

#include <gtest/gtest.h>

#include "nt/rtl/name_expression.h"

namespace ksbox::rtl {
namespace {

TEST(NameExpressionTest, StarsAndQuestionMarks) {
    EXPECT_TRUE(name_matches(u"*", u"a.txt", false));
    EXPECT_TRUE(name_matches(u"*.txt", u"a.b.txt", false));
    EXPECT_FALSE(name_matches(u"*.txt", u"a.txt.bak", false));
    EXPECT_TRUE(name_matches(u"a?c", u"abc", false));
    EXPECT_FALSE(name_matches(u"a?c", u"ac", false));
    EXPECT_TRUE(name_matches(u"A*B*", u"axxbyy", true));
    EXPECT_FALSE(name_matches(u"A*B*", u"axxbyy", false));
    EXPECT_FALSE(name_matches(u"*", u"", false)); // the page's note
    EXPECT_TRUE(name_matches(u"", u"", false));
}

TEST(NameExpressionTest, DosForms) {
    EXPECT_TRUE(name_matches(u"<.txt", u"a.b.txt", false));
    EXPECT_TRUE(name_matches(u"<txt", u"a.txt", false));
    EXPECT_TRUE(name_matches(u"<", u"none", false)); // what "*." becomes: no extension
    EXPECT_FALSE(name_matches(u"<", u"one.txt", false));
    EXPECT_TRUE(name_matches(u"a\"", u"a", false));
    EXPECT_TRUE(name_matches(u"a\"", u"a.", false));
    EXPECT_TRUE(name_matches(u"a>>>\"txt", u"ab.txt", false));
    EXPECT_FALSE(name_matches(u"a>\"txt", u"abc.txt", false));
    EXPECT_TRUE(has_wildcards(u"x\"y"));
    EXPECT_FALSE(has_wildcards(u"x.y"));
}

} // namespace
} // namespace ksbox::rtl

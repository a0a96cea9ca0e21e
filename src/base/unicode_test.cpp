// Conversions keep every valid text and survive every invalid one; case folding as names need it.
#include "base/unicode.h"

#include <gtest/gtest.h>

namespace ksbox {
namespace {

TEST(Unicode, RoundTrips) {
    const std::string text = "ksbox \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x8E\xB5";
    const std::u16string wide = to_utf16(text);
    EXPECT_EQ(wide, u"ksbox \u00e4 \u20ac \U0001F3B5");
    EXPECT_EQ(to_utf8(wide), text);
}

TEST(Unicode, MalformedBecomesReplacement) {
    EXPECT_EQ(to_utf16("a\xFFz"), u"a\uFFFDz");
    EXPECT_EQ(to_utf16("\xC3"), u"\uFFFD");
    EXPECT_EQ(to_utf16("\xE2\x82"), u"\uFFFD\uFFFD");
    EXPECT_EQ(to_utf16("\xC0\x80"), u"\uFFFD\uFFFD");           // overlong
    EXPECT_EQ(to_utf16("\xED\xA0\x80"), u"\uFFFD\uFFFD\uFFFD"); // a surrogate
    const char16_t lone[] = {u'x', 0xD800, u'y', 0xDC00};
    EXPECT_EQ(to_utf8({lone, 4}), "x\xEF\xBF\xBDy\xEF\xBF\xBD");
}

TEST(Unicode, UpcaseOfNames) {
    EXPECT_TRUE(equal_ignoring_case(u"Parameters", u"PARAMETERS"));
    EXPECT_TRUE(equal_ignoring_case(u"\u00e4\u00f6\u0151\u017e\u03b1\u0436\u0451",
                                    u"\u00c4\u00d6\u0150\u017d\u0391\u0416\u0401"));
    EXPECT_EQ(upcase(u'\u00f7'), u'\u00f7'); // the division sign has no case
    EXPECT_EQ(upcase(u'\u00df'), u'\u00df');
    EXPECT_FALSE(equal_ignoring_case(u"pin", u"pins"));
    EXPECT_TRUE(starts_ignoring_case(u"\\registry\\machine", u"\\Registry"));
    EXPECT_FALSE(starts_ignoring_case(u"\\reg", u"\\Registry"));
    EXPECT_TRUE(LessIgnoringCase()(u"alpha", u"Beta"));
    EXPECT_FALSE(LessIgnoringCase()(u"BETA", u"beta"));
}

} // namespace
} // namespace ksbox

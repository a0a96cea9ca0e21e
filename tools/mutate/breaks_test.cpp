// Where breaks are found and where not, and what they make of the source.
#include "breaks.h"

#include <gmock/gmock.h>

namespace ksbox::mutate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The bodies that breaks of `kind` make of `body`, in a function.
std::vector<std::string> broken(const std::string &body, std::string_view kind) {
    const std::string before = "void f(int a) {\n", source = before + body + "\n}\n";
    std::vector<std::string> all;
    for (const Break &one : breaks_of(source)) {
        if (one.kind != kind)
            continue;
        std::string changed = source;
        changed.replace(one.offset, one.length, one.replacement);
        all.push_back(changed.substr(before.size(), changed.size() - before.size() - 3));
    }
    return all;
}

TEST(Breaks, ComparisonsAreFlipped) {
    EXPECT_THAT(broken("x = a == b;", "comparison"), ElementsAre("x = a != b;"));
    EXPECT_THAT(broken("x = a < b;", "comparison"), ElementsAre("x = a >= b;", "x = a <= b;"));
    EXPECT_THAT(broken("std::vector<int> x; y->z;", "comparison"), IsEmpty());
    EXPECT_THAT(broken("// a == b\n\"a == b\";\n/* a == b */", "comparison"), IsEmpty());
}

TEST(Breaks, AndBecomesOr) {
    EXPECT_THAT(broken("x = a && b;", "logic"), ElementsAre("x = a || b;"));
    EXPECT_THAT(broken("auto &&x = y;", "logic"), IsEmpty());
}

TEST(Breaks, StatusesChange) {
    EXPECT_THAT(broken("return STATUS_SUCCESS;", "status"),
                ElementsAre("return STATUS_UNSUCCESSFUL;"));
    EXPECT_THAT(broken("return fail(STATUS_NO_MATCH);", "status"),
                ElementsAre("return fail(STATUS_SUCCESS);", "return fail(STATUS_UNSUCCESSFUL);"));
    EXPECT_THAT(broken("return true;", "status"), ElementsAre("return false;"));
    EXPECT_THAT(broken("if (x == STATUS_PENDING) { }", "status"), IsEmpty());
}

TEST(Breaks, CallsAreDropped) {
    EXPECT_THAT(broken("a.b<int>(c)->d(e);", "call"), ElementsAre(";"));
    EXPECT_THAT(broken("(void)f(a);", "call"), ElementsAre(";"));
    EXPECT_THAT(broken("if (a)\n    f(b);\nelse\n    g();", "call"),
                ElementsAre("if (a)\n    ;\nelse\n    g();", "if (a)\n    f(b);\nelse\n    ;"));
    EXPECT_THAT(broken("case X:\n f();", "call"), ElementsAre("case X:\n ;"));
    for (const char *none : {"T x(a);", "T *x(a);", "x = f();", "return f();", "T x{f()};", "x.y;",
                             "auto x = [] { };", "using X = decltype(f());", "a = f() + g();"})
        EXPECT_THAT(broken(none, "call"), IsEmpty()) << none;
}

TEST(Breaks, ConstantsAreOffByOne) {
    EXPECT_THAT(broken("return 0;", "constant"), ElementsAre("return 1;"));
    EXPECT_THAT(broken("x = a + 1'000ull;", "constant"),
                ElementsAre("x = a + 1001ull;", "x = a + 999ull;"));
    EXPECT_THAT(broken("if (a == 0) ;", "constant"), ElementsAre("if (a == 1) ;"));
    for (const char *none :
         {"x = 0;", "f(a, 0);", "x = a + 0x10;", "return 1.5;", "case 3: ;", "x<3>();", "T x{4};"})
        EXPECT_THAT(broken(none, "constant"), IsEmpty()) << none;
}

TEST(Breaks, ConditionsAreNegated) {
    EXPECT_THAT(broken("if (a || b) { }", "condition"), ElementsAre("if (!(a || b)) { }"));
    EXPECT_THAT(broken("while (f(x)) { }", "condition"), ElementsAre("while (!(f(x))) { }"));
    EXPECT_THAT(broken("if (auto x = f(); !x) { }", "condition"),
                ElementsAre("if (auto x = f(); !(!x)) { }"));
    EXPECT_THAT(broken("if (auto *x = f()) { }", "condition"), IsEmpty());
    EXPECT_THAT(broken("if constexpr (a) { }", "condition"), IsEmpty());
}

TEST(Breaks, OnlyBodiesAreBroken) {
    for (const char *outside :
         {"namespace x {\nvoid f(int a = 3);\n}\n",
          "struct X {\n    int a = 3;\n    void g();\n};\n", "constexpr int table[] = {1, 2};\n",
          "#define F(a) { a == 3; }\n", "enum E { a = 3 };\n"})
        EXPECT_THAT(breaks_of(outside), IsEmpty()) << outside;
    for (const char *inside :
         {"namespace x {\nvoid f() {\n    g();\n}\n}\n",
          "struct X {\n    void f() const { g(); }\n};\n", "X::X(int a) : a_(a), b_{a} { g(); }\n",
          "auto f() -> int { g(); }\n",
          "extern \"C\" {\nint NTAPI f(X x) noexcept {\n    g();\n}\n}\n"}) {
        const std::vector<Break> found = breaks_of(inside);
        ASSERT_EQ(found.size(), 1u) << inside;
        EXPECT_EQ(found[0].kind, "call");
    }
}

TEST(Breaks, TheLineIsTheSources) {
    const std::vector<Break> found =
        breaks_of("// one\n#define TWO \\\n  three\nint f() {\n g();\n}\n");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].line, 5u);
}

} // namespace
} // namespace ksbox::mutate

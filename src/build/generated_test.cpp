// What is written for a project: trace headers, setup information, the overlay of headers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build/ambiguity.h"
#include "build/compiled.h"
#include "build/dialect.h"
#include "build/friends.h"
#include "build/header_overlay.h"
#include "build/redeclared.h"
#include "build/setup_information.h"
#include "build/tokens.h"
#include "build/tracing.h"

namespace ksbox::build {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Tracing, HeadersAreThoseThatASourceIncludes) {
    EXPECT_THAT(trace_headers_of("#include <wdm.h>\r\n #  include \"Adapter.TMH\" // WPP\n"
                                 "// #include \"no.tmh\"\n#include \".tmh\"\n#include <b.tmh>"),
                ElementsAre("Adapter.TMH", "b.tmh"));
}

TEST(Tracing, FunctionsComeFromBlocksAndOptions) {
    std::set<std::string> functions;
    add_configured_functions(
        "FUNC Before(A);\n// begin_wpp config\n// FUNC TraceEvents(LEVEL, FLAGS, "
        "MSG, ...);\n//FUNC Enter{LEVEL=TRACE_LEVEL_VERBOSE}(...);\n"
        "// USEPREFIX(Enter, \"%!STDPREFIX!\");\n// end_wpp\n// FUNC After();",
        functions);
    EXPECT_THAT(functions, ElementsAre("Enter", "TraceEvents"));
    add_named_functions("-func:DoIt(LEVEL,MSG,...) -km -func:Other(MSG,...)", functions);
    add_named_functions(" Third(MSG,...)", functions);
    EXPECT_THAT(functions, ElementsAre("DoIt", "Enter", "Other", "Third", "TraceEvents"));
    const std::string header = trace_header(functions);
    EXPECT_THAT(header, HasSubstr("#undef Third\n#define Third(...) ((void)0)\n"));
    EXPECT_THAT(header, HasSubstr("#define WPP_INIT_TRACING(...) ((void)0)\n"));
}

TEST(SetupInformation, IsStamped) {
    const std::string inx =
        "[Version]\r\nSignature=\"$WINDOWS NT$\"\r\nDriverVer = 02/22/2016, 1.0.0.1 ; "
        "old\r\n[Manufacturer]\r\n%M%=S,NT$ARCH$.10.0\r\nDriverVer=kept\r\n";
    const std::string plain = stamped(inx, {});
    EXPECT_THAT(plain, HasSubstr("\r\nDriverVer = 02/22/2016,1.0.0.1\r\n[Manu"));
    EXPECT_THAT(plain, HasSubstr("%M%=S,NTamd64.10.0\r\nDriverVer=kept\r\n"));
    EXPECT_THAT(stamped(inx, {"01/02/2024", "3.4.5.6", "1.33"}),
                HasSubstr("DriverVer = 01/02/2024,3.4.5.6\r\n"));
    EXPECT_EQ(stamped("[Version]\nClass=MEDIA\nX=$KMDFVERSION$", {}),
              "[Version]\nDriverVer = 01/01/2000,1.0.0.0\r\nClass=MEDIA\nX=1.31");
    EXPECT_EQ(stamped("", {}), "");
}

TEST(Overlay, HasHeadersInAnyCaseAndConvertedOnes) {
    MemoryFiles files;
    files.add("/p/inc/Hw.h", "");
    files.add("/p/inc/deep/x.h", "");
    files.add("/p/inc/.git/config", "");
    files.add("/k/Windef.h", "");
    files.add("/m/windef.h", "");
    HeaderOverlay overlay(files);
    overlay.add_searched({"/k", "/m"});
    overlay.add_tree("/p");
    overlay.replace("/p/inc/Hw.h", "/out/Hw.h");
    EXPECT_THAT(overlay.paths(), ElementsAre("/m/windef.h", "/p/inc/Hw.h", "/p/inc/deep/x.h"));
    const std::string yaml = overlay.to_yaml();
    EXPECT_THAT(yaml, HasSubstr("\"case-sensitive\": \"false\""));
    EXPECT_THAT(yaml, HasSubstr("\"external-contents\": \"/out/Hw.h\""));
    EXPECT_THAT(yaml, Not(HasSubstr("config")));
}

TEST(Dialect, ConstantsWithoutATypeAreInts) {
    EXPECT_EQ(mended("#define X\r\nconst Level = 1;\r\n static const Two =2;\n"),
              "#define X\r\nconst int Level = 1;\r\n static const int Two =2;\n");
    EXPECT_EQ(mended("const int Level = 1;\nint const X = 1;\nint\nconst Y = 1;\n"
                     "// const Z = 1;\nconst == 1;\nconst = 1;\nconstant = 1;\nconst\n"),
              std::nullopt);
}

TEST(Ambiguity, ReadsTheOperandsThatClangRefuses) {
    const std::string one =
        "/p/a.cpp:3:37:{3:32-3:34}: error: conversion from 'P' to 'int' is ambiguous\n"
        "    3 |  t = c ? *p : 0; // error: none\n"
        "/p/a.h:1:12: note: candidate function\n1 error generated.\n";
    EXPECT_TRUE(has_ambiguity(one));
    const auto operands = ambiguous_operands(one, "/p/a.cpp");
    ASSERT_EQ(operands.size(), 1u);
    EXPECT_EQ(to_text({operands[0].said, "x"}), "/p/a.cpp:3:32: x");
    EXPECT_EQ(operands[0].line, 3u);
    EXPECT_EQ(operands[0].begin, 32u);
    EXPECT_EQ(operands[0].end, 34u);
    EXPECT_TRUE(ambiguous_operands(one, "/p/b.cpp").empty());
    EXPECT_TRUE(
        ambiguous_operands(one + "/p/a.cpp:9:1: error: expected ';'\n", "/p/a.cpp").empty());
    EXPECT_TRUE(ambiguous_operands("/p/a.cpp:3:7:{3:2-4:4}: error: conversion from 'P' to 'int' is "
                                   "ambiguous\n",
                                   "/p/a.cpp")
                    .empty()); // on two lines
    EXPECT_FALSE(has_ambiguity("/p/a.cpp:3:37: error: call to 'f' is ambiguous\n"));
}

TEST(Ambiguity, CastsEachOperandWhereItStands) {
    const Operand first{{}, 2, 5, 7}, second{{}, 2, 14, 16}, beyond{{}, 4, 1, 2};
    EXPECT_EQ(with_casts("int\nc ? *p : d ? *q : 0;\n", {first, second, beyond}),
              "int\nc ? (long)(*p) : d ? (long)(*q) : 0;\n");
    EXPECT_EQ(with_casts("", {first}), "");
}

TEST(Tokens, AreNamesLiteralsAndLetters) {
    std::vector<std::string> texts;
    std::vector<unsigned> lines;
    for (const Token &token :
         tokens_of("#define A \\\r\n {\r\nx1/* { */->y // ;\n \"a\\\"}\"'{'\n#if 0")) {
        texts.emplace_back(token.text);
        lines.push_back(token.line);
    }
    EXPECT_THAT(texts, ElementsAre("x1", "-", ">", "y", "\"a\\\"}\"", "'{'"));
    EXPECT_THAT(lines, ElementsAre(3, 3, 3, 3, 4, 4));
    EXPECT_TRUE(tokens_of("/* open").empty());
    EXPECT_EQ(tokens_of("\"open").size(), 1u);
}

TEST(Friends, AreNamedByTheDiagnostics) {
    EXPECT_THAT(undeclared_names("a.cpp:1:2: error: use of undeclared identifier 'F'; did you mean "
                                 "'G'?\na.cpp:1:2: error: no member named 'H' in the global "
                                 "namespace\na.cpp:1:2: error: no member named 'm' in 'S'\n"),
                ElementsAre("F", "H"));
    EXPECT_THAT(undeclared_names("use of undeclared identifier '"), ElementsAre());
}

TEST(Friends, AreDeclaredBehindTheirClass) {
    const WithFriends with = with_friends("extern \"C\" {\n"
                                          "class __declspec(uuid(\"1\")) A : public B {\n"
                                          "    friend class F;\n"
                                          "    friend VOID NTAPI // not F(\n"
                                          "        F(IN std::PVOID X, int = 1);\n"
                                          "    struct Inner { friend ROUTINE G; } in;\n"
                                          "    friend int A::H(); friend int I() { return 0; }\n"
                                          "} a; struct S { friend int F(); };\n}\n",
                                          {"F", "G", "H", "I"});
    EXPECT_THAT(with.text,
                HasSubstr("\n} a; VOID NTAPI F(IN std::PVOID X, int = 1); ROUTINE G; struct S {"));
    ASSERT_EQ(with.declared.size(), 2u);
    EXPECT_EQ(with.declared[0].name, "F");
    EXPECT_EQ(with.declared[0].line, 4u);
    EXPECT_EQ(with.declared[1].line, 6u);
}

TEST(Friends, WhatIsNoClassOrNotUnderstoodStaysAsItIs) {
    for (const std::string text :
         {"void f() { friend int F(); };", "enum class E { friend, F };",
          "class A { friend int F();", "class A { friend int F() }; };",
          "struct S *f() { friend int F(); };", "}}; friend int F();", ""}) {
        EXPECT_TRUE(with_friends(text, {"F"}).declared.empty()) << text;
        EXPECT_EQ(with_friends(text, {"F"}).text, text);
    }
}

TEST(Redeclared, NamesTheOneThatNoMacroWrote) {
    const std::string said = "/p/a.h:9:5: error: class member cannot be redeclared\n    9 | IMP;\n"
                             "/k/b.h:1:2: note: expanded from macro 'IMP'\n"
                             "/p/a.h:4:26: note: previous declaration is here\n"
                             "/p/a.h:12:7:{1:2-3:4}: error: class member cannot be redeclared\n"
                             "/p/a.h:3:1: note: previous declaration is here\n"
                             "/k/b.h:1:2: note: expanded from macro 'IMP'\n"
                             "/p/a.h:20:5: error: class member cannot be redeclared\n"
                             "/k/b.h:1:2: note: expanded from macro 'IMP'\n"
                             "/p/a.h:19:5: note: previous declaration is here\n"
                             "/k/b.h:1:2: note: expanded from macro 'IMP'\n"
                             "/p/a.h:30:5: error: expected ';'\n";
    const auto places = redeclared_members(said);
    ASSERT_EQ(places.size(), 2u);
    EXPECT_EQ(to_text({places[0], "x"}), "/p/a.h:4:26: x");
    EXPECT_EQ(to_text({places[1], "x"}), "/p/a.h:12:7: x");
    EXPECT_TRUE(redeclared_members("error: class member cannot be redeclared").empty());
}

TEST(Redeclared, ADeclarationBecomesBlank) {
    const std::string text = "class A { public: int a;\n\tint A::f(int x,\n int y); int g() {} };";
    EXPECT_EQ(without_declaration(text, {{}, 2, 9}),
              "class A { public: int a;\n\t               \n         int g() {} };");
    EXPECT_EQ(without_declaration(text, {{}, 1, 23}),
              "class A { public:       \n\tint A::f(int x,\n int y); int g() {} };");
    EXPECT_EQ(without_declaration(text, {{}, 3, 13}), std::nullopt); // has a body
    EXPECT_EQ(without_declaration(text, {{}, 7, 1}), std::nullopt);
    EXPECT_EQ(without_declaration("int a", {{}, 1, 5}), std::nullopt);
}

TEST(Compiled, ReadsMakeRules) {
    EXPECT_THAT(prerequisites("a.obj: a.c \\\n  b\\ c.h d$$.h\n"),
                ElementsAre("a.c", "b c.h", "d$.h"));
    EXPECT_THAT(prerequisites("nothing"), ElementsAre());
}

} // namespace
} // namespace ksbox::build

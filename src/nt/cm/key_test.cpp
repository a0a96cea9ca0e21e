// The key tree and .reg files: no kernel needed.
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "abi/windows.h"

#include "nt/cm/key.h"
#include "nt/cm/reg_file.h"

namespace ksbox::cm {
namespace {

class KeyTreeTest : public testing::Test {
  protected:
    KeyPointer make(std::u16string_view path) { return tree.create_all(path).value(); }
    static std::string text(const Value *value) {
        if (!value)
            return "(none)";
        std::u16string wide(value->data.size() / 2, u'\0');
        std::memcpy(wide.data(), value->data.data(), wide.size() * 2);
        return to_utf8(wide);
    }
    static std::uint32_t dword(const Value *value) {
        std::uint32_t number = 0;
        std::memcpy(&number, value->data.data(), 4);
        return number;
    }

    std::uint64_t now = 100;
    KeyTree tree{[this] { return now; }};
};

TEST_F(KeyTreeTest, NamesIgnoreCaseAndKeepTheirSpelling) {
    const auto key = make(u"\\Registry\\Machine\\Software\\KsBox");
    EXPECT_EQ(tree.open(u"\\REGISTRY\\machine\\SOFTWARE\\ksbox").value(), key);
    EXPECT_EQ(tree.path_of(key), u"\\Registry\\Machine\\Software\\KsBox");
    EXPECT_EQ(tree.open(u"Machine").error(), Status(STATUS_OBJECT_PATH_SYNTAX_BAD));
    EXPECT_EQ(tree.open(u"\\Device\\x").error(), Status(STATUS_OBJECT_NAME_NOT_FOUND));
    EXPECT_EQ(tree.open(key, u"nothing").error(), Status(STATUS_OBJECT_NAME_NOT_FOUND));
    EXPECT_EQ(tree.open(key, std::u16string(256, u'x')).error(),
              Status(STATUS_OBJECT_NAME_INVALID));
}

TEST_F(KeyTreeTest, CreateMakesOneLevelOnly) {
    const auto machine = make(u"\\Registry\\Machine");
    EXPECT_EQ(tree.create(machine, u"a\\b", {}, false).error(),
              Status(STATUS_OBJECT_NAME_NOT_FOUND));
    EXPECT_TRUE(tree.create(machine, u"a", u"class", false).value().is_new);
    EXPECT_TRUE(tree.create(machine, u"a\\b", {}, true).value().is_new);
    EXPECT_FALSE(tree.create(machine, u"A\\B", {}, false).value().is_new);
    EXPECT_EQ(tree.create(machine, u"a\\b\\c", {}, false).error(),
              Status(STATUS_CHILD_MUST_BE_VOLATILE));
}

TEST_F(KeyTreeTest, ValuesAreReplacedInPlace) {
    const auto key = make(u"\\Registry\\Machine\\x");
    const std::byte one[] = {std::byte{1}};
    tree.set_value(*key, u"b", REG_BINARY, one);
    tree.set_value(*key, u"a", REG_BINARY, one);
    now = 200;
    tree.set_value(*key, u"B", REG_NONE, {});
    ASSERT_EQ(key->values.size(), 2u);
    EXPECT_EQ(key->values[0].name, u"b");
    EXPECT_EQ(key->values[0].type, static_cast<std::uint32_t>(REG_NONE));
    EXPECT_EQ(key->last_write_100ns, 200u);
    EXPECT_TRUE(tree.delete_value(*key, u"B"));
    EXPECT_EQ(tree.delete_value(*key, u"b").error(), Status(STATUS_OBJECT_NAME_NOT_FOUND));
}

TEST_F(KeyTreeTest, DeleteNeedsAnEmptyKey) {
    const auto key = make(u"\\Registry\\Machine\\x\\y");
    const auto above = tree.open(u"\\Registry\\Machine\\x").value();
    EXPECT_EQ(tree.delete_key(above).error(), Status(STATUS_CANNOT_DELETE));
    EXPECT_EQ(tree.delete_key(tree.open(u"\\Registry\\Machine").value()).error(),
              Status(STATUS_CANNOT_DELETE));
    EXPECT_TRUE(tree.delete_key(key));
    EXPECT_EQ(tree.delete_key(key).error(), Status(STATUS_KEY_DELETED));
    EXPECT_EQ(tree.open(key, u"").error(), Status(STATUS_KEY_DELETED));
    EXPECT_EQ(tree.create(key, u"z", {}, false).error(), Status(STATUS_KEY_DELETED));
    EXPECT_TRUE(tree.delete_tree(above));
}

TEST_F(KeyTreeTest, LinksLeadElsewhere) {
    const auto real = make(u"\\Registry\\Machine\\System\\ControlSet001\\Services");
    make(u"\\Registry\\Machine\\System\\CurrentControlSet")->link =
        u"\\Registry\\Machine\\System\\ControlSet001";
    EXPECT_EQ(tree.open(u"\\Registry\\Machine\\System\\CurrentControlSet\\Services").value(), real);
}

TEST_F(KeyTreeTest, ImportsVersion5) {
    const auto done = import_reg_file(tree, "\xEF\xBB\xBFWindows Registry Editor Version 5.00\r\n"
                                            "\r\n; a comment\r\n"
                                            "[HKEY_LOCAL_MACHINE\\Software\\ks]\r\n"
                                            "@=\"default\"\r\n"
                                            "\"quo\\\"te\\\\\"=\"C:\\\\x\"\r\n"
                                            "\"number\"=dword:0000002A\r\n"
                                            "\"blob\"=hex:01,02,\\\r\n  ff\r\n"
                                            "\"multi\"=hex(7):61,00,00,00,62,00,00,00,00,00\r\n"
                                            "\"empty\"=hex(0):\r\n"
                                            "\"gone\"=\"x\"\r\n\"gone\"=-\r\n");
    ASSERT_TRUE(done) << done.error().line << ": " << done.error().text;
    const auto key = tree.open(u"\\Registry\\Machine\\Software\\ks").value();
    EXPECT_EQ(text(key->find_value(u"")), std::string("default\0", 8));
    EXPECT_EQ(text(key->find_value(u"quo\"te\\")), std::string("C:\\x\0", 5));
    EXPECT_EQ(dword(key->find_value(u"number")), 42u);
    EXPECT_EQ(key->find_value(u"blob")->data.size(), 3u);
    EXPECT_EQ(text(key->find_value(u"multi")), std::string("a\0b\0\0", 5));
    EXPECT_EQ(key->find_value(u"empty")->type, static_cast<std::uint32_t>(REG_NONE));
    EXPECT_EQ(key->find_value(u"gone"), nullptr);
}

TEST_F(KeyTreeTest, ImportsRegedit4AndDeletesKeys) {
    make(u"\\Registry\\User\\.Default\\old\\below");
    const auto done =
        import_reg_file(tree, "REGEDIT4\n[-HKEY_CURRENT_USER\\old]\n\"skipped\"=\"\"\n"
                              "[HKEY_USERS\\u]\n\"e\"=hex(2):25,61,25,00\n"
                              "\"\xE4\"=\"\xF6\"");
    ASSERT_TRUE(done) << done.error().line << ": " << done.error().text;
    EXPECT_FALSE(tree.open(u"\\Registry\\User\\.Default\\old"));
    const auto key = tree.open(u"\\Registry\\User\\u").value();
    EXPECT_EQ(text(key->find_value(u"e")), std::string("%a%\0", 4));
    EXPECT_EQ(text(key->find_value(u"\u00e4")), std::string("\xC3\xB6\0", 3));
}

TEST_F(KeyTreeTest, ImportNamesTheLineItRefuses) {
    const std::pair<const char *, unsigned> refused[] = {
        {"", 0},
        {"hello", 1},
        {"REGEDIT4\n\"a\"=\"b\"", 2},
        {"REGEDIT4\n[HKEY_NOWHERE\\x]", 2},
        {"REGEDIT4\n[HKEY_USERS\\x", 2},
        {"REGEDIT4\n[HKEY_USERS\\x]\n\na=b", 4},
        {"REGEDIT4\n[HKEY_USERS\\x]\n\"a\"=dword:xyz", 3},
        {"REGEDIT4\n[HKEY_USERS\\x]\n\"a\"=hex:100", 3},
        {"REGEDIT4\n[HKEY_USERS\\x]\n\"a\"=\"b\" c", 3},
        {"REGEDIT4\n[HKEY_USERS\\x]\n\"a\"", 3},
        {"REGEDIT4\n[-HKEY_USERS]", 2},
        {"REGEDIT4\n[-HKEY_LOCAL_MACHINE\\]", 2},
        {"REGEDIT4\n[HKEY_USERS\\x]\n\"a\"=hex:01,\\\n  02,\\\n  zz", 5},
        {"REGEDIT4\n[HKEY_USERS\\x]\n\"a\"=hex(zz):01", 3},
        {"REGEDIT4\n[HKEY_USERS\\x]\n\"a\"=dword:123456789", 3},
        {"REGEDIT4\r\n[HKEY_USERS\\x]\r\n\"a\"=\"open\r\n\r\n", 3},
        {"\xFF\xFE"
         "R",
         0},
        {"\xFE\xFF", 0},
        {"\xEF\xBB\xBFWindows Registry Editor Version 5.00\n\n\xE4", 3},
    };
    for (const auto &[bytes, line] : refused) {
        const auto done = import_reg_file(tree, bytes);
        ASSERT_FALSE(done) << bytes;
        EXPECT_EQ(done.error().line, line) << bytes;
    }
}

TEST_F(KeyTreeTest, RefusedFileChangesNothing) {
    EXPECT_FALSE(import_reg_file(tree, "REGEDIT4\n[HKEY_USERS\\x]\n\"a\"=dword:1\nnonsense\n"));
    EXPECT_FALSE(tree.open(u"\\Registry\\User\\x"));
}

TEST_F(KeyTreeTest, ImportsCommentsLinesInStringsAndCodePages) {
    const auto done = import_reg_file(
        tree, "Windows Registry Editor Version 5.00\r\n; first\r\n"
              "[HKEY_USERS\\a]b] ; key\r\n\"one\"=dword:2a ; value\r\n"
              "\"two\"=hex:01,\\ \r\n  ; between\r\n 02,\r\n\"three\"=\"x\r\ny\" ; end\r\n"
              "\"\xE4\"=\"\x80\"\r\n");
    ASSERT_TRUE(done) << done.error().line << ": " << done.error().text;
    const auto key = tree.open(u"\\Registry\\User\\a]b").value();
    EXPECT_EQ(dword(key->find_value(u"one")), 42u);
    EXPECT_EQ(key->find_value(u"two")->data.size(), 2u);
    EXPECT_EQ(text(key->find_value(u"three")), std::string("x\r\ny\0", 5));
    EXPECT_EQ(text(key->find_value(u"\u00e4")), std::string("\xE2\x82\xAC\0", 4));
}

TEST_F(KeyTreeTest, WholeRegistryReadsBackWithoutItsLinks) {
    make(u"\\Registry\\Machine\\real\\below");
    make(u"\\Registry\\Machine\\link")->link = u"\\Registry\\Machine\\real";
    tree.set_value(*make(u"\\Registry\\User\\u"), u"line\nbreak", 0x8000'0001, {});
    const std::string bytes = export_reg_file(tree, tree.root()).value();
    KeyTree other([] { return 0; });
    ASSERT_TRUE(import_reg_file(other, bytes));
    EXPECT_EQ(export_reg_file(other, other.root()).value(), bytes);
    EXPECT_FALSE(other.open(u"\\Registry\\Machine\\link"));
    EXPECT_EQ(other.open(u"\\Registry\\User\\u").value()->find_value(u"line\nbreak")->type,
              0x8000'0001u);
    make(u"\\Registry\\User\\a\nb");
    EXPECT_EQ(export_reg_file(tree, tree.root()).error(), Status(STATUS_OBJECT_NAME_INVALID));
}

TEST_F(KeyTreeTest, TreesAreNoDeeperThanWindowsHasThem) {
    std::u16string path = u"\\Registry\\User";
    for (int i = 2; i < 512; ++i)
        path += u"\\k";
    ASSERT_TRUE(tree.create_all(path));
    EXPECT_EQ(tree.create_all(path + u"\\k").error(), Status(STATUS_NAME_TOO_LONG));
}

TEST_F(KeyTreeTest, ExportReadsBack) {
    ASSERT_TRUE(import_reg_file(tree,
                                "Windows Registry Editor Version 5.00\n"
                                "[HKEY_LOCAL_MACHINE\\k\\sub]\n\"a\\\\\"=\"q\\\"\"\n@=dword:7\n"
                                "\"m\"=hex(7):61,00,00,00,00,00\n\"odd\"=hex(1):61\n"
                                "\"line\"=hex(1):0a,00,00,00\n"
                                "\"long\"=hex:00,01,02,03,04,05,06,07,08,09,0a,0b,0c,0d,0e,"
                                "0f,10,11,12,13,14,15,16,17,18,19,1a\n"));
    const std::string bytes =
        export_reg_file(tree, tree.open(u"\\Registry\\Machine\\k").value()).value();
    EXPECT_TRUE(bytes.starts_with("\xFF\xFE"));
    KeyTree other([] { return 0; });
    const auto done = import_reg_file(other, bytes);
    ASSERT_TRUE(done) << done.error().line << ": " << done.error().text;
    EXPECT_EQ(export_reg_file(other, other.open(u"\\Registry\\Machine\\k").value()).value(), bytes);
    const auto key = other.open(u"\\Registry\\Machine\\k\\sub").value();
    EXPECT_EQ(key->values.size(), 6u);
    EXPECT_EQ(key->find_value(u"long")->data.size(), 27u);
}

} // namespace
} // namespace ksbox::cm

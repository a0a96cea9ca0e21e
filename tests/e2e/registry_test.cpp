// Registry files on the command line: merged before the driver starts, saved when it is gone.
#include <fstream>

#include "e2e/command.h"

namespace e2e {
namespace {

class RegistryFiles : public Command {
  protected:
    void write(const std::string &name, const std::string &text) {
        std::ofstream(file(name), std::ios::binary) << text;
    }
    /// The saved file without its mark and as bytes where all of it is ASCII.
    std::string saved(const std::string &name) {
        std::string text;
        const auto bytes = read_bytes(file(name));
        for (std::size_t i = 2; i + 1 < bytes.size(); i += 2)
            text += bytes[i + 1] == std::byte{0} ? static_cast<char>(bytes[i]) : '?';
        return text;
    }
    static bool says(const std::string &text, const std::string &what) {
        return text.find(what) != std::string::npos;
    }
};

constexpr auto version = "Windows Registry Editor Version 5.00\r\n";

TEST_F(RegistryFiles, MergedFileIsInTheSavedOneAndSavingAgainChangesNothing) {
    write("in.reg", std::string(version) +
                        "[HKEY_LOCAL_MACHINE\\Software\\Maker]\r\n\"Gain\"=dword:00000007\r\n"
                        "\"Name\"=\"a \\\"quoted\\\" one\"\r\n\"Raw\"=hex(80000001):01,ff\r\n");
    const Outcome first = ksbox({"inspect", driver("cable"), "--registry", file("in.reg"),
                                 "--save-registry", file("first.reg")});
    EXPECT_EQ(first.code, 0) << first.err;
    const std::string text = saved("first.reg");
    EXPECT_TRUE(text.starts_with(version));
    EXPECT_TRUE(says(text, "[HKEY_LOCAL_MACHINE\\Software\\Maker]\r\n\"Gain\"=dword:00000007\r\n"
                           "\"Name\"=\"a \\\"quoted\\\" one\"\r\n\"Raw\"=hex(80000001):01,ff\r\n"));
    // The driver's own key is there too.
    EXPECT_TRUE(says(text, "\\Services\\cable")) << text;
    const Outcome second = ksbox({"inspect", driver("cable"), "--reg", file("first.reg"),
                                  "--save-registry", file("second.reg")});
    EXPECT_EQ(second.code, 0) << second.err;
    EXPECT_EQ(saved("second.reg"), text);
}

TEST_F(RegistryFiles, RefusalNamesFileAndLine) {
    write("bad.reg", std::string(version) + "[HKEY_USERS\\x]\r\n\"a\"=hex:01,\\\r\n  zz\r\n");
    const std::string line =
        refusal({"inspect", driver("cable"), "--registry", file("bad.reg")}, 2);
    EXPECT_TRUE(says(line, "bad.reg:4:")) << line;
    EXPECT_TRUE(
        says(refusal({"inspect", driver("cable"), "--registry", file("")}, 2), "cannot be read"));
    EXPECT_TRUE(
        says(refusal({"inspect", driver("cable"), "--save-registry", file("no") / "x.reg"}, 2),
             "cannot be written"));
}

} // namespace
} // namespace e2e

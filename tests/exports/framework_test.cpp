// The cases of faulty_exports.sys fail, and each for its own reason. What cases write into the
// trace is looked at here, too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exports/case_run.h"
#include "support/trace.h"
#include "support/traced_box.h"

namespace ksbox::exports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> run(const char *driver, const std::string &name) {
    const CaseTable table = read_case_table(ksbox::testing::driver_path(driver));
    for (const ExportCase &one : table.cases)
        if (one.exports.front() == name)
            return run_case(table, one);
    return {"there is no such case"};
}

TEST(ExportCases, FailEachForItsOwnReason) {
    const auto faulty = [](const char *name) { return run("faulty_exports", name); };
    EXPECT_THAT(faulty("KeQueryTimeIncrement"), IsEmpty());
    EXPECT_THAT(faulty("KeQueryTickCount"),
                ElementsAre(HasSubstr("KeQueryTimeIncrement() == 1\n  actual 0x"),
                            HasSubstr("does not call KeQueryTickCount")));
    EXPECT_THAT(faulty("KeBugCheck"), ElementsAre(HasSubstr("the box stopped:\n"),
                                                  HasSubstr("does not call KeBugCheck")));
    EXPECT_THAT(faulty("KeBugCheckEx"),
                ElementsAre(HasSubstr("stopped with 0xe2 in place of 0xe3")));
    EXPECT_THAT(faulty("KeQueryUnbiasedInterruptTime"),
                ElementsAre("the box did not stop with 0xe2"));
    EXPECT_THAT(faulty("ExAllocatePool2"), ElementsAre(HasSubstr("leak: 10 bytes of pool")));
    EXPECT_THAT(faulty("KeDelayExecutionThread"),
                ElementsAre(HasSubstr("KSBOX_DEADLOCK"), HasSubstr("does not call KeDelay")));
    EXPECT_THAT(faulty("KeClearEvent"), ElementsAre("the case expects nothing"));
    EXPECT_THAT(faulty("KeStallExecutionProcessor"),
                ElementsAre(HasSubstr("does not say \"a sentence of its own\"")));
    EXPECT_THAT(faulty("KeQueryPerformanceCounter"),
                ElementsAre(HasSubstr("stopped with 0xe0ca5e in place of 0xe2")));
    EXPECT_THAT(faulty("NoSuchCase"), ElementsAre("there is no such case"));
}

TEST(ExportCases, WriteIntoTheTraceWhatEventTracingGets) {
    const CaseTable table = read_case_table(ksbox::testing::driver_path("nt_exports"));
    const ksbox::testing::ScratchFolder folder;
    const auto trace = folder.path() / "trace.jsonl";
    for (const ExportCase &one : table.cases) {
        if (one.file != "etw_trace.cpp")
            continue;
        EXPECT_THAT(run_case(table, one, trace), IsEmpty());
        const auto events = ksbox::testing::read_trace(trace);
        const auto count = [&](const char *kind) { return ksbox::testing::count(events, kind); };
        const std::string name = one.exports.front();
        if (name == "EtwRegister") {
            EXPECT_EQ(count("etw.register"), 2u);
            EXPECT_EQ(count("etw.unregister"), 2u);
            EXPECT_EQ(count("etw"), 2u);
        } else if (name == "WmiTraceMessage") {
            EXPECT_EQ(count("wpp"), 1u);
        } else if (name == "EtwWriteEx") {
            EXPECT_EQ(count("etw"), 2u);
            EXPECT_EQ(ksbox::testing::count(events, "etw", {{"text", "a string"}}), 1u);
        }
    }
}

TEST(ExportCases, OfScarceMemoryCopeWithIt) {
    const CaseTable table = read_case_table(ksbox::testing::driver_path("kmdf_exports"));
    unsigned ran = 0;
    for (const ExportCase &one : table.cases) {
        if (one.file != "wdf_scarce.cpp")
            continue;
        EXPECT_THAT(run_case_without_memory(table, one), IsEmpty()) << one.exports.front();
        ++ran;
    }
    EXPECT_EQ(ran, 1u);
}

TEST(ExportCases, AreReadFromTheFile) {
    const CaseTable table = read_case_table(ksbox::testing::driver_path("faulty_exports"));
    ASSERT_EQ(table.cases.size(), 10u);
    EXPECT_EQ(table.cases[0].file, "faulty_cases.cpp");
    EXPECT_EQ(table.cases[0].area(), "faulty");
    EXPECT_EQ(table.cases[3].stop_code, 0xE3u);
    EXPECT_EQ(table.cases[3].says, "");
    EXPECT_EQ(table.cases[8].says, "a sentence of its own");
    EXPECT_TRUE(table.imports.contains("KeBugCheckEx"));
    EXPECT_THROW(read_case_table("/dev/null"), std::runtime_error);
}

} // namespace
} // namespace ksbox::exports

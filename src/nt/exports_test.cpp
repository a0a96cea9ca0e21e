#include "nt/exports.h"

#include <map>
#include <set>

#include "nt/ex/box_test.h"

namespace ksbox {
namespace {

TEST(Exports, NoNameIsOfferedTwice) {
    std::map<std::string_view, int> seen;
    for (const Export &entry : ntoskrnl_exports())
        ++seen[entry.name];
    for (const auto &[name, times] : seen)
        EXPECT_EQ(times, 1) << name;
}

TEST(Exports, EveryImplementedNameHasAnAddressAndEveryStubNone) {
    std::set<std::string_view> implemented;
    for (const Export &entry : implemented_exports()) {
        if (entry.state == ExportState::stub)
            continue; // a table may name its own
        // Data that differs from box to box (Kernel::box_data) has none in the table.
        EXPECT_TRUE(entry.address != nullptr || entry.is_data) << entry.name;
        implemented.insert(entry.name);
    }
    EXPECT_GT(implemented.size(), 300u);
    int stubs = 0;
    for (const Export &entry : ntoskrnl_exports()) {
        if (implemented.contains(entry.name))
            continue;
        ++stubs;
        EXPECT_EQ(entry.state, ExportState::stub) << entry.name;
        EXPECT_EQ(entry.address, nullptr) << entry.name;
        EXPECT_FALSE(std::string_view(entry.name).empty());
    }
    EXPECT_GT(stubs, 0);
}

TEST(Exports, PagesNameTheFunctionOrItsKin) {
    for (const Export &entry : ntoskrnl_exports()) {
        const std::string_view page = entry.page;
        if (!page.empty() && !entry.is_data) {
            EXPECT_TRUE(page.starts_with("NF:") || page.starts_with("NC:") ||
                        page.find('/') != page.npos)
                << entry.name << ": " << page;
        }
    }
}

TEST(Exports, ModulesAreFoundHoweverTheyAreSpelled) {
    for (const char *spelling : {"ntoskrnl.exe", "NTOSKRNL.EXE", "ntoskrnl", "ntkrnlpa.exe",
                                 "HAL.dll", "hal", "ext-ms-win-ntos-ksecurity-l1-1-1.dll"})
        EXPECT_EQ(module_of(spelling), "ntoskrnl") << spelling;
    EXPECT_EQ(module_of("KS.SYS"), "ks");
    EXPECT_EQ(module_of("drmk.sys"), "drmk");
    EXPECT_EQ(module_of("ksecdd.sys"), "ksecdd");
    EXPECT_EQ(module_of("CNG.sys"), "ksecdd");
    EXPECT_EQ(module_of("NETIO.SYS"), "netio");
    EXPECT_EQ(module_of("kernel32.dll"), "");
    EXPECT_EQ(module_of(""), "");
}

TEST(Exports, DataOfABoxIsItsOwn) {
    KernelOptions options;
    options.processors = 3;
    const auto first = Kernel::create(options).value();
    const auto second = Kernel::create(KernelOptions{}).value();
    for (const Export &entry : implemented_exports())
        if (entry.is_data && entry.address == nullptr) {
            EXPECT_NE(first->box_data(entry.name), nullptr) << entry.name;
            EXPECT_NE(first->box_data(entry.name), second->box_data(entry.name)) << entry.name;
        }
    EXPECT_EQ(*static_cast<const signed char *>(first->box_data("KeNumberProcessors")), 3);
}

class RoutineAddressTest : public BoxTest {};
INSTANTIATE_TEST_SUITE_P(Modes, RoutineAddressTest, both_modes, mode_name);

TEST_P(RoutineAddressTest, OnlyWhatIsImplementedHasAnAddress) {
    run([&] {
        const auto find = [](std::u16string name) {
            UNICODE_STRING text{static_cast<USHORT>(name.size() * 2),
                                static_cast<USHORT>(name.size() * 2), name.data()};
            return MmGetSystemRoutineAddress(&text);
        };
        EXPECT_EQ(find(u"IoFreeMdl"), reinterpret_cast<void *>(&IoFreeMdl));
        EXPECT_EQ(find(u"iofreemdl"), nullptr);
        EXPECT_EQ(find(u"IoCreateFileSpecifyDeviceObjectHint"), nullptr);
        EXPECT_EQ(find(u"No\u00e9"), nullptr);
    });
}

} // namespace
} // namespace ksbox

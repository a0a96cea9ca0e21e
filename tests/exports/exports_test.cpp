// One test for each case in the drivers of export cases: Ke/KeSetEvent and so on. Registered at
// start, so that a new case needs nothing here.
#include <cctype>
#include <map>

#include <gtest/gtest.h>

#include "exports/case_run.h"
#include "test_paths.h"

namespace ksbox::exports {
namespace {

class CaseTest : public ::testing::Test {
  public:
    CaseTest(const CaseTable &table, const ExportCase &one, bool realtime)
        : table_(table), case_(one), realtime_(realtime) {}
    void TestBody() override {
        for (const std::string &failure : run_case(table_, case_, {}, realtime_))
            ADD_FAILURE_AT(case_.file.c_str(), int(case_.line)) << failure;
    }

  private:
    const CaseTable &table_;
    const ExportCase &case_;
    bool realtime_;
};

/// "Ke" of "ke".
std::string suite_of(const ExportCase &one) {
    std::string area = one.area();
    area.at(0) = char(std::toupper(static_cast<unsigned char>(area.at(0))));
    return area;
}

void register_cases(const CaseTable &table, std::map<std::string, int> &names,
                    bool realtime = false) {
    for (const ExportCase &one : table.cases) {
        if (realtime && one.file == "wsk_ipv6.cpp")
            continue; // the host may have no IPv6
        const std::string suite = suite_of(one);
        std::string name = one.exports.front();
        if (const int times = ++names[suite + "." + name]; times > 1)
            name += "_" + std::to_string(times);
        if (realtime)
            name += "_realtime";
        ::testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr, one.file.c_str(),
                                int(one.line), [&table, &one, realtime]() -> CaseTest * {
                                    return new CaseTest(table, one, realtime);
                                });
    }
}

} // namespace
} // namespace ksbox::exports

int main(int count, char **arguments) {
    ::testing::InitGoogleTest(&count, arguments);
    const std::filesystem::path drivers(KSBOX_TEST_DRIVERS);
    const auto nt = ksbox::exports::read_case_table(drivers / "nt_exports.sys");
    const auto ks = ksbox::exports::read_case_table(drivers / "ks_exports.sys");
    const auto portcls = ksbox::exports::read_case_table(drivers / "portcls_exports.sys");
    const auto adapter = ksbox::exports::read_case_table(drivers / "adapter_exports.sys");
    const auto kmdf = ksbox::exports::read_case_table(drivers / "kmdf_exports.sys");
    const auto wsk = ksbox::exports::read_case_table(drivers / "wsk_exports.sys");
    std::map<std::string, int> names;
    ksbox::exports::register_cases(nt, names);
    ksbox::exports::register_cases(ks, names);
    ksbox::exports::register_cases(portcls, names);
    ksbox::exports::register_cases(adapter, names);
    ksbox::exports::register_cases(kmdf, names);
    ksbox::exports::register_cases(wsk, names);
    names.clear();
    ksbox::exports::register_cases(kmdf, names, true); // much of it is concurrent
    ksbox::exports::register_cases(wsk, names, true);  // over the host's network
    return RUN_ALL_TESTS();
}

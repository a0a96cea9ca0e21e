// A driver loaded and unloaded a hundred times in one process takes no more of it than ten times.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <malloc.h>
#include <string>

#include <gtest/gtest.h>

#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

struct Footprint {
    std::size_t mappings = 0, mapped_kb = 0, resident_kb = 0, descriptors = 0, heap_bytes = 0;
};

Footprint footprint() {
    Footprint now;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        ++now.mappings;
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmSize:"))
            now.mapped_kb = std::stoul(line.substr(7));
        if (line.starts_with("VmRSS:"))
            now.resident_kb = std::stoul(line.substr(6));
    }
    for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++now.descriptors;
    now.heap_bytes = mallinfo2().uordblks;
    return now;
}

/// The least of both: threads that end on the host's time hold on to a little for a while.
Footprint least(const Footprint &a, const Footprint &b) {
    return {std::min(a.mappings, b.mappings), std::min(a.mapped_kb, b.mapped_kb),
            std::min(a.resident_kb, b.resident_kb), std::min(a.descriptors, b.descriptors),
            std::min(a.heap_bytes, b.heap_bytes)};
}

class Reload : public ::testing::TestWithParam<std::tuple<const char *, bool>> {};

TEST_P(Reload, GrowsByNothing) {
    const auto [driver, realtime] = GetParam();
    Box box({.realtime = realtime});
    Footprint early, last;
    for (int run = 1; run <= 100; ++run) {
        ASSERT_TRUE(box.load(driver_path(driver)).unload().empty()) << run;
        // Caches and lists have what they will ever have after some twenty loads.
        if (run > 30 && run <= 40)
            early = run == 31 ? footprint() : least(early, footprint());
        if (run > 90)
            last = run == 91 ? footprint() : least(last, footprint());
    }
    EXPECT_EQ(last.descriptors, early.descriptors);
    // A sanitizer's runtime keeps freed memory and its own records of it.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
    EXPECT_EQ(last.mappings, early.mappings);
    // The C library asks for 132 KiB at a time when its heap's last bytes are used up; a page
    // left by each of sixty loads would be more.
    EXPECT_LE(last.mapped_kb, early.mapped_kb + 132);
    // In real time the host decides how many threads are alive at once; the first time that there
    // is one more, its signal stack of 128 KiB is made, and kept. Simulated time has no such
    // excuse.
    const std::size_t one_thread = realtime ? 160 * 1024 : 0;
    EXPECT_LE(last.heap_bytes, early.heap_bytes + one_thread + 2048);
    EXPECT_LE(last.resident_kb, early.resident_kb + one_thread / 1024 + 128);
#endif
    RecordProperty("resident_kb_after_40", int(early.resident_kb));
    RecordProperty("resident_kb_after_100", int(last.resident_kb));
    std::printf("after 31 to 40: %zu mappings, %zu kB mapped, %zu kB resident, %zu B heap; after "
                "91 to 100: "
                "%zu, %zu, %zu, %zu\n",
                early.mappings, early.mapped_kb, early.resident_kb, early.heap_bytes, last.mappings,
                last.mapped_kb, last.resident_kb, last.heap_bytes);
}

INSTANTIATE_TEST_SUITE_P(Driver, Reload,
                         ::testing::Combine(::testing::Values("guarded", "cable"),
                                            ::testing::Bool()),
                         [](const auto &info) {
                             return std::string(std::get<0>(info.param)) +
                                    (std::get<1>(info.param) ? "_realtime" : "_simulated");
                         });

} // namespace
} // namespace ksbox::testing

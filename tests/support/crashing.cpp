#include "support/crashing.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <ostream>

#include <gtest/gtest.h>

#include "ksbox/filter.h"
#include "samples/streaming.h"
#include "support/traced_box.h"
#include "test_paths.h"

namespace ksbox::testing {

namespace {

using namespace std::chrono_literals;

constexpr Guid crash_set{
    0xb3c5b2e0, 0x3b0f, 0x4b57, {0x8f, 0x4e, 0x6a, 0x7c, 0x0e, 0x8d, 0x5a, 0x11}};

DataFormat format() {
    return DataFormat::audio({});
}

// Where faults.cpp commits the fault: the line of the statement that does it.
int line_in_source(const std::string &fault) {
    static const std::map<std::string, std::string> statements = {
        {"null", "    *Nowhere = 42;"},
        {"recursion", "DECLSPEC_NOINLINE LONG RecurseForEver"},
        {"spin", "    while (Always != 0) {"},
        {"bugcheck", " KeBugCheckEx("},
        {"raise", " ExRaiseStatus("}};
    return line_in_driver("crash/faults.cpp", statements.at(fault));
}

// Does what makes the driver commit its fault; normally ends in BoxStopped.
void provoke(Box &box, const Crash &crash) {
    const bool by_property = crash.place == "property";
    DriverOptions options;
    if (!by_property)
        options.parameters = {{"Fault", crash.fault}, {"Where", crash.place}};
    Driver &driver = box.load(driver_path("crash"), options);
    Client &client = box.client("victim");
    Filter filter = client.open_filter(driver.filters().at(0).path);
    if (by_property) {
        const auto way = std::ranges::find(crash_ways(), crash.fault, &CrashWay::fault);
        const std::uint32_t number = way->number;
        filter.set(crash_set, 0, std::as_bytes(std::span(&number, 1)));
    }
    Pin pin = filter.connect({.pin_id = 0, .format = format()});
    samples::run(pin);
    // A watchdog counts processor time, of which a busy machine gives little: the box stops when it
    // stops, and run_for() throws then.
    for (int second = 0; second < 60; ++second)
        box.run_for(1s);
}

} // namespace

int line_in_driver(const std::string &file, const std::string &text) {
    std::ifstream source(std::filesystem::path(KSBOX_TEST_DRIVER_SOURCES) / file);
    std::string line;
    for (int number = 1; std::getline(source, line); ++number)
        if (line.find(text) != std::string::npos)
            return number;
    ADD_FAILURE() << file << " has no line with " << text;
    return 0;
}

std::vector<std::string> make_mistake(const std::string &fault, BoxOptions options, bool rightly) {
    Box box(std::move(options));
    DriverOptions driver;
    driver.parameters = {
        {"Fault", fault}, {"Where", "entry"}, {"Mistake", rightly ? "none" : "made"}};
    return box.load(driver_path("crash"), driver).unload();
}

void PrintTo(const Crash &crash, std::ostream *stream) {
    *stream << crash.fault << " at " << crash.place;
}

const std::vector<CrashWay> &crash_ways() {
    static const std::vector<CrashWay> ways = {
        {"null", 1, "write to 0x0", "WriteToNull"},
        {"recursion", 2, "UNEXPECTED_KERNEL_MODE_TRAP", "RecurseForEver"},
        {"spin", 3, "loops", "SpinForEver"},
        {"bugcheck", 4, "MANUALLY_INITIATED_CRASH (0x1, 0x2, 0x3, 0x4)", "CallBugCheck"},
        {"raise", 5, "0xc0000094", "RaiseUnhandled"}};
    return ways;
}

std::string crash(const Crash &crash, bool realtime) {
    // A spinning driver has half a second of processor time.
    Box box({.realtime = realtime, .watchdog = 500ms});
    std::string report;
    try {
        provoke(box, crash);
        ADD_FAILURE() << "the driver did not crash";
        return "";
    } catch (const BoxStopped &stop) {
        report = stop.report();
    }
    EXPECT_TRUE(box.stopped());
    EXPECT_EQ(box.report(), report);
    EXPECT_THROW(box.run_for(1ms), BoxStopped);
    EXPECT_THROW(box.client("late"), BoxStopped);
    return report;
}

void expect_named_line(const std::string &report, const std::string &fault) {
    const auto way = std::ranges::find(crash_ways(), fault, &CrashWay::fault);
    EXPECT_NE(report.find(way->words), std::string::npos) << report;
    // "  in crash.sys!WriteToNull faults.cpp:27"
    const auto at = report.find("  in crash.sys!" + way->function);
    ASSERT_NE(at, std::string::npos) << report;
    const std::string line = report.substr(at, report.find('\n', at) - at);
    const auto file = line.find("faults.cpp:");
    ASSERT_NE(file, std::string::npos) << report;
    // The stack ends anywhere in the function that recurses.
    const int tolerance = fault == "recursion" ? 8 : 0;
    EXPECT_NEAR(std::stoi(line.substr(file + 11)), line_in_source(fault), tolerance) << line;
}

void expect_streaming_box(bool realtime) {
    Box box({.realtime = realtime});
    Client &client = box.client("player");
    Filter filter = client.open_filter(box.load(driver_path("cable")).filters().at(0).path);
    const std::vector<std::byte> data = samples::noise(10'000);
    {
        Pin in = filter.connect({.pin_id = 0, .format = format()});
        Pin out = filter.connect({.pin_id = 1, .format = format()});
        samples::run(out);
        samples::run(in);
        Client::Thread writer = client.spawn("writer", [&] { samples::write_all(in, data); });
        EXPECT_EQ(samples::joined(samples::read_frames(out)), data);
        writer.join();
        samples::stop(in);
        samples::stop(out);
    }
    EXPECT_FALSE(box.stopped());
}

} // namespace ksbox::testing

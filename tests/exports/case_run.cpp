// The host side of EXPORT_CASE: a fresh simulated box, the driver, a client that asks for the case.
#include "exports/case_run.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "box/driver_images.h"
#include "box/export_catalogue.h"
#include "drivers/exports/support/protocol.h"
#include "exports/pool_blocks.h"
#include "ksbox/box.h"
#include "ksbox/filter.h"
#include "ksbox/ks.h"
#include "samples/streaming.h"
#include "support/low_resources.h"
#include "support/traced_box.h"

namespace ksbox::exports {

namespace {

using Failures = std::vector<std::string>;

constexpr Guid case_set{
    0x7c0e4d0b, 0x9a0e, 0x4c57, {0x9d, 0x0c, 0x5b, 0x6b, 0x1e, 0x7a, 0x2f, 0x11}};
constexpr std::size_t client_bytes = 0x10000;
constexpr std::uint64_t patience_100ns = 600'0000000ull; // of the box's own time

template <typename T> std::span<const std::byte> bytes_of(const T &value) {
    return std::as_bytes(std::span(&value, 1));
}

[[noreturn]] void refuse(const IoResult &result, const char *what) {
    throw Error(std::uint32_t(result.status),
                fmt::format("{} failed with {:#x}", what, std::uint32_t(result.status)));
}

bool is_adapter(const CaseTable &table) {
    return table.imports.contains("PcInitializeAdapterDriver");
}

/// Its devices have filters, which run cases by a property.
bool has_filters(const CaseTable &table) {
    return table.imports.contains("KsInitializeDriver") || is_adapter(table);
}

/// A driver and a client that has its device open.
class Session {
  public:
    Session(Box &box, const CaseTable &table)
        : box_(box), has_filters_(has_filters(table)), driver_(box.load(table.driver)),
          client_(box.client("cases")), device_(client_.open_filter(driver_.filters().at(0).path)) {
    }

    /// Nothing when the case does not end.
    std::optional<EXPORT_CASE_REPORT> run(std::uint32_t number, std::uint32_t target) {
        if (!has_filters_)
            return run_by_control(number);
        if (target != EXPORT_CASE_ON_PIN)
            return run_by_property(*device_, number);
        Pin pin = device_->connect({.pin_id = 0, .format = DataFormat::audio({})});
        samples::run(pin);
        auto report = run_by_property(pin, number);
        samples::stop(pin);
        return report;
    }

    std::vector<std::string> findings() { return driver_.findings(); }

    /// What is left behind.
    Failures close() {
        device_.reset(); // before its client
        box_.destroy(client_);
        return driver_.unload();
    }

  private:
    std::optional<EXPORT_CASE_REPORT> run_by_control(std::uint32_t number) {
        Buffer scratch(client_, client_bytes);
        Request request = client_.start_control(device_->handle(), IOCTL_EXPORT_CASE_RUN,
                                                bytes_of(number), scratch.bytes());
        const auto ended = request.wait_for(patience_100ns);
        if (!ended)
            return stop();
        if (!ended->success())
            refuse(*ended, "the case");
        EXPORT_CASE_REPORT report{};
        const IoResult read = client_.control(device_->handle(), IOCTL_EXPORT_CASE_REPORT, {},
                                              std::as_writable_bytes(std::span(&report, 1)));
        if (!read.success())
            refuse(read, "the report");
        return report;
    }

    std::optional<EXPORT_CASE_REPORT> run_by_property(KsObject &object, std::uint32_t number) {
        struct {
            KSPROPERTY property;
            std::uint32_t number;
        } request{{}, number};
        std::memcpy(&request.property.Set, &case_set, sizeof case_set);
        request.property.Id = KSPROPERTY_EXPORT_CASES_RUN;
        request.property.Flags = KSPROPERTY_TYPE_GET;
        Buffer value(client_, sizeof(EXPORT_CASE_REPORT));
        Request running = client_.start_control(
            object.handle(), IOCTL_KS_PROPERTY,
            bytes_of(request).first(sizeof(KSPROPERTY) + sizeof number), value.bytes());
        const auto ended = running.wait_for(patience_100ns);
        if (!ended)
            return stop();
        if (!ended->success())
            refuse(*ended, "the case");
        EXPORT_CASE_REPORT report;
        std::memcpy(&report, value.data(), sizeof report);
        return report;
    }

    /// Nothing waits for the case any more.
    std::optional<EXPORT_CASE_REPORT> stop() {
        box_.request_stop();
        try {
            box_.run_for(std::chrono::milliseconds(1));
        } catch (const BoxStopped &) {
            // as asked
        }
        return std::nullopt;
    }

    Box &box_;
    bool has_filters_;
    Driver &driver_;
    Client &client_;
    std::optional<Filter> device_;
};

void judge_report(const std::optional<EXPORT_CASE_REPORT> &report, Failures &failures) {
    if (!report) {
        failures.push_back("the case does not end");
        return;
    }
    if (report->Checks == 0)
        failures.push_back("the case expects nothing");
    const std::uint32_t listed = std::min(report->Failures, EXPORT_CASE_MAXIMUM_FAILURES + 0u);
    for (std::uint32_t i = 0; i < listed; ++i) {
        const EXPORT_CASE_FAILURE &one = report->Failure[i];
        std::string text = fmt::format("{}:{}: expected: {}", one.File, one.Line, one.Text);
        if (one.HasValues != 0)
            text += fmt::format("\n  actual {0:#x} ({0}), expected {1:#x} ({1})", one.Actual,
                                one.Expected);
        failures.push_back(text);
    }
    if (report->Failures > listed)
        failures.push_back(fmt::format("and {} more", report->Failures - listed));
}

/// An adapter's findings are those that the case expects, no more and no less.
void judge_findings(const EXPORT_CASE_REPORT &report, const std::vector<std::string> &found,
                    Failures &failures) {
    std::vector<std::string> expected;
    for (std::uint32_t i = 0; i < report.Findings; ++i)
        expected.emplace_back(report.Finding[i]);
    for (const std::string &one : expected)
        if (std::ranges::find(found, one) == found.end())
            failures.push_back("the driver has no finding: " + one);
    for (const std::string &one : found)
        if (std::ranges::find(expected, one) == expected.end())
            failures.push_back("the driver has a finding: " + one);
}

bool is_data(std::string_view name) {
    for (const auto &[module, exports] : box::export_catalogue().modules())
        if (const auto found = exports.find(name); found != exports.end())
            return found->second.is_data;
    return false;
}

void judge_calls(const CaseTable &table, const ExportCase &one, box::CallCounts::Counts before,
                 box::CallCounts::Counts after, Failures &failures) {
    for (const std::string &name : one.exports)
        if (is_data(name) ? !table.imports.contains(name) : after[name] <= before[name])
            failures.push_back("the case does not call " + name +
                               (table.imports.contains(name) ? "" : ", nor is it imported"));
}

void judge_stop(const BoxStopped &stop, const ExportCase &one, Failures &failures) {
    if (one.stop_code == 0)
        failures.push_back("the box stopped:\n" + stop.report());
    else if (stop.code() != one.stop_code)
        failures.push_back(fmt::format("the box stopped with {:#x} in place of {:#x}:\n{}",
                                       stop.code(), one.stop_code, stop.report()));
    else if (!stop.report().contains(one.says))
        failures.push_back(
            fmt::format("the box does not say \"{}\":\n{}", one.says, stop.report()));
}

/// What the case leaves behind each time, and the kernel with it; caches do not grow for ever.
void judge_growth(Box &box, Session &session, const ExportCase &one, Failures &failures) {
    std::size_t before = pool_blocks(box);
    for (unsigned time = 0; time < 3; ++time) {
        if (!session.run(one.number, one.target))
            return;
        const std::size_t after = pool_blocks(box);
        if (after <= before)
            return;
        before = after;
    }
    failures.push_back("the case leaves blocks of pool behind, the last one " +
                       newest_pool_block(box));
}

} // namespace

Failures run_case(const CaseTable &table, const ExportCase &one, const std::filesystem::path &trace,
                  bool realtime) {
    Failures failures;
    testing::expect_no_leftovers();
    BoxOptions options;
    options.realtime = realtime;
    options.trace = trace;
    if (table.imports.contains("WskRegister"))
        options.net = NetAccess::loopback;
    Box box(options);
    auto &images = box.kernel().extension<box::DriverImages>();
    box::CallCounts::Counts before;
    box::CallCounts::Counts after;
    try {
        box.run([&] { images.count_calls(); });
        Session session(box, table);
        session.run(EXPORT_CASE_NONE, one.target);
        before = images.call_counts().read();
        session.run(EXPORT_CASE_NONE, one.target);
        box::CallCounts::Counts twice = images.call_counts().read();
        for (auto &[name, count] : before) // what the next run costs by itself
            count = 2 * twice[name] - count;
        const auto report = session.run(
            one.stop_code == 0 ? one.number : EXPORT_CASE_MAY_STOP | one.number, one.target);
        after = images.call_counts().read();
        judge_report(report, failures);
        if (report && is_adapter(table))
            judge_findings(*report, session.findings(), failures);
        if (one.stop_code != 0)
            failures.push_back(fmt::format("the box did not stop with {:#x}", one.stop_code));
        // Cases of the rest of the kernel may be such as work once.
        if (report && failures.empty() && !realtime && has_filters(table))
            judge_growth(box, session, one, failures);
        if (report)
            for (const std::string &left : session.close())
                failures.push_back(left);
    } catch (const BoxStopped &stop) {
        after = images.call_counts().read();
        judge_stop(stop, one, failures);
    } catch (const Error &error) {
        failures.push_back(error.what());
    }
    judge_calls(table, one, before, after, failures);
    return failures;
}

namespace {

/// False: the case needs no such allocation.
bool run_without_allocation(const CaseTable &table, const ExportCase &one, std::uint64_t number,
                            Failures &failures) {
    Box box{BoxOptions{}};
    auto &images = box.kernel().extension<box::DriverImages>();
    box.run([&] { images.count_calls(); });
    Session session(box, table);
    const auto run = [&] { judge_report(session.run(one.number, one.target), failures); };
    box.fail_allocation(number);
    bool ran = false;
    try {
        run();
        ran = true;
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) { // the client's request itself
        if (!testing::says_no_memory(error.code()))
            throw;
        ran = images.call_counts().read()[one.exports.front()] > 0;
    }
    const std::string failed = box.failed_allocation();
    box.fail_allocation(0);
    if (!ran)
        run();
    for (const std::string &left : session.close())
        failures.push_back(left);
    if (!failures.empty())
        failures.push_back(fmt::format("allocation {} failed: {}", number, failed));
    return !failed.empty();
}

} // namespace

Failures run_case_without_memory(const CaseTable &table, const ExportCase &one) {
    Failures failures;
    std::uint64_t number = 1;
    try {
        while (run_without_allocation(table, one, number, failures) && failures.empty())
            ++number;
    } catch (const BoxStopped &stop) {
        failures.push_back(
            fmt::format("without allocation {}, the box stopped:\n{}", number, stop.report()));
    } catch (const Error &error) {
        failures.push_back(error.what());
    }
    return failures;
}

} // namespace ksbox::exports

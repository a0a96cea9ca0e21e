// A kernel of its own for each test, in both time modes, and threads on it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "abi/windows.h"

#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"

#include <gtest/gtest.h>

namespace ksbox {

class BoxTest : public testing::TestWithParam<TimeMode> {
  protected:
    void SetUp() override { make(1); }
    void make(std::uint64_t seed) {
        kernel.reset();
        KernelOptions options;
        options.time = GetParam();
        options.seed = seed;
        options.watchdog_ms = 5'000;
        kernel = std::move(Kernel::create(std::move(options)).value());
    }
    /// Runs on a box thread; the box must survive.
    void run(const std::function<void()> &work) {
        ASSERT_EQ(kernel->scheduler().call(work), ke::CallOutcome::done)
            << kernel->bug_check().facts().reason.data();
    }
    /// Runs on a box thread; returns the bug check's code, 0 for none.
    std::uint32_t stop_code(const std::function<void()> &work) {
        return kernel->scheduler().call(work) == ke::CallOutcome::done
                   ? 0
                   : kernel->bug_check().facts().code;
    }
    /// On a box thread: runs the functions on threads of their own and waits for them all.
    void run_together(const std::vector<std::function<void()>> &functions) {
        std::vector<ke::ThreadBody *> bodies;
        for (const auto &function : functions)
            bodies.push_back(kernel->scheduler()
                                 .create_thread({.name = "test", .entry = function})
                                 .value()
                                 ->body);
        for (ke::ThreadBody *body : bodies) {
            KeWaitForSingleObject(body, ::Executive, KernelMode, FALSE, nullptr);
            kernel->objects().dereference(body);
        }
    }
    static void sleep_ms(int ms) {
        LARGE_INTEGER due;
        due.QuadPart = -10'000LL * ms;
        KeDelayExecutionThread(KernelMode, FALSE, &due);
    }

    std::unique_ptr<Kernel> kernel;
};

inline const auto both_modes = testing::Values(TimeMode::simulated, TimeMode::realtime);
inline std::string mode_name(const testing::TestParamInfo<TimeMode> &info) {
    return info.param == TimeMode::simulated ? "simulated" : "realtime";
}

} // namespace ksbox

// What an interrupt does with a list of service routines, in each mode.
#include "portcls/interrupt_sync.h"

#include <vector>

#include <gtest/gtest.h>

#include "nt/ex/box_test.h"
#include "nt/io/interrupts.h"

namespace ksbox::portcls {
namespace {

constexpr ULONG vector = 0x95;
constexpr KIRQL irql = 9;

/// A service routine that succeeds so many times.
struct Routine {
    int successes;
    std::vector<int> *order;
    int number;
    KIRQL seen = 0;
    static NTSTATUS NTAPI serve(IInterruptSync *, PVOID context) {
        auto &self = *static_cast<Routine *>(context);
        self.order->push_back(self.number);
        self.seen = KeGetCurrentIrql();
        return self.successes-- > 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    }
};

class InterruptSyncModes : public BoxTest {
  protected:
    /// The order of calls of two routines that succeed so often, registered last, first.
    std::vector<int> raise(INTERRUPTSYNCMODE mode, int first, int second, bool *served) {
        std::vector<int> order;
        run([&] {
            CM_PARTIAL_RESOURCE_DESCRIPTOR interrupt{};
            interrupt.Type = CmResourceTypeInterrupt;
            interrupt.ShareDisposition = CmResourceShareShared;
            interrupt.u.Interrupt.Vector = vector;
            interrupt.u.Interrupt.Level = irql;
            interrupt.u.Interrupt.Affinity = 1;
            auto sync = ComPtr<IInterruptSync>::adopt(
                make_com<InterruptSync>(*kernel, nullptr, interrupt, mode));
            Routine one{first, &order, 1}, two{second, &order, 2};
            call_method("", sync.get(), &IInterruptSync::RegisterServiceRoutine, Routine::serve,
                        &two, FALSE);
            EXPECT_EQ(call_method("", sync.get(), &IInterruptSync::Connect), STATUS_SUCCESS);
            call_method("", sync.get(), &IInterruptSync::RegisterServiceRoutine, Routine::serve,
                        &one, TRUE);
            *served = kernel->extension<io::Interrupts>().raise(vector);
            EXPECT_EQ(one.seen, irql);
            call_method("", sync.get(), &IInterruptSync::Disconnect);
            EXPECT_FALSE(kernel->extension<io::Interrupts>().raise(vector));
        });
        return order;
    }
};

using Order = std::vector<int>;

TEST_P(InterruptSyncModes, NormalStopsAtTheFirstSuccess) {
    bool served = false;
    EXPECT_EQ(raise(InterruptSyncModeNormal, 1, 1, &served), (Order{1}));
    EXPECT_TRUE(served);
    EXPECT_EQ(raise(InterruptSyncModeNormal, 0, 1, &served), (Order{1, 2}));
    EXPECT_TRUE(served);
    EXPECT_EQ(raise(InterruptSyncModeNormal, 0, 0, &served), (Order{1, 2}));
    EXPECT_FALSE(served);
}

TEST_P(InterruptSyncModes, AllCallsEachOnce) {
    bool served = false;
    EXPECT_EQ(raise(InterruptSyncModeAll, 5, 5, &served), (Order{1, 2}));
    EXPECT_TRUE(served);
    EXPECT_EQ(raise(InterruptSyncModeAll, 1, 0, &served), (Order{1, 2}));
    EXPECT_TRUE(served);
    EXPECT_EQ(raise(InterruptSyncModeAll, 0, 0, &served), (Order{1, 2}));
    EXPECT_FALSE(served);
}

TEST_P(InterruptSyncModes, RepeatGoesRoundUntilNoneSucceeds) {
    bool served = false;
    EXPECT_EQ(raise(InterruptSyncModeRepeat, 0, 2, &served), (Order{1, 2, 1, 2, 1, 2}));
    EXPECT_TRUE(served);
    EXPECT_EQ(raise(InterruptSyncModeRepeat, 0, 0, &served), (Order{1, 2}));
    EXPECT_FALSE(served);
}

INSTANTIATE_TEST_SUITE_P(Modes, InterruptSyncModes, both_modes, mode_name);

} // namespace
} // namespace ksbox::portcls

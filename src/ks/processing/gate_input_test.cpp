#include "ks/processing/gate_input.h"

#include <gtest/gtest.h>

namespace ksbox::ks {
namespace {

TEST(GateInput, G17_AnAndGateIsOneMinusItsOffInputs) {
    KSGATE gate{};
    KsGateInitializeAnd(&gate, nullptr);
    GateInput a, b;
    a.connect(&gate, GateKind::and_gate, false);
    EXPECT_EQ(gate.Count, 0);
    b.connect(&gate, GateKind::and_gate, false);
    EXPECT_EQ(gate.Count, -1);
    a.set(true);
    a.set(true);
    EXPECT_EQ(gate.Count, 0);
    b.set(true);
    EXPECT_EQ(gate.Count, 1);
    EXPECT_TRUE(KsGateGetStateUnsafe(&gate));
    b.set(false);
    b.disconnect();
    EXPECT_EQ(gate.Count, 1);
}

TEST(GateInput, G17_AnOrGateCountsItsOnInputs) {
    KSGATE gate{};
    KsGateInitializeOr(&gate, nullptr);
    GateInput a, b;
    a.connect(&gate, GateKind::or_gate, true);
    b.connect(&gate, GateKind::or_gate, false);
    EXPECT_EQ(gate.Count, 1);
    b.set(true);
    EXPECT_EQ(gate.Count, 2);
    a.disconnect();
    b.disconnect();
    EXPECT_EQ(gate.Count, 0);
}

TEST(GateInput, G17_ChainedGatesPropagate) {
    KSGATE and_gate{}, or_gate{};
    KsGateInitializeAnd(&and_gate, nullptr);
    KsGateInitializeOr(&or_gate, &and_gate);
    EXPECT_EQ(and_gate.Count, 0);
    GateInput a, b;
    a.connect(&or_gate, GateKind::or_gate, false);
    b.connect(&or_gate, GateKind::or_gate, false);
    EXPECT_FALSE(KsGateGetStateUnsafe(&and_gate));
    a.set(true);
    b.set(true);
    EXPECT_TRUE(KsGateGetStateUnsafe(&and_gate));
    a.set(false);
    EXPECT_TRUE(KsGateGetStateUnsafe(&and_gate));
    b.set(false);
    EXPECT_FALSE(KsGateGetStateUnsafe(&and_gate));
}

TEST(GateInput, G17_OnlyOneThreadCapturesTheThreshold) {
    KSGATE gate{};
    KsGateInitializeAnd(&gate, nullptr);
    EXPECT_TRUE(KsGateCaptureThreshold(&gate));
    EXPECT_FALSE(KsGateCaptureThreshold(&gate));
    KsGateTurnInputOn(&gate);
    EXPECT_TRUE(KsGateCaptureThreshold(&gate));
}

} // namespace
} // namespace ksbox::ks

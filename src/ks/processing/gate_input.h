// One input of a logic gate, and whether it is on. Removing it leaves the gate as if it had never
// been connected (stream/flow-control-gates-in-avstream).
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

/// Others change the gate meanwhile: what KsGateGetStateUnsafe reads, without a data race.
inline LONG gate_count(const KSGATE *gate) {
    return __atomic_load_n(&gate->Count, __ATOMIC_RELAXED);
}
inline bool gate_is_open(const KSGATE *gate) {
    return gate_count(gate) > 0;
}

enum class GateKind : std::uint8_t { and_gate, or_gate };

/// Not synchronized: its owner's lock is. The gate itself is changed by interlocked operations.
class GateInput {
  public:
    /// Precondition: not connected.
    void connect(KSGATE *gate, GateKind kind, bool on) {
        gate_ = gate;
        kind_ = kind;
        on_ = on;
        if (kind == GateKind::and_gate)
            on ? KsGateAddOnInputToAnd(gate) : KsGateAddOffInputToAnd(gate);
        else
            on ? KsGateAddOnInputToOr(gate) : KsGateAddOffInputToOr(gate);
    }
    void disconnect() {
        if (!gate_)
            return;
        if (kind_ == GateKind::and_gate)
            on_ ? KsGateRemoveOnInputFromAnd(gate_) : KsGateRemoveOffInputFromAnd(gate_);
        else
            on_ ? KsGateRemoveOnInputFromOr(gate_) : KsGateRemoveOffInputFromOr(gate_);
        gate_ = nullptr;
    }
    void set(bool on) {
        if (!gate_ || on == on_)
            return;
        on_ = on;
        on ? KsGateTurnInputOn(gate_) : KsGateTurnInputOff(gate_);
    }
    bool connected() const { return gate_ != nullptr; }
    bool on() const { return on_; }

  private:
    KSGATE *gate_ = nullptr;
    GateKind kind_ = GateKind::and_gate;
    bool on_ = false;
};

} // namespace ksbox::ks

// Filter-centric processing: the conditions of all pins on the filter's AND gate, the table of
// process pins, and the call of the filter's Process (stream/filter-centric-processing).
#pragma once

#include <deque>
#include <list>
#include <unordered_map>

#include "ks/processing/gate_input.h"
#include "ks/processing/processor.h"
#include "ks/transport.h"

namespace ksbox::ks {

class Filter;
class Pin;
class PinStream;

class FilterProcessor final : public FilterProcessing, public Processor {
  public:
    explicit FilterProcessor(Filter &filter);
    ~FilterProcessor() override;
    static FilterProcessor &of(Filter &filter);

    // FilterProcessing.
    Result<void> add_pin(Pin &pin) override;
    void admit_pin(Pin &pin) override;
    void remove_pin(Pin &pin) override;
    void set_asleep(bool asleep) override;

    /// Whether Process in the filter's dispatch table makes this object do anything.
    bool active() const;

    // From the pins' streams. IRQL <= DISPATCH_LEVEL.
    /// A pin has left STOP, or is back: filters without such a pin do not process.
    void pin_started(bool started);
    /// A pin has reached, or left, the least state in which it is processed (InstancesNecessary).
    void pin_ready(ULONG pin_id, bool ready);
    /// Where a pin's frames count: the filter's gate, or for KSPIN_FLAG_SOME_FRAMES_REQUIRED an OR
    /// gate of the pin factory.
    KSGATE *frames_gate(PinStream &pin, GateKind &kind);
    /// For KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE: the OR gate over all pins with it.
    KSGATE *run_gate();
    /// A minidriver's gate becomes an input of the filter's as long as pins are attached to it.
    void attach(KSGATE *gate, GateKind kind);
    void detach(KSGATE *gate, GateKind kind);

    /// @doc NF:ks.KsProcessPinUpdate
    bool update(KSPROCESSPIN &process_pin);

  protected:
    NTSTATUS process() override;
    std::uint64_t progress() const override;

  private:
    friend class WaitReport;
    struct PinType {
        ULONG ready = 0;
        GateInput necessary;
        KSGATE *some_frames = nullptr; ///< nonpaged pool
    };

    void require_necessary_pins();
    bool reserve_table(std::size_t pins);
    void fill_table();
    PinType &type(ULONG pin_id);
    KSGATE *new_or_gate();
    void prepare(PinStream &stream);
    void conclude(PinStream &stream);
    void bypass_empty_samples();
    void send_flags(ULONG flags);
    void pay_flags(PinStream &stream);

    Filter &filter_;
    KSPIN_LOCK lock_ = 0; ///< guards what follows up to the table
    std::deque<PinType> types_;
    ULONG started_ = 0;
    GateInput started_input_;
    GateInput asleep_input_;
    KSGATE *run_gate_ = nullptr;
    // lint-allow(pointer_order): looked up only, never walked.
    std::unordered_map<KSGATE *, ULONG> attached_;

    // Changed only while processing is blocked.
    std::list<PinStream *> streams_; ///< whose pins have been created, in that order
    std::size_t pins_ = 0;           ///< that there is room for
    /// Room is made when pins come; filled when Process is next called.
    PKSPROCESSPIN_INDEXENTRY table_ = nullptr;
    PKSPROCESSPIN *slots_ = nullptr;
    ULONG table_room_ = 0;       ///< pin factories
    std::size_t slots_room_ = 0; ///< pins
    bool table_filled_ = false;
    bool sees_empty_samples_ = false; ///< KSFILTER_FLAG_RECEIVE_ZERO_LENGTH_SAMPLES
};

} // namespace ksbox::ks

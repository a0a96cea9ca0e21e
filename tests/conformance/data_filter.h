// The test driver data.sys as its tests use it: pins that do what they are told, step by step.
#pragma once

#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/status.h"
#include "support/traced_box.h"
#include "support/transfer.h"

#include "drivers/data/data.h"
#include "drivers/support/steps.h"

namespace ksbox::testing {

constexpr unsigned passive_level = 0, dispatch_level = 2;

inline DATA_STEP step(DATA_OP operation, std::uint32_t slot = 0, std::uint64_t first = 0,
                      std::uint64_t second = 0, std::uint64_t third = 0) {
    return {ULONG(operation), slot, 0, 0, {first, second, third}};
}
inline DATA_STEP at_dispatch(DATA_STEP one) {
    one.Irql = dispatch_level;
    return one;
}

/// A pin whose stream pointers, gates and mutexes the test moves. Statuses are NTSTATUS.
class DataPin {
  public:
    explicit DataPin(Pin opened) : pin(std::move(opened)) {}

    /// In this thread, one after the other.
    std::vector<DATA_RESULT> execute(std::span<const DATA_STEP> steps);
    std::vector<DATA_RESULT> execute(std::initializer_list<DATA_STEP> steps) {
        return execute(std::span(steps.begin(), steps.size()));
    }
    DATA_RESULT execute(const DATA_STEP &one) { return execute({one}).at(0); }
    std::uint32_t status(const DATA_STEP &one) { return std::uint32_t(execute(one).Status); }
    /// What Process does from now on.
    void program(std::initializer_list<DATA_STEP> steps);

    // Stream pointers by their slots.
    std::uint32_t get_edge(std::uint32_t slot, bool locked = true) {
        return status(step(DATA_GET_EDGE, slot, locked));
    }
    std::uint32_t lock(std::uint32_t slot) { return status(step(DATA_LOCK, slot)); }
    void unlock(std::uint32_t slot, bool eject = false) { execute(step(DATA_UNLOCK, slot, eject)); }
    std::uint32_t advance(std::uint32_t slot) { return status(step(DATA_ADVANCE, slot)); }
    std::uint32_t advance_offsets(std::uint32_t slot, std::uint32_t in, std::uint32_t out,
                                  bool eject = false) {
        return status(step(DATA_OFFSETS, slot, in, out, eject));
    }
    void advance_offsets_and_unlock(std::uint32_t slot, std::uint32_t in, std::uint32_t out,
                                    bool eject = false) {
        execute(step(DATA_OFFSETS_UNLOCK, slot, in, out, eject));
    }
    std::uint32_t clone(std::uint32_t from, std::uint32_t to,
                        DATA_CALLBACK on_cancel = DATA_NO_CALLBACK,
                        std::uint32_t context_bytes = 0) {
        return status(step(DATA_CLONE, from, to, context_bytes, on_cancel));
    }
    void remove(std::uint32_t slot) { execute(step(DATA_DELETE, slot)); }

    struct Look {
        bool has_frame;
        std::uint32_t offset; ///< 1: in, 2: out
        std::uint32_t count, remaining, first_bytes;
        bool context_behind;
    };
    Look look(std::uint32_t slot);

    Pin pin;
};

/// One filter of the driver. Its pins take stereo PCM.
class DataFilter : public InBothModes {
  protected:
    /// A pin of the factory in that state.
    DataPin open(std::uint32_t pin_id, PinState state = PinState::run);
    Transfer write(const DataPin &pin, std::uint32_t extent = 64, std::uint32_t count = 1);
    Transfer read(const DataPin &pin, std::uint32_t extent = 64, std::uint32_t count = 1);
    /// How often the journal tells of it since it was forgotten.
    std::size_t times(std::string_view what) { return only(journal(filter), what).size(); }

    TracedBox traced{mode()};
    Client &client = traced.client();
    const std::string path = traced.load("data").filters().at(0).path;
    Filter filter = client.open_filter(path);
    const DataFormat stereo = DataFormat::audio({});
};

/// The first bytes of a write's buffer from `at` on, as DATA_LOOK tells them.
constexpr std::uint32_t counting_from(std::uint32_t at) {
    return (at & 0xff) | (at + 1 & 0xff) << 8 | (at + 2 & 0xff) << 16 | (at + 3 & 0xff) << 24;
}

} // namespace ksbox::testing

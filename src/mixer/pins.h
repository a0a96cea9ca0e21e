// The mixer's pins as AVStream calls them.
#pragma once

#include "abi/windows.h"
#include "mixer/driver.h"

namespace ksbox::mixer {

extern const KSPIN_DESCRIPTOR_EX pin_descriptors[pin_count], capture_pin_descriptors[pin_count];

/// The filter's processing mutex, while something that processing reads is changed; then processing
/// is attempted. PASSIVE.
class Change {
  public:
    explicit Change(PKSFILTER filter) : filter_(filter) { KsFilterAcquireProcessingMutex(filter_); }
    ~Change() {
        KsFilterReleaseProcessingMutex(filter_);
        KsFilterAttemptProcessing(filter_, TRUE);
    }
    Change(const Change &) = delete;
    Change &operator=(const Change &) = delete;

  private:
    PKSFILTER filter_;
};

} // namespace ksbox::mixer

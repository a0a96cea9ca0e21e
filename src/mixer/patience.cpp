#include "mixer/patience.h"

namespace ksbox::mixer {

Patience::Patience(KSFILTER &filter) {
    KeInitializeTimer(&timer_);
    KeInitializeDpc(&dpc_, expired, &filter);
}

Patience::~Patience() {
    KeCancelTimer(&timer_);
    KeFlushQueuedDpcs();
}

void NTAPI Patience::expired(PKDPC, PVOID filter, PVOID, PVOID) {
    KsFilterAttemptProcessing(static_cast<PKSFILTER>(filter), TRUE);
}

bool Patience::is_over() {
    const std::uint64_t now = KeQueryInterruptTime();
    if (since_100ns_ == 0) {
        since_100ns_ = now;
        KeSetTimer(&timer_, LARGE_INTEGER{.QuadPart = -limit_100ns}, &dpc_);
    }
    return now - since_100ns_ >= static_cast<std::uint64_t>(limit_100ns);
}

void Patience::renew() {
    if (since_100ns_ != 0)
        KeCancelTimer(&timer_);
    since_100ns_ = 0;
}

} // namespace ksbox::mixer

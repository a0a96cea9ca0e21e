// How long a mix waits for a stream that has nothing to add.
#pragma once

#include <cstdint>

#include "abi/windows.h"

namespace ksbox::mixer {

/// Under the filter's processing mutex.
class Patience {
  public:
    /// Half of what the source pin's framing keeps on its way: who comes that late is early enough.
    static constexpr std::int64_t limit_100ns = 400'000;

    explicit Patience(KSFILTER &filter);
    ~Patience();
    Patience(const Patience &) = delete;
    Patience &operator=(const Patience &) = delete;

    /// Somebody is waited for. True: for too long by now. Otherwise the filter processes again when
    /// it will be.
    bool is_over();
    /// Nobody is waited for any more.
    void renew();

  private:
    static void NTAPI expired(PKDPC dpc, PVOID filter, PVOID, PVOID);

    std::uint64_t since_100ns_ = 0; ///< 0: nobody is waited for
    KTIMER timer_;
    KDPC dpc_;
};

} // namespace ksbox::mixer

// An object that an adapter driver registers with PortCls and takes back, while IRPs use it.
#pragma once

#include <memory>
#include <utility>

#include "nt/spin_guard.h"

namespace ksbox::portcls {

/// Who calls the object holds it meanwhile; the last to let go of it releases it, at
/// PASSIVE_LEVEL. IRQL of get(): <= DISPATCH_LEVEL, of the others PASSIVE.
template <typename T> class Registered {
  public:
    using Pointer = std::shared_ptr<const T>;

    /// Null while there is none.
    Pointer get() const {
        SpinGuard guard(lock_);
        return object_;
    }
    /// False when there is one already that has not expired.
    bool set(Pointer object) {
        Pointer last; // released without the lock
        SpinGuard guard(lock_);
        if (object_ && !expired_)
            return false;
        expired_ = false;
        last = std::exchange(object_, std::move(object));
        return true;
    }
    /// The object stays until another is set.
    void expire() {
        SpinGuard guard(lock_);
        expired_ = true;
    }
    /// False when there was none.
    bool reset() {
        Pointer last; // released without the lock
        SpinGuard guard(lock_);
        last = std::move(object_);
        return last != nullptr;
    }

  private:
    mutable KSPIN_LOCK lock_ = 0; ///< a leaf
    Pointer object_;
    bool expired_ = false;
};

} // namespace ksbox::portcls

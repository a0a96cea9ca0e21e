// An object that an adapter driver registers with PortCls and takes back, while IRPs use it.
#pragma once

#include <memory>

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
    /// False when there is one already.
    bool set(Pointer object) {
        SpinGuard guard(lock_);
        if (object_)
            return false;
        object_ = std::move(object);
        return true;
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
};

} // namespace ksbox::portcls

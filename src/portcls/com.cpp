// Kernel COM objects of one box.
#include "portcls/com.h"

#include <vector>

#include "nt/spin_guard.h"

namespace ksbox::portcls {

/// Every ComObject of a box.
class ComObjects final : public KernelExtension {
  public:
    explicit ComObjects(Kernel &) {}
    ~ComObjects() override {
        while (!objects_.empty())
            objects_.back()->~ComBase(); // which takes it off
    }
    void add(ComBase &object) {
        SpinGuard guard(lock_);
        objects_.push_back(&object);
    }
    void remove(ComBase &object) {
        if (!runs_driver_code()) { // nothing runs beside the box's end
            std::erase(objects_, &object);
            return;
        }
        SpinGuard guard(lock_);
        std::erase(objects_, &object);
    }

  private:
    KSPIN_LOCK lock_ = 0; ///< a leaf
    std::vector<ComBase *> objects_;
};

bool runs_driver_code() {
    return ke::current_thread_or_null() && !current_kernel().bug_check().stopped();
}

ComBase::ComBase(Kernel &kernel) : kernel(kernel), all_(kernel.extension<ComObjects>()) {
    all_.add(*this);
}

ComBase::~ComBase() {
    all_.remove(*this);
}

ULONG ComBase::drop_reference() {
    const LONG left = InterlockedDecrement(&references_);
    if (left == 0) {
        Kernel &owner = kernel;
        void *memory = memory_;
        this->~ComBase();
        if (ks::alive(owner))
            owner.pool().free(memory, ks::handle_tag, nullptr);
    }
    return static_cast<ULONG>(left);
}

} // namespace ksbox::portcls

// Two implementations of IKsReferenceClock: over a file object and over a default clock.
#include "ks/clock/reference_clock.h"

#include <new>

#include "abi/unknown.h"
#include "ks/clock/default_clock.h"
#include "ks/internal_code.h"

namespace ksbox::ks {

namespace {

constexpr ULONG pool_tag = 'cRsK';

/// Reference counting in pool memory, where drivers expect an interface to be.
template <typename Derived> class ReferenceClock : public IKsReferenceClock {
  public:
    template <typename... A> static Result<PIKSREFERENCECLOCK> create(A &&...arguments) {
        void *const memory = ExAllocatePoolWithTag(NonPagedPool, sizeof(Derived), pool_tag);
        if (!memory)
            return fail(STATUS_INSUFFICIENT_RESOURCES);
        return new (memory) Derived(arguments...);
    }

    NTSTATUS NTAPI QueryInterface(REFIID id, PVOID *result) noexcept override {
        *result = nullptr;
        if (!is_unknown(id) && !(id == IID_IKsFastClock))
            return STATUS_NOINTERFACE;
        *result = static_cast<IKsReferenceClock *>(this);
        AddRef();
        return STATUS_SUCCESS;
    }
    ULONG NTAPI AddRef() noexcept override {
        return static_cast<ULONG>(InterlockedIncrement(&references_));
    }
    ULONG NTAPI Release() noexcept override {
        const LONG left = InterlockedDecrement(&references_);
        if (left == 0) {
            static_cast<Derived *>(this)->~Derived();
            ExFreePoolWithTag(this, pool_tag);
        }
        return static_cast<ULONG>(left);
    }

  protected:
    ReferenceClock() = default;
    ~ReferenceClock() = default;

  private:
    LONG references_ = 1;
};

class FileClock final : public ReferenceClock<FileClock> {
  public:
    FileClock(PFILE_OBJECT file, const KSCLOCK_FUNCTIONTABLE &functions)
        : file_(file), functions_(functions) {
        ObReferenceObject(file_);
    }
    ~FileClock() { ObDereferenceObject(file_); }

    LONGLONG NTAPI GetTime() noexcept override {
        return call_code("KSCLOCK_FUNCTIONTABLE.GetTime", file_, functions_.GetTime, file_);
    }
    LONGLONG NTAPI GetPhysicalTime() noexcept override {
        return call_code("KSCLOCK_FUNCTIONTABLE.GetPhysicalTime", file_, functions_.GetPhysicalTime,
                         file_);
    }
    LONGLONG NTAPI GetCorrelatedTime(PLONGLONG system_time) noexcept override {
        return call_code("KSCLOCK_FUNCTIONTABLE.GetCorrelatedTime", file_,
                         functions_.GetCorrelatedTime, file_, system_time);
    }
    LONGLONG NTAPI GetCorrelatedPhysicalTime(PLONGLONG system_time) noexcept override {
        return call_code("KSCLOCK_FUNCTIONTABLE.GetCorrelatedPhysicalTime", file_,
                         functions_.GetCorrelatedPhysicalTime, file_, system_time);
    }
    NTSTATUS NTAPI GetResolution(PKSRESOLUTION resolution) noexcept override {
        return query(KSPROPERTY_CLOCK_RESOLUTION, resolution, sizeof *resolution);
    }
    NTSTATUS NTAPI GetState(PKSSTATE state) noexcept override {
        return query(KSPROPERTY_CLOCK_STATE, state, sizeof *state);
    }

  private:
    /// PASSIVE_LEVEL: the clock may be anybody's.
    NTSTATUS query(ULONG id, PVOID data, ULONG bytes) {
        KSPROPERTY property{};
        property.Set = KSPROPSETID_Clock;
        property.Id = id;
        property.Flags = KSPROPERTY_TYPE_GET;
        ULONG returned = 0;
        return KsSynchronousIoControlDevice(file_, KernelMode, IOCTL_KS_PROPERTY, &property,
                                            sizeof property, data, bytes, &returned);
    }

    const PFILE_OBJECT file_;
    const KSCLOCK_FUNCTIONTABLE functions_;
};

class OwnClock final : public ReferenceClock<OwnClock> {
  public:
    explicit OwnClock(DefaultClock *clock) : clock_(*clock) { clock_.reference(); }
    ~OwnClock() { clock_.dereference(); }

    LONGLONG NTAPI GetTime() noexcept override { return clock_.time(); }
    LONGLONG NTAPI GetPhysicalTime() noexcept override { return clock_.physical_time(); }
    LONGLONG NTAPI GetCorrelatedTime(PLONGLONG system_time) noexcept override {
        return clock_.correlated_time(*system_time);
    }
    LONGLONG NTAPI GetCorrelatedPhysicalTime(PLONGLONG system_time) noexcept override {
        return clock_.correlated_physical_time(*system_time);
    }
    NTSTATUS NTAPI GetResolution(PKSRESOLUTION resolution) noexcept override {
        *resolution = clock_.resolution();
        return STATUS_SUCCESS;
    }
    NTSTATUS NTAPI GetState(PKSSTATE state) noexcept override {
        *state = clock_.state();
        return STATUS_SUCCESS;
    }

  private:
    DefaultClock &clock_;
};

} // namespace

Result<PIKSREFERENCECLOCK> reference_clock_on(PFILE_OBJECT file,
                                              const KSCLOCK_FUNCTIONTABLE &functions) {
    return FileClock::create(file, functions);
}

Result<PIKSREFERENCECLOCK> reference_clock_on(DefaultClock &clock) {
    return OwnClock::create(&clock);
}

} // namespace ksbox::ks

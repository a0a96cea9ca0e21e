// Kernel COM, both ways: objects of ours that drivers hold (ComObject), and references that we hold
// on theirs (ComPtr). Counting follows COM; statuses are NTSTATUS (@doc NN:portcls.IPort).
#pragma once

#include <utility>

#include "abi/unknown.h"
#include "abi/windows.h"
#include "ks/pool_object.h"
#include "nt/call_method.h"

namespace ksbox::portcls {

/// False when the box is dead or being taken apart: references are only forgotten then.
bool runs_driver_code();

/// One counted reference on a COM object, whoever implements it. Dropping the last one runs the
/// driver's code: IRQL of the interface's Release, PASSIVE for miniports and streams.
template <typename I> class ComPtr {
  public:
    ComPtr() = default;
    /// Takes over a reference that the caller holds.
    static ComPtr adopt(I *object) {
        ComPtr pointer;
        pointer.object_ = object;
        return pointer;
    }
    /// Adds a reference. Null is fine.
    static ComPtr share(I *object) {
        if (object)
            call_method("IUnknown.AddRef", object, &I::AddRef);
        return adopt(object);
    }
    /// The object's interface `id`, or null if it has none.
    static ComPtr query(IUnknown *object, const GUID &id) {
        void *result = nullptr;
        if (!object || !NT_SUCCESS(call_method("IUnknown.QueryInterface", object,
                                               &IUnknown::QueryInterface, id, &result)))
            return {};
        return adopt(static_cast<I *>(result));
    }
    ComPtr(ComPtr &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    ComPtr &operator=(ComPtr &&other) noexcept {
        if (this != &other) {
            reset();
            object_ = std::exchange(other.object_, nullptr);
        }
        return *this;
    }
    ~ComPtr() { reset(); }

    void reset() {
        I *object = std::exchange(object_, nullptr);
        if (object && runs_driver_code())
            call_method("IUnknown.Release", object, &I::Release);
    }
    /// The reference, for the caller to drop.
    I *release() { return std::exchange(object_, nullptr); }
    /// Where a driver's function puts a referenced object; this one must be empty.
    I **receive() { return &object_; }
    I *get() const { return object_; }
    I *operator->() const = delete; ///< driver code is called by call_method()
    explicit operator bool() const { return object_ != nullptr; }

  private:
    I *object_ = nullptr;
};

class ComObjects;

/// What ComObjects of all kinds have in common: their count, and a place in the box's list, from
/// which a box that is taken apart destroys what drivers have not released.
class ComBase {
  public:
    explicit ComBase(Kernel &kernel);
    virtual ~ComBase();
    ComBase(const ComBase &) = delete;
    ComBase &operator=(const ComBase &) = delete;

    Kernel &kernel;

  protected:
    ULONG add_reference() { return static_cast<ULONG>(InterlockedIncrement(&references_)); }
    /// With the last one the object is gone. PASSIVE for objects that hold drivers' interfaces.
    ULONG drop_reference();

  private:
    template <typename T, typename... A> friend T *make_com(Kernel &kernel, A &&...arguments);
    ComObjects &all_;
    void *memory_ = nullptr; ///< the pool's, where the whole object begins
    LONG references_ = 1;
};

/// Base of an object that drivers hold by one or more interfaces: lives in the box's pool
/// (make_com), starts with one reference, goes with its last. The interfaces' slots come first in
/// its tables, the C++ side's behind them.
template <typename Main, typename... Others>
class ComObject : public Main, public Others..., public ComBase {
  public:
    explicit ComObject(Kernel &kernel) : ComBase(kernel) {}

    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID id, PVOID *result) noexcept override {
        IUnknown *found = is_unknown(id) ? static_cast<IUnknown *>(main()) : interface_of(id);
        *result = found;
        if (!found)
            return STATUS_INVALID_PARAMETER; // what the WDK's own CUnknown answers
        found->AddRef();
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(ULONG) AddRef() noexcept override { return add_reference(); }
    STDMETHODIMP_(ULONG) Release() noexcept override { return drop_reference(); }

  protected:
    /// The interface of that identifier, not referenced; null if the object has none.
    virtual IUnknown *interface_of(const GUID &id) = 0;
    Main *main() { return this; }
};

/// A new object with one reference, the caller's; null without memory.
template <typename T, typename... A> T *make_com(Kernel &kernel, A &&...arguments) {
    auto made = ks::make_in_pool<T>(kernel, kernel, std::forward<A>(arguments)...);
    if (!made)
        return nullptr;
    static_cast<ComBase &>(*made).memory_ = made.get();
    return made.release();
}

} // namespace ksbox::portcls

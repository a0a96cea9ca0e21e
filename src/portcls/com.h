// Kernel COM, both ways: objects of ours that drivers hold (ComObject), and references that we hold
// on theirs (ComPtr). Counting follows COM; statuses are NTSTATUS (@doc NN:portcls.IPort).
#pragma once

#include <utility>

#include "abi/guid.h"
#include "abi/windows.h"
#include "ks/pool_object.h"
#include "nt/call_method.h"

namespace ksbox::portcls {

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
        if (I *object = std::exchange(object_, nullptr))
            call_method("IUnknown.Release", object, &I::Release);
    }
    /// Where a driver's function puts a referenced object; this one must be empty.
    I **receive() { return &object_; }
    I *get() const { return object_; }
    I *operator->() const = delete; ///< driver code is called by call_method()
    explicit operator bool() const { return object_ != nullptr; }

  private:
    I *object_ = nullptr;
};

/// Base of an object that drivers hold by one or more interfaces: lives in the box's pool
/// (make_com), starts with one reference, goes with its last. The interfaces' slots come first in
/// its tables, the C++ side's behind them.
template <typename Main, typename... Others> class ComObject : public Main, public Others... {
  public:
    explicit ComObject(Kernel &kernel) : kernel(kernel) {}
    virtual ~ComObject() = default;
    ComObject(const ComObject &) = delete;
    ComObject &operator=(const ComObject &) = delete;

    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID id, PVOID *result) noexcept override {
        IUnknown *found = id == IID_IUnknown ? static_cast<IUnknown *>(main()) : interface_of(id);
        *result = found;
        if (!found)
            return STATUS_INVALID_PARAMETER; // what the WDK's own CUnknown answers
        found->AddRef();
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(ULONG) AddRef() noexcept override {
        return static_cast<ULONG>(InterlockedIncrement(&references_));
    }
    STDMETHODIMP_(ULONG) Release() noexcept override {
        const LONG left = InterlockedDecrement(&references_);
        if (left == 0)
            destroy();
        return static_cast<ULONG>(left);
    }

    Kernel &kernel;

  protected:
    /// The interface of that identifier, not referenced; null if the object has none.
    virtual IUnknown *interface_of(const GUID &id) = 0;
    Main *main() { return this; }

  private:
    template <typename T, typename... A> friend T *make_com(Kernel &kernel, A &&...arguments);
    void destroy() {
        Kernel &owner = kernel;
        void *memory = memory_;
        this->~ComObject();
        if (ks::alive(owner))
            owner.pool().free(memory, ks::handle_tag, nullptr);
    }

    void *memory_ = nullptr;
    LONG references_ = 1;
};

/// A new object with one reference, the caller's; null without memory.
template <typename T, typename... A> T *make_com(Kernel &kernel, A &&...arguments) {
    auto made = ks::make_in_pool<T>(kernel, kernel, std::forward<A>(arguments)...);
    if (!made)
        return nullptr;
    made->memory_ = made.get();
    return made.release();
}

} // namespace ksbox::portcls

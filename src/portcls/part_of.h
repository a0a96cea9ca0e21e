// Interfaces of an object that are members of it, and share its count and identity.
#pragma once

#include "abi/windows.h"

namespace ksbox::portcls {

/// One interface of an object whose count and identity it shares.
template <typename I> class PartOf : public I {
  public:
    explicit PartOf(IUnknown &whole) : whole_(whole) {}
    PartOf(const PartOf &) = delete;
    PartOf &operator=(const PartOf &) = delete;

    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID id, PVOID *result) noexcept override {
        return whole_.QueryInterface(id, result);
    }
    STDMETHODIMP_(ULONG) AddRef() noexcept override { return whole_.AddRef(); }
    STDMETHODIMP_(ULONG) Release() noexcept override { return whole_.Release(); }

  private:
    IUnknown &whole_;
};

} // namespace ksbox::portcls

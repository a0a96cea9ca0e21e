// IDrmPort and IDrmPort2 of a port: drmk's functions for its miniport.
// @doc NN:portcls.IDrmPort, NN:portcls.IDrmPort2
#pragma once

#include "abi/guid.h"
#include "abi/windows.h"

namespace ksbox::portcls {

/// A member of the port object, whose count and identity it shares: the port's interface_of()
/// answers IID_IDrmPort and IID_IDrmPort2 with `interface_of(id)`. PASSIVE.
class DrmPort final : public IDrmPort2 {
  public:
    explicit DrmPort(IUnknown &port) : port_(port) {}
    DrmPort(const DrmPort &) = delete;
    DrmPort &operator=(const DrmPort &) = delete;

    /// Not referenced; null for any other interface.
    IUnknown *interface_of(const GUID &id) {
        return id == IID_IDrmPort || id == IID_IDrmPort2 ? static_cast<IDrmPort2 *>(this) : nullptr;
    }

    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID id, PVOID *result) noexcept override {
        return port_.QueryInterface(id, result);
    }
    STDMETHODIMP_(ULONG) AddRef() noexcept override { return port_.AddRef(); }
    STDMETHODIMP_(ULONG) Release() noexcept override { return port_.Release(); }

    STDMETHODIMP_(NTSTATUS)
    CreateContentMixed(PULONG contents, ULONG count, PULONG mixed) noexcept override {
        return DrmCreateContentMixed(contents, count, mixed);
    }
    STDMETHODIMP_(NTSTATUS) DestroyContent(ULONG content) noexcept override {
        return DrmDestroyContent(content);
    }
    STDMETHODIMP_(NTSTATUS)
    ForwardContentToFileObject(ULONG content, PFILE_OBJECT file) noexcept override {
        return DrmForwardContentToFileObject(content, file);
    }
    STDMETHODIMP_(NTSTATUS)
    ForwardContentToInterface(ULONG content, PUNKNOWN object, ULONG methods) noexcept override {
        return DrmForwardContentToInterface(content, object, methods);
    }
    STDMETHODIMP_(NTSTATUS) GetContentRights(ULONG content, PDRMRIGHTS rights) noexcept override {
        return DrmGetContentRights(content, rights);
    }
    STDMETHODIMP_(NTSTATUS)
    AddContentHandlers(ULONG content, PVOID *handlers, ULONG count) noexcept override {
        return DrmAddContentHandlers(content, handlers, count);
    }
    STDMETHODIMP_(NTSTATUS)
    ForwardContentToDeviceObject(ULONG content, PVOID reserved,
                                 PCDRMFORWARD forward) noexcept override {
        return DrmForwardContentToDeviceObject(content, reserved, forward);
    }

  private:
    IUnknown &port_;
};

} // namespace ksbox::portcls

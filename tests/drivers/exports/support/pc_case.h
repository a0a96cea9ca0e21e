// case.h for cases that also call portcls.sys and drmk.sys.
#pragma once

#include "case.h"

extern "C" {
#include <windef.h>
}
#include <dmusicks.h>
#include <drmk.h>
#include <portcls.h>

// An object of the case's own, on its stack: counts references, never goes by itself.
template <typename INTERFACE> class CaseObject : public INTERFACE {
  public:
    explicit CaseObject(const GUID &Id) : Id_(Id) {}
    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID Id, PVOID *Object) {
        ++Queries;
        *Object = IsEqualGUIDAligned(Id, Id_) ? this : nullptr;
        if (*Object == nullptr)
            return STATUS_INVALID_PARAMETER;
        AddRef();
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(ULONG) AddRef() { return InterlockedIncrement(&References); }
    STDMETHODIMP_(ULONG) Release() { return InterlockedDecrement(&References); }
    LONG References = 1;
    LONG Queries = 0;

  private:
    const GUID &Id_;
};

// A resource list of one interrupt, of one DMA channel and of two ports; null if PortCls has none.
PRESOURCELIST CaseResources();

constexpr ULONG CaseInterruptVector = 0x95;
constexpr KIRQL CaseInterruptIrql = 9;

// CUnknown: reference counting and identity of aggregatable kernel COM objects.
// See stdunk.h; objects are freed with the driver's own operator delete, or, if it has none but
// the inline one of kcom.h, by the function below.
#define _NEW_DELETE_OPERATORS_
#include <stdunk.h>

extern "C" void __cdecl KsboxDeleteFromPool(PVOID Memory) {
    if (Memory != NULL) {
        ExFreePool(Memory);
    }
}
#pragma comment(linker, "/alternatename:??3@YAXPEAX@Z=KsboxDeleteFromPool")

CUnknown::CUnknown(PUNKNOWN pUnknownOuter) : m_lRefCount(0) {
    // Not aggregated: the object is its own outer unknown. INonDelegatingUnknown has the same
    // three slots as IUnknown, so the outer calls arrive at the non-delegating methods.
    m_pUnknownOuter = pUnknownOuter
                          ? pUnknownOuter
                          : reinterpret_cast<PUNKNOWN>(static_cast<PNONDELEGATINGUNKNOWN>(this));
}

CUnknown::~CUnknown() {}

STDMETHODIMP_(ULONG) CUnknown::NonDelegatingAddRef() {
    return ULONG(InterlockedIncrement(&m_lRefCount));
}

STDMETHODIMP_(ULONG) CUnknown::NonDelegatingRelease() {
    const LONG lRefCount = InterlockedDecrement(&m_lRefCount);
    if (lRefCount != 0) {
        return ULONG(lRefCount);
    }
    // Held during destruction: a destructor may take and drop references to itself.
    m_lRefCount++;
    delete this;
    return 0;
}

STDMETHODIMP_(NTSTATUS)
CUnknown::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (!IsEqualGUIDAligned(InterfaceId, IID_IUnknown)) {
        *Interface = NULL;
        return STATUS_INVALID_PARAMETER;
    }
    *Interface = PVOID(PUNKNOWN(static_cast<PNONDELEGATINGUNKNOWN>(this)));
    PUNKNOWN(*Interface)->AddRef();
    return STATUS_SUCCESS;
}

// CUnknown, the aggregatable IUnknown that port and miniport classes derive from, and the macros
// that give a class its three methods. Bodies are in wdk/lib/stdunk.cpp (the WDK's stdunk.lib).
#ifndef _STDUNK_H_
#define _STDUNK_H_

#include <punknown.h>

#undef INTERFACE
#define INTERFACE INonDelegatingUnknown
// What the object itself answers, as opposed to what the aggregate it belongs to answers.
DECLARE_INTERFACE(INonDelegatingUnknown) {
    STDMETHOD_(NTSTATUS, NonDelegatingQueryInterface)(THIS_ REFIID InterfaceId, PVOID * Interface)
        PURE;
    STDMETHOD_(ULONG, NonDelegatingAddRef)(THIS) PURE;
    STDMETHOD_(ULONG, NonDelegatingRelease)(THIS) PURE;
};
#undef INTERFACE

typedef INonDelegatingUnknown *PNONDELEGATINGUNKNOWN;

#ifdef __cplusplus

// A driver with operators of its own says so by defining this before.
#ifndef _NEW_DELETE_OPERATORS_
#define _NEW_DELETE_OPERATORS_
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winline-new-delete"
inline PVOID operator new(size_t Bytes, POOL_TYPE Type, ULONG Tag) {
    PVOID Memory = ExAllocatePoolWithTag(Type, Bytes, Tag);
    if (Memory) {
        RtlZeroMemory(Memory, Bytes);
    }
    return Memory;
}
inline PVOID operator new(size_t Bytes, POOL_TYPE Type) {
    return operator new(Bytes, Type, 'wNcP');
}
inline void __cdecl operator delete(PVOID Memory) {
    if (Memory) {
        ExFreePool(Memory);
    }
}
#pragma clang diagnostic pop
#endif

// Starts with no references; the last NonDelegatingRelease deletes the object.
class CUnknown : public INonDelegatingUnknown {
  private:
    LONG m_lRefCount;
    PUNKNOWN m_pUnknownOuter;

  public:
    explicit CUnknown(PUNKNOWN pUnknownOuter);
    virtual ~CUnknown();

    STDMETHODIMP_(ULONG) NonDelegatingAddRef();
    STDMETHODIMP_(ULONG) NonDelegatingRelease();
    STDMETHODIMP_(NTSTATUS) NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface);

    PUNKNOWN GetOuterUnknown() { return m_pUnknownOuter; }
};

// Forwards IUnknown to the aggregate. The class implements NonDelegatingQueryInterface.
#define DECLARE_STD_UNKNOWN()                                                                      \
    STDMETHODIMP_(NTSTATUS) NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface);     \
    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID InterfaceId, PVOID *Interface) {                 \
        return GetOuterUnknown()->QueryInterface(InterfaceId, Interface);                          \
    }                                                                                              \
    STDMETHODIMP_(ULONG) AddRef() {                                                                \
        return GetOuterUnknown()->AddRef();                                                        \
    }                                                                                              \
    STDMETHODIMP_(ULONG) Release() {                                                               \
        return GetOuterUnknown()->Release();                                                       \
    }

#define DEFINE_STD_CONSTRUCTOR(Class)                                                              \
    Class(PUNKNOWN pUnknownOuter) : CUnknown(pUnknownOuter) {}

#define QICAST(Type) PVOID((Type)(this))
#define QICASTUNKNOWN(Type) PVOID(PUNKNOWN((Type)(this)))

// The body of a CreateXxx function: makes the object with one reference, in *ppUnknown.
#define STD_CREATE_BODY_WITH_TAG_(Class, ppUnknown, pUnknownOuter, poolType, tag, base)            \
    NTSTATUS ntStatus;                                                                             \
    Class *p = new (poolType, tag) Class(pUnknownOuter);                                           \
    if (p) {                                                                                       \
        *ppUnknown = PUNKNOWN((base)(p));                                                          \
        (*ppUnknown)->AddRef();                                                                    \
        ntStatus = STATUS_SUCCESS;                                                                 \
    } else {                                                                                       \
        ntStatus = STATUS_INSUFFICIENT_RESOURCES;                                                  \
    }                                                                                              \
    return ntStatus

#define STD_CREATE_BODY_WITH_TAG(Class, ppUnknown, pUnknownOuter, poolType, tag)                   \
    STD_CREATE_BODY_WITH_TAG_(Class, ppUnknown, pUnknownOuter, poolType, tag, PUNKNOWN)
#define STD_CREATE_BODY_(Class, ppUnknown, pUnknownOuter, poolType, base)                          \
    STD_CREATE_BODY_WITH_TAG_(Class, ppUnknown, pUnknownOuter, poolType, 'rCcP', base)
#define STD_CREATE_BODY(Class, ppUnknown, pUnknownOuter, poolType)                                 \
    STD_CREATE_BODY_(Class, ppUnknown, pUnknownOuter, poolType, PUNKNOWN)

#endif

#endif

// Includes every header a driver may, in the order Microsoft's samples do, and under the names a
// case-insensitive file system would find. That it compiles is the test.
// clang-format off: the order matters
extern "C" {
#include <Wdm.h>
}
#include <Windef.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <math.h>
#include <Ntstrsafe.h>
#include <Ntintsafe.h>
#include <Initguid.h>
#define NOBITMAP
#include <Mmreg.h>
#undef NOBITMAP
#include <Unknown.h>
#include <Ks.h>
#include <KsMedia.h>
#include <Kcom.h>
#include <Ksdebug.h>
#include <PortCls.h>
#include <DMusicKS.h>
#include <Stdunk.h>
#include <Drmk.h>
#include <Wdmguid.h>
#include <Wsk.h>
// clang-format on

#include "layout.inc"

// Annotations in every place that drivers put them.
_IRQL_requires_max_(DISPATCH_LEVEL)
    _IRQL_requires_same_ _Must_inspect_result_ __drv_aliasesMem NTSTATUS
    Annotated(_In_ PVOID In, _Out_writes_bytes_(Size) PVOID Out, _In_ ULONG Size);

_Function_class_(DRIVER_DISPATCH) _Dispatch_type_(IRP_MJ_CREATE) DRIVER_DISPATCH AnnotatedDispatch;

// An aggregatable object, made as PortCls miniports are.
class Miniport : public IPinCount, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(Miniport);
    IMP_IPinCount;
};

NTSTATUS MakeMiniport(PUNKNOWN *ppUnknown, PUNKNOWN pUnknownOuter, POOL_TYPE poolType) {
    STD_CREATE_BODY_WITH_TAG(Miniport, ppUnknown, pUnknownOuter, poolType, 'tseT');
}

STDMETHODIMP_(NTSTATUS)
Miniport::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IPinCount)) {
        *Interface = QICAST(IPinCount *);
        AddRef();
        return STATUS_SUCCESS;
    }
    return CUnknown::NonDelegatingQueryInterface(InterfaceId, Interface);
}

STDMETHODIMP_(void) Miniport::PinCount(ULONG, PULONG, PULONG, PULONG, PULONG, PULONG) {}

// What drivers take for granted without a header of its own.
BOOLEAN Counted(volatile SHORT *Streams, PVOID Name) {
    LPCTSTR Text = LPCTSTR(Name);
    MemoryBarrier();
    return InterlockedIncrement16(Streams) == 1 && *Text != 0;
}

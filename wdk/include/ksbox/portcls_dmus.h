// DirectMusic interfaces of dmusicks.h that mingw-w64 lacks. IMasterClock and IPositionNotify have
// no identifier.
#ifndef KSBOX_WDK_PORTCLS_DMUS_H
#define KSBOX_WDK_PORTCLS_DMUS_H

#include "portcls_methods.h"

// @doc NN:dmusicks.ISynthSinkDMus
#define KSBOX_ISynthSinkDMus(METHOD)                                                               \
    METHOD(void, Render, (PBYTE pBuffer, DWORD dwLength, LONGLONG llPosition))                     \
    METHOD(NTSTATUS, SyncToMaster, (REFERENCE_TIME rfTime, BOOL fStart))                           \
    METHOD(NTSTATUS, SampleToRefTime, (LONGLONG llSampleTime, REFERENCE_TIME * prfTime))           \
    METHOD(NTSTATUS, RefTimeToSample, (REFERENCE_TIME rfTime, LONGLONG * pllSampleTime))
KSBOX_INTERFACE(ISynthSinkDMus, IMXF);
#define IMP_ISynthSinkDMus                                                                         \
    IMP_IMXF;                                                                                      \
    KSBOX_ISynthSinkDMus(KSBOX_OWN_METHOD)
typedef ISynthSinkDMus *PSYNTHSINKDMUS;

// @doc NN:dmusicks.IPositionNotify
#define KSBOX_IPositionNotify(METHOD) METHOD(void, PositionNotify, (ULONGLONG bytePosition))
KSBOX_INTERFACE(IPositionNotify, IUnknown);
#define IMP_IPositionNotify KSBOX_IPositionNotify(KSBOX_OWN_METHOD)
typedef IPositionNotify *PPOSITIONNOTIFY;

// @doc NS:dmusicks._DMUS_KERNEL_EVENT
#define DMUS_KEF_EVENT_COMPLETE 0x0000
#define DMUS_KEF_EVENT_INCOMPLETE 0x0001
#define DMUS_KEF_PACKAGE_EVENT 0x0002

#endif

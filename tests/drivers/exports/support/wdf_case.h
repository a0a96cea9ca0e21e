// case.h for cases that also call KMDF: a framework driver and device for the length of a case.
#pragma once

#include "case.h"

#include <wdf.h>

struct CASE_NUMBER {
    ULONG Number;
};
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(CASE_NUMBER, CaseNumber)

// WdfDriverCreate and, at the end, WdfDriverMiniportUnload: behind that the driver is not bound any
// more.
class CaseFramework {
  public:
    explicit CaseFramework(CASE_CONTEXT &Case,
                           WDF_EXECUTION_LEVEL Level = WdfExecutionLevelDispatch,
                           WDF_SYNCHRONIZATION_SCOPE Scope = WdfSynchronizationScopeNone);
    ~CaseFramework();
    CaseFramework(const CaseFramework &) = delete;
    CaseFramework &operator=(const CaseFramework &) = delete;

    WDFDRIVER Driver = nullptr;
    WDFDEVICE Device = nullptr; // over Case.Device, of that level and scope
};

// Attributes with a parent, or none.
WDF_OBJECT_ATTRIBUTES CaseAttributes(WDFOBJECT Parent = nullptr);

// A device of the case's own that answers reads with what was written, and control requests:
// CaseEchoIoctl(METHOD_…) turns every byte of the input over into the output; CasePendIoctl stays
// until it is cancelled, CaseHoldIoctl until CaseLetGo(), CaseOthersIoctl is internal and adds up
// its arguments.
class CaseEcho {
  public:
    CaseEcho(CASE_CONTEXT &Case, ULONG Flags); // DO_BUFFERED_IO, DO_DIRECT_IO, 0
    ~CaseEcho();
    PDEVICE_OBJECT Device = nullptr;
    // By this name it is opened.
    static constexpr const WCHAR *Name = L"\\Device\\CaseEcho";
};
// What a device of that kind was opened with last.
struct CASE_OPENED {
    LONGLONG Allocation;
    ULONG EaLength;
    FILE_FULL_EA_INFORMATION Ea; // the first one, if there is room for one only
};
extern CASE_OPENED CaseOpened;
// Ends what CaseHoldIoctl keeps, with that many bytes of output; waits for it to be there.
void CaseLetGo(ULONG_PTR Bytes);
// A remote target of the framework device, open on the other one.
WDFIOTARGET CaseOpenTarget(WDFDEVICE Device, PDEVICE_OBJECT Existing);
// What cases send, and whether bytes are those, from one on, turned over.
extern UCHAR CaseText[8];
bool CaseIsTurnedOver(const UCHAR *Bytes, ULONG Count, ULONG From = 0);

#define CaseEchoIoctl(Method) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x901, Method, FILE_ANY_ACCESS)
#define CasePendIoctl CTL_CODE(FILE_DEVICE_UNKNOWN, 0x902, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define CaseHoldIoctl CTL_CODE(FILE_DEVICE_UNKNOWN, 0x904, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define CaseOthersIoctl CTL_CODE(FILE_DEVICE_UNKNOWN, 0x903, METHOD_NEITHER, FILE_ANY_ACCESS)

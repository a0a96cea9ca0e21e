// What the AVStream cases share: filters and pins of a case's own, opened with kernel handles,
// plain KS objects, and requests to all of them.
#pragma once

// ks.h declares its interfaces only where IUnknown is known.
// clang-format off
#include "support/case.h"
#include <unknown.h>
#include "support/ks_case.h"
// clang-format on

// {5D2F0C11-3C58-4E0B-8C5E-0B6F0A7D3E21}: property, method and event set of the cases' objects.
extern const GUID CaseOwnSet;
// The category and the subformat of the cases' filters.
extern const GUID CaseOwnCategory;
extern const GUID CaseOwnFormat;

// An open file object: handle and reference, both given back at the end of the scope.
class CaseFile {
  public:
    CaseFile() = default;
    ~CaseFile() { Close(); }
    CaseFile(const CaseFile &) = delete;
    CaseFile &operator=(const CaseFile &) = delete;

    NTSTATUS Open(PUNICODE_STRING Name);
    NTSTATUS Open(PCWSTR Name);
    // Takes the handle over.
    NTSTATUS Adopt(HANDLE Opened);
    void Close();

    HANDLE Handle = nullptr;
    PFILE_OBJECT Object = nullptr;
};

// Opens what a name of so many bytes leads to below the file, and closes it again.
NTSTATUS CaseOpenBelow(const CaseFile &Parent, PVOID Name, USHORT Bytes);

// A descriptor that a case may still change: Pins[0] an output, Pins[1] an input, one data range.
struct CASE_FILTER {
    KSFILTER_DESCRIPTOR Descriptor;
    KSPIN_DESCRIPTOR_EX Pins[2];
    KSPIN_DISPATCH PinDispatch[2];
    KSFILTER_DISPATCH Dispatch;
};
void CaseInitializeFilter(CASE_FILTER &Filter);

// A filter factory of the case's device, with one interface.
class CaseFactory {
  public:
    CaseFactory(CASE_CONTEXT &Case, const KSFILTER_DESCRIPTOR &Descriptor);
    ~CaseFactory();
    CaseFactory(const CaseFactory &) = delete;
    CaseFactory &operator=(const CaseFactory &) = delete;
    // A filter of this factory.
    NTSTATUS Open(CaseFile &Filter);

    const PKSDEVICE Device;
    PKSFILTERFACTORY Factory = nullptr;
};

// KSPIN_CONNECT with its format behind it.
struct CASE_CONNECT {
    KSPIN_CONNECT Connect;
    KSDATAFORMAT Format;
};
void CaseInitializeConnect(CASE_CONNECT &Request, ULONG PinId, HANDLE PinTo);
NTSTATUS CaseConnect(const CaseFile &Filter, ULONG PinId, HANDLE PinTo, CaseFile &Pin);

// IOCTL_KS_PROPERTY from kernel mode.
NTSTATUS CaseProperty(const CaseFile &File, const GUID &Set, ULONG Id, ULONG Flags, PVOID Data,
                      ULONG Bytes, PULONG Returned = nullptr);
NTSTATUS CaseSetState(const CaseFile &Pin, KSSTATE State);
NTSTATUS CaseControl(const CaseFile &File, ULONG Code, PVOID In, ULONG InBytes, PVOID Out,
                     ULONG OutBytes, PULONG Returned = nullptr);

// A filter with both its pins connected to nobody but the case, and up to KSSTATE_RUN.
class CaseStream {
  public:
    // Output and input of the descriptor; a pin with communication NONE in it is not connected.
    CaseStream(CASE_CONTEXT &Case, const CASE_FILTER &Filter);
    ~CaseStream();
    CaseStream(const CaseStream &) = delete;
    CaseStream &operator=(const CaseStream &) = delete;
    NTSTATUS Set(KSSTATE State);

    CaseFactory Factory;
    CaseFile Filter;
    CaseFile File[2];
    PKSPIN Pin[2] = {};
};

// A device without AVStream: a device header, one create item ("object"), and objects with an
// object header whose requests the case handles.
struct CASE_PLAIN {
    PDRIVER_DISPATCH Create;  // null: makes an object
    PDRIVER_DISPATCH Control; // IRP_MJ_DEVICE_CONTROL of objects
    PDRIVER_DISPATCH Read;
    PDRIVER_DISPATCH Write;
    PDRIVER_DISPATCH Security; // query and set
};
struct CASE_PLAIN_OBJECT {
    KSOBJECT_HEADER Header; // first: FsContext points here
    LIST_ENTRY Events;
    KSPIN_LOCK EventsLock;
    KSOBJECT_CREATE_ITEM Slot[1]; // KsAddObjectCreateItemToObjectHeader fills it
};

class CasePlainDevice {
  public:
    CasePlainDevice(CASE_CONTEXT &Case, const CASE_PLAIN &Handlers);
    ~CasePlainDevice();
    CasePlainDevice(const CasePlainDevice &) = delete;
    CasePlainDevice &operator=(const CasePlainDevice &) = delete;
    NTSTATUS Open(CaseFile &File);
    static CASE_PLAIN_OBJECT *Of(PFILE_OBJECT File) {
        return static_cast<CASE_PLAIN_OBJECT *>(File->FsContext);
    }

    PDEVICE_OBJECT Device = nullptr;
    KSDEVICE_HEADER Header = nullptr;
    KSOBJECT_CREATE_ITEM Item = {};
};

// Completes the IRP. For handlers.
NTSTATUS CaseFinish(PIRP Irp, NTSTATUS Status);
PIO_STACK_LOCATION CaseStack(PIRP Irp);
bool CaseSameGuid(const GUID &A, const GUID &B);

#include "ks_requests.h"

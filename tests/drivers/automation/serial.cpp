// The properties of SerialSet.
#include "parts.h"

const GUID SerialSetId = {STATIC_SerialSet};

static ULONG Number = 0x11223344;
static ULONG Unserialized = 5;
static UCHAR Odd[3] = {1, 2, 3};
static struct {
    KSMULTIPLE_ITEM Header;
    UCHAR Bytes[8];
} List = {{sizeof(KSMULTIPLE_ITEM) + 5, 5}, {10, 11, 12, 13, 14}};
static ULONGLONG Raw = 0x0102030405060708;

static PVOID PlaceOfValue(ULONG Id) {
    switch (Id) {
    case SERIAL_NUMBER:
        return &Number;
    case SERIAL_ODD:
        return Odd;
    default:
        return &Unserialized;
    }
}

static ULONG BytesOfValue(ULONG Id) {
    return Id == SERIAL_ODD ? sizeof(Odd) : sizeof(ULONG);
}

static NTSTATUS NTAPI Get(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    Journal("serial get", Request->Id, DataBytes(Irp), Irp->RequestorMode);
    RtlCopyMemory(Data, PlaceOfValue(Request->Id), BytesOfValue(Request->Id));
    Irp->IoStatus.Information = BytesOfValue(Request->Id);
    return AnswerTo("serial get", STATUS_SUCCESS);
}

static NTSTATUS NTAPI Set(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    Journal("serial set", Request->Id, DataBytes(Irp), Irp->RequestorMode);
    const NTSTATUS Status =
        Request->Id == SERIAL_ODD ? AnswerTo("set odd", STATUS_SUCCESS) : STATUS_SUCCESS;
    if (NT_SUCCESS(Status)) {
        RtlCopyMemory(PlaceOfValue(Request->Id), Data, BytesOfValue(Request->Id));
    }
    return Status;
}

static NTSTATUS NTAPI GetList(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    return KsHandleSizedListQuery(Irp, List.Header.Count, 1, List.Bytes);
}

static NTSTATUS NTAPI SetList(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    Journal("serial set", Request->Id, DataBytes(Irp), Irp->RequestorMode);
    if (DataBytes(Irp) > sizeof(List)) {
        return STATUS_INVALID_PARAMETER;
    }
    RtlCopyMemory(&List, Data, DataBytes(Irp));
    return STATUS_SUCCESS;
}

// The format of raw serialization is the driver's own: the value's bytes.
static NTSTATUS NTAPI SupportRaw(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    Journal("raw", Request->Flags, DataBytes(Irp));
    switch (Request->Flags) {
    case KSPROPERTY_TYPE_SERIALIZERAW:
        Irp->IoStatus.Information = sizeof(Raw);
        if (DataBytes(Irp) == 0) {
            return STATUS_BUFFER_OVERFLOW;
        }
        if (DataBytes(Irp) < sizeof(Raw)) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        RtlCopyMemory(Data, &Raw, sizeof(Raw));
        return STATUS_SUCCESS;
    case KSPROPERTY_TYPE_UNSERIALIZERAW:
        if (DataBytes(Irp) != sizeof(Raw)) {
            return STATUS_INVALID_BUFFER_SIZE;
        }
        RtlCopyMemory(&Raw, Data, sizeof(Raw));
        return STATUS_SUCCESS;
    default:
        return STATUS_NOT_SUPPORTED;
    }
}

static const KSPROPERTY_VALUES NumberValues = {
    {{{STATICGUIDOF(KSPROPTYPESETID_General), VT_UI4, 0}}}, 0, NULL};

#define SERIAL_ITEM(Id, GetHandler, MinData, SetHandler, Values, Support, Bytes)                   \
    DEFINE_KSPROPERTY_ITEM(Id, GetHandler, sizeof(KSPROPERTY), MinData, SetHandler, Values, 0,     \
                           NULL, Support, Bytes)

const KSPROPERTY_ITEM SerialItems[SERIAL_COUNT] = {
    SERIAL_ITEM(SERIAL_NUMBER, Get, sizeof(ULONG), Set, &NumberValues, NULL, sizeof(ULONG)),
    SERIAL_ITEM(SERIAL_NONE, Get, sizeof(ULONG), Set, NULL, NULL, 0),
    SERIAL_ITEM(SERIAL_LIST, GetList, 0, SetList, NULL, NULL, 1),
    SERIAL_ITEM(SERIAL_ODD, Get, sizeof(Odd), Set, NULL, NULL, sizeof(Odd)),
    SERIAL_ITEM(SERIAL_RAW, NULL, 0, NULL, NULL, SupportRaw, 0),
    SERIAL_ITEM(SERIAL_PLAIN, Get, sizeof(ULONG), NULL, NULL, NULL, 0)};

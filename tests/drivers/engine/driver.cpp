// The adapter driver of engine.sys (engine.h).
#include <initguid.h>

#include "parts.h"

const GUID EngineSetId = {STATIC_KSPROPSETID_Engine};

static NTSTATUS Install(PDEVICE_OBJECT Device, PIRP Irp, PWSTR Name, bool Plain,
                        PRESOURCELIST Resources) {
    PPORT Port = NULL;
    NTSTATUS Status = PcNewPort(&Port, CLSID_PortWaveRT);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CMiniport *Miniport = new (NonPagedPoolNx, Tag) CMiniport(NULL, Plain);
    Status = STATUS_INSUFFICIENT_RESOURCES;
    if (Miniport != NULL) {
        Miniport->NonDelegatingAddRef();
        Status = Port->Init(Device, Irp, PUNKNOWN(PMINIPORTWAVERT(Miniport)), NULL, Resources);
        Miniport->NonDelegatingRelease();
    }
    if (NT_SUCCESS(Status)) {
        Status = PcRegisterSubdevice(Device, Name, Port);
    }
    Port->Release();
    return Status;
}

static NTSTATUS NTAPI StartDevice(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources) {
    WCHAR Engine[] = L"Engine", Plain[] = L"Plain";
    const NTSTATUS Status = Install(Device, Irp, Engine, false, Resources);
    return NT_SUCCESS(Status) ? Install(Device, Irp, Plain, true, Resources) : Status;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT Pdo) {
    return PcAddAdapterDevice(Driver, Pdo, StartDevice, 2, 0);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path) {
    return PcInitializeAdapterDriver(Driver, Path, AddDevice);
}

NTSTATUS NTAPI Forward(PPCPROPERTY_REQUEST Request) {
    if (Request->ValueSize < sizeof(ENGINE_FORWARD)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    const ENGINE_FORWARD Command = *static_cast<ENGINE_FORWARD *>(Request->Value);
    PFILE_OBJECT Pin;
    NTSTATUS Status = ObReferenceObjectByHandle(HANDLE(Command.Pin), 0, NULL, UserMode,
                                                reinterpret_cast<PVOID *>(&Pin), NULL);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    ULONG Content = Command.ContentId;
    if (Command.NewContent) {
        Status = PcCreateContentMixed(NULL, 0, &Content);
        Journal("content", Content);
    }
    if (NT_SUCCESS(Status)) {
        Status = PcForwardContentToFileObject(Content, Pin);
    }
    if (Command.NewContent) {
        PcDestroyContent(Content);
    }
    ObDereferenceObject(Pin);
    return Status;
}

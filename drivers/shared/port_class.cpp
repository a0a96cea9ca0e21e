// What PortCls samples have in common. See port_class.h.
#include "port_class.h"

NTSTATUS AnswerInterface(PUNKNOWN Object, REFIID Wanted, REFIID Base, REFIID Derived,
                         PVOID *Interface) {
    if (IsEqualGUIDAligned(Wanted, IID_IUnknown) || IsEqualGUIDAligned(Wanted, Base) ||
        IsEqualGUIDAligned(Wanted, Derived)) {
        *Interface = Object;
        Object->AddRef();
        return STATUS_SUCCESS;
    }
    *Interface = NULL;
    return STATUS_INVALID_PARAMETER;
}

NTSTATUS InstallSubdevice(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources, REFGUID Class,
                          const WCHAR *Name, PUNKNOWN Adapter, PUNKNOWN Miniport,
                          PUNKNOWN *OutPort) {
    if (Miniport == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    PPORT Port = NULL;
    NTSTATUS Status = PcNewPort(&Port, Class);
    if (NT_SUCCESS(Status)) {
        Status = Port->Init(Device, Irp, Miniport, Adapter, Resources);
        if (NT_SUCCESS(Status)) {
            Status = PcRegisterSubdevice(Device, const_cast<PWSTR>(Name), Port);
        }
        if (NT_SUCCESS(Status) && OutPort != NULL) {
            *OutPort = Port;
        } else {
            Port->Release();
        }
    }
    Miniport->Release(); // the port has its own reference
    return Status;
}

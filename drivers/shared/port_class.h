// What every PortCls sample begins with: the headers, in the order that they want, and the few
// lines that each COM class and each subdevice would repeat.
#pragma once

extern "C" {
#include <ntddk.h>
}
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <unknown.h>

#include <ks.h>
#include <ksmedia.h>

#include <dmusicks.h>
#include <portcls.h>
#include <stdunk.h>

#include <kcom.h>

// NonDelegatingQueryInterface of a class with one line of interfaces: IUnknown, Base and Derived
// (which may be the same), all of which are Object.
NTSTATUS AnswerInterface(PUNKNOWN Object, REFIID Wanted, REFIID Base, REFIID Derived,
                         PVOID *Interface);

// Joins a miniport to a new port and makes the port the device's subdevice Name. Takes over the
// reference to Miniport; a null one is STATUS_INSUFFICIENT_RESOURCES. With OutPort the caller gets
// a reference to the port. PASSIVE_LEVEL, from the start routine.
// @doc NF:portcls.PcNewPort NF:portcls.PcRegisterSubdevice
NTSTATUS InstallSubdevice(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources, REFGUID Class,
                          const WCHAR *Name, PUNKNOWN Adapter, PUNKNOWN Miniport,
                          PUNKNOWN *OutPort);

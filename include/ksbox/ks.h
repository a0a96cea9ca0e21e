/* ksuser.dll as clients call it in user mode, and the part of COM that it needs; with the
   structures (ks_types.h) and numbers (ks_ids.h) of Kernel Streaming. Plain C and C++.

   Call these on a thread of a client: inside Client::run or Client::spawn of ksbox/client.h. They
   block for as long as the driver's create takes. A handle is a Handle of that client, closed by
   Client::close; PinToHandle is one too. */
#ifndef KSBOX_KS_H
#define KSBOX_KS_H

#include "ksbox/ks_automation.h"
#include "ksbox/ks_ids.h"
#include "ksbox/ks_types.h"

/* The kernel's ks.sys has functions of the same names: these have symbols of their own. */
#define KSBOX_KSUSER(name) __asm__("ksuser_" #name)

#ifdef __cplusplus
extern "C" {
#endif

/* Creates a pin: one IRP_MJ_CREATE relative to the filter. ERROR_SUCCESS, or a Win32 code and
   INVALID_HANDLE_VALUE in *ConnectionHandle. DesiredAccess is GENERIC_WRITE when data flows into
   the pin, GENERIC_READ when it flows out. @doc NF:ks.KsCreatePin */
DWORD KsCreatePin(HANDLE FilterHandle, const KSPIN_CONNECT *Connect, ACCESS_MASK DesiredAccess,
                  HANDLE *ConnectionHandle) KSBOX_KSUSER(KsCreatePin);
/* @doc NF:ks.KsCreateClock */
DWORD KsCreateClock(HANDLE ConnectionHandle, const KSCLOCK_CREATE *ClockCreate, HANDLE *ClockHandle)
    KSBOX_KSUSER(KsCreateClock);
/* @doc NF:ks.KsCreateAllocator */
DWORD KsCreateAllocator(HANDLE ConnectionHandle, const KSALLOCATOR_FRAMING *AllocatorFraming,
                        HANDLE *AllocatorHandle) KSBOX_KSUSER(KsCreateAllocator);
/* @doc NF:ks.KsCreateTopologyNode */
DWORD KsCreateTopologyNode(HANDLE ParentHandle, const KSNODE_CREATE *NodeCreate,
                           ACCESS_MASK DesiredAccess, HANDLE *NodeHandle)
    KSBOX_KSUSER(KsCreateTopologyNode);

/* The same through the device broker, for threads with COM. NOERROR, or an HRESULT:
   CO_E_NOTINITIALIZED without COM, E_ACCESSDENIED when the broker refuses (the driver hears of
   neither), E_NOTIMPL where the emulated Windows is older than 8 and does not export them, else
   the driver's refusal. @doc NF:ks.KsCreatePin2 */
HRESULT KsCreatePin2(HANDLE FilterHandle, const KSPIN_CONNECT *Connect, ACCESS_MASK DesiredAccess,
                     HANDLE *ConnectionHandle) KSBOX_KSUSER(KsCreatePin2);
/* @doc NF:ks.KsCreateClock2 */
HRESULT KsCreateClock2(HANDLE ConnectionHandle, const KSCLOCK_CREATE *ClockCreate,
                       HANDLE *ClockHandle) KSBOX_KSUSER(KsCreateClock2);
/* @doc NF:ks.KsCreateAllocator2 */
HRESULT KsCreateAllocator2(HANDLE ConnectionHandle, const KSALLOCATOR_FRAMING *AllocatorFraming,
                           HANDLE *AllocatorHandle) KSBOX_KSUSER(KsCreateAllocator2);
/* @doc NF:ks.KsCreateTopologyNode2 */
HRESULT KsCreateTopologyNode2(HANDLE ParentHandle, const KSNODE_CREATE *NodeCreate,
                              ACCESS_MASK DesiredAccess, HANDLE *NodeHandle)
    KSBOX_KSUSER(KsCreateTopologyNode2);

/* A single-threaded apartment. S_OK at the first call, S_FALSE at a nested one of the same model,
   RPC_E_CHANGED_MODE at one of the other. @doc win32/api/objbase/nf-objbase-coinitialize */
HRESULT CoInitialize(void *Reserved) KSBOX_KSUSER(CoInitialize);
/* COINIT_MULTITHREADED or COINIT_APARTMENTTHREADED. */
HRESULT CoInitializeEx(void *Reserved, DWORD Model) KSBOX_KSUSER(CoInitializeEx);
void CoUninitialize(void) KSBOX_KSUSER(CoUninitialize);

#ifdef __cplusplus
}
#endif
#endif

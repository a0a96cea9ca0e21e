// ksuser.dll and the part of COM it needs, as clients call them in user mode. All: on a client's
// thread, at PASSIVE_LEVEL; they block for as long as the driver's create takes.
#pragma once

#include "abi/windows.h"

namespace ksbox::ksuser {

/// Creates a pin: one IRP_MJ_CREATE relative to the filter. Returns ERROR_SUCCESS or a Win32 code,
/// and then INVALID_HANDLE_VALUE in *ConnectionHandle. `Connect` is followed by a KSDATAFORMAT of
/// FormatSize bytes (and its attribute list, when it has one). @doc NF:ks.KsCreatePin
DWORD KsCreatePin(HANDLE FilterHandle, const KSPIN_CONNECT *Connect, ACCESS_MASK DesiredAccess,
                  HANDLE *ConnectionHandle);
DWORD KsCreateClock(HANDLE ConnectionHandle, const KSCLOCK_CREATE *ClockCreate,
                    HANDLE *ClockHandle);
DWORD KsCreateAllocator(HANDLE ConnectionHandle, const KSALLOCATOR_FRAMING *AllocatorFraming,
                        HANDLE *AllocatorHandle);
DWORD KsCreateTopologyNode(HANDLE ParentHandle, const KSNODE_CREATE *NodeCreate,
                           ACCESS_MASK DesiredAccess, HANDLE *NodeHandle);

/// The same through the device broker. NOERROR, or an HRESULT: CO_E_NOTINITIALIZED without COM,
/// E_ACCESSDENIED when the broker refuses (no IRP in either case), E_NOTIMPL where the emulated
/// Windows is older than 8 and does not export them. @doc NF:ks.KsCreatePin2
HRESULT KsCreatePin2(HANDLE FilterHandle, const KSPIN_CONNECT *Connect, ACCESS_MASK DesiredAccess,
                     HANDLE *ConnectionHandle);
HRESULT KsCreateClock2(HANDLE ConnectionHandle, const KSCLOCK_CREATE *ClockCreate,
                       HANDLE *ClockHandle);
HRESULT KsCreateAllocator2(HANDLE ConnectionHandle, const KSALLOCATOR_FRAMING *AllocatorFraming,
                           HANDLE *AllocatorHandle);
HRESULT KsCreateTopologyNode2(HANDLE ParentHandle, const KSNODE_CREATE *NodeCreate,
                              ACCESS_MASK DesiredAccess, HANDLE *NodeHandle);

/// S_OK at the first, S_FALSE at a nested call with the same model, RPC_E_CHANGED_MODE else.
/// @doc win32/api/objbase/nf-objbase-coinitialize
HRESULT CoInitialize(void *Reserved);
/// COINIT_MULTITHREADED is 0, COINIT_APARTMENTTHREADED 2.
HRESULT CoInitializeEx(void *Reserved, DWORD Model);
void CoUninitialize();

} // namespace ksbox::ksuser

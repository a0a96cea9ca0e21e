// The KsCreate…2 family (Windows 8): creates pins, clocks, allocators and topology nodes through
// the device broker. User-mode only; HRESULT, and NOERROR is success.
// @doc NF:ks.KsCreatePin2 NF:ks.KsCreateAllocator2 NF:ks.KsCreateClock2 NF:ks.KsCreateTopologyNode2
#ifndef KSBOX_WDK_KS_CREATE_H
#define KSBOX_WDK_KS_CREATE_H

#if !defined(_NTDDK_) || defined(KSBOX_KS_CREATE2)

#ifdef __cplusplus
extern "C" {
#endif

KSDDKAPI HRESULT WINAPI KsCreatePin2(HANDLE FilterHandle, PKSPIN_CONNECT Connect,
                                     ACCESS_MASK DesiredAccess, PHANDLE ConnectionHandle);
KSDDKAPI HRESULT WINAPI KsCreateAllocator2(HANDLE ConnectionHandle,
                                           PKSALLOCATOR_FRAMING AllocatorFraming,
                                           PHANDLE AllocatorHandle);
KSDDKAPI HRESULT WINAPI KsCreateClock2(HANDLE ConnectionHandle, PKSCLOCK_CREATE ClockCreate,
                                       PHANDLE ClockHandle);
KSDDKAPI HRESULT WINAPI KsCreateTopologyNode2(HANDLE ParentHandle, PKSNODE_CREATE NodeCreate,
                                              ACCESS_MASK DesiredAccess, PHANDLE NodeHandle);

#ifdef __cplusplus
}
#endif

#endif

#endif

// Found before mingw-w64's portcls.h: the same, plus functions of the current WDK.
#ifndef KSBOX_WDK_PORTCLS_H
#define KSBOX_WDK_PORTCLS_H

#include <unknown.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <ks.h>
#include <ksmedia.h>

#include_next <portcls.h>

// What a class that implements IPinCount declares. @doc NN:portcls.IPinCount
#ifndef IMP_IPinCount
#define IMP_IPinCount                                                                              \
    STDMETHODIMP_(void)                                                                            \
    PinCount(ULONG PinId, PULONG FilterNecessary, PULONG FilterCurrent, PULONG FilterPossible,     \
             PULONG GlobalCurrent, PULONG GlobalPossible)
#endif

#ifdef __cplusplus
extern "C" {
#endif

// @doc NF:portcls.PcGetPhysicalDeviceObject
PORTCLASSAPI NTSTATUS NTAPI PcGetPhysicalDeviceObject(PDEVICE_OBJECT pDeviceObject,
                                                      PDEVICE_OBJECT *ppPhysicalObject);
// @doc NF:portcls.PcUnregisterAdapterPowerManagement
PORTCLASSAPI NTSTATUS NTAPI PcUnregisterAdapterPowerManagement(PDEVICE_OBJECT pDeviceObject);

#ifdef __cplusplus
}
#endif

#endif

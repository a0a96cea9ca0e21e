// Plug and play of the current portcls.h: rebalancing, and names of pins. The IIDs are published
// nowhere but in Microsoft's header.
#ifndef KSBOX_WDK_PORTCLS_PNP_H
#define KSBOX_WDK_PORTCLS_PNP_H

#include "portcls_methods.h"

// @doc NE:portcls.PC_REBALANCE_TYPE
typedef enum { PcRebalanceNotSupported = 0, PcRebalanceRemoveSubdevices } PC_REBALANCE_TYPE;

// @doc NN:portcls.IAdapterPnpManagement
#define KSBOX_IAdapterPnpManagement(METHOD)                                                        \
    METHOD(PC_REBALANCE_TYPE, GetSupportedRebalanceType, (void))                                   \
    METHOD(void, PnpQueryStop, (void))                                                             \
    METHOD(void, PnpCancelStop, (void))                                                            \
    METHOD(void, PnpStop, (void))
KSBOX_INTERFACE(IAdapterPnpManagement, IUnknown);
#define IMP_IAdapterPnpManagement KSBOX_IAdapterPnpManagement(KSBOX_OWN_METHOD)
typedef IAdapterPnpManagement *PADAPTERPNPMANAGEMENT;

// @doc NN:portcls.IMiniportPnpNotify
#define KSBOX_IMiniportPnpNotify(METHOD) METHOD(void, PnpStop, (void))
KSBOX_INTERFACE(IMiniportPnpNotify, IUnknown);
#define IMP_IMiniportPnpNotify KSBOX_IMiniportPnpNotify(KSBOX_OWN_METHOD)
typedef IMiniportPnpNotify *PMINIPORTPNPNOTIFY;

// @doc NN:portcls.IPortClsPnp
#define KSBOX_IPortClsPnp(METHOD)                                                                  \
    METHOD(NTSTATUS, RegisterAdapterPnpManagement,                                                 \
           (PUNKNOWN pUnknown, PDEVICE_OBJECT DeviceObject))                                       \
    METHOD(NTSTATUS, UnregisterAdapterPnpManagement, (PDEVICE_OBJECT DeviceObject))
KSBOX_INTERFACE(IPortClsPnp, IUnknown);
#define IMP_IPortClsPnp KSBOX_IPortClsPnp(KSBOX_OWN_METHOD)
typedef IPortClsPnp *PPORTCLSPNP;

// Data has the form of KSPROPERTY_PIN_NAME's value.
// @doc NN:portcls.IPinName
#define KSBOX_IPinName(METHOD) METHOD(NTSTATUS, GetPinName, (PIRP Irp, PKSP_PIN Pin, PVOID Data))
KSBOX_INTERFACE(IPinName, IUnknown);
#define IMP_IPinName KSBOX_IPinName(KSBOX_OWN_METHOD)
typedef IPinName *PPINNAME;

#endif

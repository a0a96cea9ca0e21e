// Identifiers of the current portcls.h and ksmedia.h that Microsoft publishes nowhere but in those
// headers. Here they are ksbox's own: what is built here agrees with itself and with ksbox; a
// driver that was built with Microsoft's headers asks for others, and is refused as on an older
// system.
#ifndef KSBOX_WDK_UNPUBLISHED_IDS_H
#define KSBOX_WDK_UNPUBLISHED_IDS_H

#define KSBOX_OWN_ID(Name, Number)                                                                 \
    DEFINE_GUID(Name, 0x2d1f3a94, 0x7b60, 0x4c0e, 0xa3, 0x5d, 0x91, 0x4e, 0x6b, 0x27, 0xc8, Number)

KSBOX_OWN_ID(IID_IPortClsPower, 0x10);
KSBOX_OWN_ID(IID_IPortClsEtwHelper, 0x11);
KSBOX_OWN_ID(IID_IPortClsStreamResourceManager, 0x12);
KSBOX_OWN_ID(IID_IPortClsStreamResourceManager2, 0x13);
KSBOX_OWN_ID(IID_IPortClsNotifications, 0x14);
KSBOX_OWN_ID(IID_IMiniportAudioSignalProcessing, 0x15);
KSBOX_OWN_ID(IID_IMiniportAudioEngineNode, 0x16);
KSBOX_OWN_ID(IID_IMiniportStreamAudioEngineNode, 0x17);
KSBOX_OWN_ID(IID_IMiniportStreamAudioEngineNode2, 0x18);
KSBOX_OWN_ID(IID_IAdapterPowerManagement2, 0x19);
KSBOX_OWN_ID(IID_IAdapterPowerManagement3, 0x1a);
KSBOX_OWN_ID(IID_IPortClsPnp, 0x1b);
KSBOX_OWN_ID(IID_IAdapterPnpManagement, 0x1c);
KSBOX_OWN_ID(IID_IMiniportPnpNotify, 0x1d);

#endif

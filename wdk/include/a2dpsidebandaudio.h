// Parameters of Bluetooth A2DP audio that bypasses the processor. No page has their identifiers and
// numbers: they are ksbox's own.
#ifndef KSBOX_WDK_A2DPSIDEBANDAUDIO_H
#define KSBOX_WDK_A2DPSIDEBANDAUDIO_H

#include <sidebandaudio.h>

DEFINE_GUID(SIDEBANDAUDIO_PARAMS_SET_A2DP, 0x2d1f3a94, 0x7b60, 0x4c0e, 0xa3, 0x5d, 0x91, 0x4e, 0x6b,
            0x27, 0xc8, 0x48);
DEFINE_GUID(GUID_SIDEBANDAUDIO_A2DP_SUPPORT_INTERFACE, 0x2d1f3a94, 0x7b60, 0x4c0e, 0xa3, 0x5d, 0x91,
            0x4e, 0x6b, 0x27, 0xc8, 0x49);

enum { SIDEBANDAUDIO_PARAM_A2DP_CODECS = 1, SIDEANDAUDIO_PARAM_A2DP_CONFIGURED_CODEC = 2 };

#endif

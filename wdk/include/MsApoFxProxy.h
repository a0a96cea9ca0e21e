// KSPROPSETID_AudioEffectsDiscovery: how a driver lists the effects of its endpoints.
// @doc audio/kspropsetid-audioeffectsdiscovery
#ifndef KSBOX_WDK_MSAPOFXPROXY_H
#define KSBOX_WDK_MSAPOFXPROXY_H

#include <ksmedia.h>

typedef enum { KSPROPERTY_AUDIOEFFECTSDISCOVERY_EFFECTSLIST = 1 } KSPROPERTY_AUDIOEFFECTSDISCOVERY;

// @doc NS:msapofxproxy.KSP_PINMODE (the pin, and the mode it is asked about)
typedef struct _tagKSP_PINMODE {
    KSP_PIN PinProperty;
    GUID AudioProcessingMode;
} KSP_PINMODE, *PKSP_PINMODE;

#endif

// KSPROPSETID_AudioEffectsDiscovery: how a driver lists the effects of its endpoints.
// @doc audio/kspropsetid-audioeffectsdiscovery
#ifndef KSBOX_WDK_MSAPOFXPROXY_H
#define KSBOX_WDK_MSAPOFXPROXY_H

#include <ksmedia.h>

typedef enum { KSPROPERTY_AUDIOEFFECTSDISCOVERY_EFFECTSLIST = 1 } KSPROPERTY_AUDIOEFFECTSDISCOVERY;

#endif

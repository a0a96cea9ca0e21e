// What drivers ask of an event and set in it, by the names of Microsoft's dmusicks.h.
#ifndef KSBOX_WDK_DMUSIC_EVENTS_H
#define KSBOX_WDK_DMUSIC_EVENTS_H

// The flags themselves: portcls_dmus.h. @doc NS:dmusicks._DMUS_KERNEL_EVENT
#define SHORT_EVT(event) ((event)->cbEvent <= sizeof(PBYTE))
#define PACKAGE_EVT(event) ((event)->usFlags & DMUS_KEF_PACKAGE_EVENT)
#define INCOMPLETE_EVT(event) ((event)->usFlags & DMUS_KEF_EVENT_INCOMPLETE)
#define COMPLETE_EVT(event) (!INCOMPLETE_EVT(event))
#define SET_INCOMPLETE_EVT(event) ((event)->usFlags |= DMUS_KEF_EVENT_INCOMPLETE)
#define SET_COMPLETE_EVT(event) ((event)->usFlags &= ~DMUS_KEF_EVENT_INCOMPLETE)
#define SET_PACKAGE_EVT(event) ((event)->usFlags |= DMUS_KEF_PACKAGE_EVENT)
#define CLEAR_PACKAGE_EVT(event) ((event)->usFlags &= ~DMUS_KEF_PACKAGE_EVENT)

#define DMUS_EFFECT_NONE 0x00000000
#define DMUS_EFFECT_REVERB 0x00000001
#define DMUS_EFFECT_CHORUS 0x00000002

#endif

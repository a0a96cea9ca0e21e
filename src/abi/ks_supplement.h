// KS declarations that mingw-w64 lacks or has in an old shape. Included by windows.h between
// ksmedia.h and portcls.h, which needs some of them.
#pragma once

/// @doc NS:ksmedia.__unnamed_struct (KSRTAUDIO_HWREGISTER)
typedef struct {
    PVOID Register;
    ULONG Width;
    ULONGLONG Numerator;
    ULONGLONG Denominator;
    ULONG Accuracy;
} KSRTAUDIO_HWREGISTER, *PKSRTAUDIO_HWREGISTER;

typedef struct {
    ULONG FifoSize;
    ULONG ChipsetDelay;
    ULONG CodecDelay;
} KSRTAUDIO_HWLATENCY, *PKSRTAUDIO_HWLATENCY;

#define KSBOX_EXTRA_GUID(name, text) extern "C" const GUID name;
#include "abi/guid_supplement.inc"
#undef KSBOX_EXTRA_GUID

// The interface and the medium of pins that clients stream through.
#pragma once

#include "abi/windows.h"

namespace ksbox::sysaudio {

/// STATIC_… macros are lists of numbers.
constexpr GUID guid_from(ULONG a, USHORT b, USHORT c, UCHAR d0, UCHAR d1, UCHAR d2, UCHAR d3,
                         UCHAR d4, UCHAR d5, UCHAR d6, UCHAR d7) {
    return {a, b, c, {d0, d1, d2, d3, d4, d5, d6, d7}};
}

inline constexpr KSPIN_INTERFACE plain_streaming{
    {{guid_from(STATIC_KSINTERFACESETID_Standard), KSINTERFACE_STANDARD_STREAMING, 0}}};
inline constexpr KSPIN_MEDIUM standard_medium{
    {{guid_from(STATIC_KSMEDIUMSETID_Standard), KSMEDIUM_TYPE_ANYINSTANCE, 0}}};

} // namespace ksbox::sysaudio

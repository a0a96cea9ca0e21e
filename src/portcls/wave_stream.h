// What streams of the WaveCyclic and WavePci ports answer for their miniports: positions and
// allocator framing. @doc audio/audio-position-property
#pragma once

#include <span>

#include "portcls/stream.h"

namespace ksbox::portcls {

class WaveStream : public Stream {
  public:
    /// Both PASSIVE.
    virtual NTSTATUS position(KSAUDIO_POSITION &position) = 0;
    /// Where in a looped client buffer the device goes on.
    /// STATUS_INVALID_DEVICE_REQUEST for streams that are not looped [inferred].
    virtual NTSTATUS set_position(const KSAUDIO_POSITION &position) = 0;
    /// @doc stream/ksproperty-connection-allocatorframing
    virtual NTSTATUS framing(KSALLOCATOR_FRAMING &framing) = 0;
};

/// KSPIN_FLAG_* of pins whose streams are WaveStreams: their queue whatever the interface, which
/// may be the looped one, and the event when what the client sent last has been played.
inline constexpr ULONG wave_pin_flags = KSPIN_FLAG_USE_STANDARD_TRANSPORT |
                                        KSPIN_FLAG_DISPATCH_LEVEL_PROCESSING |
                                        KSPIN_FLAG_GENERATE_EOS_EVENTS;

/// KSPROPERTY_AUDIO_POSITION and KSPROPERTY_CONNECTION_ALLOCATORFRAMING of pins whose streams are
/// WaveStreams.
std::span<const KSPROPERTY_SET> wave_pin_property_sets();

/// Bytes of one sample of all channels; 1 for formats that say nothing about it.
ULONG block_bytes(const KSDATAFORMAT &format);

} // namespace ksbox::portcls

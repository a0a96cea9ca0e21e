// What streams of the WaveCyclic and WavePci ports answer for their miniports: positions and
// allocator framing. @doc audio/audio-position-property
#pragma once

#include "portcls/description.h"
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

/// What the WaveCyclic and the WavePci port bring to their filters: the looped interface beside the
/// usual one; a queue for pins of either; KSPROPERTY_AUDIO_POSITION and
/// KSPROPERTY_CONNECTION_ALLOCATORFRAMING; the event when what the client sent last has been
/// played.
PortKind wave_kind(const char *name);
bool is_looped(const KSPIN &pin);

/// What the format says of its samples; null when its specifier is for something else.
const WAVEFORMATEX *wave_format(const KSDATAFORMAT &format);
/// Bytes of one sample of all channels; 1 for formats that say nothing about it.
ULONG block_bytes(const KSDATAFORMAT &format);

} // namespace ksbox::portcls

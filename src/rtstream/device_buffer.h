// The cyclic buffer of a WaveRT pin. @doc audio/ksproperty-rtaudio-buffer,
// audio/ksproperty-rtaudio-buffer-with-notification, audio/ksproperty-audio-position
#pragma once

#include <cstddef>
#include <span>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::rtstream {

/// The device's while its pin exists. PASSIVE_LEVEL.
class DeviceBuffer {
  public:
    /// Has the driver allocate it, of about so many bytes, and maps it. A driver that can notify
    /// allocates it for that, as for the system's audio engine: some move nothing without. The
    /// status of KSPROPERTY_RTAUDIO_BUFFER(_WITH_NOTIFICATION).
    static Result<DeviceBuffer> allocate(PFILE_OBJECT pin, std::size_t bytes);

    std::span<std::byte> bytes() const { return bytes_; }
    /// Byte offsets into it. The status of KSPROPERTY_AUDIO_POSITION.
    Result<KSAUDIO_POSITION> position() const;
    /// What was written is the device's.
    void publish() const;

  private:
    DeviceBuffer(PFILE_OBJECT pin, const KSRTAUDIO_BUFFER &buffer);

    PFILE_OBJECT pin_;
    std::span<std::byte> bytes_;
    bool wants_barrier_;
};

} // namespace ksbox::rtstream

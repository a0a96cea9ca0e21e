// What clients of MIDI and DirectMusic pins write and read: events in buffers.
// @doc NS:ksmedia.KSMUSICFORMAT
#pragma once

#include <optional>
#include <span>

#include "abi/windows.h"

namespace ksbox::portcls {

enum class MusicFormat : std::uint8_t { midi, direct_music };
MusicFormat music_format(const KSDATAFORMAT &format);

struct MusicEvent {
    LONGLONG time_100ns; ///< stream time
    ULONG channel_group = 1;
    std::span<const UCHAR> bytes;
    ULONG size = 0; ///< in the client's buffer, with header and padding
};

/// The event at the start of `data`. `before_100ns`: the time that its delta counts from, which is
/// the last event's in a MIDI buffer and the frame's in a DirectMusic one. Nothing when the buffer
/// ends within the event.
std::optional<MusicEvent> read_event(MusicFormat format, std::span<const UCHAR> data,
                                     LONGLONG before_100ns);

/// Bytes of the header of an event in the client's buffer.
ULONG event_header_bytes(MusicFormat format);
/// Writes header and bytes; the result is the room used, at most room.size(). Precondition: there
/// is room for the header.
ULONG write_event(MusicFormat format, std::span<UCHAR> room, const MusicEvent &event,
                  LONGLONG before_100ns);

} // namespace ksbox::portcls

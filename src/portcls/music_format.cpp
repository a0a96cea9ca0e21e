// KSMUSICFORMAT and DirectMusic's buffers.
#include "portcls/music_format.h"

#include <algorithm>
#include <cstring>

#include "abi/guid.h"

namespace ksbox::portcls {
namespace {

constexpr LONGLONG millisecond_100ns = 10'000;

/// KSDATAFORMAT_SUBTYPE_DIRECTMUSIC of dmusprop.h, which mingw-w64 lacks.
constexpr GUID direct_music_subtype = {
    0x1a82f8bc, 0x3f8b, 0x11d2, {0xb7, 0x74, 0x00, 0x60, 0x08, 0x33, 0x16, 0xc1}};

/// DMUS_EVENTHEADER of dmusbuff.h; an event takes a multiple of eight bytes.
#pragma pack(push, 4)
struct DirectMusicHeader {
    ULONG bytes;
    ULONG channel_group;
    LONGLONG delta_100ns; ///< from the frame's time
    ULONG flags;
};
#pragma pack(pop)
constexpr ULONG structured = 1; ///< DMUS_EVENT_STRUCTURED

constexpr ULONG padded(MusicFormat format, ULONG bytes) {
    const ULONG unit = format == MusicFormat::midi ? 4 : 8;
    return (bytes + unit - 1) / unit * unit;
}

} // namespace

MusicFormat music_format(const KSDATAFORMAT &format) {
    return format.SubFormat == direct_music_subtype ? MusicFormat::direct_music : MusicFormat::midi;
}

ULONG event_header_bytes(MusicFormat format) {
    return format == MusicFormat::midi ? sizeof(KSMUSICFORMAT) : sizeof(DirectMusicHeader);
}

std::optional<MusicEvent> read_event(MusicFormat format, std::span<const UCHAR> data,
                                     LONGLONG before_100ns) {
    const ULONG head = event_header_bytes(format);
    if (data.size() < head)
        return {};
    MusicEvent event{};
    ULONG bytes = 0;
    if (format == MusicFormat::midi) {
        KSMUSICFORMAT header;
        std::memcpy(&header, data.data(), sizeof header);
        bytes = header.ByteCount;
        event.time_100ns = before_100ns + header.TimeDeltaMs * millisecond_100ns;
    } else {
        DirectMusicHeader header;
        std::memcpy(&header, data.data(), sizeof header);
        bytes = header.bytes;
        event.channel_group = header.channel_group;
        event.time_100ns = before_100ns + header.delta_100ns;
    }
    if (bytes > data.size() - head)
        return {};
    event.bytes = data.subspan(head, bytes);
    event.size = std::min(padded(format, head + bytes), static_cast<ULONG>(data.size()));
    return event;
}

ULONG write_event(MusicFormat format, std::span<UCHAR> room, const MusicEvent &event,
                  LONGLONG before_100ns) {
    const ULONG head = event_header_bytes(format);
    const auto bytes =
        static_cast<ULONG>(std::min(event.bytes.size(), room.size() - std::size_t(head)));
    const LONGLONG delta = std::max<LONGLONG>(event.time_100ns - before_100ns, 0);
    if (format == MusicFormat::midi) {
        const KSMUSICFORMAT header{static_cast<ULONG>(delta / millisecond_100ns), bytes};
        std::memcpy(room.data(), &header, sizeof header);
    } else {
        const DirectMusicHeader header{bytes, event.channel_group, delta, structured};
        std::memcpy(room.data(), &header, sizeof header);
    }
    std::memcpy(room.data() + head, event.bytes.data(), bytes);
    const ULONG used = std::min(padded(format, head + bytes), static_cast<ULONG>(room.size()));
    std::memset(room.data() + head + bytes, 0, used - head - bytes);
    return used;
}

} // namespace ksbox::portcls

// Copies of frames, with their headers.
#include "ks/stream/frame_copy.h"

#include <algorithm>
#include <cstring>

namespace ksbox::ks {

namespace {

/// What says something of the end of a frame, not of its beginning.
constexpr ULONG end_flags =
    KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM | KSSTREAM_HEADER_OPTIONSF_TIMEDISCONTINUITY;

void copy_header(const KSSTREAM_HEADER &from, KSSTREAM_HEADER &to) {
    to.TypeSpecificFlags = from.TypeSpecificFlags;
    to.PresentationTime = from.PresentationTime;
    to.Duration = from.Duration;
    to.OptionsFlags = from.OptionsFlags & ~end_flags;
    const ULONG bytes = std::min(from.Size, to.Size);
    if (bytes > sizeof from)
        std::memcpy(&to + 1, &from + 1, bytes - sizeof from);
}

} // namespace

void FrameCopy::fill(const Frame &from, KSSTREAM_HEADER &header) {
    const KSSTREAM_HEADER &source = *from.header;
    if (bytes == 0)
        copy_header(source, header);
    const ULONG count = std::min(source.DataUsed - bytes, header.FrameExtent - header.DataUsed);
    if (count)
        std::memcpy(static_cast<std::byte *>(header.Data) + header.DataUsed,
                    static_cast<const std::byte *>(source.Data) + bytes, count);
    header.DataUsed += count;
    bytes += count;
}

bool FrameCopy::advance(const StreamIrp &from, Queue &to) {
    StreamPointer &leading = to.leading_edge();
    while (frame < from.frames.size()) {
        const Frame &source = from.frames[frame];
        if (!NT_SUCCESS(to.lock(leading)))
            return false;
        KSSTREAM_HEADER &header = *leading.abi.StreamHeader;
        // A buffer of nothing takes nothing: as if it had not been there.
        if (source.header->DataUsed && header.FrameExtent > header.DataUsed && !header.Data) {
            to.eject_and_unlock(leading);
            continue;
        }
        fill(source, header);
        if (bytes == source.header->DataUsed) {
            header.OptionsFlags |= source.header->OptionsFlags & end_flags;
            ++frame;
            bytes = 0;
        }
        to.eject_and_unlock(leading);
    }
    return true;
}

} // namespace ksbox::ks

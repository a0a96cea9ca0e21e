// The rules of stream headers.
#include "ks/stream/probe.h"

namespace ksbox::ks {

namespace {
constexpr ULONG header_alignment = 8;
} // namespace

Result<void> check_headers(std::span<const std::byte> headers, ULONG probe_flags,
                           ULONG header_bytes) {
    const bool write = probe_flags & KSPROBE_STREAMWRITE;
    std::size_t offset = 0;
    for (unsigned count = 1; offset < headers.size(); ++count) {
        if (headers.size() - offset < sizeof(KSSTREAM_HEADER))
            return fail(STATUS_INVALID_BUFFER_SIZE);
        KSSTREAM_HEADER header;
        std::memcpy(&header, headers.data() + offset, sizeof header);
        if (header.Size < sizeof header || header.Size % header_alignment ||
            header.Size > headers.size() - offset)
            return fail(STATUS_INVALID_BUFFER_SIZE);
        const bool format_change = header.OptionsFlags & KSSTREAM_HEADER_OPTIONSF_TYPECHANGED;
        if (write && format_change) {
            const bool alone = count == 1 && header.Size == headers.size();
            if (!(probe_flags & KSPROBE_ALLOWFORMATCHANGE) || !alone ||
                header.Size != sizeof header || !header.Data ||
                header.DataUsed < sizeof(KSDATAFORMAT))
                return fail(STATUS_INVALID_PARAMETER);
        } else if (header_bytes && header.Size != header_bytes) {
            return fail(STATUS_INVALID_BUFFER_SIZE);
        }
        if (write ? header.DataUsed > header.FrameExtent : header.DataUsed != 0)
            return fail(write ? STATUS_INVALID_BUFFER_SIZE : STATUS_INVALID_PARAMETER);
        offset += header.Size;
    }
    return {};
}

} // namespace ksbox::ks

// The rules of stream headers.
#include "ks/stream/probe.h"

#include <string>

#include "ks/refusal.h"

namespace ksbox::ks {

namespace {
constexpr ULONG header_alignment = 8;

std::string name(unsigned number) {
    return "stream header " + std::to_string(number);
}

} // namespace

Result<void> check_headers(std::span<const std::byte> headers, ULONG probe_flags,
                           ULONG header_bytes) {
    const bool write = probe_flags & KSPROBE_STREAMWRITE;
    std::size_t offset = 0;
    for (unsigned count = 1; offset < headers.size(); ++count) {
        if (headers.size() - offset < sizeof(KSSTREAM_HEADER))
            return refuse(STATUS_INVALID_BUFFER_SIZE, name(count) + " has " +
                                                          std::to_string(headers.size() - offset) +
                                                          " bytes; a KSSTREAM_HEADER has " +
                                                          std::to_string(sizeof(KSSTREAM_HEADER)));
        KSSTREAM_HEADER header;
        std::memcpy(&header, headers.data() + offset, sizeof header);
        if (header.Size < sizeof header || header.Size % header_alignment ||
            header.Size > headers.size() - offset)
            return refuse(STATUS_INVALID_BUFFER_SIZE,
                          name(count) + "'s Size is " + std::to_string(header.Size) +
                              "; it is at least " + std::to_string(sizeof header) +
                              ", a multiple of 8, and at most the " +
                              std::to_string(headers.size() - offset) + " bytes that are there");
        const bool format_change = header.OptionsFlags & KSSTREAM_HEADER_OPTIONSF_TYPECHANGED;
        if (write && format_change) {
            const bool alone = count == 1 && header.Size == headers.size();
            if (!(probe_flags & KSPROBE_ALLOWFORMATCHANGE) || !alone ||
                header.Size != sizeof header || !header.Data ||
                header.DataUsed < sizeof(KSDATAFORMAT))
                return refuse(STATUS_INVALID_PARAMETER,
                              name(count) +
                                  " announces a new format "
                                  "(KSSTREAM_HEADER_OPTIONSF_TYPECHANGED), and does not carry "
                                  "one alone, with data, where that is allowed");
        } else if (header_bytes && header.Size != header_bytes) {
            return refuse(STATUS_INVALID_BUFFER_SIZE,
                          name(count) + "'s Size is " + std::to_string(header.Size) +
                              "; it must be " + std::to_string(header_bytes));
        }
        if (write ? header.DataUsed > header.FrameExtent : header.DataUsed != 0)
            return refuse(write ? STATUS_INVALID_BUFFER_SIZE : STATUS_INVALID_PARAMETER,
                          name(count) + "'s DataUsed is " + std::to_string(header.DataUsed) +
                              (write ? "; FrameExtent is " + std::to_string(header.FrameExtent)
                                     : std::string("; it is 0 in a read")));
        offset += header.Size;
    }
    return {};
}

} // namespace ksbox::ks

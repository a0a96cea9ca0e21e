// Uncounted text between encodings (RtlMultiByteToUnicodeN, RtlUnicodeToMultiByteN …), and
// RtlIpv4StringToAddressA. PASSIVE_LEVEL by their pages; they touch the caller's memory only.
#include <algorithm>
#include <array>

#include "abi/windows.h"
#include "nt/rtl/code_page.h"
#include "nt/rtl/exports.h"

struct in_addr; // four bytes in network order

namespace ksbox::rtl {
namespace {

/// One number of an IPv4 address: decimal, and unless strict also 0x… and 0….
const char *read_part(const char *text, bool strict, std::uint64_t &value) {
    unsigned base = 10;
    if (!strict && text[0] == '0' && (text[1] | 32) == 'x') {
        base = 16;
        text += 2;
    } else if (!strict && text[0] == '0') {
        base = 8;
    }
    const char *start = text;
    value = 0;
    for (;; ++text) {
        const char lower = static_cast<char>(*text | 32);
        const unsigned digit = *text >= '0' && *text <= '9' ? static_cast<unsigned>(*text - '0')
                               : lower >= 'a' && lower <= 'f'
                                   ? static_cast<unsigned>(lower - 'a' + 10)
                                   : 99;
        if (digit >= base)
            break;
        value = std::min<std::uint64_t>(value * base + digit, 1ull << 40);
    }
    return text == start ? nullptr : text;
}

} // namespace

extern "C" {

/// @doc NF:ntifs.RtlMultiByteToUnicodeN
NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWCH UnicodeString, ULONG MaxBytesInUnicodeString,
                                      PULONG BytesInUnicodeString, const CHAR *MultiByteString,
                                      ULONG BytesInMultiByteString) {
    const ULONG count =
        std::min<ULONG>(BytesInMultiByteString, MaxBytesInUnicodeString / sizeof(WCHAR));
    for (ULONG i = 0; i < count; ++i)
        UnicodeString[i] = from_ansi(static_cast<unsigned char>(MultiByteString[i]));
    if (BytesInUnicodeString)
        *BytesInUnicodeString = count * sizeof(WCHAR);
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlMultiByteToUnicodeSize
NTSTATUS NTAPI RtlMultiByteToUnicodeSize(PULONG BytesInUnicodeString, const CHAR *,
                                         ULONG BytesInMultiByteString) {
    *BytesInUnicodeString = BytesInMultiByteString * sizeof(WCHAR);
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlUnicodeToMultiByteN
NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR MultiByteString, ULONG MaxBytesInMultiByteString,
                                      PULONG BytesInMultiByteString, PCWCH UnicodeString,
                                      ULONG BytesInUnicodeString) {
    const ULONG count =
        std::min<ULONG>(BytesInUnicodeString / sizeof(WCHAR), MaxBytesInMultiByteString);
    for (ULONG i = 0; i < count; ++i)
        MultiByteString[i] = static_cast<CHAR>(to_ansi(UnicodeString[i]));
    if (BytesInMultiByteString)
        *BytesInMultiByteString = count;
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlUnicodeToMultiByteSize
NTSTATUS NTAPI RtlUnicodeToMultiByteSize(PULONG BytesInMultiByteString, PCWCH,
                                         ULONG BytesInUnicodeString) {
    *BytesInMultiByteString = BytesInUnicodeString / sizeof(WCHAR);
    return STATUS_SUCCESS;
}

/// Strict takes four decimal parts only. @doc NF:ip2string.RtlIpv4StringToAddressA
NTSTATUS NTAPI RtlIpv4StringToAddressA(PCSTR S, BOOLEAN Strict, PCSTR *Terminator, in_addr *Addr) {
    std::array<std::uint64_t, 4> parts{};
    unsigned count = 0;
    *Terminator = S;
    for (PCSTR text = S;; ++text) {
        text = read_part(text, Strict, parts[count]);
        if (!text)
            return STATUS_INVALID_PARAMETER;
        *Terminator = text;
        ++count;
        if (*text != '.' || count == 4)
            break;
    }
    if (Strict && count != 4)
        return STATUS_INVALID_PARAMETER;
    // The last part fills the bytes that are left: 127.1 is 127.0.0.1.
    std::uint64_t address = 0;
    for (unsigned i = 0; i + 1 < count; ++i) {
        if (parts[i] > 255)
            return STATUS_INVALID_PARAMETER;
        address |= parts[i] << (24 - 8 * i);
    }
    if (parts[count - 1] >= 1ull << 8 * (5 - count))
        return STATUS_INVALID_PARAMETER;
    address |= parts[count - 1];
    auto *bytes = reinterpret_cast<UCHAR *>(Addr);
    for (unsigned i = 0; i < 4; ++i)
        bytes[i] = static_cast<UCHAR>(address >> (24 - 8 * i));
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> encoding_exports() {
    static const std::array table{
        done<&RtlMultiByteToUnicodeN>("RtlMultiByteToUnicodeN", "NF:ntifs.RtlMultiByteToUnicodeN"),
        done<&RtlMultiByteToUnicodeSize>("RtlMultiByteToUnicodeSize",
                                         "NF:ntifs.RtlMultiByteToUnicodeSize"),
        done<&RtlUnicodeToMultiByteN>("RtlUnicodeToMultiByteN", "NF:ntifs.RtlUnicodeToMultiByteN"),
        done<&RtlUnicodeToMultiByteSize>("RtlUnicodeToMultiByteSize",
                                         "NF:ntifs.RtlUnicodeToMultiByteSize"),
        done<&RtlIpv4StringToAddressA>("RtlIpv4StringToAddressA",
                                       "NF:ip2string.RtlIpv4StringToAddressA"),
    };
    return table;
}

} // namespace ksbox::rtl

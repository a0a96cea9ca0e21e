// Strings in the OEM code page, 437 as on a Windows in US English, and the ANSI relatives that work
// like them. PASSIVE_LEVEL by their pages; they touch the caller's memory and the pool only.
#include <algorithm>
#include <array>
#include <iterator>
#include <string>

#include "base/unicode.h"
#include "nt/rtl/code_page.h"
#include "nt/rtl/counted_string.h"
#include "nt/rtl/exports.h"

namespace ksbox::rtl {
namespace {

constexpr ULONG string_tag = 'grtS';

/// Code page 437 from 0x80 on.
constexpr char16_t upper_half[128 + 1] =
    u"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
    u"└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0";

char16_t from_oem(unsigned char byte) {
    return byte < 0x80 ? byte : upper_half[byte - 0x80];
}

unsigned char to_oem(char16_t unit) {
    if (unit < 0x80)
        return static_cast<unsigned char>(unit);
    const auto found = std::find(std::begin(upper_half), std::end(upper_half) - 1, unit);
    return found == std::end(upper_half) - 1
               ? static_cast<unsigned char>('?')
               : static_cast<unsigned char>(0x80 + (found - std::begin(upper_half)));
}

/// Fills `to` from `text`, with a null character when `terminated`. STATUS_BUFFER_OVERFLOW,
/// STATUS_INVALID_PARAMETER_2 (beyond a counted string), STATUS_NO_MEMORY.
template <typename S, typename Text, typename Convert>
NTSTATUS convert(S &to, Text text, bool allocate, bool terminated, Convert convert_one) {
    using Unit = std::remove_pointer_t<decltype(to.Buffer)>;
    const std::size_t bytes = (text.size() + terminated) * sizeof(Unit);
    if (bytes > 0xFFFF)
        return STATUS_INVALID_PARAMETER_2;
    if (allocate) {
        to.Buffer = static_cast<Unit *>(
            ExAllocatePoolWithTag(PagedPool, std::max<std::size_t>(bytes, 1), string_tag));
        if (!to.Buffer)
            return STATUS_NO_MEMORY;
        to.MaximumLength = static_cast<USHORT>(bytes);
    } else if (bytes > to.MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    std::ranges::transform(text, to.Buffer, convert_one);
    if (terminated)
        to.Buffer[text.size()] = 0;
    to.Length = static_cast<USHORT>(text.size() * sizeof(Unit));
    return STATUS_SUCCESS;
}

WCHAR widen(char byte) {
    return from_oem(static_cast<unsigned char>(byte));
}
CHAR narrow(WCHAR unit) {
    return static_cast<CHAR>(to_oem(unit));
}
CHAR narrow_upper(WCHAR unit) {
    return static_cast<CHAR>(to_oem(upcase(unit)));
}
CHAR narrow_ansi_upper(WCHAR unit) {
    return static_cast<CHAR>(to_ansi(upcase(unit)));
}

NTSTATUS narrow_n(PCHAR to, ULONG room, PULONG written, PCWCH from, ULONG bytes,
                  CHAR (*convert_one)(WCHAR)) {
    const ULONG count = std::min<ULONG>(bytes / sizeof(WCHAR), room);
    std::transform(from, from + count, to, convert_one);
    if (written)
        *written = count;
    return count < bytes / sizeof(WCHAR) ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// @doc NF:ntifs.RtlOemStringToUnicodeString
NTSTATUS NTAPI RtlOemStringToUnicodeString(PUNICODE_STRING DestinationString,
                                           PCOEM_STRING SourceString,
                                           BOOLEAN AllocateDestinationString) {
    return convert(*DestinationString, view(*SourceString), AllocateDestinationString, true, widen);
}

/// @doc NF:ntifs.RtlOemStringToCountedUnicodeString
NTSTATUS NTAPI RtlOemStringToCountedUnicodeString(PUNICODE_STRING DestinationString,
                                                  PCOEM_STRING SourceString,
                                                  BOOLEAN AllocateDestinationString) {
    return convert(*DestinationString, view(*SourceString), AllocateDestinationString, false,
                   widen);
}

/// @doc NF:ntifs.RtlUnicodeStringToOemString
NTSTATUS NTAPI RtlUnicodeStringToOemString(POEM_STRING DestinationString,
                                           PCUNICODE_STRING SourceString,
                                           BOOLEAN AllocateDestinationString) {
    return convert(*DestinationString, view(*SourceString), AllocateDestinationString, true,
                   narrow);
}

/// @doc NF:ntifs.RtlUnicodeStringToCountedOemString
NTSTATUS NTAPI RtlUnicodeStringToCountedOemString(POEM_STRING DestinationString,
                                                  PCUNICODE_STRING SourceString,
                                                  BOOLEAN AllocateDestinationString) {
    return convert(*DestinationString, view(*SourceString), AllocateDestinationString, false,
                   narrow);
}

/// @doc NF:ntifs.RtlUpcaseUnicodeStringToOemString
NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(POEM_STRING DestinationString,
                                                 PCUNICODE_STRING SourceString,
                                                 BOOLEAN AllocateDestinationString) {
    return convert(*DestinationString, view(*SourceString), AllocateDestinationString, true,
                   narrow_upper);
}

/// @doc NF:ntifs.RtlFreeOemString
VOID NTAPI RtlFreeOemString(POEM_STRING OemString) {
    RtlFreeAnsiString(OemString);
}

/// With the null character. @doc NF:ntifs.RtlxOemStringToUnicodeSize
ULONG NTAPI RtlxOemStringToUnicodeSize(PCOEM_STRING OemString) {
    return (OemString->Length + 1u) * static_cast<ULONG>(sizeof(WCHAR));
}

/// @doc NF:ntifs.RtlxUnicodeStringToOemSize
ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING UnicodeString) {
    return UnicodeString->Length / static_cast<ULONG>(sizeof(WCHAR)) + 1;
}

/// @doc NF:ntifs.RtlOemToUnicodeN
NTSTATUS NTAPI RtlOemToUnicodeN(PWSTR UnicodeString, ULONG MaxBytesInUnicodeString,
                                PULONG BytesInUnicodeString, PCCH OemString,
                                ULONG BytesInOemString) {
    const ULONG count = std::min<ULONG>(BytesInOemString, MaxBytesInUnicodeString / sizeof(WCHAR));
    std::transform(OemString, OemString + count, UnicodeString, widen);
    if (BytesInUnicodeString)
        *BytesInUnicodeString = count * static_cast<ULONG>(sizeof(WCHAR));
    return count < BytesInOemString ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlUnicodeToOemN
NTSTATUS NTAPI RtlUnicodeToOemN(PCHAR OemString, ULONG MaxBytesInOemString, PULONG BytesInOemString,
                                PCWCH UnicodeString, ULONG BytesInUnicodeString) {
    return narrow_n(OemString, MaxBytesInOemString, BytesInOemString, UnicodeString,
                    BytesInUnicodeString, narrow);
}

/// @doc NF:ntifs.RtlUpcaseUnicodeToOemN
NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(PCHAR OemString, ULONG MaxBytesInOemString,
                                      PULONG BytesInOemString, PCWCH UnicodeString,
                                      ULONG BytesInUnicodeString) {
    return narrow_n(OemString, MaxBytesInOemString, BytesInOemString, UnicodeString,
                    BytesInUnicodeString, narrow_upper);
}

/// @doc NF:ntifs.RtlUpcaseUnicodeToMultiByteN
NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(PCHAR MultiByteString, ULONG MaxBytesInMultiByteString,
                                            PULONG BytesInMultiByteString, PCWCH UnicodeString,
                                            ULONG BytesInUnicodeString) {
    return narrow_n(MultiByteString, MaxBytesInMultiByteString, BytesInMultiByteString,
                    UnicodeString, BytesInUnicodeString, narrow_ansi_upper);
}

} // extern "C"

std::span<const Export> oem_exports() {
#define KSBOX_ROW(function) done<&function>(#function, "NF:ntifs." #function)
    static const std::array table{
        KSBOX_ROW(RtlOemStringToUnicodeString),
        KSBOX_ROW(RtlOemStringToCountedUnicodeString),
        KSBOX_ROW(RtlUnicodeStringToOemString),
        KSBOX_ROW(RtlUnicodeStringToCountedOemString),
        KSBOX_ROW(RtlUpcaseUnicodeStringToOemString),
        KSBOX_ROW(RtlFreeOemString),
        KSBOX_ROW(RtlxOemStringToUnicodeSize),
        KSBOX_ROW(RtlxUnicodeStringToOemSize),
        KSBOX_ROW(RtlOemToUnicodeN),
        KSBOX_ROW(RtlUnicodeToOemN),
        KSBOX_ROW(RtlUpcaseUnicodeToOemN),
        KSBOX_ROW(RtlUpcaseUnicodeToMultiByteN),
    };
#undef KSBOX_ROW
    return table;
}

} // namespace ksbox::rtl

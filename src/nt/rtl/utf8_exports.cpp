// UTF-8: RtlUTF8ToUnicodeN, RtlUnicodeToUTF8N and the counted strings built on them.
// PASSIVE_LEVEL by their pages; they touch the caller's memory and the pool only.
#include <array>
#include <cstring>
#include <string>

#include "base/unicode.h"
#include "nt/rtl/counted_string.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/memory.h"

namespace ksbox::rtl {
namespace {

constexpr ULONG string_tag = 'grtS';
constexpr char16_t replacement = 0xFFFD;

/// What both directions end with: how much there is, or as much as fits.
NTSTATUS deliver(const void *made, std::size_t bytes, void *to, ULONG room, PULONG actual,
                 bool all_mapped) {
    if (!to && !actual)
        return STATUS_INVALID_PARAMETER;
    const std::size_t kept = to && bytes > room ? room : bytes;
    if (to)
        std::memcpy(to, made, kept);
    if (actual)
        *actual = static_cast<ULONG>(kept);
    if (kept < bytes)
        return STATUS_BUFFER_TOO_SMALL;
    return all_mapped ? STATUS_SUCCESS : STATUS_SOME_NOT_MAPPED;
}

bool has_lone_surrogate(std::u16string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool high = text[i] >= 0xD800 && text[i] < 0xDC00,
                   low = text[i] >= 0xDC00 && text[i] < 0xE000;
        const bool paired =
            high && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000;
        if (low || (high && !paired))
            return true;
        i += paired;
    }
    return false;
}

/// The mark of a malformed sequence, unless the input has it itself.
bool is_malformed(std::string_view utf8, std::u16string_view decoded) {
    return decoded.contains(replacement) && to_utf8(decoded) != utf8;
}

template <typename S, typename Text>
NTSTATUS fill(S &to, const Text &text, bool allocate, NTSTATUS too_small) {
    const std::size_t bytes = (text.size() + 1) * sizeof(text[0]);
    if (bytes > 0xFFFF)
        return STATUS_INVALID_PARAMETER_2;
    if (allocate) {
        to.Buffer =
            static_cast<decltype(to.Buffer)>(ExAllocatePoolWithTag(PagedPool, bytes, string_tag));
        if (!to.Buffer)
            return STATUS_NO_MEMORY;
        to.MaximumLength = static_cast<USHORT>(bytes);
    } else if (bytes > to.MaximumLength) {
        return too_small;
    }
    std::memcpy(to.Buffer, text.c_str(), bytes);
    to.Length = static_cast<USHORT>(bytes - sizeof(text[0]));
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// @doc NF:wdm.RtlUTF8ToUnicodeN
NTSTATUS NTAPI RtlUTF8ToUnicodeN(PWSTR UnicodeStringDestination, ULONG UnicodeStringMaxByteCount,
                                 PULONG UnicodeStringActualByteCount, PCCH UTF8StringSource,
                                 ULONG UTF8StringByteCount) {
    if (!UTF8StringSource)
        return STATUS_INVALID_PARAMETER_4;
    const std::string_view source(UTF8StringSource, UTF8StringByteCount);
    const std::u16string made = to_utf16(source);
    return deliver(made.data(), made.size() * sizeof(WCHAR), UnicodeStringDestination,
                   UnicodeStringMaxByteCount & ~1u, UnicodeStringActualByteCount,
                   !is_malformed(source, made));
}

/// @doc NF:wdm.RtlUnicodeToUTF8N
NTSTATUS NTAPI RtlUnicodeToUTF8N(PCHAR UTF8StringDestination, ULONG UTF8StringMaxByteCount,
                                 PULONG UTF8StringActualByteCount, PCWCH UnicodeStringSource,
                                 ULONG UnicodeStringByteCount) {
    if (!UnicodeStringSource)
        return STATUS_INVALID_PARAMETER_4;
    if (UnicodeStringByteCount % sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER_5;
    const std::u16string_view source(UnicodeStringSource, UnicodeStringByteCount / sizeof(WCHAR));
    const std::string made = to_utf8(source);
    return deliver(made.data(), made.size(), UTF8StringDestination, UTF8StringMaxByteCount,
                   UTF8StringActualByteCount, !has_lone_surrogate(source));
}

/// @doc NF:wdm.RtlInitUTF8String
VOID NTAPI RtlInitUTF8String(PSTRING DestinationString, PCSZ SourceString) {
    RtlInitAnsiString(DestinationString, SourceString);
}

/// @doc NF:wdm.RtlInitUTF8StringEx
NTSTATUS NTAPI RtlInitUTF8StringEx(PSTRING DestinationString, PCSZ SourceString) {
    return RtlInitAnsiStringEx(DestinationString, SourceString);
}

/// @doc NF:wdm.RtlUTF8StringToUnicodeString
NTSTATUS NTAPI RtlUTF8StringToUnicodeString(PUNICODE_STRING DestinationString, STRING *SourceString,
                                            BOOLEAN AllocateDestinationString) {
    return fill(*DestinationString, to_utf16(view(*SourceString)), AllocateDestinationString,
                STATUS_BUFFER_OVERFLOW);
}

/// @doc NF:wdm.RtlUnicodeStringToUTF8String
NTSTATUS NTAPI RtlUnicodeStringToUTF8String(STRING *DestinationString,
                                            PCUNICODE_STRING SourceString,
                                            BOOLEAN AllocateDestinationString) {
    return fill(*DestinationString, to_utf8(view(*SourceString)), AllocateDestinationString,
                STATUS_BUFFER_OVERFLOW);
}

/// @doc NF:wdm.RtlFreeUTF8String
VOID NTAPI RtlFreeUTF8String(STRING *Utf8String) {
    RtlFreeAnsiString(Utf8String);
}

} // extern "C"

std::span<const Export> utf_exports() {
#define KSBOX_ROW(function) done<&function>(#function, "NF:wdm." #function)
    static const std::array table{
        KSBOX_ROW(RtlUTF8ToUnicodeN),
        KSBOX_ROW(RtlUnicodeToUTF8N),
        KSBOX_ROW(RtlInitUTF8String),
        KSBOX_ROW(RtlInitUTF8StringEx),
        KSBOX_ROW(RtlUTF8StringToUnicodeString),
        KSBOX_ROW(RtlUnicodeStringToUTF8String),
        KSBOX_ROW(RtlFreeUTF8String),
    };
#undef KSBOX_ROW
    return table;
}

} // namespace ksbox::rtl

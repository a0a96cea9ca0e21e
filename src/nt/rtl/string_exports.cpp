// Counted strings that stay in the caller's memory: RtlInitUnicodeString, RtlCopyUnicodeString,
// RtlCompareUnicodeString and relatives. Any IRQL while the strings are resident, except those that
// consult the case tables (PASSIVE_LEVEL by their pages; any IRQL here).
#include <algorithm>
#include <array>

#include "base/unicode.h"
#include "nt/rtl/code_page.h"
#include "nt/rtl/counted_string.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/memory.h"

namespace ksbox::rtl {
namespace {

/// The longest text a UNICODE_STRING holds with its null character, in bytes.
constexpr SIZE_T longest_unicode = 0xFFFC;
constexpr SIZE_T longest_ansi = 0xFFFE;

void init(STRING &string, const char *text, SIZE_T length) {
    string = {static_cast<USHORT>(length), static_cast<USHORT>(text ? length + 1 : 0),
              const_cast<char *>(text)};
}

void init(UNICODE_STRING &string, const WCHAR *text, SIZE_T bytes) {
    string = {static_cast<USHORT>(bytes), static_cast<USHORT>(text ? bytes + sizeof(WCHAR) : 0),
              const_cast<WCHAR *>(text)};
}

/// The difference of the first unequal characters, else of the lengths (in characters).
template <typename C, typename Fold>
LONG compare(std::basic_string_view<C> a, std::basic_string_view<C> b, Fold fold) {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        if (const LONG difference = static_cast<LONG>(fold(a[i])) - static_cast<LONG>(fold(b[i])))
            return difference;
    return static_cast<LONG>(a.size()) - static_cast<LONG>(b.size());
}

char16_t same(char16_t unit) {
    return unit;
}
unsigned char same_byte(char byte) {
    return static_cast<unsigned char>(byte);
}
unsigned char upper_byte(char byte) {
    return to_ansi(upcase(from_ansi(static_cast<unsigned char>(byte))));
}

LONG compare_unicode(std::u16string_view a, std::u16string_view b, bool ignore_case) {
    return ignore_case ? compare(a, b, upcase) : compare(a, b, same);
}
LONG compare_ansi(std::string_view a, std::string_view b, bool ignore_case) {
    return ignore_case ? compare(a, b, upper_byte) : compare(a, b, same_byte);
}

} // namespace

extern "C" {

/// @doc NF:wdm.RtlInitUnicodeString. @observed A text too long is cut to 0xFFFC bytes.
VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString) {
    const SIZE_T bytes = SourceString ? ksbox_crt_wcslen(SourceString) * sizeof(WCHAR) : 0;
    init(*DestinationString, SourceString, std::min(bytes, longest_unicode));
}

/// @doc NF:ntifs.RtlInitUnicodeStringEx
NTSTATUS NTAPI RtlInitUnicodeStringEx(PUNICODE_STRING DestinationString, PCWSTR SourceString) {
    const SIZE_T bytes = SourceString ? ksbox_crt_wcslen(SourceString) * sizeof(WCHAR) : 0;
    if (bytes > longest_unicode)
        return STATUS_NAME_TOO_LONG;
    init(*DestinationString, SourceString, bytes);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.RtlInitAnsiString
VOID NTAPI RtlInitAnsiString(PANSI_STRING DestinationString, PCSZ SourceString) {
    const SIZE_T length = SourceString ? ksbox_crt_strlen(SourceString) : 0;
    init(*DestinationString, SourceString, std::min(length, longest_ansi));
}

/// @doc NF:ntifs.RtlInitAnsiStringEx
NTSTATUS NTAPI RtlInitAnsiStringEx(PANSI_STRING DestinationString, PCSZ SourceString) {
    const SIZE_T length = SourceString ? ksbox_crt_strlen(SourceString) : 0;
    if (length > longest_ansi)
        return STATUS_NAME_TOO_LONG;
    init(*DestinationString, SourceString, length);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.RtlInitStringEx
NTSTATUS NTAPI RtlInitStringEx(PSTRING DestinationString, PCSZ SourceString) {
    return RtlInitAnsiStringEx(DestinationString, SourceString);
}

/// @doc NF:ntifs.RtlAppendStringToString
NTSTATUS NTAPI RtlAppendStringToString(PSTRING Destination, const STRING *Source) {
    if (Source->Length > Destination->MaximumLength - Destination->Length)
        return STATUS_BUFFER_TOO_SMALL;
    std::memmove(Destination->Buffer + Destination->Length, Source->Buffer, Source->Length);
    Destination->Length = static_cast<USHORT>(Destination->Length + Source->Length);
    return STATUS_SUCCESS;
}

/// Flags are reserved. STATUS_INVALID_PARAMETER for what no counted string can be (inferred).
NTSTATUS NTAPI RtlValidateUnicodeString(ULONG Flags, PCUNICODE_STRING String) {
    const bool is_valid = Flags == 0 && String && String->Length % sizeof(WCHAR) == 0 &&
                          String->MaximumLength % sizeof(WCHAR) == 0 &&
                          String->Length <= String->MaximumLength &&
                          (String->Buffer || String->MaximumLength == 0);
    return is_valid ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/// @doc NF:wdm.RtlInitString
VOID NTAPI RtlInitString(PSTRING DestinationString, PCSZ SourceString) {
    RtlInitAnsiString(DestinationString, SourceString);
}

/// @doc NF:wdm.RtlCopyUnicodeString. @observed A null character follows when there is room.
VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString) {
    DestinationString->Length = 0;
    if (!SourceString)
        return;
    const auto room = DestinationString->MaximumLength / sizeof(WCHAR);
    append(*DestinationString, view(*SourceString).substr(0, room));
}

/// @doc NF:ntddk.RtlCopyString
VOID NTAPI RtlCopyString(PSTRING DestinationString, PSTRING SourceString) {
    DestinationString->Length = 0;
    if (!SourceString)
        return;
    DestinationString->Length = std::min(SourceString->Length, DestinationString->MaximumLength);
    std::memmove(DestinationString->Buffer, SourceString->Buffer, DestinationString->Length);
}

/// @doc NF:wdm.RtlCompareUnicodeString
LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                   BOOLEAN CaseInSensitive) {
    return compare_unicode(view(*String1), view(*String2), CaseInSensitive);
}

/// @doc NF:wdm.RtlCompareUnicodeStrings. Lengths in characters.
LONG NTAPI RtlCompareUnicodeStrings(PCWCH String1, SIZE_T String1Length, PCWCH String2,
                                    SIZE_T String2Length, BOOLEAN CaseInSensitive) {
    return compare_unicode({String1, String1Length}, {String2, String2Length}, CaseInSensitive);
}

/// @doc NF:wdm.RtlEqualUnicodeString
BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                    BOOLEAN CaseInSensitive) {
    return String1->Length == String2->Length &&
           compare_unicode(view(*String1), view(*String2), CaseInSensitive) == 0;
}

/// @doc NF:ntddk.RtlPrefixUnicodeString
BOOLEAN NTAPI RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                     BOOLEAN CaseInSensitive) {
    const auto prefix = view(*String1);
    return compare_unicode(prefix, view(*String2).substr(0, prefix.size()), CaseInSensitive) == 0;
}

/// @doc NF:ntddk.RtlCompareString
LONG NTAPI RtlCompareString(PSTRING String1, PSTRING String2, BOOLEAN CaseInSensitive) {
    return compare_ansi(view(*String1), view(*String2), CaseInSensitive);
}

/// @doc NF:ntddk.RtlEqualString
BOOLEAN NTAPI RtlEqualString(PSTRING String1, PSTRING String2, BOOLEAN CaseInSensitive) {
    return compare_ansi(view(*String1), view(*String2), CaseInSensitive) == 0;
}

/// @doc NF:wdm.RtlAppendUnicodeToString
NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source) {
    if (!Source)
        return STATUS_SUCCESS;
    return append(*Destination, {Source, ksbox_crt_wcslen(Source)}) ? STATUS_SUCCESS
                                                                    : STATUS_BUFFER_TOO_SMALL;
}

/// @doc NF:wdm.RtlAppendUnicodeStringToString
NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING Destination,
                                              PCUNICODE_STRING Source) {
    return append(*Destination, view(*Source)) ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
}

/// @doc NF:wdm.RtlUpcaseUnicodeChar
WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR SourceCharacter) {
    return upcase(SourceCharacter);
}

/// @doc NF:wdm.RtlDowncaseUnicodeChar
WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR SourceCharacter) {
    return downcase(SourceCharacter);
}

/// @doc NF:ntddk.RtlUpperChar
CHAR NTAPI RtlUpperChar(CHAR Character) {
    return static_cast<CHAR>(upper_byte(Character));
}

/// @doc NF:ntddk.RtlUpperString
VOID NTAPI RtlUpperString(PSTRING DestinationString, PSTRING SourceString) {
    RtlCopyString(DestinationString, SourceString);
    for (USHORT i = 0; i < DestinationString->Length; ++i)
        DestinationString->Buffer[i] = RtlUpperChar(DestinationString->Buffer[i]);
}

/// @doc NF:wdm.RtlHashUnicodeString
NTSTATUS NTAPI RtlHashUnicodeString(const UNICODE_STRING *String, BOOLEAN CaseInSensitive,
                                    ULONG HashAlgorithm, PULONG HashValue) {
    if (!String || !HashValue || HashAlgorithm > HASH_STRING_ALGORITHM_X65599)
        return STATUS_INVALID_PARAMETER;
    ULONG hash = 0;
    for (const char16_t unit : view(*String))
        hash = hash * 65599 + (CaseInSensitive ? upcase(unit) : unit);
    *HashValue = hash;
    return STATUS_SUCCESS;
}

/// With the null character. One byte a character: the code page is Windows-1252.
/// @doc NF:wdm.RtlUnicodeStringToAnsiSize
ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString) {
    return UnicodeString->Length / sizeof(WCHAR) + 1;
}

/// @doc NF:wdm.RtlAnsiStringToUnicodeSize
ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING AnsiString) {
    return (AnsiString->Length + 1) * sizeof(WCHAR);
}

} // extern "C"

std::span<const Export> string_exports() {
    static const std::array table{
        done<&RtlInitUnicodeString>("RtlInitUnicodeString", "NF:wdm.RtlInitUnicodeString"),
        done<&RtlInitUnicodeStringEx>("RtlInitUnicodeStringEx", "NF:ntifs.RtlInitUnicodeStringEx"),
        done<&RtlInitAnsiString>("RtlInitAnsiString", "NF:wdm.RtlInitAnsiString"),
        done<&RtlInitAnsiStringEx>("RtlInitAnsiStringEx", "NF:ntifs.RtlInitAnsiStringEx"),
        done<&RtlInitStringEx>("RtlInitStringEx", "NF:wdm.RtlInitStringEx"),
        done<&RtlAppendStringToString>("RtlAppendStringToString",
                                       "NF:ntifs.RtlAppendStringToString"),
        done<&RtlValidateUnicodeString>("RtlValidateUnicodeString", ""),
        done<&RtlInitString>("RtlInitString", "NF:wdm.RtlInitString"),
        done<&RtlCopyUnicodeString>("RtlCopyUnicodeString", "NF:wdm.RtlCopyUnicodeString"),
        done<&RtlCopyString>("RtlCopyString", "NF:ntddk.RtlCopyString"),
        done<&RtlCompareUnicodeString>("RtlCompareUnicodeString", "NF:wdm.RtlCompareUnicodeString"),
        done<&RtlCompareUnicodeStrings>("RtlCompareUnicodeStrings",
                                        "NF:wdm.RtlCompareUnicodeStrings"),
        done<&RtlEqualUnicodeString>("RtlEqualUnicodeString", "NF:wdm.RtlEqualUnicodeString"),
        done<&RtlPrefixUnicodeString>("RtlPrefixUnicodeString", "NF:ntddk.RtlPrefixUnicodeString"),
        done<&RtlCompareString>("RtlCompareString", "NF:ntddk.RtlCompareString"),
        done<&RtlEqualString>("RtlEqualString", "NF:ntddk.RtlEqualString"),
        done<&RtlAppendUnicodeToString>("RtlAppendUnicodeToString",
                                        "NF:wdm.RtlAppendUnicodeToString"),
        done<&RtlAppendUnicodeStringToString>("RtlAppendUnicodeStringToString",
                                              "NF:wdm.RtlAppendUnicodeStringToString"),
        done<&RtlUpcaseUnicodeChar>("RtlUpcaseUnicodeChar", "NF:wdm.RtlUpcaseUnicodeChar"),
        done<&RtlDowncaseUnicodeChar>("RtlDowncaseUnicodeChar", "NF:wdm.RtlDowncaseUnicodeChar"),
        done<&RtlUpperChar>("RtlUpperChar", "NF:ntddk.RtlUpperChar"),
        done<&RtlUpperString>("RtlUpperString", "NF:ntddk.RtlUpperString"),
        done<&RtlHashUnicodeString>("RtlHashUnicodeString", "NF:wdm.RtlHashUnicodeString"),
        done<&RtlxUnicodeStringToAnsiSize>("RtlxUnicodeStringToAnsiSize",
                                           "NF:wdm.RtlUnicodeStringToAnsiSize"),
        done<&RtlxAnsiStringToUnicodeSize>("RtlxAnsiStringToUnicodeSize",
                                           "NF:wdm.RtlAnsiStringToUnicodeSize"),
    };
    return table;
}

} // namespace ksbox::rtl

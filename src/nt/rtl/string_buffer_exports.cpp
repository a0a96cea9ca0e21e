// Counted strings whose buffer the library may allocate (paged pool, tag 'Strg'): conversions
// between ANSI and Unicode, RtlStringFromGUID, and the freeing of their results. PASSIVE_LEVEL.
#include <array>

#include "abi/guid.h"
#include "base/unicode.h"
#include "nt/rtl/code_page.h"
#include "nt/rtl/counted_string.h"
#include "nt/rtl/exports.h"

namespace ksbox::rtl {
namespace {

constexpr ULONG string_tag = 'grtS';
constexpr ULONG longest_buffer = 0xFFFF;

/// Gives the string a buffer of `bytes`, from the pool or the caller's own, and empties it.
/// STATUS_BUFFER_OVERFLOW when the caller's is smaller than `needed`.
template <typename S>
NTSTATUS prepare(S &string, ULONG bytes, ULONG needed, bool allocate, NTSTATUS too_long) {
    if (bytes > longest_buffer)
        return too_long;
    if (allocate) {
        string.Buffer = static_cast<decltype(string.Buffer)>(
            ExAllocatePoolWithTag(PagedPool, bytes, string_tag));
        if (!string.Buffer)
            return STATUS_NO_MEMORY;
        string.MaximumLength = static_cast<USHORT>(bytes);
    } else if (needed > string.MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    string.Length = 0;
    return STATUS_SUCCESS;
}

template <typename Change>
NTSTATUS convert_case(UNICODE_STRING &to, const UNICODE_STRING &from, bool allocate,
                      Change change) {
    if (const NTSTATUS status =
            prepare(to, from.Length, from.Length, allocate, STATUS_INVALID_PARAMETER);
        status != STATUS_SUCCESS)
        return status;
    const auto text = view(from);
    for (std::size_t i = 0; i < text.size(); ++i)
        to.Buffer[i] = change(text[i]);
    to.Length = from.Length;
    return STATUS_SUCCESS;
}

template <typename S> void release(S *string) {
    if (!string->Buffer)
        return;
    ExFreePoolWithTag(string->Buffer, 0);
    *string = {};
}

} // namespace

extern "C" {

/// @doc NF:wdm.RtlAnsiStringToUnicodeString
NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString,
                                            PCANSI_STRING SourceString,
                                            BOOLEAN AllocateDestinationString) {
    const ULONG bytes = (SourceString->Length + 1) * sizeof(WCHAR);
    // The null character counts: a buffer that just holds the text is too small.
    const NTSTATUS status = prepare(*DestinationString, bytes, bytes, AllocateDestinationString,
                                    STATUS_INVALID_PARAMETER_2);
    if (status != STATUS_SUCCESS)
        return status;
    for (USHORT i = 0; i < SourceString->Length; ++i)
        DestinationString->Buffer[i] =
            from_ansi(static_cast<unsigned char>(SourceString->Buffer[i]));
    DestinationString->Buffer[SourceString->Length] = 0;
    DestinationString->Length = static_cast<USHORT>(bytes - sizeof(WCHAR));
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.RtlUnicodeStringToAnsiString
NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString,
                                            PCUNICODE_STRING SourceString,
                                            BOOLEAN AllocateDestinationString) {
    const auto text = view(*SourceString);
    const ULONG bytes = static_cast<ULONG>(text.size()) + 1;
    const NTSTATUS status = prepare(*DestinationString, bytes, bytes, AllocateDestinationString,
                                    STATUS_INVALID_PARAMETER_2);
    if (status != STATUS_SUCCESS)
        return status;
    for (std::size_t i = 0; i < text.size(); ++i)
        DestinationString->Buffer[i] = static_cast<CHAR>(to_ansi(text[i]));
    DestinationString->Buffer[text.size()] = 0;
    DestinationString->Length = static_cast<USHORT>(text.size());
    return STATUS_SUCCESS;
}

/// @doc NF:ntddk.RtlUpcaseUnicodeString
NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING DestinationString,
                                      PCUNICODE_STRING SourceString,
                                      BOOLEAN AllocateDestinationString) {
    return convert_case(*DestinationString, *SourceString, AllocateDestinationString, upcase);
}

/// @doc NF:ntifs.RtlDowncaseUnicodeString
NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING DestinationString,
                                        PCUNICODE_STRING SourceString,
                                        BOOLEAN AllocateDestinationString) {
    return convert_case(*DestinationString, *SourceString, AllocateDestinationString, downcase);
}

/// Lower-case digits, as device interface names have them.
/// @doc NF:wdm.RtlStringFromGUID
NTSTATUS NTAPI RtlStringFromGUID(REFGUID Guid, PUNICODE_STRING GuidString) {
    std::string text = to_guid(Guid).to_string();
    const ULONG bytes = static_cast<ULONG>((text.size() + 1) * sizeof(WCHAR));
    const NTSTATUS status = prepare(*GuidString, bytes, bytes, true, STATUS_INVALID_PARAMETER);
    if (status != STATUS_SUCCESS)
        return status;
    std::u16string wide;
    for (const char c : text)
        wide += downcase(static_cast<char16_t>(c));
    assign(*GuidString, wide);
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlCreateUnicodeString
BOOLEAN NTAPI RtlCreateUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString) {
    const std::u16string_view text(SourceString);
    const auto bytes = (text.size() + 1) * sizeof(WCHAR);
    if (bytes > longest_buffer)
        return FALSE;
    UNICODE_STRING made{};
    if (prepare(made, static_cast<ULONG>(bytes), 0, true, STATUS_INVALID_PARAMETER) !=
        STATUS_SUCCESS)
        return FALSE;
    assign(made, text);
    *DestinationString = made;
    return TRUE;
}

/// Flags: 1 adds a null character, 2 allocates for an empty string too. Microsoft has no page on
/// it; @observed in public driver sources.
NTSTATUS NTAPI RtlDuplicateUnicodeString(ULONG Flags, PCUNICODE_STRING SourceString,
                                         PUNICODE_STRING DestinationString) {
    constexpr ULONG null_terminate = 1, allocate_null_string = 2;
    if (Flags & ~(null_terminate | allocate_null_string) ||
        (Flags & allocate_null_string && !(Flags & null_terminate)) || !SourceString ||
        !DestinationString || RtlValidateUnicodeString(0, SourceString) != STATUS_SUCCESS)
        return STATUS_INVALID_PARAMETER;
    *DestinationString = {};
    const auto text = view(*SourceString);
    if (text.empty() && !(Flags & allocate_null_string))
        return STATUS_SUCCESS;
    const ULONG bytes = SourceString->Length + (Flags & null_terminate ? sizeof(WCHAR) : 0);
    const NTSTATUS status = prepare(*DestinationString, bytes, bytes, true, STATUS_NAME_TOO_LONG);
    if (status == STATUS_SUCCESS)
        assign(*DestinationString, text);
    return status;
}

/// @doc NF:wdm.RtlFreeUnicodeString
VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING UnicodeString) {
    release(UnicodeString);
}

/// @doc NF:wdm.RtlFreeAnsiString
VOID NTAPI RtlFreeAnsiString(PANSI_STRING AnsiString) {
    release(AnsiString);
}

} // extern "C"

std::span<const Export> string_buffer_exports() {
    static const std::array table{
        done<&RtlAnsiStringToUnicodeString>("RtlAnsiStringToUnicodeString",
                                            "NF:wdm.RtlAnsiStringToUnicodeString"),
        done<&RtlUnicodeStringToAnsiString>("RtlUnicodeStringToAnsiString",
                                            "NF:wdm.RtlUnicodeStringToAnsiString"),
        done<&RtlUpcaseUnicodeString>("RtlUpcaseUnicodeString", "NF:ntddk.RtlUpcaseUnicodeString"),
        done<&RtlDowncaseUnicodeString>("RtlDowncaseUnicodeString",
                                        "NF:ntifs.RtlDowncaseUnicodeString"),
        done<&RtlStringFromGUID>("RtlStringFromGUID", "NF:wdm.RtlStringFromGUID"),
        done<&RtlCreateUnicodeString>("RtlCreateUnicodeString", "NF:ntifs.RtlCreateUnicodeString"),
        done<&RtlDuplicateUnicodeString>("RtlDuplicateUnicodeString", ""),
        done<&RtlFreeUnicodeString>("RtlFreeUnicodeString", "NF:wdm.RtlFreeUnicodeString"),
        done<&RtlFreeAnsiString>("RtlFreeAnsiString", "NF:wdm.RtlFreeAnsiString"),
    };
    return table;
}

} // namespace ksbox::rtl

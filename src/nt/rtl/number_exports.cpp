// Numbers and GUIDs as text: RtlIntegerToUnicodeString, RtlUnicodeStringToInteger,
// RtlGUIDFromString. PASSIVE_LEVEL by their pages; they touch the caller's memory only.
#include <array>
#include <string>

#include "abi/guid.h"
#include "base/win32_errors.h"
#include "nt/rtl/counted_string.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/memory.h"

namespace ksbox::rtl {
namespace {

bool is_base(ULONG base) {
    return base == 2 || base == 8 || base == 10 || base == 16;
}

NTSTATUS write_number(ULONGLONG value, ULONG base, UNICODE_STRING &string) {
    if (base == 0)
        base = 10;
    if (!is_base(base))
        return STATUS_INVALID_PARAMETER;
    std::u16string digits;
    do
        digits.insert(digits.begin(), u"0123456789ABCDEF"[value % base]);
    while (value /= base);
    return assign(string, digits) ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

template <typename C> ULONG digit(C c) {
    if (c >= '0' && c <= '9')
        return static_cast<ULONG>(c - '0');
    const C lower = static_cast<C>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? static_cast<ULONG>(lower - 'a' + 10) : 16;
}

/// The number at the start of the text; 0 when there is none. White space is every character up to
/// the blank, as for the C library's wide functions at code points that texts contain.
template <typename C>
NTSTATUS read_number(std::basic_string_view<C> text, ULONG base, ULONG &value) {
    while (!text.empty() && text.front() <= ' ')
        text.remove_prefix(1);
    const bool negative = !text.empty() && text.front() == '-';
    if (negative || (!text.empty() && text.front() == '+'))
        text.remove_prefix(1);
    if (base == 0) {
        base = 10;
        const C mark = text.size() > 1 && text[0] == '0' ? text[1] : C(0);
        const ULONG prefixed = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
        if (prefixed) {
            base = prefixed;
            text.remove_prefix(2);
        }
    }
    if (!is_base(base))
        return STATUS_INVALID_PARAMETER;
    ULONG result = 0;
    for (; !text.empty() && digit(text.front()) < base; text.remove_prefix(1))
        result = result * base + digit(text.front());
    value = negative ? 0 - result : result;
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// @doc NF:wdm.RtlIntegerToUnicodeString
NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String) {
    return write_number(Value, Base, *String);
}

/// @doc NF:wdm.RtlInt64ToUnicodeString
NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String) {
    return write_number(Value, Base, *String);
}

/// @doc NF:wdm.RtlUnicodeStringToInteger
NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value) {
    return read_number(view(*String), Base, *Value);
}

/// @doc NF:ntddk.RtlCharToInteger
NTSTATUS NTAPI RtlCharToInteger(PCSZ String, ULONG Base, PULONG Value) {
    return read_number(std::string_view(String, ksbox_crt_strlen(String)), Base, *Value);
}

/// @doc NF:wdm.RtlGUIDFromString
NTSTATUS NTAPI RtlGUIDFromString(PUNICODE_STRING GuidString, GUID *Guid) {
    std::string narrow;
    for (const char16_t unit : view(*GuidString))
        narrow += unit < 0x80 ? static_cast<char>(unit) : '?';
    const auto guid = narrow.starts_with('{') ? ksbox::Guid::parse(narrow) : std::nullopt;
    if (!guid)
        return STATUS_INVALID_PARAMETER;
    *Guid = to_windows(*guid);
    return STATUS_SUCCESS;
}

/// ERROR_MR_MID_NOT_FOUND for a status without an equivalent. @doc NF:ntifs.RtlNtStatusToDosError
ULONG NTAPI RtlNtStatusToDosError(NTSTATUS Status) {
    return win32_of_status(Status);
}

} // extern "C"

std::span<const Export> number_exports() {
    static const std::array table{
        done<&RtlIntegerToUnicodeString>("RtlIntegerToUnicodeString",
                                         "NF:wdm.RtlIntegerToUnicodeString"),
        done<&RtlInt64ToUnicodeString>("RtlInt64ToUnicodeString", "NF:wdm.RtlInt64ToUnicodeString"),
        done<&RtlUnicodeStringToInteger>("RtlUnicodeStringToInteger",
                                         "NF:wdm.RtlUnicodeStringToInteger"),
        done<&RtlCharToInteger>("RtlCharToInteger", "NF:ntddk.RtlCharToInteger"),
        done<&RtlNtStatusToDosError>("RtlNtStatusToDosError", "NF:ntifs.RtlNtStatusToDosError"),
        done<&RtlNtStatusToDosError>("RtlNtStatusToDosErrorNoTeb",
                                     "NF:ntifs.RtlNtStatusToDosErrorNoTeb"),
        done<&RtlInt64ToUnicodeString>("RtlIntPtrToUnicodeString",
                                       "NF:wdm.RtlIntPtrToUnicodeString"),
        done<&RtlGUIDFromString>("RtlGUIDFromString", "NF:wdm.RtlGUIDFromString"),
    };
    return table;
}

} // namespace ksbox::rtl

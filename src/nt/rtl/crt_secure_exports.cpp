// The C library's checked functions: wcscpy_s, strncat_s, memcpy_s … The kernel has no invalid
// parameter handler, so a violation is reported by the result alone and empties the destination.
// @doc c-runtime-library/reference/strcpy-s-wcscpy-s-mbscpy-s
#include <array>
#include <cstring>

#include "nt/rtl/errno.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/text.h"

namespace ksbox::rtl {
namespace {

using text::Character;

constexpr SIZE_T truncate = ~SIZE_T(0); // _TRUNCATE

template <Character C> int refuse(C *to, int error) {
    if (to)
        *to = 0;
    return error;
}

/// Copies `count` characters to `to`, which holds `room`; the shared end of all functions below.
template <Character C>
int put(C *start, C *to, SIZE_T room, const C *from, SIZE_T count, bool may_truncate) {
    const SIZE_T length = text::bounded_length(from, count);
    if (length >= room && !may_truncate)
        return refuse(start, error_range);
    const SIZE_T kept = length >= room ? room - 1 : length;
    std::memmove(to, from, kept * sizeof(C));
    to[kept] = 0;
    return length >= room ? error_truncated : 0;
}

template <Character C> int NTAPI copy_s(C *to, SIZE_T room, const C *from) {
    if (!to || !room || !from)
        return refuse(room ? to : nullptr, error_invalid);
    return put(to, to, room, from, truncate, false);
}

template <Character C> int NTAPI copy_bounded_s(C *to, SIZE_T room, const C *from, SIZE_T count) {
    if (!count && !to && !room)
        return 0;
    if (!to || !room || (!from && count))
        return refuse(room ? to : nullptr, error_invalid);
    if (!count) {
        *to = 0;
        return 0;
    }
    return put(to, to, room, from, count, count == truncate);
}

template <Character C>
int NTAPI concatenate_bounded_s(C *to, SIZE_T room, const C *from, SIZE_T count) {
    if (!count && !to && !room)
        return 0;
    if (!to || !room || (!from && count))
        return refuse(room ? to : nullptr, error_invalid);
    const SIZE_T used = text::bounded_length(to, room);
    if (used == room)
        return refuse(to, error_invalid);
    return count ? put(to, to + used, room - used, from, count, count == truncate) : 0;
}

template <Character C> int NTAPI concatenate_s(C *to, SIZE_T room, const C *from) {
    if (!to || !room || !from)
        return refuse(room ? to : nullptr, error_invalid);
    const SIZE_T used = text::bounded_length(to, room);
    if (used == room)
        return refuse(to, error_invalid);
    return put(to, to + used, room - used, from, truncate, false);
}

/// memcpy_s and memmove_s: a source that does not fit zeroes the destination.
int NTAPI copy_memory_s(void *to, SIZE_T room, const void *from, SIZE_T count) {
    if (!count)
        return 0;
    if (!to)
        return error_invalid;
    if (!from || room < count) {
        std::memset(to, 0, room);
        return from ? error_range : error_invalid;
    }
    std::memmove(to, from, count);
    return 0;
}

template <Character C> C *NTAPI token_s(C *text, const C *delimiters, C **context) {
    if (!delimiters || !context || (!text && !*context))
        return nullptr;
    C *start = text ? text : *context;
    start += text::span(start, delimiters);
    C *end = start + text::span_until(start, delimiters);
    *context = *end ? end + 1 : end;
    if (start == end)
        return nullptr;
    *end = 0;
    return start;
}

template <Character C, C *(NTAPI *Change)(C *)> int NTAPI change_s(C *text, SIZE_T room) {
    if (!text || text::bounded_length(text, room) == room)
        return refuse(room ? text : nullptr, error_invalid);
    Change(text);
    return 0;
}

} // namespace

std::span<const Export> crt_secure_exports() {
    static const std::array table{
        done<&copy_s<char>>("strcpy_s", ""),
        done<&copy_s<WCHAR>>("wcscpy_s", ""),
        done<&copy_bounded_s<char>>("strncpy_s", ""),
        done<&copy_bounded_s<WCHAR>>("wcsncpy_s", ""),
        done<&concatenate_s<char>>("strcat_s", ""),
        done<&concatenate_s<WCHAR>>("wcscat_s", ""),
        done<&concatenate_bounded_s<char>>("strncat_s", ""),
        done<&concatenate_bounded_s<WCHAR>>("wcsncat_s", ""),
        done<&copy_memory_s>("memcpy_s", ""),
        done<&copy_memory_s>("memmove_s", ""),
        done<&token_s<char>>("strtok_s", ""),
        done<&token_s<WCHAR>>("wcstok_s", ""),
        done<&change_s<char, text::lower_in_place<char>>>("_strlwr_s", ""),
        done<&change_s<WCHAR, text::lower_in_place<WCHAR>>>("_wcslwr_s", ""),
        done<&change_s<char, text::upper_in_place<char>>>("_strupr_s", ""),
        done<&change_s<WCHAR, text::upper_in_place<WCHAR>>>("_wcsupr_s", ""),
    };
    return table;
}

} // namespace ksbox::rtl

// The rest of ntoskrnl's C library on text: wide character classes, single and whole conversions
// between narrow and wide, paths taken apart and put together, scanning.
#include <array>
#include <cstring>

#include "nt/rtl/code_page.h"
#include "nt/rtl/errno.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/scan.h"
#include "nt/rtl/text.h"

namespace ksbox::rtl {
namespace {

using text::Character;

/// Classes are those of the C locale: beyond ASCII no character is in any. wint_t is a USHORT.
int NTAPI is_wide_digit(USHORT c) {
    return c >= '0' && c <= '9';
}
int NTAPI is_wide_space(USHORT c) {
    return c == ' ' || (c >= 9 && c <= 13);
}
int NTAPI is_wide_alpha(USHORT c) {
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}
int NTAPI is_wide_alnum(USHORT c) {
    return is_wide_digit(c) || is_wide_alpha(c);
}
int NTAPI is_wide_xdigit(USHORT c) {
    return is_wide_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

constexpr SIZE_T failed = ~SIZE_T(0);

/// A null destination counts; the result has no room for the null character.
SIZE_T NTAPI to_wide(WCHAR *to, const char *from, SIZE_T count) {
    if (!to)
        return text::length(from);
    for (SIZE_T i = 0; i < count; ++i) {
        to[i] = from_ansi(static_cast<unsigned char>(from[i]));
        if (!from[i])
            return i;
    }
    return count;
}

bool has_narrow(WCHAR c) {
    return c == '?' || to_ansi(c) != '?';
}

/// Fails on a character that the code page lacks.
SIZE_T NTAPI to_narrow(char *to, const WCHAR *from, SIZE_T count) {
    for (SIZE_T i = 0; to ? i < count : true; ++i) {
        if (!has_narrow(from[i]))
            return failed;
        if (to)
            to[i] = static_cast<char>(to_ansi(from[i]));
        if (!from[i])
            return i;
    }
    return count;
}

int NTAPI one_to_wide(WCHAR *to, const char *from, SIZE_T count) {
    if (!from || !count)
        return 0;
    if (to)
        *to = from_ansi(static_cast<unsigned char>(*from));
    return *from ? 1 : 0;
}

int NTAPI one_to_narrow(char *to, WCHAR c) {
    if (!to)
        return 0;
    if (!has_narrow(c))
        return -1;
    *to = static_cast<char>(to_ansi(c));
    return 1;
}

template <Character C, typename Value> C *NTAPI fill_bounded(C *text, Value value, SIZE_T count) {
    for (SIZE_T i = 0; i < count && text[i]; ++i)
        text[i] = static_cast<C>(value);
    return text;
}

int NTAPI compare_memory_ignoring_case(const void *a, const void *b, SIZE_T count) {
    const auto *x = static_cast<const char *>(a), *y = static_cast<const char *>(b);
    for (SIZE_T i = 0; i < count; ++i)
        if (const int difference = static_cast<unsigned char>(text::to_lower(x[i])) -
                                   static_cast<unsigned char>(text::to_lower(y[i])))
            return difference;
    return 0;
}

/// One part of a path and where it goes; a null buffer with no room skips it.
template <Character C> struct Part {
    C *to;
    SIZE_T room;
    const C *from;
    SIZE_T count;
};

/// "d:", "\dir\", "name", ".ext". On any error every buffer is emptied.
template <Character C>
int NTAPI split_path(const C *path, C *drive, SIZE_T drive_room, C *folder, SIZE_T folder_room,
                     C *name, SIZE_T name_room, C *extension, SIZE_T extension_room) {
    std::array<Part<C>, 4> parts{{{drive, drive_room, path, 0},
                                  {folder, folder_room, path, 0},
                                  {name, name_room, path, 0},
                                  {extension, extension_room, path, 0}}};
    int error = path ? 0 : error_invalid;
    for (const auto &part : parts)
        if (!part.to != !part.room)
            error = error_invalid;
    if (!error) {
        const C *rest = path;
        if (path[0] && path[1] == ':') {
            parts[0].count = 2;
            rest += 2;
        }
        const C *base = rest, *dot = nullptr, *end = rest;
        for (; *end; ++end)
            if (*end == '\\' || *end == '/') {
                base = end + 1;
                dot = nullptr;
            } else if (*end == '.') {
                dot = end;
            }
        dot = dot ? dot : end;
        parts[1] = {folder, folder_room, rest, static_cast<SIZE_T>(base - rest)};
        parts[2] = {name, name_room, base, static_cast<SIZE_T>(dot - base)};
        parts[3] = {extension, extension_room, dot, static_cast<SIZE_T>(end - dot)};
        for (const auto &part : parts)
            if (part.to && part.count >= part.room)
                error = error_range;
    }
    for (const auto &part : parts) {
        if (!part.to || !part.room)
            continue;
        if (!error)
            std::memcpy(part.to, part.from, part.count * sizeof(C));
        part.to[error ? 0 : part.count] = 0;
    }
    return error;
}

/// Adds the colon, the last backslash and the dot that are missing.
template <Character C>
int NTAPI make_path(C *path, SIZE_T room, const C *drive, const C *folder, const C *name,
                    const C *extension) {
    if (!path || !room)
        return error_invalid;
    SIZE_T used = 0;
    bool fits = true;
    const auto put = [&](C c) {
        if (used + 1 < room)
            path[used++] = c;
        else
            fits = false;
    };
    const auto put_all = [&](const C *part) {
        for (; *part; ++part)
            put(*part);
    };
    if (drive && *drive) {
        put(*drive);
        put(':');
    }
    if (folder && *folder) {
        put_all(folder);
        const C last = folder[text::length(folder) - 1];
        if (last != '\\' && last != '/')
            put('\\');
    }
    if (name)
        put_all(name);
    if (extension && *extension) {
        if (*extension != '.')
            put('.');
        put_all(extension);
    }
    path[fits ? used : 0] = 0;
    return fits ? 0 : error_range;
}

template <Character C> int NTAPI scan(const C *text, const C *format, ...) {
    if (!text || !format)
        return -1;
    __builtin_ms_va_list arguments;
    __builtin_ms_va_start(arguments, format);
    const int result = scan_windows(text, format, arguments);
    __builtin_ms_va_end(arguments);
    return result;
}

} // namespace

std::span<const Export> crt_wide_exports() {
    static const std::array table{
        done<&is_wide_digit>("iswdigit", ""),
        done<&is_wide_space>("iswspace", ""),
        done<&is_wide_alpha>("iswalpha", ""),
        done<&is_wide_alnum>("iswalnum", ""),
        done<&is_wide_xdigit>("iswxdigit", ""),
        done<&to_wide>("mbstowcs", ""),
        done<&to_narrow>("wcstombs", ""),
        done<&one_to_wide>("mbtowc", ""),
        done<&one_to_narrow>("wctomb", ""),
        done<&fill_bounded<char, int>>("_strnset", ""),
        done<&fill_bounded<WCHAR, WCHAR>>("_wcsnset", ""),
        done<&compare_memory_ignoring_case>("_memicmp", ""),
        done<&split_path<char>>("_splitpath_s", ""),
        done<&split_path<WCHAR>>("_wsplitpath_s", ""),
        done<&make_path<char>>("_makepath_s", ""),
        done<&make_path<WCHAR>>("_wmakepath_s", ""),
        done<&scan<char>>("sscanf_s", ""),
        done<&scan<WCHAR>>("swscanf_s", ""),
    };
    return table;
}

} // namespace ksbox::rtl

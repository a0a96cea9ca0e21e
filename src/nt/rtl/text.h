// The C library's text functions once for both character types: char (the C locale) and WCHAR.
// All have Microsoft's calling convention, so that the export tables can name the instances. Any
// IRQL while the text is resident.
#pragma once

#include <concepts>

#include "abi/windows.h"

namespace ksbox::rtl::text {

template <typename C>
concept Character = std::same_as<C, char> || std::same_as<C, WCHAR>;

/// Compares as Microsoft's functions do: narrow text by unsigned bytes.
constexpr unsigned order(char c) {
    return static_cast<unsigned char>(c);
}
constexpr unsigned order(WCHAR c) {
    return c;
}

template <Character C> C NTAPI to_lower(C c);
template <Character C> C NTAPI to_upper(C c);

template <Character C> SIZE_T length(const C *text) {
    SIZE_T n = 0;
    while (text[n])
        ++n;
    return n;
}

template <Character C> SIZE_T NTAPI bounded_length(const C *text, SIZE_T limit) {
    SIZE_T n = 0;
    while (n < limit && text[n])
        ++n;
    return n;
}

template <Character C, typename Fold>
int compare_folded(const C *a, const C *b, SIZE_T limit, Fold fold) {
    for (SIZE_T i = 0; i < limit; ++i) {
        const unsigned x = order(fold(a[i])), y = order(fold(b[i]));
        if (x != y)
            return x < y ? -1 : 1;
        if (x == 0)
            break;
    }
    return 0;
}

template <Character C> C itself(C c) {
    return c;
}

template <Character C> int NTAPI compare(const C *a, const C *b) {
    return compare_folded(a, b, ~SIZE_T(0), itself<C>);
}
template <Character C> int NTAPI compare_bounded(const C *a, const C *b, SIZE_T limit) {
    return compare_folded(a, b, limit, itself<C>);
}
template <Character C> int NTAPI compare_ignoring_case(const C *a, const C *b) {
    return compare_folded(a, b, ~SIZE_T(0), to_lower<C>);
}
template <Character C>
int NTAPI compare_bounded_ignoring_case(const C *a, const C *b, SIZE_T limit) {
    return compare_folded(a, b, limit, to_lower<C>);
}

template <Character C> C *NTAPI copy(C *to, const C *from) {
    C *place = to;
    while ((*place++ = *from++))
        ;
    return to;
}

/// Fills up with null characters; writes none when the source has `limit` characters or more.
template <Character C> C *NTAPI copy_bounded(C *to, const C *from, SIZE_T limit) {
    SIZE_T i = 0;
    for (; i < limit && from[i]; ++i)
        to[i] = from[i];
    for (; i < limit; ++i)
        to[i] = 0;
    return to;
}

template <Character C> C *NTAPI concatenate(C *to, const C *from) {
    copy(to + length(to), from);
    return to;
}

template <Character C> C *NTAPI concatenate_bounded(C *to, const C *from, SIZE_T limit) {
    C *end = to + length(to);
    const SIZE_T count = bounded_length(from, limit);
    for (SIZE_T i = 0; i < count; ++i)
        end[i] = from[i];
    end[count] = 0;
    return to;
}

/// The null character is found too. `wanted` is an int, as in C.
template <Character C, typename Wanted> C *NTAPI find(const C *text, Wanted wanted) {
    for (;; ++text) {
        if (*text == static_cast<C>(wanted))
            return const_cast<C *>(text);
        if (!*text)
            return nullptr;
    }
}

template <Character C, typename Wanted> C *NTAPI find_last(const C *text, Wanted wanted) {
    const C *found = nullptr;
    for (;; ++text) {
        if (*text == static_cast<C>(wanted))
            found = text;
        if (!*text)
            return const_cast<C *>(found);
    }
}

template <Character C> C *NTAPI find_text(const C *text, const C *wanted) {
    const SIZE_T count = length(wanted);
    for (;; ++text) {
        if (compare_bounded(text, wanted, count) == 0)
            return const_cast<C *>(text);
        if (!*text)
            return nullptr;
    }
}

template <Character C> bool contains(const C *set, C c) {
    return c && find(set, c);
}

/// How many leading characters are (span) or are not (span_until) in the set.
template <Character C> SIZE_T NTAPI span(const C *text, const C *set) {
    SIZE_T n = 0;
    while (contains(set, text[n]))
        ++n;
    return n;
}
template <Character C> SIZE_T NTAPI span_until(const C *text, const C *set) {
    SIZE_T n = 0;
    while (text[n] && !contains(set, text[n]))
        ++n;
    return n;
}

template <Character C> C *NTAPI find_any(const C *text, const C *set) {
    text += span_until(text, set);
    return *text ? const_cast<C *>(text) : nullptr;
}

template <Character C> C *NTAPI lower_in_place(C *text) {
    for (C *c = text; *c; ++c)
        *c = to_lower(*c);
    return text;
}
template <Character C> C *NTAPI upper_in_place(C *text) {
    for (C *c = text; *c; ++c)
        *c = to_upper(*c);
    return text;
}

template <Character C> C *NTAPI reverse(C *text) {
    for (SIZE_T i = 0, j = length(text); i + 1 < j; ++i) {
        --j;
        const C c = text[i];
        text[i] = text[j];
        text[j] = c;
    }
    return text;
}

template <Character C, typename Value> C *NTAPI fill(C *text, Value value) {
    for (C *c = text; *c; ++c)
        *c = static_cast<C>(value);
    return text;
}

} // namespace ksbox::rtl::text

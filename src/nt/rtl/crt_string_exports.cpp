// strcmp, wcsstr, toupper …: ntoskrnl's C library on text. The C locale for narrow characters; wide
// ones fold case as RtlUpcaseUnicodeChar does.
#include <array>

#include "base/unicode.h"
#include "nt/rtl/code_page.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/text.h"

namespace ksbox::rtl {
namespace text {

template <> char NTAPI to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
}
template <> char NTAPI to_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~32) : c;
}
template <> WCHAR NTAPI to_lower(WCHAR c) {
    return downcase(c);
}
template <> WCHAR NTAPI to_upper(WCHAR c) {
    return upcase(c);
}

} // namespace text
namespace {

/// ctype.h takes an int that is a character or EOF; beyond the C locale nothing is true.
bool between(int c, int first, int last) {
    return c >= first && c <= last;
}
int NTAPI is_digit(int c) {
    return between(c, '0', '9');
}
int NTAPI is_lower(int c) {
    return between(c, 'a', 'z');
}
int NTAPI is_upper(int c) {
    return between(c, 'A', 'Z');
}
int NTAPI is_alpha(int c) {
    return is_lower(c) || is_upper(c);
}
int NTAPI is_alnum(int c) {
    return is_alpha(c) || is_digit(c);
}
int NTAPI is_print(int c) {
    return between(c, 0x20, 0x7E);
}
int NTAPI is_punct(int c) {
    return between(c, 0x21, 0x7E) && !is_alnum(c);
}
int NTAPI is_space(int c) {
    return c == ' ' || between(c, 9, 13);
}
int NTAPI is_cntrl(int c) {
    return between(c, 0, 31) || c == 127;
}
int NTAPI is_xdigit(int c) {
    return is_digit(c) || between(c | 32, 'a', 'f');
}
int NTAPI lower(int c) {
    return is_upper(c) ? c | 32 : c;
}
int NTAPI upper(int c) {
    return is_lower(c) ? c & ~32 : c;
}

void *NTAPI find_byte(const void *memory, int wanted, SIZE_T count) {
    auto *bytes = static_cast<const unsigned char *>(memory);
    for (SIZE_T i = 0; i < count; ++i)
        if (bytes[i] == static_cast<unsigned char>(wanted))
            return const_cast<unsigned char *>(bytes + i);
    return nullptr;
}

} // namespace

std::span<const Export> crt_string_exports() {
    using namespace text;
    static const std::array table{
        done<&compare<char>>("strcmp", ""),
        done<&compare<WCHAR>>("wcscmp", ""),
        done<&compare_bounded<char>>("strncmp", ""),
        done<&compare_bounded<WCHAR>>("wcsncmp", ""),
        done<&compare_ignoring_case<char>>("_stricmp", ""),
        done<&compare_ignoring_case<WCHAR>>("_wcsicmp", ""),
        done<&compare_bounded_ignoring_case<char>>("_strnicmp", ""),
        done<&compare_bounded_ignoring_case<WCHAR>>("_wcsnicmp", ""),
        done<&copy<char>>("strcpy", ""),
        done<&copy<WCHAR>>("wcscpy", ""),
        done<&copy_bounded<char>>("strncpy", ""),
        done<&copy_bounded<WCHAR>>("wcsncpy", ""),
        done<&concatenate<char>>("strcat", ""),
        done<&concatenate<WCHAR>>("wcscat", ""),
        done<&concatenate_bounded<char>>("strncat", ""),
        done<&concatenate_bounded<WCHAR>>("wcsncat", ""),
        done<&bounded_length<char>>("strnlen", ""),
        done<&bounded_length<WCHAR>>("wcsnlen", ""),
        done<&find<char, int>>("strchr", ""),
        done<&find<WCHAR, WCHAR>>("wcschr", ""),
        done<&find_last<char, int>>("strrchr", ""),
        done<&find_last<WCHAR, WCHAR>>("wcsrchr", ""),
        done<&find_text<char>>("strstr", ""),
        done<&find_text<WCHAR>>("wcsstr", ""),
        done<&find_any<char>>("strpbrk", ""),
        done<&find_any<WCHAR>>("wcspbrk", ""),
        done<&span<char>>("strspn", ""),
        done<&span<WCHAR>>("wcsspn", ""),
        done<&span_until<char>>("strcspn", ""),
        done<&span_until<WCHAR>>("wcscspn", ""),
        done<&lower_in_place<char>>("_strlwr", ""),
        done<&lower_in_place<WCHAR>>("_wcslwr", ""),
        done<&upper_in_place<char>>("_strupr", ""),
        done<&upper_in_place<WCHAR>>("_wcsupr", ""),
        done<&reverse<char>>("_strrev", ""),
        done<&reverse<WCHAR>>("_wcsrev", ""),
        done<&fill<char, int>>("_strset", ""),
        done<&to_lower<WCHAR>>("towlower", ""),
        done<&to_upper<WCHAR>>("towupper", ""),
        done<&lower>("tolower", ""),
        done<&upper>("toupper", ""),
        done<&is_digit>("isdigit", ""),
        done<&is_lower>("islower", ""),
        done<&is_upper>("isupper", ""),
        done<&is_alpha>("isalpha", ""),
        done<&is_alnum>("isalnum", ""),
        done<&is_print>("isprint", ""),
        done<&is_punct>("ispunct", ""),
        done<&is_space>("isspace", ""),
        done<&is_cntrl>("iscntrl", ""),
        done<&is_xdigit>("isxdigit", ""),
        done<&find_byte>("memchr", ""),
    };
    return table;
}

} // namespace ksbox::rtl

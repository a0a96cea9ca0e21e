#include "nt/rtl/scan.h"

#include <limits>

#include "nt/rtl/code_page.h"
#include "nt/rtl/text.h"

namespace ksbox::rtl {
namespace {

using text::Character;
using Va = __builtin_ms_va_list;

template <Character C> bool is_blank(C c) {
    return c == ' ' || (c >= 9 && c <= 13);
}

template <Character C> unsigned digit(C c) {
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    const C lower = static_cast<C>(c | 32);
    return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a' + 10) : 99;
}

enum class Size : unsigned char { byte, half, normal, quad };

/// One conversion of the format: %[*][width][size]type.
struct Field {
    bool is_suppressed = false;
    bool is_other_width = false; ///< h on text: narrow; l or w: wide
    bool is_wide = false;
    SIZE_T width = std::numeric_limits<SIZE_T>::max();
    Size size = Size::normal;
    unsigned type = 0;
};

template <Character C> class Scanner {
  public:
    Scanner(const C *text, const C *format) : start_(text), text_(text), format_(format) {}

    int run(Va arguments) {
        for (; *format_; ++format_) {
            if (is_blank(*format_)) {
                skip_blanks();
                continue;
            }
            if (*format_ != '%' || format_[1] == '%') {
                format_ += *format_ == '%';
                if (*format_ != *text_)
                    return result();
                ++text_;
                continue;
            }
            ++format_;
            const Field field = read_field();
            if (!convert(field, arguments))
                return result();
        }
        return result();
    }

  private:
    int result() const { return assigned_ == 0 && ended_early_ ? -1 : assigned_; }

    void skip_blanks() {
        while (is_blank(*text_))
            ++text_;
    }

    Field read_field() {
        Field field;
        if (*format_ == '*') {
            field.is_suppressed = true;
            ++format_;
        }
        if (digit(*format_) < 10) {
            field.width = 0;
            for (; digit(*format_) < 10; ++format_)
                field.width = field.width * 10 + digit(*format_);
        }
        field.is_wide = sizeof(C) == sizeof(WCHAR);
        for (;; ++format_) {
            if (*format_ == 'h') {
                field.size = field.size == Size::half ? Size::byte : Size::half;
                field.is_wide = false;
            } else if (*format_ == 'l' || *format_ == 'w') {
                if (*format_ == 'l' && format_[1] == 'l') {
                    field.size = Size::quad;
                    ++format_;
                }
                field.is_wide = true;
            } else if (*format_ == 'I' && format_[1] == '6' && format_[2] == '4') {
                field.size = Size::quad;
                format_ += 2;
            } else if (*format_ == 'I' && format_[1] == '3' && format_[2] == '2') {
                format_ += 2;
            } else if (*format_ == 'I' || *format_ == 'z' || *format_ == 'j' || *format_ == 't') {
                field.size = Size::quad;
            } else {
                break;
            }
        }
        field.type = text::order(*format_);
        if (field.type == 'S' || field.type == 'C') {
            field.is_wide = sizeof(C) == 1;
            field.type |= 32;
        }
        return field;
    }

    /// False ends the scan.
    bool convert(const Field &field, Va &arguments) {
        switch (field.type) {
        case 'n':
            if (!field.is_suppressed)
                store(field, static_cast<ULONGLONG>(text_ - start_), arguments);
            return true;
        case 'd':
        case 'u':
            return number(field, 10, arguments);
        case 'i':
            return number(field, 0, arguments);
        case 'o':
            return number(field, 8, arguments);
        case 'p': {
            Field pointer = field;
            pointer.size = Size::quad;
            return number(pointer, 16, arguments);
        }
        case 'x':
        case 'X':
            return number(field, 16, arguments);
        case 's':
            skip_blanks();
            return string(field, arguments, [](C c) { return !is_blank(c); });
        case 'c':
            return characters(field, arguments);
        case '[':
            return set(field, arguments);
        default:
            return false;
        }
    }

    void store(const Field &field, ULONGLONG value, Va &arguments) {
        void *to = __builtin_va_arg(arguments, void *);
        switch (field.size) {
        case Size::byte:
            *static_cast<UCHAR *>(to) = static_cast<UCHAR>(value);
            break;
        case Size::half:
            *static_cast<USHORT *>(to) = static_cast<USHORT>(value);
            break;
        case Size::normal:
            *static_cast<ULONG *>(to) = static_cast<ULONG>(value);
            break;
        case Size::quad:
            *static_cast<ULONGLONG *>(to) = value;
            break;
        }
    }

    bool number(const Field &field, unsigned base, Va &arguments) {
        skip_blanks();
        const C *c = text_;
        SIZE_T left = field.width;
        if (!*c)
            ended_early_ = true;
        const bool negative = left && *c == '-';
        if (left && (*c == '-' || *c == '+')) {
            ++c;
            --left;
        }
        if ((base == 0 || base == 16) && left > 2 && *c == '0' && (c[1] | 32) == 'x' &&
            digit(c[2]) < 16) {
            base = 16;
            c += 2;
            left -= 2;
        }
        if (base == 0)
            base = *c == '0' ? 8 : 10;
        ULONGLONG value = 0;
        bool any = false;
        for (; left && digit(*c) < base; ++c, --left) {
            value = value * base + digit(*c);
            any = true;
        }
        if (!any)
            return false;
        text_ = c;
        if (!field.is_suppressed) {
            store(field, negative ? 0 - value : value, arguments);
            ++assigned_;
        }
        return true;
    }

    static void put(void *to, SIZE_T index, C c, bool wide) {
        if constexpr (sizeof(C) == 1) {
            if (wide)
                static_cast<WCHAR *>(to)[index] = from_ansi(static_cast<unsigned char>(c));
            else
                static_cast<char *>(to)[index] = c;
        } else {
            if (wide)
                static_cast<WCHAR *>(to)[index] = c;
            else
                static_cast<char *>(to)[index] = static_cast<char>(to_ansi(c));
        }
    }

    template <typename Accept> bool string(const Field &field, Va &arguments, Accept accept) {
        if (!*text_)
            ended_early_ = true;
        SIZE_T count = 0;
        while (count < field.width && text_[count] && accept(text_[count]))
            ++count;
        if (count == 0)
            return false;
        if (!field.is_suppressed) {
            void *to = __builtin_va_arg(arguments, void *);
            const unsigned room = __builtin_va_arg(arguments, unsigned);
            if (count >= room) {
                if (room)
                    put(to, 0, C(0), field.is_wide);
                return false;
            }
            for (SIZE_T i = 0; i < count; ++i)
                put(to, i, text_[i], field.is_wide);
            put(to, count, C(0), field.is_wide);
            ++assigned_;
        }
        text_ += count;
        return true;
    }

    /// %c: exactly `width` characters, no terminator.
    bool characters(const Field &field, Va &arguments) {
        const SIZE_T count = field.width == std::numeric_limits<SIZE_T>::max() ? 1 : field.width;
        if (text::bounded_length(text_, count) < count) {
            ended_early_ = true;
            return false;
        }
        if (!field.is_suppressed) {
            void *to = __builtin_va_arg(arguments, void *);
            if (count > __builtin_va_arg(arguments, unsigned))
                return false;
            for (SIZE_T i = 0; i < count; ++i)
                put(to, i, text_[i], field.is_wide);
            ++assigned_;
        }
        text_ += count;
        return true;
    }

    /// %[a-z] and %[^a-z]; a bracket that comes first belongs to the set.
    bool set(const Field &field, Va &arguments) {
        ++format_;
        const bool inverted = *format_ == '^';
        format_ += inverted;
        const C *first = format_;
        const C *last = first + (*first == ']');
        while (*last && *last != ']')
            ++last;
        if (!*last)
            return false;
        format_ = last; // run() steps over the bracket
        return string(field, arguments, [&](C c) {
            bool found = false;
            for (const C *s = first; s < last; ++s) {
                if (s + 2 < last && s[1] == '-') {
                    found = found || (text::order(c) >= text::order(s[0]) &&
                                      text::order(c) <= text::order(s[2]));
                    s += 2;
                } else {
                    found = found || c == *s;
                }
            }
            return found != inverted;
        });
    }

    const C *start_;
    const C *text_;
    const C *format_;
    int assigned_ = 0;
    bool ended_early_ = false;
};

} // namespace

int scan_windows(const char *text, const char *format, Va arguments) {
    return Scanner<char>(text, format).run(arguments);
}
int scan_windows(const WCHAR *text, const WCHAR *format, Va arguments) {
    return Scanner<WCHAR>(text, format).run(arguments);
}

} // namespace ksbox::rtl

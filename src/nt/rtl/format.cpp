#include "nt/rtl/format.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/unicode.h"
#include "nt/rtl/code_page.h"
#include "nt/rtl/text.h"

namespace ksbox::rtl {
namespace {

/// Microsoft's variadic area: one 8-byte slot an argument, whatever its type.
class Arguments {
  public:
    explicit Arguments(__builtin_ms_va_list start) : next_(start) {}

    std::uint64_t take() {
        std::uint64_t slot;
        std::memcpy(&slot, next_, sizeof slot);
        next_ += sizeof slot;
        return slot;
    }
    int take_int() { return static_cast<int>(take()); }
    template <typename T> const T *take_pointer() { return reinterpret_cast<const T *>(take()); }

  private:
    char *next_;
};

enum class Size : std::uint8_t { none, byte, half, word, quad };

struct Spec {
    bool left = false, plus = false, blank = false, zero = false, alternate = false;
    int width = 0;
    int precision = -1;
    Size size = Size::none;
    bool narrow = false; // h before a character, string or Z
    bool wide = false;   // l or w before one
};

class Writer {
  public:
    explicit Writer(FormatSink &sink) : sink_(sink) {}

    std::size_t count() const { return count_; }
    void put(char16_t unit) {
        sink_.put(unit);
        ++count_;
    }
    void repeat(char16_t unit, std::ptrdiff_t times) {
        for (; times > 0; --times)
            put(unit);
    }
    template <typename C> void text(const C *characters, std::size_t length) {
        for (std::size_t i = 0; i < length; ++i) {
            if constexpr (sizeof(C) == 1)
                put(from_ansi(static_cast<unsigned char>(characters[i])));
            else
                put(characters[i]);
        }
    }
    /// Pads to the width with blanks (or, for strings, zeros) around the text.
    template <typename C> void field(const Spec &spec, const C *characters, std::size_t length) {
        const std::ptrdiff_t padding = spec.width - static_cast<std::ptrdiff_t>(length);
        if (!spec.left)
            repeat(spec.zero ? u'0' : u' ', padding);
        text(characters, length);
        if (spec.left)
            repeat(u' ', padding);
    }
    void number(const Spec &spec, std::string_view prefix, std::string_view digits) {
        const auto width = static_cast<std::ptrdiff_t>(prefix.size() + digits.size());
        std::ptrdiff_t zeros = spec.precision - static_cast<std::ptrdiff_t>(digits.size());
        if (spec.zero && !spec.left && spec.precision < 0)
            zeros = spec.width - width;
        zeros = zeros < 0 ? 0 : zeros;
        const std::ptrdiff_t padding = spec.width - width - zeros;
        if (!spec.left)
            repeat(u' ', padding);
        text(prefix.data(), prefix.size());
        repeat(u'0', zeros);
        text(digits.data(), digits.size());
        if (spec.left)
            repeat(u' ', padding);
    }

  private:
    FormatSink &sink_;
    std::size_t count_ = 0;
};

template <typename C> class Formatter {
  public:
    Formatter(FormatSink &sink, const C *format, __builtin_ms_va_list arguments)
        : writer_(sink), next_(format), arguments_(arguments) {}

    std::size_t run() {
        while (*next_) {
            if (*next_ != '%') {
                writer_.text(next_++, 1);
                continue;
            }
            ++next_;
            Spec spec = parse();
            if (!*next_)
                break; // a lone % at the end prints nothing
            convert(spec, *next_++);
        }
        return writer_.count();
    }

  private:
    Spec parse() {
        Spec spec;
        for (;; ++next_) {
            if (*next_ == '-')
                spec.left = true;
            else if (*next_ == '+')
                spec.plus = true;
            else if (*next_ == ' ')
                spec.blank = true;
            else if (*next_ == '0')
                spec.zero = true;
            else if (*next_ == '#')
                spec.alternate = true;
            else
                break;
        }
        spec.width = parse_count();
        if (spec.width < 0) {
            spec.left = true;
            spec.width = -spec.width;
        }
        if (*next_ == '.') {
            ++next_;
            spec.precision = parse_count();
            if (spec.precision < 0)
                spec.precision = -1;
        }
        while (parse_size(spec))
            ;
        return spec;
    }

    int parse_count() {
        if (*next_ == '*') {
            ++next_;
            return arguments_.take_int();
        }
        int value = 0;
        for (; *next_ >= '0' && *next_ <= '9'; ++next_)
            value = value > 100'000 ? value : value * 10 + (*next_ - '0');
        return value;
    }

    bool accept(std::string_view word) {
        for (std::size_t i = 0; i < word.size(); ++i)
            if (next_[i] != static_cast<C>(word[i]))
                return false;
        next_ += word.size();
        return true;
    }

    bool parse_size(Spec &spec) {
        if (accept("I64") || accept("ll") || accept("j") || accept("z") || accept("t"))
            spec.size = Size::quad;
        else if (accept("I32"))
            spec.size = Size::word;
        else if (accept("I"))
            spec.size = Size::quad;
        else if (accept("hh"))
            spec.size = Size::byte;
        else if (accept("h")) {
            spec.size = Size::half;
            spec.narrow = true;
        } else if (accept("l")) {
            spec.size = Size::word;
            spec.wide = true;
        } else if (accept("w")) {
            spec.wide = true;
        } else {
            return accept("L");
        }
        return true;
    }

    void convert(Spec spec, C conversion) {
        switch (conversion) {
        case 'd':
        case 'i':
            return write_signed(spec);
        case 'u':
            return write_unsigned(spec, 10, false);
        case 'o':
            return write_unsigned(spec, 8, false);
        case 'x':
            return write_unsigned(spec, 16, false);
        case 'X':
            return write_unsigned(spec, 16, true);
        case 'p':
            spec.size = Size::quad;
            spec.precision = 16;
            return write_unsigned(spec, 16, true);
        case 'c':
            return write_character(spec, is_wide(spec, sizeof(C) == 2));
        case 'C':
            return write_character(spec, is_wide(spec, sizeof(C) == 1));
        case 's':
            return write_string(spec, is_wide(spec, sizeof(C) == 2));
        case 'S':
            return write_string(spec, is_wide(spec, sizeof(C) == 1));
        case 'Z':
            return write_counted(spec);
        case 'n':
            // Switched off by default in Microsoft's library; the argument is passed over.
            arguments_.take();
            return;
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G':
        case 'a':
        case 'A':
            return write_real(spec, static_cast<char>(conversion));
        default: // "%%", and any letter that is no conversion stands for itself
            writer_.text(&conversion, 1);
        }
    }

    static bool is_wide(const Spec &spec, bool by_letter) {
        return spec.wide || (by_letter && !spec.narrow);
    }

    void write_signed(const Spec &spec) {
        const std::uint64_t slot = arguments_.take();
        std::int64_t value = static_cast<std::int32_t>(slot);
        if (spec.size == Size::quad)
            value = static_cast<std::int64_t>(slot);
        else if (spec.size == Size::half)
            value = static_cast<std::int16_t>(slot);
        else if (spec.size == Size::byte)
            value = static_cast<std::int8_t>(slot);
        const auto magnitude =
            value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
        const char *sign = value < 0 ? "-" : spec.plus ? "+" : spec.blank ? " " : "";
        write_digits(spec, sign, magnitude, 10, false);
    }

    void write_unsigned(const Spec &spec, unsigned base, bool upper) {
        std::uint64_t value = arguments_.take();
        if (spec.size == Size::none || spec.size == Size::word)
            value = static_cast<std::uint32_t>(value);
        else if (spec.size == Size::half)
            value = static_cast<std::uint16_t>(value);
        else if (spec.size == Size::byte)
            value = static_cast<std::uint8_t>(value);
        std::string_view prefix;
        if (spec.alternate && value && base == 16)
            prefix = upper ? "0X" : "0x";
        write_digits(spec, prefix, value, base, upper);
    }

    void write_digits(Spec spec, std::string_view prefix, std::uint64_t value, unsigned base,
                      bool upper) {
        std::array<char, 24> digits;
        std::size_t start = digits.size();
        if (value == 0 && spec.precision != 0)
            digits[--start] = '0';
        for (; value; value /= base)
            digits[--start] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
        if (spec.alternate && base == 8 && (start == digits.size() || digits[start] != '0'))
            digits[--start] = '0';
        writer_.number(spec, prefix, {&digits[start], digits.size() - start});
    }

    void write_character(const Spec &spec, bool wide) {
        const auto slot = arguments_.take();
        const WCHAR unit =
            wide ? static_cast<WCHAR>(slot) : from_ansi(static_cast<unsigned char>(slot));
        writer_.field(spec, &unit, 1);
    }

    template <typename T> void write_text(const Spec &spec, const T *text) {
        if (!text)
            return write_text(spec, "(null)");
        const auto limit = spec.precision < 0 ? ~SIZE_T(0) : static_cast<SIZE_T>(spec.precision);
        writer_.field(spec, text, text::bounded_length(text, limit));
    }

    void write_string(const Spec &spec, bool wide) {
        if (wide)
            write_text(spec, arguments_.take_pointer<WCHAR>());
        else
            write_text(spec, arguments_.take_pointer<char>());
    }

    template <typename S> void write_counted(const Spec &spec, const S *string) {
        if (!string || !string->Buffer)
            return write_text(spec, "(null)");
        std::size_t length = string->Length / sizeof(*string->Buffer);
        if (spec.precision >= 0 && length > static_cast<std::size_t>(spec.precision))
            length = static_cast<std::size_t>(spec.precision);
        writer_.field(spec, string->Buffer, length);
    }

    void write_counted(const Spec &spec) {
        if (spec.wide)
            write_counted(spec, arguments_.take_pointer<UNICODE_STRING>());
        else
            write_counted(spec, arguments_.take_pointer<STRING>());
    }

    void write_real(Spec spec, char conversion) {
        double value;
        const std::uint64_t slot = arguments_.take();
        std::memcpy(&value, &slot, sizeof value);
        const char letters[] = {'%', '.', '*', conversion, 0};
        const char alternate[] = {'%', '#', '.', '*', conversion, 0};
        std::array<char, 512> text;
        const int precision = spec.precision < 0 ? 6 : spec.precision < 100 ? spec.precision : 100;
        std::snprintf(text.data(), text.size(), spec.alternate ? alternate : letters, precision,
                      value < 0 ? -value : value);
        spec.precision = -1;
        const bool negative = slot >> 63 != 0;
        writer_.number(spec, negative ? "-" : spec.plus ? "+" : spec.blank ? " " : "", text.data());
    }

    Writer writer_;
    const C *next_;
    Arguments arguments_;
};

} // namespace

std::size_t format_windows(FormatSink &sink, const char *format, __builtin_ms_va_list arguments) {
    return Formatter<char>(sink, format, arguments).run();
}

std::size_t format_windows(FormatSink &sink, const WCHAR *format, __builtin_ms_va_list arguments) {
    return Formatter<WCHAR>(sink, format, arguments).run();
}

std::string format_to_utf8(const char *format, __builtin_ms_va_list arguments) {
    struct Collector final : FormatSink {
        void put(char16_t unit) override { text += unit; }
        std::u16string text;
    } collector;
    format_windows(collector, format, arguments);
    return to_utf8(collector.text);
}

} // namespace ksbox::rtl

// sprintf and its family over format_windows(). The unchecked bounded ones (_snprintf …) return -1
// and leave the text unterminated when it does not fit, as Microsoft's do.
#include <array>

#include "nt/rtl/code_page.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/format.h"
#include "nt/rtl/text.h"

namespace ksbox::rtl {
namespace {

using text::Character;
using Va = __builtin_ms_va_list;

constexpr SIZE_T unlimited = ~SIZE_T(0);
constexpr SIZE_T truncate = ~SIZE_T(0); // _TRUNCATE

/// Keeps what fits and counts the rest.
template <Character C> class BufferSink final : public FormatSink {
  public:
    BufferSink(C *to, SIZE_T room) : to_(to), room_(room) {}
    void put(char16_t unit) override {
        if (used_ == room_)
            return;
        if constexpr (sizeof(C) == 1)
            to_[used_++] = static_cast<char>(to_ansi(unit));
        else
            to_[used_++] = unit;
    }
    SIZE_T used() const { return used_; }

  private:
    C *to_;
    SIZE_T room_;
    SIZE_T used_ = 0;
};

template <Character C> int NTAPI bounded(C *to, SIZE_T room, const C *format, Va arguments) {
    BufferSink<C> sink(to, room);
    const SIZE_T length = format_windows(sink, format, arguments);
    if (length < room)
        to[length] = 0;
    return length <= room ? static_cast<int>(length) : -1;
}

template <Character C> int NTAPI unbounded(C *to, const C *format, Va arguments) {
    return bounded(to, unlimited, format, arguments);
}

/// sprintf_s: too long empties the buffer.
template <Character C> int NTAPI checked(C *to, SIZE_T room, const C *format, Va arguments) {
    if (!to || !room || !format) {
        if (to && room)
            *to = 0;
        return -1;
    }
    const int length = bounded(to, room, format, arguments);
    if (length >= 0 && static_cast<SIZE_T>(length) < room)
        return length;
    *to = 0;
    return -1;
}

/// _snprintf_s: at most `count` characters, always terminated; with _TRUNCATE what fits.
template <Character C>
int NTAPI checked_bounded(C *to, SIZE_T room, SIZE_T count, const C *format, Va arguments) {
    if (!format || ((!to || !room) && (to || room || count)))
        return -1;
    if (!room)
        return 0;
    const SIZE_T limit = count < room - 1 ? count : room - 1;
    BufferSink<C> sink(to, limit);
    const SIZE_T length = format_windows(sink, format, arguments);
    to[sink.used()] = 0;
    if (length <= limit)
        return static_cast<int>(length);
    if (limit != count && count != truncate)
        *to = 0; // the buffer, not the count, was too small
    return -1;
}

#define KSBOX_VARIADIC(call)                                                                       \
    Va arguments;                                                                                  \
    __builtin_ms_va_start(arguments, format);                                                      \
    const int result = call;                                                                       \
    __builtin_ms_va_end(arguments);                                                                \
    return result

template <Character C> int NTAPI bounded_variadic(C *to, SIZE_T room, const C *format, ...) {
    KSBOX_VARIADIC(bounded(to, room, format, arguments));
}
template <Character C> int NTAPI unbounded_variadic(C *to, const C *format, ...) {
    KSBOX_VARIADIC(unbounded(to, format, arguments));
}
template <Character C> int NTAPI checked_variadic(C *to, SIZE_T room, const C *format, ...) {
    KSBOX_VARIADIC(checked(to, room, format, arguments));
}
template <Character C>
int NTAPI checked_bounded_variadic(C *to, SIZE_T room, SIZE_T count, const C *format, ...) {
    KSBOX_VARIADIC(checked_bounded(to, room, count, format, arguments));
}
#undef KSBOX_VARIADIC

} // namespace

std::span<const Export> crt_format_exports() {
    static const std::array table{
        done<&unbounded_variadic<char>>("sprintf", ""),
        done<&unbounded_variadic<WCHAR>>("swprintf", ""),
        done<&unbounded_variadic<WCHAR>>("_swprintf", ""),
        done<&unbounded<char>>("vsprintf", ""),
        done<&unbounded<WCHAR>>("_vswprintf", ""),
        done<&bounded_variadic<char>>("_snprintf", ""),
        done<&bounded_variadic<WCHAR>>("_snwprintf", ""),
        done<&bounded<char>>("_vsnprintf", ""),
        done<&bounded<WCHAR>>("_vsnwprintf", ""),
        done<&checked_variadic<char>>("sprintf_s", ""),
        done<&checked_variadic<WCHAR>>("swprintf_s", ""),
        done<&checked<char>>("vsprintf_s", ""),
        done<&checked<WCHAR>>("vswprintf_s", ""),
        done<&checked_bounded_variadic<char>>("_snprintf_s", ""),
        done<&checked_bounded_variadic<WCHAR>>("_snwprintf_s", ""),
        done<&checked_bounded<char>>("_vsnprintf_s", ""),
        done<&checked_bounded<WCHAR>>("_vsnwprintf_s", ""),
    };
    return table;
}

} // namespace ksbox::rtl

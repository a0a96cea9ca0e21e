// printf as Windows kernels know it, shared by DbgPrint and the C library's exports.
// %ld is 32 bits, %I64d and %lld are 64, %p is sixteen digits, %ws/%ls/%S are wide in a narrow
// format, %Z and %wZ take ANSI_STRING and UNICODE_STRING.
// @doc c-runtime-library/format-specification-syntax-printf-and-wprintf-functions
#pragma once

#include <string>

#include "abi/windows.h"

namespace ksbox::rtl {

/// Receives the text. Narrow text arrives decoded from the system code page, one unit a character.
class FormatSink {
  public:
    virtual void put(char16_t unit) = 0;

  protected:
    ~FormatSink() = default;
};

/// Writes the formatted text and returns its length in characters. `arguments` is the Windows
/// va_list. Reads what the driver's pointers name; a null string prints as (null).
std::size_t format_windows(FormatSink &sink, const char *format, __builtin_ms_va_list arguments);
std::size_t format_windows(FormatSink &sink, const WCHAR *format, __builtin_ms_va_list arguments);

/// The same as UTF-8, for DbgPrint and reports.
std::string format_to_utf8(const char *format, __builtin_ms_va_list arguments);

} // namespace ksbox::rtl

// The system ANSI code page (Windows-1252) and letter case. Pure functions, any IRQL.
#pragma once

namespace ksbox::rtl {

/// One byte of Windows-1252; the five unassigned ones map to the C1 control of the same value.
char16_t from_ansi(unsigned char byte);
/// '?' for what the code page lacks.
unsigned char to_ansi(char16_t unit);

/// The inverse of upcase() in base/unicode.h.
char16_t downcase(char16_t unit);

} // namespace ksbox::rtl

// sscanf_s as Windows kernels have it, for both character types.
// @doc c-runtime-library/format-specification-fields-scanf-and-wscanf-functions
#pragma once

#include "abi/windows.h"

namespace ksbox::rtl {

/// How many fields were assigned; -1 when the text ended before the first. Every %s, %c and %[ has
/// its buffer's size in characters behind it (an unsigned int); one that does not fit ends the
/// scan, and a string's buffer is emptied then. Floating point is not there, as in ntoskrnl.
int scan_windows(const char *text, const char *format, __builtin_ms_va_list arguments);
int scan_windows(const WCHAR *text, const WCHAR *format, __builtin_ms_va_list arguments);

} // namespace ksbox::rtl

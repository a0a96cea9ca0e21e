// Found before mingw-w64's ntintsafe.h: the same, plus limits and a macro that it lacks.
#ifndef KSBOX_WDK_NTINTSAFE_H
#define KSBOX_WDK_NTINTSAFE_H

#include_next <ntintsafe.h>

#ifndef INT8_MIN
#define INT8_MIN (-127 - 1)
#endif
#ifndef INT8_MAX
#define INT8_MAX 127
#endif
#ifndef UINT8_MAX
#define UINT8_MAX 0xff
#endif
#ifndef BYTE_MAX
#define BYTE_MAX 0xff
#endif
#ifndef INT16_MIN
#define INT16_MIN (-32767 - 1)
#endif
#ifndef INT16_MAX
#define INT16_MAX 32767
#endif
#ifndef UINT16_MAX
#define UINT16_MAX 0xffff
#endif
#ifndef WORD_MAX
#define WORD_MAX 0xffff
#endif
#ifndef INT32_MIN
#define INT32_MIN (-2147483647 - 1)
#endif
#ifndef INT32_MAX
#define INT32_MAX 2147483647
#endif
#ifndef UINT32_MAX
#define UINT32_MAX 0xffffffffu
#endif
#ifndef DWORD_MAX
#define DWORD_MAX 0xfffffffful
#endif
#ifndef INT64_MIN
#define INT64_MIN (-9223372036854775807ll - 1)
#endif
#ifndef INT64_MAX
#define INT64_MAX 9223372036854775807ll
#endif
#ifndef UINT64_MAX
#define UINT64_MAX 0xffffffffffffffffull
#endif
#ifndef LONGLONG_MIN
#define LONGLONG_MIN INT64_MIN
#endif
#ifndef LONGLONG_MAX
#define LONGLONG_MAX INT64_MAX
#endif
#ifndef ULONGLONG_MAX
#define ULONGLONG_MAX UINT64_MAX
#endif
#ifndef DWORDLONG_MAX
#define DWORDLONG_MAX UINT64_MAX
#endif
#ifndef LODWORD
#define LODWORD(_qw) ((ULONG)(_qw))
#define HIDWORD(_qw) ((ULONG)(((_qw) >> 32) & 0xffffffff))
#endif

#endif

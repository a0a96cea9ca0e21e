// Found before mingw-w64's ntintsafe.h: the same, plus limits and a macro that it lacks.
#ifndef KSBOX_WDK_NTINTSAFE_H
#define KSBOX_WDK_NTINTSAFE_H

#include_next <ntintsafe.h>

#ifndef UINT32_MAX
#define UINT32_MAX 0xffffffffu
#endif
#ifndef LODWORD
#define LODWORD(_qw) ((ULONG)(_qw))
#define HIDWORD(_qw) ((ULONG)(((_qw) >> 32) & 0xffffffff))
#endif

#endif

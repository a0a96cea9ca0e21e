// Found before mingw-w64's ntstrsafe.h: adds the functions on UNICODE_STRING that it lacks.
#ifndef KSBOX_WDK_NTSTRSAFE_H
#define KSBOX_WDK_NTSTRSAFE_H

#include_next <ntstrsafe.h>

#include <ksbox/unicode_strings.h>

#endif

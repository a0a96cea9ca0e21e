// The headers that an AVStream test driver needs, in the order in which they work.
#pragma once

extern "C" {
#include <ntddk.h>
}
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <punknown.h>

#include <ks.h>
#include <ksmedia.h>

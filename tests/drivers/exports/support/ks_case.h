// case.h for cases that also call ks.sys.
#pragma once

#include "case.h"

extern "C" {
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <ks.h>
#include <ksmedia.h>
#include <unknown.h>
}

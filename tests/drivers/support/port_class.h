// The headers of a PortCls driver, in the order that they want.
#pragma once

extern "C" {
#include <ntddk.h>
}
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <unknown.h>

#include <ks.h>
#include <ksmedia.h>

#include <dmusicks.h>
#include <portcls.h>
#include <stdunk.h>

#include <kcom.h>

// What the driver compiler makes of the structures in the lists beside: their numbers, in a section
// of an object file. Compiled for PE; layout_test.cpp compares them with the host's.
#include <ntifs.h>

#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <punknown.h>

#include <dmusicks.h>
#include <ks.h>
#include <ksmedia.h>
#include <portcls.h>

#define T(type) (unsigned)sizeof(type), (unsigned)alignof(type),
#define F(type, field)                                                                             \
    (unsigned)__builtin_offsetof(type, field), (unsigned)sizeof(((type *)nullptr)->field),

#pragma section(".layout", read)
extern "C" __declspec(allocate(".layout")) const unsigned ksbox_layout[] = {
#include "all.inc"
};

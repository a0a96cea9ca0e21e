// Found before mingw-w64's wdm.h: includes it, then adds what the current WDK declares and it
// does not. Each added topic has a header of its own under ksbox/.
#ifndef KSBOX_WDK_WDM_H
#define KSBOX_WDK_WDM_H

#include <driverspecs.h>
#include <ksbox/code_placement.h>

// mingw-w64's reads a GUID as two integers of 8 bytes, which GUIDs are not aligned for.
#define __IID_ALIGNED__
#include_next <wdm.h>
#define IsEqualGUIDAligned(First, Second) IsEqualGUID(First, Second)

#include <bugcodes.h>
#include <ksbox/asserts.h>
#include <ksbox/interlocked.h>
#include <ksbox/io.h>
#include <ksbox/locks.h>
#include <ksbox/memory.h>
#include <ksbox/object_types.h>
#include <ksbox/pool.h>
#include <ksbox/power.h>
#include <ksbox/registry.h>
#include <ksbox/roles.h>
#include <ksbox/time.h>
#include <ksbox/trace_levels.h>

#endif

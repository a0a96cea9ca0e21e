// What the driver's files have in common. See intersect.h.
#pragma once

#include "../support/avstream.h"
#include "../support/journal.h"
#include "intersect.h"

// driver.cpp
NTSTATUS NTAPI IntersectEx(PVOID Context, PIRP Irp, PKSP_PIN Pin, PKSDATARANGE DataRange,
                           PKSDATARANGE MatchingDataRange, ULONG DataBufferSize, PVOID Data,
                           PULONG DataSize);

// ranges.cpp
struct LongDescriptor {
    KSPIN_DESCRIPTOR Descriptor;
    ULONG_PTR More[2];
};
extern const KSPIN_DESCRIPTOR_EX IntersectPins[INTERSECT_COUNT];
extern const KSPIN_DESCRIPTOR PlainPins[INTERSECT_COUNT];
extern const LongDescriptor LongPins[INTERSECT_COUNT];

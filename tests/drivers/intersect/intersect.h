// A filter whose pins tell which data ranges they were asked to intersect. In the journal
// (../support/journal.h):
//
//     "intersect" {the caller's range, the pin's range, DataBufferSize}   AVStream's handler, Ex
//     "intersect old" {the caller's range}                               KsPinDataIntersection's
//     "context" {1: Context is as documented}                            both with a context
//
// A range is told by its SampleSize. What it can be told to answer: "intersect". By default a
// handler gives a format of INTERSECT_FORMAT_BYTES that ends with the two ranges' numbers.
#pragma once

// {B4D4A1E3-0F5D-4E0C-A5A6-6E9B5B6B2C11}
#define STATIC_KSPROPSETID_Intersect                                                               \
    0xb4d4a1e3, 0x0f5d, 0x4e0c, 0xa5, 0xa6, 0x6e, 0x9b, 0x5b, 0x6b, 0x2c, 0x11

// On the filter; the same request and answer as KSPROPERTY_PIN_DATAINTERSECTION.
typedef enum {
    KSPROPERTY_INTERSECT_OLD,       // by KsPinDataIntersection
    KSPROPERTY_INTERSECT_EX,        // by KsPinDataIntersectionEx, with longer descriptors
    KSPROPERTY_INTERSECT_NO_HANDLER // by KsPinDataIntersectionEx without a handler
} KSPROPERTY_INTERSECT;

#define INTERSECT_FORMAT_BYTES 72

// GUIDs that differ in Data1.
#define STATIC_INTERSECT_A 1, 0x5a5a, 0x4b4b, 1, 2, 3, 4, 5, 6, 7, 8
#define STATIC_INTERSECT_B 2, 0x5a5a, 0x4b4b, 1, 2, 3, 4, 5, 6, 7, 8
#define STATIC_INTERSECT_C 3, 0x5a5a, 0x4b4b, 1, 2, 3, 4, 5, 6, 7, 8
#define STATIC_INTERSECT_ATTRIBUTE 4, 0x5a5a, 0x4b4b, 1, 2, 3, 4, 5, 6, 7, 8

// The pin factories and their ranges: SampleSize (major, subformat, specifier).
typedef enum {
    // 101 (A, A, A), 102 (A, A, B), 103 (A, B, A), 104 (A, B, C)
    INTERSECT_HANDLED,
    // 101 (A, A, A), 102 (A, any, A), 103 (any, any, any)
    INTERSECT_WILD,
    // no handler; 101 (A, A, A), 102 (A, B, NONE), 103 (A, any, NONE), 104 (any, any, NONE)
    INTERSECT_DEFAULT,
    // 101 (A, A, A) with a required attribute, 102 (A, A, A) with an optional one, 103 (A, A, A)
    INTERSECT_ATTRIBUTES,
    // no ranges
    INTERSECT_EMPTY,
    INTERSECT_COUNT
} INTERSECT_ID;

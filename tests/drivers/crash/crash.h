// A driver that fails on demand. What it does wrong is chosen by its parameters
//   Parameters\Fault   one of the names in faults.cpp
//   Parameters\Where   entry: in DriverEntry; start: when the device starts; run: when the pin is
//                      set to the run state; dpc: in a timer's DPC, 10 ms after that;
//                      process: when a frame arrives at the pin
//   Parameters\Mistake  "none": the memory faults run the same code, but rightly
// or by setting KSPROPERTY_CRASH_FAULT on the filter, which does it at once.
#pragma once

// {B3C5B2E0-3B0F-4B57-8F4E-6A7C0E8D5A11}
#define STATIC_KSPROPSETID_Crash                                                                   \
    0xb3c5b2e0, 0x3b0f, 0x4b57, 0x8f, 0x4e, 0x6a, 0x7c, 0x0e, 0x8d, 0x5a, 0x11

typedef enum {
    KSPROPERTY_CRASH_FAULT // set only: a CRASH_FAULT
} KSPROPERTY_CRASH;

typedef enum {
    CRASH_NONE,
    CRASH_NULL,            // writes to address 0
    CRASH_RECURSION,       // recurses without end
    CRASH_SPIN,            // loops without end, reading no clock
    CRASH_BUGCHECK,        // KeBugCheckEx(MANUALLY_INITIATED_CRASH, 1, 2, 3, 4)
    CRASH_RAISE,           // raises STATUS_INTEGER_DIVIDE_BY_ZERO, which nobody handles
    CRASH_FAIL,            // returns STATUS_UNSUCCESSFUL (entry, start, run)
    CRASH_LEAK,            // allocates 100 bytes with tag 'kaeL' and forgets them
    CRASH_HEAP_OVERFLOW,   // writes one byte behind a pool allocation
    CRASH_HANDLED,         // faults inside __try, and handles it: nothing happens
    CRASH_RACE,            // two threads increment one variable without a lock
    CRASH_HEAP_UNDERRUN,   // writes one byte before a pool allocation
    CRASH_STACK_OVERFLOW,  // writes one byte behind a local array
    CRASH_GLOBAL_OVERFLOW, // writes one byte behind a global array
    CRASH_USE_AFTER_FREE,  // writes into a pool allocation that it has freed
    CRASH_DOUBLE_FREE,     // frees a pool allocation twice
    CRASH_WRONG_TAG,       // frees a pool allocation with another's tag
    CRASH_SIGNED_OVERFLOW, // adds beyond the largest LONG
    CRASH_LEAK_AND_FAIL,   // both
    CRASH_LEAVE_DEVICE     // makes a device that it never deletes, and fails
} CRASH_FAULT;

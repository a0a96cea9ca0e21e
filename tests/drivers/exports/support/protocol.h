// What the test program and a driver of export cases say to each other. Plain C types: both worlds
// include it.
#pragma once

#define EXPORT_CASE_TEXT_BYTES 200
#define EXPORT_CASE_FILE_BYTES 48
#define EXPORT_CASE_MAXIMUM_FAILURES 24
#define EXPORT_CASE_MAXIMUM_FINDINGS 12

// One expectation that did not hold.
typedef struct _EXPORT_CASE_FAILURE {
    char File[EXPORT_CASE_FILE_BYTES];
    char Text[EXPORT_CASE_TEXT_BYTES];
    unsigned int Line;
    unsigned int HasValues;
    unsigned long long Actual;
    unsigned long long Expected;
} EXPORT_CASE_FAILURE;

// What a case came to.
typedef struct _EXPORT_CASE_REPORT {
    unsigned int Checks;   // expectations evaluated
    unsigned int Failures; // how many failed; the first EXPORT_CASE_MAXIMUM_FAILURES are listed
    EXPORT_CASE_FAILURE Failure[EXPORT_CASE_MAXIMUM_FAILURES];
    unsigned int Findings; // sentences that the driver's findings have, in that order
    char Finding[EXPORT_CASE_MAXIMUM_FINDINGS][EXPORT_CASE_TEXT_BYTES];
} EXPORT_CASE_REPORT;

// The bug check of a case that is to stop the box and does not meet an expectation before: the
// report would be lost. Parameters: the line, what was there, what was expected.
#define EXPORT_CASE_NOT_MET 0xE0CA5Eu

// In place of a case's number: runs nothing, so that what the driver itself calls on the way can
// be told from what a case calls.
#define EXPORT_CASE_NONE 0xffffffffu

// In the upper bits of a case's number: a case that ends in a bug check is run for those only who
// say that they know.
#define EXPORT_CASE_MAY_STOP 0xca5e5000u
#define EXPORT_CASE_NUMBER_MASK 0x00000fffu

// WDM drivers. RUN: input the number (unsigned int), output client memory that the case may use,
// METHOD_NEITHER. REPORT: output an EXPORT_CASE_REPORT, METHOD_BUFFERED.
#define IOCTL_EXPORT_CASE_RUN 0x0022200bu    // CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, NEITHER, ANY)
#define IOCTL_EXPORT_CASE_REPORT 0x00222010u // CTL_CODE(FILE_DEVICE_UNKNOWN, 0x804, BUFFERED, ANY)

// AVStream drivers: a GET property of filter and pins (of an adapter's filter, too); the request is
// a KSPROPERTY and the number (unsigned int), the value the EXPORT_CASE_REPORT.
// {7C0E4D0B-9A0E-4C57-9D0C-5B6B1E7A2F11}
#define STATIC_KSPROPSETID_ExportCases                                                             \
    0x7c0e4d0b, 0x9a0e, 0x4c57, 0x9d, 0x0c, 0x5b, 0x6b, 0x1e, 0x7a, 0x2f, 0x11
#define KSPROPERTY_EXPORT_CASES_RUN 0

// What a case runs on; see EXPORT_CASE, EXPORT_PIN_CASE.
#define EXPORT_CASE_ON_DEVICE 0u // a device or a filter
#define EXPORT_CASE_ON_PIN 1u    // a pin in the run state

// Runs the cases linked into a driver, by number, and keeps the report of the last one.
#pragma once

#include "case.h"

// Runs the case of that number and returns its report; null when there is none of it.
// PASSIVE_LEVEL, one at a time.
const EXPORT_CASE_REPORT *RunExportCase(ULONG Number, CASE_CONTEXT &Case);
const EXPORT_CASE_REPORT *LastExportCaseReport();

// The registry path that DriverEntry is given, kept for the cases. STATUS_NAME_TOO_LONG.
NTSTATUS KeepRegistryPath(PUNICODE_STRING RegistryPath);
extern UNICODE_STRING KeptRegistryPath;

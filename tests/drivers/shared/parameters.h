// Reads a driver's own parameters from the registry: test drivers are told there how to misbehave.
#pragma once

#include <ntddk.h>

#ifdef __cplusplus
extern "C" {
#endif

// Copies the REG_SZ value ServiceKey\Parameters\Name into Text (Capacity characters, always
// terminated). STATUS_OBJECT_NAME_NOT_FOUND if there is none; Text is then empty. PASSIVE_LEVEL.
NTSTATUS ReadTextParameter(PUNICODE_STRING ServiceKey, PCWSTR Name, PWSTR Text, ULONG Capacity);

#ifdef __cplusplus
}
#endif

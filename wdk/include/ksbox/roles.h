// Function role types that mingw-w64's wdm.h lacks: drivers declare their callbacks with them.
#ifndef KSBOX_WDK_ROLES_H
#define KSBOX_WDK_ROLES_H

#ifdef __cplusplus
extern "C" {
#endif

// The same type as DRIVER_DISPATCH, promising that it is only called at PASSIVE_LEVEL.
typedef DRIVER_DISPATCH DRIVER_DISPATCH_PAGED;
typedef DRIVER_DISPATCH_PAGED *PDRIVER_DISPATCH_PAGED;

// @doc NC:wdm.RTL_QUERY_REGISTRY_ROUTINE
typedef NTSTATUS NTAPI RTL_QUERY_REGISTRY_ROUTINE(PWSTR ValueName, ULONG ValueType, PVOID ValueData,
                                                  ULONG ValueLength, PVOID Context,
                                                  PVOID EntryContext);

#ifdef __cplusplus
}
#endif

#endif

// What a driver and KMDF's loader (wdfldr.sys) tell each other when they bind: shared by drivers
// and the runtime.
#ifndef KSBOX_WDK_WDF_BIND_H
#define KSBOX_WDK_WDF_BIND_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct WDFDRIVER__ *WDFDRIVER;
typedef VOID (*WDFFUNC)(VOID);

#define WDF_DRIVER_GLOBALS_NAME_LEN (32)
typedef struct _WDF_DRIVER_GLOBALS {
    WDFDRIVER Driver;  // NULL before WdfDriverCreate
    ULONG DriverFlags; // WDF_DRIVER_INIT_FLAGS
    ULONG DriverTag;   // of what the framework allocates for the driver
    CHAR DriverName[WDF_DRIVER_GLOBALS_NAME_LEN];
    BOOLEAN DisplaceDriverUnload; // the library puts itself before DriverObject->DriverUnload
} WDF_DRIVER_GLOBALS, *PWDF_DRIVER_GLOBALS;
typedef PWDF_DRIVER_GLOBALS PWDF_COMPONENT_GLOBALS;

typedef struct _WDF_VERSION {
    ULONG Major;
    ULONG Minor;
    ULONG Build;
} WDF_VERSION;

typedef struct _WDF_BIND_INFO {
    ULONG Size;
    PWCHAR Component; // L"KmdfLibrary"
    WDF_VERSION Version;
    ULONG FuncCount;
    WDFFUNC *FuncTable; // before 1.15 the table itself, to be filled; since, a pointer to be set
    PVOID Module;
} WDF_BIND_INFO, *PWDF_BIND_INFO;

// Of drivers whose headers are of 1.25 or newer; V1.Size says which of the two it is.
typedef struct _WDF_BIND_INFO2 {
    WDF_BIND_INFO V1;
    ULONG *MinimumVersionRequired;
    BOOLEAN *ClientVersionHigherThanFramework;
    ULONG *FuncCountPtr;
    ULONG *StructCountPtr;
    size_t **StructTable;
} WDF_BIND_INFO2, *PWDF_BIND_INFO2;

// Which class extension a driver wants to use (ACX, UCX ...): how the structure begins.
typedef struct _WDF_CLASS_BIND_INFO {
    ULONG Size;
    PWCHAR ClassName;
} WDF_CLASS_BIND_INFO, *PWDF_CLASS_BIND_INFO;

#ifdef __cplusplus
}
#endif
#endif

// How a driver reaches KMDF: a table of functions and what identifies the driver to them. The
// library's FxDriverEntry has both filled by WdfVersionBind before DriverEntry runs.
#ifndef KSBOX_WDK_WDF_TABLE_H
#define KSBOX_WDK_WDF_TABLE_H

#include "wdf_bind.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _WDFFUNCENUM {
#define WDF_KSBOX_FUNCTION(Name) Name##TableIndex,
#include "wdf_function_names.inc"
#undef WDF_KSBOX_FUNCTION
    WdfFunctionTableNumEntries
} WDFFUNCENUM;

extern const WDFFUNC *WdfFunctions;
extern PWDF_DRIVER_GLOBALS WdfDriverGlobals;
// The table's own function while DriverEntry runs, then the library's, which unbinds behind it.
extern WDFFUNC WdfDriverMiniportUnloadOverride;
// Of drivers that are built for a newer framework than the oldest they run on.
extern BOOLEAN WdfClientVersionHigherThanFramework;
extern ULONG WdfFunctionCount;
extern ULONG WdfStructureCount;

#define WDF_IS_FUNCTION_AVAILABLE(FunctionName)                                                    \
    (!WdfClientVersionHigherThanFramework || FunctionName##TableIndex < WdfFunctionCount)

#ifdef __cplusplus
}
#endif
#endif

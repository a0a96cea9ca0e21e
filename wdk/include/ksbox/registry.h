// Registry flags that mingw-w64's wdm.h lacks.
#ifndef KSBOX_WDK_REGISTRY_H
#define KSBOX_WDK_REGISTRY_H

// The top byte of DefaultType is the type that the stored value must have.
// @doc NF:wdm.RtlQueryRegistryValues
#ifndef RTL_QUERY_REGISTRY_TYPECHECK
#define RTL_QUERY_REGISTRY_TYPECHECK 0x00000100
#define RTL_QUERY_REGISTRY_TYPECHECK_SHIFT 24
#define RTL_QUERY_REGISTRY_TYPECHECK_MASK (0xff << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT)
#endif

// Names of device properties in no language. @doc NF:wdm.IoSetDevicePropertyData
#ifndef LOCALE_NEUTRAL
#define LOCALE_NEUTRAL 0
#endif

#endif

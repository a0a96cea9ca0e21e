// Driver annotations (devtest/dv-*, "IRQL annotations for drivers") that mingw-w64's
// driverspecs.h lacks. Contracts for Microsoft's analyser; nothing here.
#ifndef KSBOX_WDK_DRIVER_ANNOTATIONS_H
#define KSBOX_WDK_DRIVER_ANNOTATIONS_H

#define _IRQL_always_function_max_(irql)
#define _IRQL_always_function_min_(irql)
#define _IRQL_is_cancel_
#define _IRQL_limited_to_(irql)
#define _IRQL_restores_global_(kind, parameter)
#define _IRQL_saves_global_(kind, parameter)
#define _IRQL_uses_cancel_

#define _Kernel_acquires_resource_(kind)
#define _Kernel_clear_do_init_(answer)
#define _Kernel_float_restored_
#define _Kernel_float_saved_
#define _Kernel_float_used_
#define _Kernel_IoGetDmaAdapter_
#define _Kernel_releases_resource_(kind)
#define _Kernel_requires_resource_held_(kind)
#define _Kernel_requires_resource_not_held_(kind)

// Names the IRP major function (or other slot) that a dispatch routine serves.
#define _Dispatch_type_(kind)

#ifndef __drv_functionClass
#define __drv_functionClass(name)
#endif
#ifndef __drv_reportError
#define __drv_reportError(message)
#endif
#ifndef __drv_strictTypeMatch
#define __drv_strictTypeMatch(mode)
#endif
#ifndef __drv_strictType
#define __drv_strictType(name, mode)
#endif
#ifndef __drv_typeExpr
#define __drv_typeExpr 0
#define __drv_typeConst 0
#define __drv_typeCond 0
#define __drv_typeBitset 0
#endif
#ifndef __drv_maxFunctionIRQL
#define __drv_maxFunctionIRQL(irql)
#define __drv_minFunctionIRQL(irql)
#define __drv_sameIRQL
#define __drv_minIRQL(irql)
#endif
#ifndef __drv_clearDoInit
#define __drv_clearDoInit
#define __drv_mustHold(kind)
#define __drv_mustHoldCriticalRegion
#define __drv_neverHold(kind)
#define __drv_acquiresExclusiveResource(kind)
#define __drv_releasesExclusiveResource(kind)
#endif

#endif

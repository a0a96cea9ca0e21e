// Stands in for the C runtime's excpt.h: the names of structured exception handling that the
// loader's dispatcher uses. Host code itself has no __try.
#ifndef KSBOX_SHADOW_EXCPT_H
#define KSBOX_SHADOW_EXCPT_H

#include <crtdefs.h>

struct _EXCEPTION_RECORD;
struct _CONTEXT;
struct _DISPATCHER_CONTEXT;

typedef enum _EXCEPTION_DISPOSITION {
    ExceptionContinueExecution,
    ExceptionContinueSearch,
    ExceptionNestedException,
    ExceptionCollidedUnwind
} EXCEPTION_DISPOSITION;

#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)

#endif

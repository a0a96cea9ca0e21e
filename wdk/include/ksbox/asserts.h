// NT_ASSERT and its family (wdm.h): active in checked builds (DBG), and a break-point with a
// message when they fail.
#ifndef KSBOX_WDK_ASSERTS_H
#define KSBOX_WDK_ASSERTS_H

#ifndef DbgRaiseAssertionFailure
#define DbgRaiseAssertionFailure() __int2c()
#endif

#undef NT_ASSERT
#undef NT_ASSERTMSG
#undef NT_VERIFY
#undef NT_VERIFYMSG
#define NT_ANALYSIS_ASSUME(expression)
#if defined(DBG) && DBG
#define NT_ASSERT(expression) ((!(expression)) ? (DbgRaiseAssertionFailure(), FALSE) : TRUE)
#define NT_ASSERTMSG(message, expression)                                                          \
    ((!(expression)) ? (DbgPrint("%s\n", message), DbgRaiseAssertionFailure(), FALSE) : TRUE)
#define NT_VERIFY NT_ASSERT
#define NT_VERIFYMSG NT_ASSERTMSG
#else
#define NT_ASSERT(expression) ((void)0)
#define NT_ASSERTMSG(message, expression) ((void)0)
#define NT_VERIFY(expression) ((expression) ? TRUE : FALSE)
#define NT_VERIFYMSG(message, expression) ((expression) ? TRUE : FALSE)
#endif

#ifndef NT_FRE_ASSERT
#define NT_FRE_ASSERT(expression) ((!(expression)) ? (DbgRaiseAssertionFailure(), FALSE) : TRUE)
#endif

#endif

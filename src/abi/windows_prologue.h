// Before the Windows headers: what they must believe about the target, and the names of inline
// functions and macros that the runtime replaces by real exports (windows_epilogue.h).
#ifdef KSBOX_INSIDE_WINDOWS_HEADERS
#error "windows_prologue.h without its epilogue"
#endif
#define KSBOX_INSIDE_WINDOWS_HEADERS

#define _WIN64 1
#define _AMD64_ 1
#define NTDDI_VERSION 0x0A00000C
#define _WIN32_WINNT 0x0A00
#define WINVER 0x0A00
#define NOMINMAX 1
#define POOL_TAGGING 1
#define COM_NO_WINDOWS_H 1
// Already the compiler's: keep basetyps.h from defining it.
#define _WCHAR_T_DEFINED
#define DECLSPEC_NOTHROW __attribute__((nothrow))
#define DECLSPEC_NOVTABLE
#define _NO_SYS_GUID_OPERATOR_EQ_ 1

// WCHAR has 16 bits; the host's wchar_t has 32.
#define wchar_t char16_t

// Inline in the headers (cr8, gs, the shared page), exports here.
#define KeGetCurrentIrql ksbox_header_KeGetCurrentIrql
#define KeLowerIrql ksbox_header_KeLowerIrql
#define KfRaiseIrql ksbox_header_KfRaiseIrql
#define KeRaiseIrqlToDpcLevel ksbox_header_KeRaiseIrqlToDpcLevel
#define KeRaiseIrqlToSynchLevel ksbox_header_KeRaiseIrqlToSynchLevel
#define KeGetCurrentThread ksbox_header_KeGetCurrentThread
#define KeGetCurrentProcessorNumber ksbox_header_KeGetCurrentProcessorNumber
#define KeGetPcr ksbox_header_KeGetPcr
#define PsGetCurrentThread ksbox_header_PsGetCurrentThread

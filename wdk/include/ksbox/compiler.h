// Declaration specifiers and compiler settings of the WDK that mingw-w64 lacks or spells for its
// own target. clang builds drivers for x86_64-pc-windows-msvc and honours all of them.
#ifndef KSBOX_WDK_COMPILER_H
#define KSBOX_WDK_COMPILER_H

// The newest Windows the declarations describe, unless the driver asks for an older one.
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#ifndef NTDDI_VERSION
#define NTDDI_VERSION 0x0A00000B
#endif

// Without it wdm.h turns ExAllocatePoolWithTag into the untagged ExAllocatePool.
#ifndef POOL_TAGGING
#define POOL_TAGGING 1
#endif

#ifndef DECLSPEC_NOVTABLE
#define DECLSPEC_NOVTABLE __declspec(novtable)
#endif
#ifndef DECLSPEC_NOTHROW
#define DECLSPEC_NOTHROW __declspec(nothrow)
#endif
#ifndef DECLSPEC_UUID
#define DECLSPEC_UUID(x) __declspec(uuid(x))
#endif
#ifndef DECLSPEC_DEPRECATED
#define DECLSPEC_DEPRECATED __declspec(deprecated)
#endif
#ifndef DECLSPEC_ALLOCATOR
#define DECLSPEC_ALLOCATOR __declspec(allocator)
#endif
#ifndef DECLSPEC_RESTRICT
#define DECLSPEC_RESTRICT __declspec(restrict)
#endif
#ifndef DECLSPEC_GUARDNOCF
#define DECLSPEC_GUARDNOCF __declspec(guard(nocf))
#endif
#ifndef DECLSPEC_SAFEBUFFERS
#define DECLSPEC_SAFEBUFFERS __declspec(safebuffers)
#endif

// MSVC names GUIDs __declspec(selectany) so that several files may define one.
#ifndef DECLSPEC_SELECTANY
#define DECLSPEC_SELECTANY __declspec(selectany)
#endif

// Microsoft's compiler emits a driver's own operator new even where it is inline: sources that see
// only the implicit declaration link to it.
#ifdef __cplusplus
extern "C++" __attribute__((used)) void *__cdecl operator new(decltype(sizeof(0)));
#endif

#endif

// The /GS stack cookie of a driver: the value, the check every guarded function ends with, and
// the load configuration directory that tells the loader where the value lives.
#include <ntddk.h>

// The value an image carries on disk; the loader replaces it before the driver runs.
#define DEFAULT_SECURITY_COOKIE 0x00002B992DDFA232ULL

#define FAST_FAIL_STACK_COOKIE_CHECK_FAILURE 2
#define FAST_FAIL_GS_COOKIE_INIT 6

UINT_PTR __security_cookie = DEFAULT_SECURITY_COOKIE;
UINT_PTR __security_cookie_complement = ~DEFAULT_SECURITY_COOKIE;

// The first members of IMAGE_LOAD_CONFIG_DIRECTORY64, as far as SecurityCookie; Size says how
// many bytes are there. Unused members are zero.
typedef struct LOAD_CONFIG {
    ULONG Size;
    ULONG TimeDateStamp;
    USHORT MajorVersion;
    USHORT MinorVersion;
    ULONG GlobalFlags[3];
    ULONGLONG Addresses[6];
    ULONG ProcessHeapFlags;
    USHORT CSDVersion;
    USHORT DependentLoadFlags;
    ULONGLONG EditList;
    ULONGLONG SecurityCookie;
    ULONGLONG Handlers[2];
} LOAD_CONFIG;

C_ASSERT(FIELD_OFFSET(LOAD_CONFIG, SecurityCookie) == 88);
C_ASSERT(sizeof(LOAD_CONFIG) == 112);

// The linker finds the directory by this name.
const LOAD_CONFIG _load_config_used = {.Size = sizeof(LOAD_CONFIG),
                                       .SecurityCookie = (ULONGLONG)&__security_cookie};

// Called by guarded functions with the cookie they found in their frame.
__declspec(safebuffers) void __security_check_cookie(UINT_PTR Cookie) {
    if (Cookie != __security_cookie) {
        __fastfail(FAST_FAIL_STACK_COOKIE_CHECK_FAILURE);
    }
}

// A driver must not run with a cookie that everyone knows: since Windows 8 the loader sets it.
__declspec(safebuffers) void __security_init_cookie(void) {
    if (__security_cookie == 0 || __security_cookie == DEFAULT_SECURITY_COOKIE) {
        __fastfail(FAST_FAIL_GS_COOKIE_INIT);
    }
    __security_cookie_complement = ~__security_cookie;
}

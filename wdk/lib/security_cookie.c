// The /GS stack cookie of a driver: the value, and the check every guarded function ends with. The
// loader finds the value through the load configuration (load_config.S).
#include <ntddk.h>

// The value an image carries on disk; the loader replaces it before the driver runs.
#define DEFAULT_SECURITY_COOKIE 0x00002B992DDFA232ULL

#define FAST_FAIL_STACK_COOKIE_CHECK_FAILURE 2
#define FAST_FAIL_GS_COOKIE_INIT 6

UINT_PTR __security_cookie = DEFAULT_SECURITY_COOKIE;
UINT_PTR __security_cookie_complement = ~DEFAULT_SECURITY_COOKIE;

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

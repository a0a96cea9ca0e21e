// Built with /guard:cf, and delay-loads what it imports by ordinal.
typedef unsigned long long u64;

u64 __security_cookie = 0x00002b992ddfa232;
__declspec(dllimport) int KsboxTestAdd(int a, int b);
__declspec(dllimport) int KsboxTestByOrdinal(void);

static int helper_calls;
void *__delayLoadHelper2(const void *descriptor, void **slot) {
    ++helper_calls;
    return 0;
}

__attribute__((noinline)) static int add_one(int value) {
    return value + 1;
}
typedef int (*operation)(int);
static operation volatile chosen = add_one;

__declspec(dllexport) int call_chosen(int value) {
    return chosen(value);
}
__declspec(dllexport) int call_any(int (*function)(int, int), int a, int b) {
    return function(a, b) + 1; // no tail call
}
__declspec(dllexport) int call_any_last(int (*function)(int, int), int a, int b) {
    return function(a, b);
}
__declspec(dllexport) double call_with_floats(double (*function)(double, int, double, int),
                                              double a, int b, double c, int d) {
    return function(a, b, c, d) + 1;
}
__declspec(dllexport) double weigh(double a, int b, double c, int d) {
    return a * 1000 + b * 100 + c * 10 + d;
}
__declspec(dllexport) int call_delayed(void) {
    return KsboxTestByOrdinal() * 10 + helper_calls;
}
__declspec(dllexport) void *import_address(void) {
    return (void *)KsboxTestAdd;
}
int _fltused;

int DriverEntry(void *driver, void *registry_path) {
    return KsboxTestAdd(driver == registry_path, 2);
}

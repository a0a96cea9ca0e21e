// The image that the loader's tests map: relocations, imports by name and by ordinal, one import
// that nobody provides, a security cookie, a discardable section and a read of the shared page.
typedef unsigned long long u64;
typedef unsigned int u32;

__declspec(dllimport) int KsboxTestAdd(int a, int b);
__declspec(dllimport) int KsboxTestMissing(void);
__declspec(dllimport) int KsboxTestByOrdinal(void);

u64 __security_cookie = 0x00002b992ddfa232ull;

// The head of IMAGE_LOAD_CONFIG_DIRECTORY64: the cookie's address is at offset 0x58.
struct load_config {
    u32 size;
    char before_cookie[0x54];
    u64 *cookie;
    char rest[0x40];
};
_Static_assert(__builtin_offsetof(struct load_config, cookie) == 0x58, "layout");
const struct load_config _load_config_used = {
    sizeof(struct load_config), {0}, &__security_cookie, {0}};

static int values[4] = {1, 2, 3, 4};
int *relocated[2] = {&values[1], &values[3]}; // two DIR64 relocations
int zeroed[5000];                             // beyond the section's file bytes

__declspec(dllexport) int add_through_import(int a, int b) {
    return KsboxTestAdd(a, b);
}
__declspec(dllexport) int call_missing(void) {
    return KsboxTestMissing() + 1;
}
__declspec(dllexport) int call_by_ordinal(void) {
    return KsboxTestByOrdinal() + 1;
}
__declspec(dllexport) int sum_relocated(void) {
    return *relocated[0] + *relocated[1] + zeroed[4999];
}
__declspec(dllexport) u64 read_cookie(void) {
    return __security_cookie;
}
__declspec(dllexport) void write_constant(int value) {
    *(volatile int *)&_load_config_used = value;
}
__declspec(dllexport) u32 read_tick_count(void) {
    return *(volatile u32 *)(0xfffff78000000000ull + 0x320);
}

__attribute__((section("INIT"))) int DriverEntry(void *driver, void *registry_path) {
    return KsboxTestAdd((int)(u64)driver, (int)(u64)registry_path);
}

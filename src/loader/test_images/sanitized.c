// Errors that sanitizers find, in driver code.
typedef unsigned long long u64;

__declspec(dllimport) int KsboxTestAdd(int a, int b);

unsigned char _InterlockedCompareExchange128(long long volatile *pair, long long high,
                                             long long low, long long *expected);

#define EXPORT __declspec(dllexport) __attribute__((noinline))

int table[4] = {1, 2, 3, 4};
int shared;

int DriverEntry(void *driver, void *registry_path) {
    return driver == registry_path;
}

EXPORT int read_index(const int *values, int index) {
    return values[index];
}

EXPORT int read_global(int index) {
    return table[index];
}

EXPORT int read_stack(int index) {
    volatile int local[4] = {1, 2, 3, 4};
    return local[index];
}

EXPORT int add_numbers(int a, int b) {
    return a + b;
}

EXPORT void add_shared(int count) {
    for (int i = 0; i < count; ++i) {
        shared = KsboxTestAdd(shared, 1);
    }
}

EXPORT unsigned char exchange_128(long long volatile *pair, long long high, long long low,
                                  long long *expected) {
    return _InterlockedCompareExchange128(pair, high, low, expected);
}

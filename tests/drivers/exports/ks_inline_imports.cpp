// The imports behind ks_inline.cpp. Here ks.h is not included: the compiler would take its inline
// definitions for these.
extern "C" {
#include <ntifs.h>
}

extern "C" __declspec(dllimport) PVOID NTAPI KsPinGetDevice(PVOID Pin);
extern "C" PVOID NTAPI PinGetDevice(PVOID Pin) {
    return KsPinGetDevice(Pin);
}

extern "C" __declspec(dllimport) PVOID NTAPI KsFilterGetDevice(PVOID Filter);
extern "C" PVOID NTAPI FilterGetDevice(PVOID Filter) {
    return KsFilterGetDevice(Filter);
}

extern "C" __declspec(dllimport) PVOID NTAPI KsFilterFactoryGetDevice(PVOID Factory);
extern "C" PVOID NTAPI FactoryGetDevice(PVOID Factory) {
    return KsFilterFactoryGetDevice(Factory);
}

extern "C" __declspec(dllimport) PVOID NTAPI KsFilterGetParentFilterFactory(PVOID Filter);
extern "C" PVOID NTAPI FilterGetFactory(PVOID Filter) {
    return KsFilterGetParentFilterFactory(Filter);
}

extern "C" __declspec(dllimport) PVOID NTAPI KsFilterFactoryGetFirstChildFilter(PVOID Factory);
extern "C" PVOID NTAPI FactoryGetFirst(PVOID Factory) {
    return KsFilterFactoryGetFirstChildFilter(Factory);
}

extern "C" __declspec(dllimport) PVOID NTAPI KsFilterGetNextSiblingFilter(PVOID Filter);
extern "C" PVOID NTAPI FilterGetNext(PVOID Filter) {
    return KsFilterGetNextSiblingFilter(Filter);
}

extern "C" __declspec(dllimport) PVOID NTAPI KsGetFilterFromFileObject(PVOID File);
extern "C" PVOID NTAPI GetFilterOfFile(PVOID File) {
    return KsGetFilterFromFileObject(File);
}

extern "C" __declspec(dllimport) PVOID NTAPI KsGetPinFromFileObject(PVOID File);
extern "C" PVOID NTAPI GetPinOfFile(PVOID File) {
    return KsGetPinFromFileObject(File);
}

extern "C" __declspec(dllimport) void NTAPI KsFilterAcquireControl(PVOID Filter);
extern "C" void NTAPI FilterAcquire(PVOID Filter) {
    KsFilterAcquireControl(Filter);
}

extern "C" __declspec(dllimport) void NTAPI KsFilterReleaseControl(PVOID Filter);
extern "C" void NTAPI FilterRelease(PVOID Filter) {
    KsFilterReleaseControl(Filter);
}

extern "C" __declspec(dllimport) void NTAPI KsPinAcquireControl(PVOID Pin);
extern "C" void NTAPI PinAcquire(PVOID Pin) {
    KsPinAcquireControl(Pin);
}

extern "C" __declspec(dllimport) void NTAPI KsPinReleaseControl(PVOID Pin);
extern "C" void NTAPI PinRelease(PVOID Pin) {
    KsPinReleaseControl(Pin);
}

extern "C" __declspec(dllimport) void NTAPI KsFilterGenerateEvents(PVOID Filter, const VOID *Set,
                                                                   ULONG Id, ULONG Bytes,
                                                                   PVOID Data, PVOID CallBack,
                                                                   PVOID Context);
extern "C" void NTAPI FilterEvents(PVOID Filter, const VOID *Set, ULONG Id, ULONG Bytes, PVOID Data,
                                   PVOID CallBack, PVOID Context) {
    KsFilterGenerateEvents(Filter, Set, Id, Bytes, Data, CallBack, Context);
}

extern "C" __declspec(dllimport) void NTAPI KsPinGenerateEvents(PVOID Pin, const VOID *Set,
                                                                ULONG Id, ULONG Bytes, PVOID Data,
                                                                PVOID CallBack, PVOID Context);
extern "C" void NTAPI PinEvents(PVOID Pin, const VOID *Set, ULONG Id, ULONG Bytes, PVOID Data,
                                PVOID CallBack, PVOID Context) {
    KsPinGenerateEvents(Pin, Set, Id, Bytes, Data, CallBack, Context);
}

extern "C" __declspec(dllimport) NTSTATUS NTAPI KsDeleteFilterFactory(PVOID Factory);
extern "C" NTSTATUS NTAPI DeleteFactory(PVOID Factory) {
    return KsDeleteFilterFactory(Factory);
}

extern "C" __declspec(dllimport) void NTAPI KsGateTurnInputOn(PVOID Gate);
extern "C" void NTAPI GateOn(PVOID Gate) {
    KsGateTurnInputOn(Gate);
}

extern "C" __declspec(dllimport) void NTAPI KsGateTurnInputOff(PVOID Gate);
extern "C" void NTAPI GateOff(PVOID Gate) {
    KsGateTurnInputOff(Gate);
}

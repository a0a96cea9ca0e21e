// IoInitializeTimer: a routine of the driver once a second, while the timer is on.
#include "abi/export.h"
#include "nt/call_driver.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/ke/bug_check.h"

struct _IO_TIMER {
    KTIMER timer;
    KDPC dpc;
    PDEVICE_OBJECT device;
    PIO_TIMER_ROUTINE routine;
    PVOID context;
};

using namespace ksbox;

namespace {

constexpr ULONG timer_tag = 0x6d'54'6f'49; // "IoTm"

void NTAPI tick(PKDPC, PVOID context, PVOID, PVOID) {
    auto *timer = static_cast<PIO_TIMER>(context);
    call_driver("IoTimer", timer->device, timer->routine, timer->device, timer->context);
}

} // namespace

namespace ksbox::io {

void free_device_timer(PDEVICE_OBJECT device) {
    if (!device->Timer)
        return;
    KeCancelTimer(&device->Timer->timer);
    KeRemoveQueueDpc(&device->Timer->dpc);
    ExFreePoolWithTag(device->Timer, timer_tag);
    device->Timer = nullptr;
}

} // namespace ksbox::io

extern "C" {

/// @doc NF:wdm.IoInitializeTimer
NTSTATUS NTAPI IoInitializeTimer(PDEVICE_OBJECT DeviceObject, PIO_TIMER_ROUTINE TimerRoutine,
                                 PVOID Context) {
    if (DeviceObject->Timer)
        bug_check(0xc9, 0x0a, reinterpret_cast<std::uint64_t>(DeviceObject), 0, 0,
                  "IoInitializeTimer of a device object whose timer is initialized already");
    auto *timer =
        static_cast<PIO_TIMER>(ExAllocatePoolWithTag(NonPagedPool, sizeof(_IO_TIMER), timer_tag));
    if (!timer)
        return STATUS_INSUFFICIENT_RESOURCES;
    KeInitializeTimerEx(&timer->timer, SynchronizationTimer);
    KeInitializeDpc(&timer->dpc, tick, timer);
    timer->device = DeviceObject;
    timer->routine = TimerRoutine;
    timer->context = Context;
    DeviceObject->Timer = timer;
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoStartTimer
VOID NTAPI IoStartTimer(PDEVICE_OBJECT DeviceObject) {
    LARGE_INTEGER first;
    first.QuadPart = -10'000'000;
    KeSetTimerEx(&DeviceObject->Timer->timer, first, 1000, &DeviceObject->Timer->dpc);
}

/// @doc NF:wdm.IoStopTimer
VOID NTAPI IoStopTimer(PDEVICE_OBJECT DeviceObject) {
    KeCancelTimer(&DeviceObject->Timer->timer);
}

} // extern "C"

namespace ksbox {

std::span<const Export> device_timer_exports() {
    static const Export table[] = {
        done<IoInitializeTimer>("IoInitializeTimer", "NF:wdm.IoInitializeTimer"),
        done<IoStartTimer>("IoStartTimer", "NF:wdm.IoStartTimer"),
        done<IoStopTimer>("IoStopTimer", "NF:wdm.IoStopTimer"),
    };
    return table;
}

} // namespace ksbox

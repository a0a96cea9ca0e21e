// Events, clock, capture sink.
#include "portcls/music_objects.h"

#include <cstring>

#include "abi/guid.h"
#include "portcls/interface_ids.h"

namespace ksbox::portcls {
namespace {

constexpr ULONG event_tag = 0x76654d44; // 'DMev'

} // namespace

NTSTATUS MusicAllocator::GetMessage(PDMUS_KERNEL_EVENT *event) noexcept {
    auto *made = static_cast<PDMUS_KERNEL_EVENT>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(DMUS_KERNEL_EVENT), event_tag));
    *event = made;
    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    std::memset(made, 0, sizeof *made);
    made->cbStruct = sizeof *made;
    return STATUS_SUCCESS;
}

NTSTATUS MusicAllocator::PutMessage(PDMUS_KERNEL_EVENT event) noexcept {
    while (event) {
        PDMUS_KERNEL_EVENT const next = event->pNextEvt;
        if (event->usFlags & DMUS_KEF_PACKAGE_EVENT)
            PutMessage(event->uData.pPackageEvt);
        else if (event->cbEvent > sizeof(PBYTE))
            PutBuffer(event->uData.pbData);
        ExFreePoolWithTag(event, event_tag);
        event = next;
    }
    return STATUS_SUCCESS;
}

NTSTATUS MusicAllocator::GetBuffer(PBYTE *buffer) noexcept {
    *buffer =
        static_cast<PBYTE>(ExAllocatePoolWithTag(NonPagedPool, music_buffer_bytes, event_tag));
    return *buffer ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS MusicAllocator::PutBuffer(PBYTE buffer) noexcept {
    if (buffer)
        ExFreePoolWithTag(buffer, event_tag);
    return STATUS_SUCCESS;
}

IUnknown *MusicAllocator::interface_of(const GUID &id) {
    return id == IID_IAllocatorMXF || id == IID_IMXF ? static_cast<IAllocatorMXF *>(this) : nullptr;
}

LONGLONG master_clock_100ns() {
    ULONG64 counter = 0;
    return static_cast<LONGLONG>(KeQueryInterruptTimePrecise(&counter));
}

NTSTATUS MasterClock::GetTime(REFERENCE_TIME *time) noexcept {
    *time = master_clock_100ns();
    return STATUS_SUCCESS;
}

CaptureSink::CaptureSink(Kernel &kernel, MusicAllocator &allocator, Receive receive)
    : ComObject(kernel), allocator_(allocator), receive_(std::move(receive)) {
    allocator_.AddRef();
    ExInitializeRundownProtection(&calls_);
}

void CaptureSink::deliver(const DMUS_KERNEL_EVENT *event) {
    for (; event; event = event->pNextEvt) {
        if (event->usFlags & DMUS_KEF_PACKAGE_EVENT)
            deliver(event->uData.pPackageEvt);
        else
            receive_(*event);
    }
}

NTSTATUS CaptureSink::PutMessage(PDMUS_KERNEL_EVENT event) noexcept {
    if (ExAcquireRundownProtection(&calls_)) {
        deliver(event);
        ExReleaseRundownProtection(&calls_);
    }
    return allocator_.PutMessage(event);
}

IUnknown *CaptureSink::interface_of(const GUID &id) {
    return id == IID_IMXF ? static_cast<IMXF *>(this) : nullptr;
}

} // namespace ksbox::portcls

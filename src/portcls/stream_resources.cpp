#include "portcls/stream_resources.h"

#include <algorithm>

#include "nt/irql_check.h"
#include "nt/spin_guard.h"
#include "portcls/part_exports.h"

namespace ksbox::portcls {

namespace {

bool describes_something(const PCSTREAMRESOURCE_DESCRIPTOR &descriptor) {
    if (descriptor.Size != sizeof descriptor || descriptor.Flags != 0)
        return false;
    switch (descriptor.Type) {
    case ePcStreamResourceInterrupt:
        return descriptor.Resource.Interrupt.Generic != nullptr;
    case ePcStreamResourceThread:
        return descriptor.Resource.Thread != nullptr;
    default: // sets are reserved
        return false;
    }
}

} // namespace

NTSTATUS StreamResources::add(PDEVICE_OBJECT physical, PVOID resource_set,
                              const PCSTREAMRESOURCE_DESCRIPTOR *descriptor,
                              PCSTREAMRESOURCE *handle) {
    if (!physical || resource_set || !descriptor || !handle || !describes_something(*descriptor))
        return STATUS_INVALID_PARAMETER;
    const SpinGuard guard(lock_);
    last_ += 16; // looks like no small number, and is no address
    handles_.push_back(last_);
    *handle = reinterpret_cast<PCSTREAMRESOURCE>(last_);
    return STATUS_SUCCESS;
}

NTSTATUS StreamResources::remove(PCSTREAMRESOURCE handle) {
    const SpinGuard guard(lock_);
    return std::erase(handles_, reinterpret_cast<std::uintptr_t>(handle))
               ? STATUS_SUCCESS
               : STATUS_INVALID_PARAMETER;
}

} // namespace ksbox::portcls

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

NTSTATUS NTAPI PcAddStreamResource(PDEVICE_OBJECT PhysicalDeviceObject, PVOID ResourceSet,
                                   PPCSTREAMRESOURCE_DESCRIPTOR ResourceDescriptor,
                                   PCSTREAMRESOURCE *ResourceHandle) {
    require_irql(PASSIVE_LEVEL, "PcAddStreamResource");
    return StreamResources::current().add(PhysicalDeviceObject, ResourceSet, ResourceDescriptor,
                                          ResourceHandle);
}

NTSTATUS NTAPI PcRemoveStreamResource(PCSTREAMRESOURCE ResourceHandle) {
    require_irql(PASSIVE_LEVEL, "PcRemoveStreamResource");
    return StreamResources::current().remove(ResourceHandle);
}

} // extern "C"

std::span<const Export> ksbox::portcls::stream_resource_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcAddStreamResource),
        PC_EXPORT(done, PcRemoveStreamResource),
    };
    return table;
}

#include "portcls/wave_rt_helpers.h"

#include "nt/kernel.h"
#include "nt/trace.h"
#include "portcls/adapter.h"
#include "portcls/interface_ids.h"
#include "portcls/port.h"
#include "portcls/stream_resources.h"

namespace ksbox::portcls {

NTSTATUS EtwHelper::MiniportWriteEtwEvent(EPcMiniportEngineEvent type, ULONGLONG data1,
                                          ULONGLONG data2, ULONGLONG data3,
                                          ULONGLONG data4) noexcept {
    if (type < eMINIPORT_IHV_DEFINED || type >= eMINIPORT_MaxValue)
        return STATUS_INVALID_PARAMETER;
    current_kernel().trace().event("portcls.etw", {{"type", std::uint64_t(type)},
                                                   {"data1", std::uint64_t(data1)},
                                                   {"data2", std::uint64_t(data2)},
                                                   {"data3", std::uint64_t(data3)},
                                                   {"data4", std::uint64_t(data4)}});
    return STATUS_SUCCESS;
}

NTSTATUS StreamResourceManager::AddStreamResource(PVOID set,
                                                  PPCSTREAMRESOURCE_DESCRIPTOR descriptor,
                                                  PCSTREAMRESOURCE *handle) noexcept {
    const auto adapter = port_.adapter();
    return AddStreamResource2(adapter ? adapter->pdo : nullptr, set, descriptor, handle);
}

NTSTATUS StreamResourceManager::AddStreamResource2(PDEVICE_OBJECT physical, PVOID set,
                                                   PPCSTREAMRESOURCE_DESCRIPTOR descriptor,
                                                   PCSTREAMRESOURCE *handle) noexcept {
    return StreamResources::current().add(physical, set, descriptor, handle);
}

NTSTATUS StreamResourceManager::RemoveStreamResource(PCSTREAMRESOURCE handle) noexcept {
    return StreamResources::current().remove(handle);
}

NTSTATUS RuntimePower::SendPowerControl(PDEVICE_OBJECT device, LPCGUID code, PVOID, SIZE_T, PVOID,
                                        SIZE_T, PSIZE_T returned) noexcept {
    if (!device || !code)
        return STATUS_INVALID_PARAMETER;
    if (returned)
        *returned = 0;
    return STATUS_NOT_SUPPORTED;
}

NTSTATUS RuntimePower::RegisterPowerControlCallback(PDEVICE_OBJECT device,
                                                    PCPFNRUNTIME_POWER_CONTROL_CALLBACK callback,
                                                    PVOID) noexcept {
    if (!device || !callback)
        return STATUS_INVALID_PARAMETER;
    if (registered_)
        return STATUS_INVALID_DEVICE_STATE;
    registered_ = device;
    return STATUS_SUCCESS;
}

NTSTATUS RuntimePower::UnregisterPowerControlCallback(PDEVICE_OBJECT device) noexcept {
    if (!device)
        return STATUS_INVALID_PARAMETER;
    if (registered_ != device)
        return STATUS_INVALID_DEVICE_STATE;
    registered_ = nullptr;
    return STATUS_SUCCESS;
}

IUnknown *WaveRtHelpers::interface_of(const GUID &id) {
    if (id == IID_IPortClsEtwHelper)
        return &etw_;
    if (id == IID_IPortClsStreamResourceManager || id == IID_IPortClsStreamResourceManager2)
        return &resources_;
    if (id == IID_IPortClsRuntimePower)
        return &power_;
    return nullptr;
}

} // namespace ksbox::portcls

// What a WaveRT port offers its miniport besides IPortWaveRT: event tracing, stream resources and
// the way to the platform's power extension.
// @doc NN:portcls.IPortClsEtwHelper, NN:portcls.IPortClsStreamResourceManager2,
// audio/portcls-private-pep-context-sharing
#pragma once

#include "abi/guid.h"
#include "portcls/part_of.h"

namespace ksbox::portcls {

class Port;

class EtwHelper final : public PartOf<IPortClsEtwHelper> {
  public:
    using PartOf::PartOf;
    /// Into the trace. STATUS_INVALID_PARAMETER for a type that the enumeration lacks.
    STDMETHODIMP_(NTSTATUS)
    MiniportWriteEtwEvent(EPcMiniportEngineEvent type, ULONGLONG data1, ULONGLONG data2,
                          ULONGLONG data3, ULONGLONG data4) noexcept override;
};

class StreamResourceManager final : public PartOf<IPortClsStreamResourceManager2> {
  public:
    StreamResourceManager(IUnknown &whole, Port &port) : PartOf(whole), port_(port) {}
    STDMETHODIMP_(NTSTATUS)
    AddStreamResource(PVOID set, PPCSTREAMRESOURCE_DESCRIPTOR descriptor,
                      PCSTREAMRESOURCE *handle) noexcept override;
    STDMETHODIMP_(NTSTATUS) RemoveStreamResource(PCSTREAMRESOURCE handle) noexcept override;
    STDMETHODIMP_(NTSTATUS)
    AddStreamResource2(PDEVICE_OBJECT physical, PVOID set, PPCSTREAMRESOURCE_DESCRIPTOR descriptor,
                       PCSTREAMRESOURCE *handle) noexcept override;

  private:
    Port &port_;
};

/// The box's platform has no power extension: there is nobody to talk to.
class RuntimePower final : public PartOf<IPortClsRuntimePower> {
  public:
    using PartOf::PartOf;
    /// STATUS_NOT_SUPPORTED [inferred].
    STDMETHODIMP_(NTSTATUS)
    SendPowerControl(PDEVICE_OBJECT device, LPCGUID code, PVOID in, SIZE_T in_bytes, PVOID out,
                     SIZE_T out_bytes, PSIZE_T returned) noexcept override;
    /// STATUS_INVALID_DEVICE_STATE while there is one [inferred].
    STDMETHODIMP_(NTSTATUS)
    RegisterPowerControlCallback(PDEVICE_OBJECT device,
                                 PCPFNRUNTIME_POWER_CONTROL_CALLBACK callback,
                                 PVOID context) noexcept override;
    /// STATUS_INVALID_DEVICE_STATE when there is none [inferred].
    STDMETHODIMP_(NTSTATUS)
    UnregisterPowerControlCallback(PDEVICE_OBJECT device) noexcept override;

  private:
    PDEVICE_OBJECT registered_ = nullptr;
};

/// A member of the port object.
class WaveRtHelpers {
  public:
    WaveRtHelpers(IUnknown &whole, Port &port)
        : etw_(whole), resources_(whole, port), power_(whole) {}
    /// Not referenced; null for any other interface.
    IUnknown *interface_of(const GUID &id);

  private:
    EtwHelper etw_;
    StreamResourceManager resources_;
    RuntimePower power_;
};

} // namespace ksbox::portcls

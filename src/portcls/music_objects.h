// What the DMus port gives a miniport's stream: an allocator of events, a clock, and where captured
// events go. @doc audio/midi-transport, NN:dmusicks.IAllocatorMXF
#pragma once

#include <functional>

#include "portcls/com.h"

namespace ksbox::portcls {

/// Bytes of the buffers for events that do not fit into a DMUS_KERNEL_EVENT [inferred].
inline constexpr USHORT music_buffer_bytes = 1024;

/// Events live in nonpaged pool. IRQL <= DISPATCH_LEVEL.
class MusicAllocator final : public ComObject<IAllocatorMXF> {
  public:
    using ComObject::ComObject;
    STDMETHODIMP_(NTSTATUS) SetState(KSSTATE) noexcept override { return STATUS_SUCCESS; }
    /// Frees the events, with those of packages and their buffers: "the allocator is always the
    /// last destination in any chain".
    STDMETHODIMP_(NTSTATUS) PutMessage(PDMUS_KERNEL_EVENT event) noexcept override;
    // Nothing is behind it.
    STDMETHODIMP_(NTSTATUS) ConnectOutput(PMXF) noexcept override {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    STDMETHODIMP_(NTSTATUS) DisconnectOutput(PMXF) noexcept override {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    STDMETHODIMP_(NTSTATUS) GetMessage(PDMUS_KERNEL_EVENT *event) noexcept override;
    STDMETHODIMP_(USHORT) GetBufferSize() noexcept override { return music_buffer_bytes; }
    STDMETHODIMP_(NTSTATUS) GetBuffer(PBYTE *buffer) noexcept override;
    STDMETHODIMP_(NTSTATUS) PutBuffer(PBYTE buffer) noexcept override;

  private:
    IUnknown *interface_of(const GUID &id) override;
};

/// "Currently, the master clock wraps the system real-time clock." @doc audio/latency-clocks
LONGLONG master_clock_100ns();
class MasterClock final : public ComObject<IMasterClock> {
  public:
    using ComObject::ComObject;
    STDMETHODIMP_(NTSTATUS) GetTime(REFERENCE_TIME *time) noexcept override;

  private:
    IUnknown *interface_of(const GUID &) override { return nullptr; } // it has no IID
};

/// Takes what a capture stream sends; may outlive the pin.
class CaptureSink final : public ComObject<IMXF> {
  public:
    using Receive = std::function<void(const DMUS_KERNEL_EVENT &event)>;
    CaptureSink(Kernel &kernel, MusicAllocator &allocator, Receive receive);
    ~CaptureSink() override { allocator_.Release(); }
    /// `receive` is not called any more. PASSIVE.
    void detach() { ExWaitForRundownProtectionRelease(&calls_); }

    STDMETHODIMP_(NTSTATUS) SetState(KSSTATE) noexcept override { return STATUS_SUCCESS; }
    STDMETHODIMP_(NTSTATUS) PutMessage(PDMUS_KERNEL_EVENT event) noexcept override;
    STDMETHODIMP_(NTSTATUS) ConnectOutput(PMXF) noexcept override {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    STDMETHODIMP_(NTSTATUS) DisconnectOutput(PMXF) noexcept override {
        return STATUS_INVALID_DEVICE_REQUEST;
    }

  private:
    IUnknown *interface_of(const GUID &id) override;
    void deliver(const DMUS_KERNEL_EVENT *event);

    EX_RUNDOWN_REF calls_{};
    MusicAllocator &allocator_; ///< referenced
    const Receive receive_;
};

} // namespace ksbox::portcls

// The system's DMusUART miniports over a simulated MPU-401: one plays, one records.
// @doc NF:portcls.PcNewMiniport
#include "abi/guid.h"
#include "portcls/interface_ids.h"
#include "portcls/music_objects.h"
#include "portcls/simulated_uart.h"

namespace ksbox::portcls {
namespace {

class UartStream final : public ComObject<IMXF> {
  public:
    UartStream(Kernel &kernel, std::shared_ptr<SimulatedUart> uart, IAllocatorMXF &allocator)
        : ComObject(kernel), uart_(std::move(uart)), allocator_(allocator) {
        allocator_.AddRef();
    }
    ~UartStream() override { allocator_.Release(); }

    STDMETHODIMP_(NTSTATUS) SetState(KSSTATE state) noexcept override {
        state_ = state;
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(NTSTATUS) PutMessage(PDMUS_KERNEL_EVENT event) noexcept override {
        if (!event) {
            send_heard();
            return STATUS_SUCCESS;
        }
        if (state_ == KSSTATE_RUN)
            play(event);
        return allocator_.PutMessage(event);
    }
    STDMETHODIMP_(NTSTATUS) ConnectOutput(PMXF sink) noexcept override {
        sink_ = sink;
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(NTSTATUS) DisconnectOutput(PMXF) noexcept override {
        sink_ = nullptr;
        return STATUS_SUCCESS;
    }

  private:
    IUnknown *interface_of(const GUID &) override { return nullptr; } // IMXF's is not published

    void play(const DMUS_KERNEL_EVENT *event) {
        for (; event; event = event->pNextEvt) {
            if (event->usFlags & DMUS_KEF_PACKAGE_EVENT) {
                play(event->uData.pPackageEvt);
                continue;
            }
            const UCHAR *data =
                event->cbEvent > sizeof(PBYTE) ? event->uData.pbData : event->uData.abData;
            uart_->write({data, event->cbEvent});
        }
    }
    void send_heard() {
        for (;;) {
            const auto heard = uart_->read(sizeof(PBYTE));
            PDMUS_KERNEL_EVENT event = nullptr;
            if (heard.empty() || !NT_SUCCESS(allocator_.GetMessage(&event)))
                return;
            for (const SimulatedUart::Heard &one : heard)
                event->uData.abData[event->cbEvent++] = one.byte;
            event->usFlags = DMUS_KEF_EVENT_INCOMPLETE;
            event->ullPresTime100ns = heard.front().clock_100ns;
            (sink_ ? sink_ : &allocator_)->PutMessage(event);
        }
    }

    const std::shared_ptr<SimulatedUart> uart_;
    IAllocatorMXF &allocator_;
    PMXF sink_ = nullptr; ///< the port's, which disconnects before it goes
    KSSTATE state_ = KSSTATE_STOP;
};

class UartMiniport final : public ComObject<IMiniportDMus, IMusicTechnology> {
  public:
    UartMiniport(Kernel &kernel, bool capture) : ComObject(kernel), capture_(capture) {
        describe();
    }
    ~UartMiniport() override {
        if (uart_ && capture_)
            uart_->set_listener(nullptr);
    }

    STDMETHODIMP_(NTSTATUS) GetDescription(PPCFILTER_DESCRIPTOR *description) noexcept override {
        *description = &descriptor_;
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(NTSTATUS)
    DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID,
                          PULONG) noexcept override {
        return STATUS_NOT_IMPLEMENTED;
    }
    /// STATUS_DEVICE_CONFIGURATION_ERROR for a list without an I/O port.
    STDMETHODIMP_(NTSTATUS)
    Init(PUNKNOWN, PRESOURCELIST resources, PPORTDMUS port,
         PSERVICEGROUP *group) noexcept override {
        const CM_PARTIAL_RESOURCE_DESCRIPTOR *io_port =
            resources ? call_method("IResourceList.FindTranslatedEntry", resources,
                                    &IResourceList::FindTranslatedEntry,
                                    static_cast<CM_RESOURCE_TYPE>(CmResourceTypePort), ULONG(0))
                      : nullptr;
        if (!io_port)
            return STATUS_DEVICE_CONFIGURATION_ERROR;
        const NTSTATUS status = PcNewServiceGroup(group_.receive(), nullptr);
        if (!NT_SUCCESS(status))
            return status;
        uart_ = SimulatedUart::at(kernel, io_port->u.Port.Start.QuadPart);
        port->RegisterServiceGroup(group_.get());
        if (capture_)
            uart_->set_listener(group_.get());
        *group = ComPtr<IServiceGroup>::share(group_.get()).release();
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(void) Service() noexcept override {}
    /// Adapters call it before Init, most often to be a synthesizer that the system prefers.
    /// STATUS_INVALID_PARAMETER for null [inferred]. @doc audio/music-technology-guids
    STDMETHODIMP_(NTSTATUS) SetTechnology(const GUID *technology) noexcept override {
        if (!technology)
            return STATUS_INVALID_PARAMETER;
        range_.Technology = *technology;
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(NTSTATUS)
    NewStream(PMXF *stream, PUNKNOWN, POOL_TYPE, ULONG, DMUS_STREAM_TYPE, PKSDATAFORMAT,
              PSERVICEGROUP *group, PAllocatorMXF allocator, PMASTERCLOCK,
              PULONGLONG prefetch) noexcept override {
        *stream = make_com<UartStream>(kernel, uart_, *allocator);
        if (!*stream)
            return STATUS_INSUFFICIENT_RESOURCES;
        *group = ComPtr<IServiceGroup>::share(group_.get()).release();
        *prefetch = 0;
        return STATUS_SUCCESS;
    }

  private:
    IUnknown *interface_of(const GUID &id) override {
        if (id == IID_IMusicTechnology)
            return static_cast<IMusicTechnology *>(this);
        const bool own = id == IID_IMiniport || id == IID_IMiniportDMus;
        return own ? static_cast<IMiniportDMus *>(this) : nullptr;
    }

    /// Pin 0 streams; pin 1 is the bridge to the cable.
    void describe() {
        range_.DataRange.FormatSize = sizeof range_;
        range_.DataRange.MajorFormat = KSDATAFORMAT_TYPE_MUSIC;
        range_.DataRange.SubFormat = KSDATAFORMAT_SUBTYPE_MIDI;
        range_.DataRange.Specifier = KSDATAFORMAT_SPECIFIER_NONE;
        range_.Technology = KSMUSIC_TECHNOLOGY_PORT;
        range_.ChannelMask = 0xffff;
        bridge_range_ = range_.DataRange;
        bridge_range_.FormatSize = sizeof bridge_range_;
        bridge_range_.SubFormat = KSDATAFORMAT_SUBTYPE_MIDI_BUS;
        for (ULONG id = 0; id < 2; ++id) {
            KSPIN_DESCRIPTOR &pin = pins_[id].KsPinDescriptor;
            const bool in = capture_ == (id == 1);
            pin.DataRangesCount = 1;
            pin.DataRanges = &ranges_[id];
            pin.DataFlow = in ? KSPIN_DATAFLOW_IN : KSPIN_DATAFLOW_OUT;
            pin.Communication = id == 0 ? KSPIN_COMMUNICATION_SINK : KSPIN_COMMUNICATION_NONE;
            pin.Category = &KSCATEGORY_AUDIO;
            pins_[id].MaxGlobalInstanceCount = pins_[id].MaxFilterInstanceCount = id == 0;
        }
        pins_[1].KsPinDescriptor.Category =
            capture_ ? &KSNODETYPE_LEGACY_AUDIO_CONNECTOR : &KSNODETYPE_SYNTHESIZER;
        connection_ = {PCFILTER_NODE, capture_ ? 1u : 0u, PCFILTER_NODE, capture_ ? 0u : 1u};
        descriptor_.PinSize = sizeof(PCPIN_DESCRIPTOR);
        descriptor_.PinCount = 2;
        descriptor_.Pins = pins_;
        descriptor_.NodeSize = sizeof(PCNODE_DESCRIPTOR);
        descriptor_.ConnectionCount = 1;
        descriptor_.Connections = &connection_;
    }

    const bool capture_;
    KSDATARANGE_MUSIC range_{};
    KSDATARANGE bridge_range_{};
    const PKSDATARANGE ranges_[2] = {&range_.DataRange, &bridge_range_};
    PCPIN_DESCRIPTOR pins_[2]{};
    PCCONNECTION_DESCRIPTOR connection_{};
    PCFILTER_DESCRIPTOR descriptor_{};
    ComPtr<IServiceGroup> group_;
    std::shared_ptr<SimulatedUart> uart_;
};

} // namespace

IMiniport *make_uart_miniport(Kernel &kernel, bool capture) {
    return make_com<UartMiniport>(kernel, capture);
}

} // namespace ksbox::portcls

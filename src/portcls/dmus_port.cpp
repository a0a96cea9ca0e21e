// The DMus port, which the MIDI port is another name of: "both implemented in a single internal
// driver module". @doc NN:dmusicks.IPortDMus, NN:portcls.IPortMidi
#include "ks/item_tables.h"
#include "ks/sized_answer.h"
#include "portcls/adapter.h"
#include "portcls/filter_properties.h"
#include "portcls/music_objects.h"
#include "portcls/music_stream.h"
#include "portcls/pins.h"
#include "portcls/port_object.h"
#include "portcls/ports.h"
#include "portcls/wave_sink.h"

namespace ksbox::portcls {
namespace {

NTSTATUS NTAPI get_master_clock(PIRP irp, PKSIDENTIFIER, PVOID data) {
    const auto time_100ns = static_cast<ULONGLONG>(master_clock_100ns());
    return ks::answer_value(irp, data, &time_100ns, sizeof time_100ns);
}

/// KSPROPERTY_SYNTHCLOCK of dmusprop.h has this member alone. @doc audio/kspropsetid-synthclock
constexpr ULONG synth_master_clock = 0;
const KSPROPERTY_ITEM synth_clock_items[] = {
    ks::property_item(synth_master_clock, get_master_clock, nullptr, sizeof(KSPROPERTY),
                      sizeof(ULONGLONG)),
};

const KSPROPERTY_SET dmus_filter_sets[] = {
    {&KSPROPSETID_SynthClock, std::size(synth_clock_items), synth_clock_items, 0, nullptr},
};

PortKind dmus_kind() {
    return {.name = "DMus",
            .categories = {KSCATEGORY_AUDIO, KSCATEGORY_RENDER, KSCATEGORY_CAPTURE},
            .interfaces = {standard_interface(KSINTERFACE_STANDARD_STREAMING)},
            .filter_sets = filter_property_sets(),
            .pin_sets = {},
            .pin_dispatch = &queue_pin_dispatch,
            .pin_flags = KSPIN_FLAG_DISPATCH_LEVEL_PROCESSING | KSPIN_FLAG_GENERATE_EOS_EVENTS,
            .more_filter_sets = dmus_filter_sets};
}

/// IPortDMus has the same slots; its RegisterServiceGroup only has no result.
class DMusPort final : public PortObject<IPortMidi> {
  public:
    explicit DMusPort(Kernel &kernel)
        : PortObject(kernel, dmus_kind()), membership_(kernel, [this] { serve(); }) {}

    /// Any IRQL. Without a group: the port's, of which every stream is a member too.
    STDMETHODIMP_(void) Notify(PSERVICEGROUP group) noexcept override {
        request_service(group ? group : membership_.group());
    }
    STDMETHODIMP_(NTSTATUS) RegisterServiceGroup(PSERVICEGROUP group) noexcept override {
        if (!group || membership_.group())
            return STATUS_INVALID_PARAMETER;
        return membership_.join(group);
    }

    Result<std::unique_ptr<Stream>> new_stream(KSPIN &pin, bool capture) override {
        if (pin.ConnectionFormat->MajorFormat == KSDATAFORMAT_TYPE_MUSIC)
            return new_music_stream(pin, capture);
        if (dmus_ && capture)
            return new_wave_sink(pin);
        adapter()->finding("the DMus port: a stream with a wave format is for data flow out, on a "
                           "miniport with IMiniportDMus");
        return fail(STATUS_NOT_SUPPORTED);
    }

  protected:
    IUnknown *interface_of(const GUID &id) override {
        return common_interface(id, id == IID_IPortDMus ? IID_IPortDMus : IID_IPortMidi);
    }
    ComPtr<IMiniport> query_miniport(IUnknown *unknown) override {
        auto found = ComPtr<IMiniport>::query(unknown, IID_IMiniportDMus);
        dmus_ = static_cast<bool>(found);
        if (!dmus_)
            found = ComPtr<IMiniport>::query(unknown, IID_IMiniportMidi);
        return found;
    }
    NTSTATUS init_miniport(IUnknown *adapter, IResourceList *resources) override {
        ComPtr<IServiceGroup> group;
        const NTSTATUS status =
            dmus_ ? call_method("IMiniportDMus.Init", static_cast<IMiniportDMus *>(miniport()),
                                &IMiniportDMus::Init, adapter, resources,
                                reinterpret_cast<PPORTDMUS>(static_cast<IPortMidi *>(this)),
                                group.receive())
                  : call_method("IMiniportMidi.Init", static_cast<IMiniportMidi *>(miniport()),
                                &IMiniportMidi::Init, adapter, resources,
                                static_cast<PPORTMIDI>(this), group.receive());
        if (!NT_SUCCESS(status))
            return status;
        return membership_.group() ? status : membership_.join(group.get());
    }
    void release_interfaces() override { membership_.leave(); }

  private:
    Result<std::unique_ptr<Stream>> new_music_stream(KSPIN &pin, bool capture) {
        auto stream = std::make_unique<MusicStream>(pin, capture);
        const auto make_device = [&](MusicDevice::Receive receive) {
            return dmus_ ? new_dmus_device(box, *static_cast<IMiniportDMus *>(miniport()), pin,
                                           capture, std::move(receive))
                         : new_midi_device(*static_cast<IMiniportMidi *>(miniport()), pin, capture,
                                           std::move(receive));
        };
        const NTSTATUS status = stream->initialize(make_device, membership_.group());
        if (!NT_SUCCESS(status))
            return fail(status);
        return stream;
    }

    /// A wave that comes out of the filter: DMUS_STREAM_WAVE_SINK.
    Result<std::unique_ptr<Stream>> new_wave_sink(KSPIN &pin) {
        auto sink = std::make_unique<WaveSink>(pin, *adapter());
        const NTSTATUS status =
            sink->initialize(*static_cast<IMiniportDMus *>(miniport()), membership_.group());
        if (!NT_SUCCESS(status))
            return fail(status);
        return sink;
    }

    /// IMiniportDMus.Service "is currently unused".
    void serve() {
        if (!dmus_ && adapter())
            call_method("IMiniportMidi.Service", static_cast<IMiniportMidi *>(miniport()),
                        &IMiniportMidi::Service);
    }

    bool dmus_ = false;
    ServiceMembership membership_;
};

} // namespace

IPort *make_dmus_port(Kernel &kernel) {
    return make_com<DMusPort>(kernel);
}

} // namespace ksbox::portcls

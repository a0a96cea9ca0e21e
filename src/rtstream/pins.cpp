#include "rtstream/pins.h"

#include <iterator>
#include <optional>

#include "abi/static_guid.h"
#include "ks/item_tables.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"
#include "mixer/pins.h"
#include "mixer/wave_format.h"
#include "rtstream/rt_stream.h"

namespace ksbox::rtstream {
namespace {

class Change : public mixer::Change {
  public:
    explicit Change(PKSPIN pin)
        : mixer::Change(KsPinGetParentFilter(pin)),
          stream_(RtStream::of(KsPinGetParentFilter(pin))) {}
    RtStream &stream() const { return stream_; }

  private:
    RtStream &stream_;
};

NTSTATUS status_of(const Result<void> &result) {
    return result ? STATUS_SUCCESS : result.error().value();
}

NTSTATUS NTAPI create_pin(PKSPIN pin, PIRP) {
    return status_of(Change(pin).stream().agree(*pin->ConnectionFormat));
}

NTSTATUS NTAPI close_request_pin(PKSPIN pin, PIRP) {
    const Change change(pin);
    change.stream().reset();
    change.stream().forget_pin();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI close_device_pin(PKSPIN pin, PIRP) {
    const Change change(pin);
    change.stream().forget_device();
    change.stream().forget_pin();
    return STATUS_SUCCESS;
}

void NTAPI reset_request_pin(PKSPIN pin) {
    Change(pin).stream().reset();
}

NTSTATUS NTAPI set_request_state(PKSPIN pin, KSSTATE to, KSSTATE) {
    if (to == KSSTATE_STOP)
        Change(pin).stream().reset();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI set_device_state(PKSPIN pin, KSSTATE to, KSSTATE from) {
    const PFILE_OBJECT device = KsPinGetConnectedPinFileObject(pin);
    if (!device)
        return ks::refused(STATUS_INVALID_DEVICE_STATE, "the pin is not connected to a WaveRT pin");
    // The driver is asked without the processing mutex. Nobody else makes a buffer meanwhile.
    std::optional<DeviceBuffer> buffer;
    if (const std::size_t bytes = RtStream::of(KsPinGetParentFilter(pin)).lacks_buffer_bytes()) {
        const auto allocated = DeviceBuffer::allocate(device, bytes);
        if (!allocated)
            return allocated.error().value();
        buffer = *allocated;
    }
    const Change change(pin);
    if (buffer)
        change.stream().use(*buffer);
    change.stream().set_device_state(to, from);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI get_position(PIRP irp, PKSIDENTIFIER, PVOID data) {
    PKSPIN const pin = KsGetPinFromIrp(irp);
    if (!pin)
        return STATUS_INVALID_DEVICE_REQUEST;
    const KSAUDIO_POSITION position = Change(pin).stream().position();
    return ks::answer_value(irp, data, &position, sizeof position);
}

constexpr KSPROPERTY_ITEM audio_items[] = {
    ks::property_item(KSPROPERTY_AUDIO_POSITION, get_position, nullptr, sizeof(KSPROPERTY),
                      sizeof(KSAUDIO_POSITION))};
constexpr GUID audio_set = static_guid(STATIC_KSPROPSETID_Audio);
constexpr KSPROPERTY_SET sets[] = {{&audio_set, std::size(audio_items), audio_items, 0, nullptr}};
constexpr KSAUTOMATION_TABLE automation = {std::size(sets),
                                           sizeof(KSPROPERTY_ITEM),
                                           sets,
                                           0,
                                           sizeof(KSMETHOD_ITEM),
                                           nullptr,
                                           0,
                                           sizeof(KSEVENT_ITEM),
                                           nullptr};

// A pin's format is fixed: Create says why it takes none.
const KSPIN_DISPATCH request_dispatch = {create_pin,        close_request_pin, nullptr,
                                         reset_request_pin, nullptr,           set_request_state};
const KSPIN_DISPATCH device_dispatch = {create_pin, close_device_pin, nullptr,
                                        nullptr,    nullptr,          set_device_state};

constexpr KSPIN_INTERFACE looped{
    {{static_guid(STATIC_KSINTERFACESETID_Standard), KSINTERFACE_STANDARD_LOOPED_STREAMING, 0}}};

constexpr KSPIN_DESCRIPTOR_EX pin(const KSPIN_DISPATCH &dispatch, KSPIN_DATAFLOW flow,
                                  KSPIN_COMMUNICATION communication) {
    KSPIN_DESCRIPTOR_EX described{};
    described.Dispatch = &dispatch;
    described.PinDescriptor.DataRangesCount = mixer::data_range_count;
    described.PinDescriptor.DataRanges = mixer::data_ranges;
    described.PinDescriptor.DataFlow = flow;
    described.PinDescriptor.Communication = communication;
    described.PinDescriptor.Category = &KSCATEGORY_AUDIO;
    described.Flags = KSPIN_FLAG_FIXED_FORMAT;
    described.InstancesPossible = 1;
    described.IntersectHandler = mixer::intersect;
    return described;
}

constexpr KSPIN_DESCRIPTOR_EX request_pin(KSPIN_DATAFLOW flow, ULONG flags) {
    KSPIN_DESCRIPTOR_EX described = pin(request_dispatch, flow, KSPIN_COMMUNICATION_SINK);
    described.Flags |= KSPIN_FLAG_INITIATE_PROCESSING_ON_EVERY_ARRIVAL | flags;
    described.AutomationTable = &automation;
    return described;
}

constexpr KSPIN_DESCRIPTOR_EX device_pin(KSPIN_DATAFLOW flow) {
    KSPIN_DESCRIPTOR_EX described = pin(device_dispatch, flow, KSPIN_COMMUNICATION_SOURCE);
    described.PinDescriptor.InterfacesCount = 1;
    described.PinDescriptor.Interfaces = &looped;
    return described;
}

} // namespace

// The device plays on, whether there are frames or not.
constinit const KSPIN_DESCRIPTOR_EX render_pins[pin_count] = {
    request_pin(KSPIN_DATAFLOW_IN, KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING),
    device_pin(KSPIN_DATAFLOW_OUT),
};
constinit const KSPIN_DESCRIPTOR_EX capture_pins[pin_count] = {
    device_pin(KSPIN_DATAFLOW_IN),
    request_pin(KSPIN_DATAFLOW_OUT, 0),
};

} // namespace ksbox::rtstream

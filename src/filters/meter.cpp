// The meter: a filter that takes a stream and keeps what it was like.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

#include "abi/guid.h"
#include "abi/static_guid.h"
#include "filters/filters.h"
#include "filters/offer.h"
#include "ks/item_tables.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"
#include "ks/stream/own_framing.h"
#include "mixer/blocks.h"
#include "mixer/wave_format.h"

namespace ksbox::filters {
namespace {

constexpr ULONG frames_on_their_way = 8;
constexpr std::uint32_t frames_a_second = 100; ///< of KS, where the meter makes them

// {0E6B8C55-6A0D-4B7E-9C0C-3D7E5B1F2A64}: READING, get, a RawReading.
constexpr GUID meter_property_set = {
    0x0e6b8c55, 0x6a0d, 0x4b7e, {0x9c, 0x0c, 0x3d, 0x7e, 0x5b, 0x1f, 0x2a, 0x64}};
constexpr ULONG meter_reading_id = 0;

/// READING's answer, and what the meter counts.
struct RawReading {
    ULONGLONG frames = 0;
    ULONG channels = 0, rate_hz = 0;
    struct Channel {
        double peak = 0, sum = 0, squares = 0;
        ULONGLONG at_full_scale = 0;
    } channel[mixer::most_channels];
};

class MeterOffer final : public Offer {
  public:
    MeterOffer();
    static MeterOffer &of(PKSFILTER filter) { return static_cast<MeterOffer &>(Offer::of(filter)); }
    static MeterOffer &of(PKSPIN pin) { return of(KsPinGetParentFilter(pin)); }

    // PASSIVE_LEVEL.
    void begin(const mixer::SampleFormat &format);
    void hear(std::span<const float> samples);
    RawReading reading();
    /// Of a channel, since it was asked for last.
    float take_peak(unsigned channel);

  private:
    FAST_MUTEX lock_; ///< of all below; a leaf
    RawReading reading_;
    float new_peaks_[mixer::most_channels] = {};
};

/// A pin's.
struct Listener {
    mixer::SampleFormat format;
    std::vector<float> samples; ///< scratch
};
Listener &listener_of(PKSPIN pin) {
    return *static_cast<Listener *>(pin->Context);
}

void MeterOffer::begin(const mixer::SampleFormat &format) {
    ExAcquireFastMutex(&lock_);
    reading_ = {};
    reading_.channels = format.channels;
    reading_.rate_hz = format.rate_hz;
    std::ranges::fill(new_peaks_, 0.0F);
    ExReleaseFastMutex(&lock_);
}

void MeterOffer::hear(std::span<const float> samples) {
    constexpr float full_scale = 32'767.0F / 32'768;
    ExAcquireFastMutex(&lock_);
    const unsigned channels = reading_.channels;
    reading_.frames += samples.size() / channels;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const float magnitude = std::abs(samples[i]);
        RawReading::Channel &channel = reading_.channel[i % channels];
        float &new_peak = new_peaks_[i % channels];
        channel.peak = std::max(channel.peak, double(magnitude));
        new_peak = std::max(new_peak, magnitude);
        channel.sum += samples[i];
        channel.squares += double(samples[i]) * samples[i];
        channel.at_full_scale += magnitude >= full_scale;
    }
    ExReleaseFastMutex(&lock_);
}

RawReading MeterOffer::reading() {
    ExAcquireFastMutex(&lock_);
    const RawReading copy = reading_;
    ExReleaseFastMutex(&lock_);
    return copy;
}

float MeterOffer::take_peak(unsigned channel) {
    ExAcquireFastMutex(&lock_);
    const float peak = std::exchange(new_peaks_[channel], 0.0F);
    ExReleaseFastMutex(&lock_);
    return peak;
}

NTSTATUS NTAPI create_pin(PKSPIN pin, PIRP) {
    const auto format = mixer::read_format(*pin->ConnectionFormat);
    if (!format)
        return format.error().value();
    const std::uint32_t frames = std::max(1u, format->rate_hz / frames_a_second);
    const NTSTATUS status =
        ks::choose_framing(pin, frames_on_their_way, frames * format->frame_bytes());
    if (NT_SUCCESS(status))
        pin->Context = new Listener{.format = *format, .samples = {}};
    return status;
}

NTSTATUS NTAPI close_pin(PKSPIN pin, PIRP) {
    delete &listener_of(pin);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI set_state(PKSPIN pin, KSSTATE to, KSSTATE from) {
    if (to == KSSTATE_ACQUIRE && from == KSSTATE_STOP)
        MeterOffer::of(pin).begin(listener_of(pin).format);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI process(PKSPIN pin) {
    Listener &listener = listener_of(pin);
    const mixer::SampleFormat &format = listener.format;
    while (PKSSTREAM_POINTER const frame =
               KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED)) {
        const ULONG bytes = frame->OffsetIn.Remaining;
        listener.samples.resize(bytes / format.frame_bytes() * format.channels);
        mixer::decode(format.encoding, reinterpret_cast<const std::byte *>(frame->OffsetIn.Data),
                      listener.samples);
        MeterOffer::of(pin).hear(listener.samples);
        KsStreamPointerAdvanceOffsetsAndUnlock(frame, bytes, 0, TRUE);
    }
    return STATUS_PENDING;
}

NTSTATUS NTAPI get_reading(PIRP irp, PKSIDENTIFIER, PVOID data) {
    const RawReading reading = MeterOffer::of(KsGetFilterFromIrp(irp)).reading();
    return ks::answer_value(irp, data, &reading, sizeof reading);
}

/// As 16-bit samples have it; -1 is the loudest of all channels. @doc
/// audio/ksproperty-audio-peakmeter
NTSTATUS NTAPI get_peak(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    MeterOffer &meter = MeterOffer::of(KsGetFilterFromIrp(irp));
    const LONG channel = reinterpret_cast<const KSNODEPROPERTY_AUDIO_CHANNEL *>(request)->Channel;
    const auto channels = static_cast<LONG>(meter.reading().channels);
    if (channel < -1 || channel >= std::max<LONG>(1, channels))
        return ks::refused(STATUS_INVALID_PARAMETER, "channel " + std::to_string(channel) +
                                                         ": the stream has " +
                                                         std::to_string(channels));
    float peak = 0;
    if (channel >= 0)
        peak = meter.take_peak(static_cast<unsigned>(channel));
    for (LONG all = 0; channel < 0 && all < channels; ++all)
        peak = std::max(peak, meter.take_peak(static_cast<unsigned>(all)));
    const LONG value = static_cast<LONG>(std::min(peak, 1.0F) * 0x7fff);
    return ks::answer_value(irp, data, &value, sizeof value);
}

constexpr KSPROPERTY_ITEM reading_items[] = {ks::property_item(
    meter_reading_id, get_reading, nullptr, sizeof(KSPROPERTY), sizeof(RawReading))};
constexpr KSPROPERTY_ITEM peak_items[] = {
    ks::property_item(KSPROPERTY_AUDIO_PEAKMETER, get_peak, nullptr,
                      sizeof(KSNODEPROPERTY_AUDIO_CHANNEL), sizeof(LONG))};
constexpr GUID audio_set = static_guid(STATIC_KSPROPSETID_Audio);
constexpr KSPROPERTY_SET reading_sets[] = {
    {&meter_property_set, std::size(reading_items), reading_items, 0, nullptr}};
constexpr KSPROPERTY_SET peak_sets[] = {
    {&audio_set, std::size(peak_items), peak_items, 0, nullptr}};
constexpr KSAUTOMATION_TABLE filter_automation = ks::property_table(reading_sets),
                             peak_automation = ks::property_table(peak_sets);

const KSNODE_DESCRIPTOR nodes[] = {{&peak_automation, &KSNODETYPE_PEAKMETER, nullptr}};
constexpr KSTOPOLOGY_CONNECTION connections[] = {{KSFILTER_NODE, 0, 0, KSNODEPIN_STANDARD_IN}};

// A pin's format is fixed: Create says why it takes none.
const KSPIN_DISPATCH pin_dispatch = {create_pin, close_pin, process, nullptr, nullptr,
                                     set_state,  nullptr,   nullptr, nullptr, nullptr};

MeterOffer::MeterOffer() {
    ExInitializeFastMutex(&lock_);
    KSPIN_DESCRIPTOR_EX pin{};
    pin.Dispatch = &pin_dispatch;
    pin.PinDescriptor.DataRangesCount = mixer::data_range_count;
    pin.PinDescriptor.DataRanges = mixer::data_ranges;
    pin.PinDescriptor.DataFlow = KSPIN_DATAFLOW_IN;
    pin.PinDescriptor.Communication = KSPIN_COMMUNICATION_BOTH;
    pin.PinDescriptor.Category = &KSCATEGORY_AUDIO;
    pin.Flags = KSPIN_FLAG_FIXED_FORMAT | KSPIN_FLAG_GENERATE_EOS_EVENTS;
    pin.InstancesPossible = 1;
    pin.IntersectHandler = mixer::intersect;
    pins_.push_back(pin);
    pin_names_.push_back("Meter");
    categories_ = {static_guid(STATIC_KSCATEGORY_RENDER)};
    descriptor_.AutomationTable = &filter_automation;
    descriptor_.NodeDescriptorsCount = std::size(nodes);
    descriptor_.NodeDescriptorSize = sizeof(KSNODE_DESCRIPTOR);
    descriptor_.NodeDescriptors = nodes;
    descriptor_.ConnectionsCount = std::size(connections);
    descriptor_.Connections = connections;
}

} // namespace

InterfaceFacts add_meter(Box &box, const std::string &name) {
    return add(box, std::make_unique<MeterOffer>(), name.empty() ? "meter" : name);
}

MeterReading meter_reading(Filter &filter) {
    const auto raw = filter.get_as<RawReading>(to_guid(meter_property_set), meter_reading_id);
    MeterReading reading{.frames = raw.frames, .rate_hz = raw.rate_hz, .channels = {}};
    const double frames = std::max(1.0, double(raw.frames));
    for (ULONG i = 0; i < std::min<ULONG>(raw.channels, mixer::most_channels); ++i) {
        const RawReading::Channel &channel = raw.channel[i];
        reading.channels.push_back({.peak = channel.peak,
                                    .rms = std::sqrt(channel.squares / frames),
                                    .mean = channel.sum / frames,
                                    .at_full_scale = channel.at_full_scale});
    }
    return reading;
}

} // namespace ksbox::filters

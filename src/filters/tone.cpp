// A sine as a filter: made in the pin's process routine, as fast as frames come.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <numbers>
#include <vector>

#include "abi/guid.h"
#include "base/stream_time.h"
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
constexpr std::uint32_t frames_a_second = 100; ///< of KS
constexpr LONG lowest_level = -100 * 0x10000;  ///< in 1/65536 dB; what is below is silence

// {5C1B7A90-40E2-4F0B-A1D3-7706B0C4E9F2}: FREQUENCY, get and set, ULONG in 1/1000 Hz.
constexpr GUID tone_property_set = {
    0x5c1b7a90, 0x40e2, 0x4f0b, {0xa1, 0xd3, 0x77, 0x06, 0xb0, 0xc4, 0xe9, 0xf2}};
constexpr ULONG tone_frequency_id = 0;
enum : ULONG { tone_node, volume_node };

struct ToneOffer final : Offer {
    explicit ToneOffer(const ToneOptions &options);
    const ToneOptions options;
};

/// A filter's; properties and processing meet here, each value for itself.
struct Settings {
    std::atomic<ULONG> frequency_mhz;
    std::atomic<LONG> level; ///< in 1/65536 dB
};

/// A pin's.
struct Generator {
    mixer::SampleFormat format;
    std::uint64_t position = 0; ///< frames since the pin left STOP
    double phase = 0;           ///< of the next frame, 0 to 1
    std::vector<float> samples; ///< scratch
    bool ended = false;
};

Settings &settings_of(PKSFILTER filter) {
    return *static_cast<Settings *>(filter->Context);
}
Generator &generator_of(PKSPIN pin) {
    return *static_cast<Generator *>(pin->Context);
}
const ToneOptions &options_of(PKSPIN pin) {
    return static_cast<ToneOffer &>(Offer::of(pin)).options;
}

LONG level_of(double decibels) {
    return static_cast<LONG>(std::lround(std::clamp(decibels, -100.0, 0.0) * 0x10000));
}

void NTAPI free_settings(PVOID settings) {
    delete static_cast<Settings *>(settings);
}

NTSTATUS NTAPI create_filter(PKSFILTER filter, PIRP) {
    const ToneOptions &options = static_cast<ToneOffer &>(Offer::of(filter)).options;
    auto *settings =
        new Settings{.frequency_mhz = static_cast<ULONG>(std::lround(options.frequency_hz * 1000)),
                     .level = level_of(options.level_db)};
    filter->Context = settings;
    const NTSTATUS status = KsAddItemToObjectBag(filter->Bag, settings, free_settings);
    if (!NT_SUCCESS(status))
        delete settings;
    return status;
}

NTSTATUS NTAPI create_pin(PKSPIN pin, PIRP) {
    const auto format = mixer::read_format(*pin->ConnectionFormat);
    if (!format)
        return format.error().value();
    const std::uint32_t frames = std::max(1u, format->rate_hz / frames_a_second);
    if (const NTSTATUS status =
            ks::choose_framing(pin, frames_on_their_way, frames * format->frame_bytes());
        !NT_SUCCESS(status))
        return status;
    pin->Context = new Generator{.format = *format};
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI close_pin(PKSPIN pin, PIRP) {
    delete &generator_of(pin);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI set_state(PKSPIN pin, KSSTATE to, KSSTATE from) {
    if (to != KSSTATE_ACQUIRE || from != KSSTATE_STOP)
        return STATUS_SUCCESS;
    KsPinAcquireProcessingMutex(pin);
    Generator &generator = generator_of(pin);
    generator.position = 0;
    generator.phase = 0;
    generator.ended = false;
    KsPinReleaseProcessingMutex(pin);
    return STATUS_SUCCESS;
}

/// A change of frequency goes on from where the last one was.
void generate(Generator &generator, const Settings &settings, std::size_t frames) {
    const unsigned channels = generator.format.channels;
    const LONG level = settings.level;
    const double peak = level <= lowest_level ? 0 : std::pow(10.0, double(level) / 0x10000 / 20);
    const double step = double(settings.frequency_mhz) / 1000 / generator.format.rate_hz;
    generator.samples.resize(frames * channels);
    for (std::size_t i = 0; i < frames; ++i) {
        const double turns = generator.phase + double(i) * step;
        const auto value =
            static_cast<float>(peak * std::sin(2 * std::numbers::pi * (turns - std::floor(turns))));
        std::ranges::fill_n(generator.samples.begin() + std::ptrdiff_t(i * channels), channels,
                            value);
    }
    const double after = generator.phase + double(frames) * step;
    generator.phase = after - std::floor(after);
}

void fill(PKSPIN pin, PKSSTREAM_POINTER frame) {
    Generator &generator = generator_of(pin);
    const mixer::SampleFormat &format = generator.format;
    const auto &limit = options_of(pin).frames;
    KSSTREAM_HEADER &header = *frame->StreamHeader;
    std::uint64_t frames = frame->OffsetOut.Remaining / format.frame_bytes();
    if (limit)
        frames = std::min(frames, *limit - std::min(*limit, generator.position));
    generate(generator, settings_of(KsPinGetParentFilter(pin)), frames);
    mixer::encode(format.encoding, format.valid_bits, generator.samples, nullptr,
                  reinterpret_cast<std::byte *>(frame->OffsetOut.Data));
    header.PresentationTime = {time_of_frames(generator.position, format.rate_hz), 1, 1};
    header.Duration =
        time_of_frames(generator.position + frames, format.rate_hz) - header.PresentationTime.Time;
    header.OptionsFlags |=
        KSSTREAM_HEADER_OPTIONSF_TIMEVALID | KSSTREAM_HEADER_OPTIONSF_DURATIONVALID;
    generator.position += frames;
    generator.ended = limit && generator.position >= *limit;
    if (generator.ended)
        header.OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM;
    KsStreamPointerAdvanceOffsetsAndUnlock(frame, 0,
                                           static_cast<ULONG>(frames * format.frame_bytes()), TRUE);
}

NTSTATUS NTAPI process(PKSPIN pin) {
    while (!generator_of(pin).ended) {
        PKSSTREAM_POINTER const frame =
            KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED);
        if (!frame)
            break;
        fill(pin, frame);
    }
    return STATUS_PENDING;
}

NTSTATUS NTAPI get_frequency(PIRP irp, PKSIDENTIFIER, PVOID data) {
    const ULONG value = settings_of(KsGetFilterFromIrp(irp)).frequency_mhz;
    return ks::answer_value(irp, data, &value, sizeof value);
}

NTSTATUS NTAPI set_frequency(PIRP irp, PKSIDENTIFIER, PVOID data) {
    constexpr ULONG highest_mhz = mixer::highest_rate_hz / 2 * 1000;
    const ULONG value = *static_cast<const ULONG *>(data);
    if (value > highest_mhz)
        return ks::refused(STATUS_INVALID_PARAMETER, std::to_string(value) +
                                                         " of 1/1000 Hz: at most " +
                                                         std::to_string(highest_mhz));
    settings_of(KsGetFilterFromIrp(irp)).frequency_mhz = value;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI get_level(PIRP irp, PKSIDENTIFIER, PVOID data) {
    const LONG value = settings_of(KsGetFilterFromIrp(irp)).level;
    return ks::answer_value(irp, data, &value, sizeof value);
}

/// A level out of range succeeds; get tells what it has become. @doc
/// audio/ksproperty-audio-volumelevel
NTSTATUS NTAPI set_level(PIRP irp, PKSIDENTIFIER, PVOID data) {
    settings_of(KsGetFilterFromIrp(irp)).level =
        std::clamp(*static_cast<const LONG *>(data), lowest_level, LONG(0));
    return STATUS_SUCCESS;
}

constexpr KSPROPERTY_ITEM frequency_items[] = {ks::property_item(
    tone_frequency_id, get_frequency, set_frequency, sizeof(KSP_NODE), sizeof(ULONG))};
constexpr KSPROPERTY_STEPPING_LONG level_steps[] = {{1, 0, {{lowest_level, 0}}}};
constexpr KSPROPERTY_MEMBERSLIST level_members[] = {
    {{KSPROPERTY_MEMBER_STEPPEDRANGES, sizeof level_steps[0], 1, 0}, level_steps}};
constexpr KSPROPERTY_VALUES level_values = {
    {{{static_guid(STATIC_KSPROPTYPESETID_General), VT_I4, 0}}},
    std::size(level_members),
    level_members};
constexpr KSPROPERTY_ITEM level_items[] = {[] {
    KSPROPERTY_ITEM item = ks::property_item(KSPROPERTY_AUDIO_VOLUMELEVEL, get_level, set_level,
                                             sizeof(KSNODEPROPERTY_AUDIO_CHANNEL), sizeof(LONG));
    item.Values = &level_values;
    return item;
}()};
constexpr GUID audio_set = static_guid(STATIC_KSPROPSETID_Audio);
constexpr KSPROPERTY_SET frequency_sets[] = {
    {&tone_property_set, std::size(frequency_items), frequency_items, 0, nullptr}};
constexpr KSPROPERTY_SET level_sets[] = {
    {&audio_set, std::size(level_items), level_items, 0, nullptr}};

constexpr KSAUTOMATION_TABLE frequency_automation = ks::property_table(frequency_sets),
                             level_automation = ks::property_table(level_sets);

// Not KSNODETYPE_TONE: that is a control for treble and bass.
const KSNODE_DESCRIPTOR nodes[] = {{&frequency_automation, &KSNODETYPE_SYNTHESIZER, nullptr},
                                   {&level_automation, &KSNODETYPE_VOLUME, nullptr}};
constexpr KSTOPOLOGY_CONNECTION connections[] = {
    {tone_node, KSNODEPIN_STANDARD_OUT, volume_node, KSNODEPIN_STANDARD_IN},
    {volume_node, KSNODEPIN_STANDARD_OUT, KSFILTER_NODE, 0}};

const KSFILTER_DISPATCH filter_dispatch = {create_filter, nullptr, nullptr, nullptr};
// A pin's format is fixed: Create says why it takes none.
const KSPIN_DISPATCH pin_dispatch = {create_pin, close_pin, process, nullptr, nullptr,
                                     set_state,  nullptr,   nullptr, nullptr, nullptr};

ToneOffer::ToneOffer(const ToneOptions &wanted) : options(wanted) {
    KSPIN_DESCRIPTOR_EX pin{};
    pin.Dispatch = &pin_dispatch;
    pin.PinDescriptor.DataRangesCount = mixer::data_range_count;
    pin.PinDescriptor.DataRanges = mixer::data_ranges;
    pin.PinDescriptor.DataFlow = KSPIN_DATAFLOW_OUT;
    pin.PinDescriptor.Communication = KSPIN_COMMUNICATION_BOTH;
    pin.PinDescriptor.Category = &KSCATEGORY_AUDIO;
    pin.Flags = KSPIN_FLAG_FIXED_FORMAT;
    pin.InstancesPossible = 1;
    pin.IntersectHandler = mixer::intersect;
    pins_.push_back(pin);
    pin_names_.push_back("Tone");
    categories_ = {static_guid(STATIC_KSCATEGORY_SYNTHESIZER),
                   static_guid(STATIC_KSCATEGORY_CAPTURE)};
    descriptor_.Dispatch = &filter_dispatch;
    descriptor_.NodeDescriptorsCount = std::size(nodes);
    descriptor_.NodeDescriptorSize = sizeof(KSNODE_DESCRIPTOR);
    descriptor_.NodeDescriptors = nodes;
    descriptor_.ConnectionsCount = std::size(connections);
    descriptor_.Connections = connections;
}

} // namespace

InterfaceFacts add_tone(Box &box, const ToneOptions &options) {
    if (!(options.frequency_hz >= 0 && options.frequency_hz <= mixer::highest_rate_hz / 2) ||
        !(options.level_db <= 0))
        throw Error(static_cast<std::uint32_t>(STATUS_INVALID_PARAMETER),
                    "a tone has 0 to " + std::to_string(mixer::highest_rate_hz / 2) +
                        " Hz and at most 0 dB");
    return add(box, std::make_unique<ToneOffer>(options),
               options.name.empty() ? "tone" : options.name);
}

void set_tone_frequency(Filter &filter, double hz) {
    if (!(hz >= 0 && hz <= UINT32_MAX / 1000))
        throw Error(static_cast<std::uint32_t>(STATUS_INVALID_PARAMETER),
                    "a tone's frequency is no number of Hz");
    const auto value = static_cast<ULONG>(std::lround(hz * 1000));
    filter.set(to_guid(tone_property_set), tone_frequency_id, std::as_bytes(std::span(&value, 1)),
               tone_node);
}

double tone_frequency(Filter &filter) {
    return filter.get_as<ULONG>(to_guid(tone_property_set), tone_frequency_id, tone_node) / 1000.0;
}

} // namespace ksbox::filters

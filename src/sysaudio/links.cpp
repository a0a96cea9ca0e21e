// Creating and connecting pins.
#include "sysaudio/links.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/quad.h"
#include "base/status_names.h"
#include "sysaudio/pcm_formats.h"

namespace ksbox::sysaudio {
namespace {

KSP_PIN pin_property(ULONG id, ULONG pin) {
    KSP_PIN property{};
    property.Property.Set = KSPROPSETID_Pin;
    property.Property.Id = id;
    property.Property.Flags = KSPROPERTY_TYPE_GET;
    property.PinId = pin;
    return property;
}

/// "The handler selects a common format": of all ranges of the source, in their order, which the
/// sink goes through until one has something in common with its own.
Result<Format> intersect(std::span<const DataRange> ranges, const LinkEnd &in) {
    const KSP_PIN property = pin_property(KSPROPERTY_PIN_DATAINTERSECTION, in.pin_id);
    std::vector<std::byte> request(sizeof property + sizeof(KSMULTIPLE_ITEM));
    for (const DataRange &range : ranges) {
        const auto *bytes = reinterpret_cast<const std::byte *>(&range.get());
        request.insert(request.end(), bytes, bytes + range.get().FormatSize);
        request.resize(quad_aligned(request.size()));
    }
    const KSMULTIPLE_ITEM header{static_cast<ULONG>(request.size() - sizeof property),
                                 static_cast<ULONG>(ranges.size())};
    std::memcpy(request.data(), &property, sizeof property);
    std::memcpy(request.data() + sizeof property, &header, sizeof header);
    Format format = KS_TRY(in.filter.get(std::span<const std::byte>(request)));
    if (format.size() < sizeof(KSDATAFORMAT))
        return fail(STATUS_NO_MATCH);
    return format;
}

/// A handler may look for its own values in the caller's range, and not for what both hold: such a
/// pin is asked for its own ranges, where they meet those of the source.
Result<Format> intersect_own(const PinFacts &out, const LinkEnd &in) {
    std::vector<DataRange> own;
    for (const DataRange &range : in.pin().ranges)
        if (std::ranges::any_of(out.ranges,
                                [&](const DataRange &one) { return !why_apart(one, range); }))
            own.push_back(range);
    return intersect(own, in);
}

struct How {
    KSPIN_INTERFACE interface;
    KSPIN_MEDIUM medium;
    KSPRIORITY priority;
};

Result<KernelFile> create(const LinkEnd &end, const How &how, const Format &format, HANDLE to,
                          Reason &refusal) {
    KSPIN_CONNECT connect{};
    connect.Interface = how.interface;
    connect.Medium = how.medium;
    connect.PinId = end.pin_id;
    connect.PinToHandle = to;
    connect.Priority = how.priority;
    std::vector<std::byte> bytes(sizeof connect + format.size());
    std::memcpy(bytes.data(), &connect, sizeof connect);
    std::memcpy(bytes.data() + sizeof connect, format.data(), format.size());
    const ACCESS_MASK access = end.pin().flow == KSPIN_DATAFLOW_IN ? GENERIC_WRITE : GENERIC_READ;
    Reason why;
    auto created = KernelFile::create_pin(end.filter, bytes, access, why);
    if (!created) {
        refusal = {fmt::format("{} refuses {} ({})", describe(end.facts, end.pin_id),
                               describe(format), describe_status(created.error().value())),
                   why.details};
        if (!why.sentence.empty())
            refusal.details.insert(refusal.details.begin(), why.sentence);
    }
    return created;
}

bool takes_irps(const PinFacts &pin) {
    return pin.communication == KSPIN_COMMUNICATION_SINK ||
           pin.communication == KSPIN_COMMUNICATION_BOTH;
}
bool sends_irps(const PinFacts &pin) {
    return pin.communication == KSPIN_COMMUNICATION_SOURCE ||
           pin.communication == KSPIN_COMMUNICATION_BOTH;
}

Result<Link> connect_in(const LinkEnd &source, const LinkEnd &sink, const Format &format,
                        Reason &refusal) {
    const How how{*common_interface(source.pin(), sink.pin()),
                  *common_medium(source.pin(), sink.pin()),
                  {KSPRIORITY_NORMAL, 1}};
    Link link;
    link.source = KS_TRY(create(source, how, format, nullptr, refusal));
    link.sink = KS_TRY(create(sink, how, format, link.source.handle(), refusal));
    link.format = format;
    return link;
}

/// Instances that are all there say so at once: no format would help.
Result<void> has_room(const LinkEnd &end, Reason &refusal) {
    const auto answer = end.filter.get(pin_property(KSPROPERTY_PIN_CINSTANCES, end.pin_id));
    KSPIN_CINSTANCES counts{};
    if (!answer || answer->size() < sizeof counts)
        return {};
    std::memcpy(&counts, answer->data(), sizeof counts);
    if (counts.PossibleCount == KSINSTANCE_INDETERMINATE ||
        counts.CurrentCount < counts.PossibleCount)
        return {};
    refusal = {fmt::format("{} is taken: {} of {} instances exist", describe(end.facts, end.pin_id),
                           counts.CurrentCount, counts.PossibleCount),
               {}};
    return fail(STATUS_DEVICE_BUSY);
}

/// Whether streaming goes through a buffer that is shared with the device, and not by requests.
bool is_wave_rt(const KernelFile &pin) {
    KSPROPERTY property{};
    property.Set = KSPROPSETID_RtAudio;
    property.Flags = KSPROPERTY_TYPE_SETSUPPORT;
    ULONG returned = 0;
    return NT_SUCCESS(
        pin.control(IOCTL_KS_PROPERTY, std::as_bytes(std::span(&property, 1)), {}, returned));
}

/// Only the pin itself knows whether it is one of WaveRT: its port's pins offer both interfaces, as
/// those of WaveCyclic do.
Result<void> streams_as_linked(const LinkEnd &end, const KernelFile &pin, bool looped,
                               Reason &refusal) {
    if (!offers(end.pin(), KSINTERFACE_STANDARD_LOOPED_STREAMING) || is_wave_rt(pin) == looped)
        return {};
    refusal = {describe(end.facts, end.pin_id) +
                   (looped ? " is no WaveRT pin: it has no buffer to share"
                           : " is a WaveRT pin: it takes no streaming requests, whoever streams "
                             "shares the device's buffer"),
               {}};
    return fail(STATUS_NOT_SUPPORTED);
}

/// In a format that the data's sink finds in the ranges of its source, or else in the best of the
/// mixer's that both take.
Result<Link> connect_in_common(const LinkEnd &out, const LinkEnd &in, const LinkEnd &source,
                               const LinkEnd &sink, Reason &refusal) {
    auto common = intersect(out.pin().ranges, in);
    if (!common)
        common = intersect_own(out.pin(), in);
    if (!common) {
        refusal = {fmt::format("{} has no format in common with the data ranges of {} ({})",
                               describe(in.facts, in.pin_id), describe(out.facts, out.pin_id),
                               describe_status(common.error().value())),
                   {}};
        return fail(common.error());
    }
    auto link = connect_in(source, sink, *common, refusal);
    if (link)
        return link;
    const Status first = link.error();
    for (const WAVEFORMATEX &wave : pcm_formats_best_first()) {
        Reason again;
        if (auto other = connect_in(source, sink, wave_format(wave), again))
            return other;
    }
    refusal.details.push_back("and every PCM format that a mixer has to offer");
    return fail(first);
}

Result<Link> connect_in_some(const LinkEnd &out, const LinkEnd &in, const LinkEnd &source,
                             const LinkEnd &sink, const Format *preferred, Reason &refusal) {
    if (!preferred)
        return connect_in_common(out, in, source, sink, refusal);
    auto link = connect_in(source, sink, *preferred, refusal);
    if (link)
        return link;
    Reason others;
    if (auto other = connect_in_common(out, in, source, sink, others))
        return other;
    refusal.details.push_back(std::move(others.sentence));
    refusal.details.insert(refusal.details.end(), others.details.begin(), others.details.end());
    return link;
}

} // namespace

Result<Link> connect(const LinkEnd &out, const LinkEnd &in, const Format *preferred,
                     Reason &refusal) {
    KS_CHECK(has_room(out, refusal));
    KS_CHECK(has_room(in, refusal));
    const bool with_the_data = sends_irps(out.pin()) && takes_irps(in.pin());
    const LinkEnd &source = with_the_data ? out : in, &sink = with_the_data ? in : out;
    Link link = KS_TRY(connect_in_some(out, in, source, sink, preferred, refusal));
    const KSPIN_INTERFACE interface = *common_interface(source.pin(), sink.pin());
    const bool looped = is_standard(interface, KSINTERFACE_STANDARD_LOOPED_STREAMING);
    KS_CHECK(streams_as_linked(sink, link.sink, looped, refusal));
    return link;
}

Result<KernelFile> create_entry(const LinkEnd &end, const KSPRIORITY &priority,
                                const Format &format, Reason &refusal) {
    const How how{{{{KSINTERFACESETID_Standard, KSINTERFACE_STANDARD_STREAMING, 0}}},
                  end.pin().mediums.empty()
                      ? KSPIN_MEDIUM{{{KSMEDIUMSETID_Standard, KSMEDIUM_TYPE_ANYINSTANCE, 0}}}
                      : end.pin().mediums.front(),
                  priority};
    KernelFile pin = KS_TRY(create(end, how, format, nullptr, refusal));
    KS_CHECK(streams_as_linked(end, pin, false, refusal));
    return pin;
}

} // namespace ksbox::sysaudio

// Questions about pin factories.
#include "sysaudio/filter_facts.h"

#include <algorithm>
#include <cstring>

#include "abi/guid.h"
#include "base/quad.h"

namespace ksbox::sysaudio {

DataRange::DataRange(const KSDATARANGE &range) : words_(quads(range.FormatSize)) {
    std::memcpy(words_.data(), &range, range.FormatSize);
    constexpr ULONG attributes = KSDATARANGE_ATTRIBUTES | KSDATARANGE_REQUIRED_ATTRIBUTES;
    reinterpret_cast<KSDATARANGE *>(words_.data())->Flags &= ~attributes;
}

const KSDATARANGE_AUDIO *DataRange::audio() const {
    const bool has_numbers = get().FormatSize >= sizeof(KSDATARANGE_AUDIO) &&
                             get().MajorFormat == KSDATAFORMAT_TYPE_AUDIO &&
                             (get().Specifier == KSDATAFORMAT_SPECIFIER_WAVEFORMATEX ||
                              get().Specifier == KSDATAFORMAT_SPECIFIER_DSOUND);
    return has_numbers ? reinterpret_cast<const KSDATARANGE_AUDIO *>(words_.data()) : nullptr;
}

bool is_standard(const KSPIN_INTERFACE &interface, ULONG id) {
    return interface.Set == KSINTERFACESETID_Standard && interface.Id == id;
}

bool offers(const PinFacts &pin, ULONG id) {
    if (pin.interfaces.empty())
        return id == KSINTERFACE_STANDARD_STREAMING;
    return std::ranges::any_of(pin.interfaces,
                               [&](const KSPIN_INTERFACE &one) { return is_standard(one, id); });
}

bool serves_clients(const PinFacts &pin) {
    const bool takes_irps = pin.communication == KSPIN_COMMUNICATION_SINK ||
                            pin.communication == KSPIN_COMMUNICATION_BOTH;
    return takes_irps && pin.possible != 0 && offers(pin, KSINTERFACE_STANDARD_STREAMING);
}

bool carries_sound(const PinFacts &pin) {
    return std::ranges::any_of(pin.ranges, [](const DataRange &range) {
        return (range.get().MajorFormat == KSDATAFORMAT_TYPE_AUDIO &&
                range.get().SubFormat != KSDATAFORMAT_SUBTYPE_ANALOG) ||
               range.get().MajorFormat == KSDATAFORMAT_TYPE_MUSIC;
    });
}

bool streams_sound(const PinFacts &pin) {
    return carries_sound(pin) && pin.possible != 0 &&
           pin.communication != KSPIN_COMMUNICATION_NONE &&
           pin.communication != KSPIN_COMMUNICATION_BRIDGE;
}

bool is_pcm(const KSDATARANGE &range) {
    return range.MajorFormat == KSDATAFORMAT_TYPE_AUDIO &&
           (range.SubFormat == KSDATAFORMAT_SUBTYPE_PCM ||
            range.SubFormat == KSDATAFORMAT_SUBTYPE_IEEE_FLOAT);
}

} // namespace ksbox::sysaudio

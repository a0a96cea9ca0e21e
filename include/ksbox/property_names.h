// Properties by the names people know: "KSPROPSETID_Audio.VOLUMELEVEL", "Pin.CTYPES", and what kind
// of value each has.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ksbox/guid.h"

namespace ksbox {

enum class ValueKind : std::uint8_t {
    bytes, ///< no particular kind: shown in hexadecimal
    u32,
    i32,
    i64,
    boolean,
    decibels, ///< LONG in 1/65536 dB; 0x80000000 is silence
    text,     ///< UTF-16
    guid,
    guids,       ///< KSMULTIPLE_ITEM of GUIDs
    identifiers, ///< KSMULTIPLE_ITEM of KSIDENTIFIERs
    ranges,      ///< KSMULTIPLE_ITEM of KSDATARANGEs
    format,      ///< KSDATAFORMAT
    instances,   ///< KSPIN_CINSTANCES
    data_flow,
    communication,
    state,
    connections,    ///< KSMULTIPLE_ITEM of KSTOPOLOGY_CONNECTIONs
    position,       ///< KSAUDIO_POSITION
    dropped_frames, ///< KSPROPERTY_DROPPEDFRAMES_CURRENT_S, behind its request
    camera_value    ///< KSPROPERTY_VIDEOPROCAMP_S or KSPROPERTY_CAMERACONTROL_S
};

/// What a request carries behind the KSPROPERTY.
enum class Selector : std::uint8_t {
    none,
    pin,     ///< KSP_PIN: a pin factory's id
    node,    ///< KSP_NODE as the request's data (Topology.NAME)
    channel, ///< KSNODEPROPERTY_AUDIO_CHANNEL
    value    ///< the value's own structure begins with the request (video properties)
};

struct PropertyName {
    Guid set;
    std::string_view set_name; ///< "KSPROPSETID_Audio"
    std::uint32_t id = 0;
    std::string_view name; ///< "KSPROPERTY_AUDIO_VOLUMELEVEL"
    ValueKind kind = ValueKind::bytes;
    Selector selector = Selector::none;
};

/// Every property that has a name here, by set.
std::span<const PropertyName> known_properties();

/// "KSPROPERTY_PIN_CTYPES", or "property 7 of {…}" for one without a name here.
std::string property_name(const Guid &set, std::uint32_t id);

/// From "SET.PROPERTY": either part by its C name, whole or without its prefix, case ignored; the
/// set also as "{…}", the property also as a number. A property without a name here has empty
/// names and kind `bytes`. Throws Error saying which part is unknown and what there is.
PropertyName find_property(std::string_view text);

} // namespace ksbox

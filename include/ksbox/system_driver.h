// The system's own audio drivers, which a box has only when somebody asks for them.
#pragma once

#include <cstdint>

#include "ksbox/box.h"

namespace ksbox {

enum class SystemDriver : std::uint8_t {
    /// Many streams into one: a filter of KSCATEGORY_MIXER whose sink pin (0) is opened as often as
    /// wanted, and whose source pin (1) delivers their sum. PCM and float, 8 to 384 kHz, 1 to 8
    /// channels on each pin.
    /// A second filter only converts, for the client of a device that captures: pin 0 asks the
    /// device for its stream, pin 1 has it in the client's format.
    kmixer,
    /// WaveRT pins for those who send streaming requests: two filters of
    /// KSCATEGORY_INTERFACETRANSFORM, one that renders and one that captures. Their pins for
    /// requests take what kmixer's do; the others connect to WaveRT pins. Windows has no such
    /// driver.
    rtstream,
    /// Virtual audio devices (KSCATEGORY_AUDIO_DEVICE) in front of every filter that streams sound,
    /// through kmixer where that is loaded, and through rtstream, which comes with it: one pin for
    /// a client, a graph of filters behind it.
    sysaudio,
};

/// The box's driver of that kind, which is started when it is not there yet. Throws Error.
Driver &load_system_driver(Box &box, SystemDriver which);

} // namespace ksbox

// What a filter says about itself: all that the search for graphs knows of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "abi/windows.h"

namespace ksbox::sysaudio {

/// What a filter may be used for, by the categories of its interfaces and by its pins.
enum class FilterKind : std::uint8_t {
    wave,      ///< streams sound: a virtual device stands for it
    mixer,     ///< KSCATEGORY_MIXER: many clients share what is behind it
    adapter,   ///< KSCATEGORY_INTERFACETRANSFORM: a step that is there for technical reasons
    transform, ///< changes the sound: only when asked for, or where nothing else leads on
    topology   ///< no pin of it streams
};

/// A data range of any length, 8-byte aligned; without the attributes that may follow it.
class DataRange {
  public:
    /// `bytes` holds at least a KSDATARANGE and what its FormatSize says.
    explicit DataRange(const KSDATARANGE &range);
    const KSDATARANGE &get() const { return *reinterpret_cast<const KSDATARANGE *>(words_.data()); }
    /// A wave range with its numbers; null for others.
    const KSDATARANGE_AUDIO *audio() const;

  private:
    std::vector<std::uint64_t> words_;
};

/// The other end of a wire. @doc stream/ksproperty-pin-physicalconnection
struct WireEnd {
    std::u16string link; ///< of the filter's interface
    ULONG pin = 0;
};

struct PinFacts {
    ULONG id = 0;
    KSPIN_DATAFLOW flow = KSPIN_DATAFLOW_IN;
    KSPIN_COMMUNICATION communication = KSPIN_COMMUNICATION_NONE;
    ULONG possible = KSINSTANCE_INDETERMINATE; ///< instances on a filter
    std::vector<KSPIN_INTERFACE> interfaces;
    std::vector<KSPIN_MEDIUM> mediums;
    std::vector<DataRange> ranges;
    std::optional<GUID> category;
    std::optional<WireEnd> wire;
};

struct FilterFacts {
    std::u16string link;
    std::string name; ///< for people
    FilterKind kind = FilterKind::wave;
    std::vector<PinFacts> pins;
    std::vector<GUID> nodes; ///< their types
    std::vector<KSTOPOLOGY_CONNECTION> connections;
};

/// A pin factory of one of several filters.
struct PinOf {
    std::size_t filter = 0;
    ULONG pin = 0;
    auto operator<=>(const PinOf &) const = default;
};

/// An interface of KSINTERFACESETID_Standard, by its Id.
bool is_standard(const KSPIN_INTERFACE &interface, ULONG id);
/// Whether a pin has such an interface; an empty list stands for that of plain streaming.
bool offers(const PinFacts &pin, ULONG id);
/// Whether a client's IRPs can be its data: an IRP sink that may be instantiated and has an
/// interface for plain streaming.
bool serves_clients(const PinFacts &pin);
/// Whether sound or music goes through it.
bool carries_sound(const PinFacts &pin);
/// Whether a pin of its factory can exist, with sound or music going through it.
bool streams_sound(const PinFacts &pin);
/// Whether all its ranges are ones that a mixer could take: PCM or float waves.
bool is_pcm(const KSDATARANGE &range);

} // namespace ksbox::sysaudio

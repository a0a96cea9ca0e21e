// What a filter tells about itself: its pin factories, nodes and connections, as the property sets
// Pin and Topology answer.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ksbox/guid.h"

namespace ksbox {

enum class DataFlow : std::uint32_t { in = 1, out = 2 };
enum class Communication : std::uint32_t { none, sink, source, both, bridge };
enum class PinState : std::uint32_t { stop, acquire, pause, run };

/// KSPRIORITY; the class decides, then the subclass.
struct Priority {
    std::uint32_t priority_class = 0x40000000; ///< KSPRIORITY_NORMAL
    std::uint32_t sub_class = 1;
    auto operator<=>(const Priority &) const = default;
};

struct Identifier { ///< KSIDENTIFIER: an interface or a medium
    Guid set;
    std::uint32_t id = 0;
    std::uint32_t flags = 0;
};

struct InstanceCounts {
    std::int64_t possible = 0; ///< -1: no limit
    std::int64_t current = 0;
    std::int64_t necessary = 0;
};

/// One KSDATARANGE with its extension.
struct DataRange {
    Guid major, subtype, specifier;
    std::uint32_t sample_bytes = 0;
    std::uint32_t flags = 0;
    std::vector<std::byte> bytes; ///< the whole range
    struct Audio {
        std::uint32_t maximum_channels, minimum_bits, maximum_bits, minimum_hz, maximum_hz;
    };
    struct Video {
        std::uint32_t width, height, bits;
        std::uint64_t minimum_frame_100ns, maximum_frame_100ns, default_frame_100ns;
    };
    struct Music {
        Guid technology;
        std::uint32_t channels, notes;
    };
    std::optional<Audio> audio;
    std::optional<Video> video;
    std::optional<Music> music;
    /// "PCM, 1 to 8 channels, 16 to 32 bit, 8000 to 192000 Hz".
    std::string to_string() const;
    /// Asks for another frame interval (VIDEOINFOHEADER.AvgTimePerFrame) when the range is given
    /// to Filter::intersect(). Video ranges only.
    void set_frame_interval(std::uint64_t frame_100ns);
};

/// `list` is a KSMULTIPLE_ITEM with its ranges, each at a multiple of 8 bytes, as
/// KSPROPERTY_PIN_DATARANGES answers; the attribute lists of ranges that have them are left out.
/// Ends at the first range that does not fit.
std::vector<DataRange> parse_data_ranges(std::span<const std::byte> list);

struct PinFacts {
    std::uint32_t id = 0; ///< index of the pin factory
    DataFlow data_flow = DataFlow::in;
    Communication communication = Communication::none;
    std::optional<Guid> category;
    std::string name; ///< friendly name; empty when the filter has none
    InstanceCounts instances;
    std::vector<Identifier> interfaces;
    std::vector<Identifier> mediums;
    std::vector<DataRange> ranges;
};

struct NodeFacts {
    std::uint32_t id = 0;
    Guid type;
    std::string name;
};

struct ConnectionFacts { ///< node -1 is the filter: then the pin is a pin factory
    std::int64_t from_node = -1;
    std::uint32_t from_pin = 0;
    std::int64_t to_node = -1;
    std::uint32_t to_pin = 0;
};

struct FilterFacts {
    std::vector<Guid> categories;
    std::vector<PinFacts> pins;
    std::vector<NodeFacts> nodes;
    std::vector<ConnectionFacts> connections;
};

/// A device interface that a client may open.
struct InterfaceFacts {
    std::string path; ///< "\\?\ROOT#MEDIA#0000#{…}\render"
    std::string name; ///< friendly name; empty without one
    Guid category;
    std::string friendly_name = {}; ///< the interface's FriendlyName; empty without one
    std::string device_name = {};   ///< of its device: FriendlyName, else the description
};

} // namespace ksbox

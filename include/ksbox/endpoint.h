// Audio endpoints: what Windows' sound settings list. An endpoint is where sound leaves or enters
// the machine, found as the system finds it: from a pin that a client streams through, along nodes
// and physical connections, to the bridge pin at the end. @doc
// audio/audio-endpoint-builder-algorithm, audio/friendly-names-for-audio-endpoint-devices
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ksbox/client.h"

namespace ksbox {

struct EndpointPin {
    std::string filter; ///< path of the device interface
    std::uint32_t id = 0;
    bool operator==(const EndpointPin &) const = default;
};

struct EndpointNode {
    std::string filter; ///< path of the device interface
    std::uint32_t id = 0;
    Guid type;
    bool operator==(const EndpointNode &) const = default;
};

struct EndpointFacts {
    /// "Speakers": of the bridge pin, by KSPROPERTY_PIN_NAME, else after its category. For speakers
    /// always this.
    std::string name;
    std::string adapter;             ///< name of the device
    DataFlow data_flow{};            ///< in: it plays; out: it records
    std::optional<Guid> category;    ///< of the bridge pin
    std::vector<EndpointPin> pins;   ///< that clients stream through, in the filters' order
    EndpointPin bridge;              ///< at the end; of an AVStream pin without a way on, the pin
    std::vector<EndpointNode> nodes; ///< on the way from the first pin, as a client goes
    /// "Speakers (Sample Speaker)".
    std::string full_name() const;
};

/// A volume node. Levels are in 1/65536 dB.
struct VolumeFacts {
    EndpointNode node;
    std::vector<std::int32_t> level; ///< of each channel
    struct Range {
        std::int32_t minimum, maximum;
        std::uint32_t step;
    };
    std::optional<Range> range; ///< of the first channel; nothing when the driver tells none
};

struct MuteFacts {
    EndpointNode node;
    bool muted = false;
};

/// KSJACK_DESCRIPTION. @doc audio/ksproperty-jack-description
struct JackFacts {
    std::uint32_t channel_mask = 0;
    std::uint32_t color = 0; ///< 0x00RRGGBB; 0: unknown
    std::uint32_t connection_type = 0, geometric_location = 0, general_location = 0,
                  port_connection = 0;
    bool connected = true;
};

class Endpoint {
  public:
    Endpoint(Client &client, EndpointFacts facts) : client_(&client), facts_(std::move(facts)) {}
    const EndpointFacts &facts() const { return facts_; }

    /// What the nodes on the way answer, without those that answer nothing.
    std::vector<VolumeFacts> volumes();
    std::vector<MuteFacts> mutes();
    /// Empty when the bridge pin tells of no jack.
    std::vector<JackFacts> jacks();
    /// Whether something is in one of its jacks, or they do not know.
    bool plugged();

    /// All channels of the node nearest to the bridge pin. Throws Error: none, or its refusal.
    void set_volume(std::int32_t level);
    void set_mute(bool muted);

  private:
    Client *client_;
    EndpointFacts facts_;
};

/// The endpoints that pins of these filters reach, in the order of filters and pins. A pin whose
/// way ends at another pin for clients, as in a transform, has none. Throws Error when a filter
/// cannot be opened.
std::vector<Endpoint> find_endpoints(Client &client, std::span<const InterfaceFacts> filters);

/// "Speakers" for KSNODETYPE_SPEAKER, "Line In" and so on; empty when the GUID names no kind of
/// endpoint. The names are inferred from those that Windows shows.
std::string endpoint_name(const Guid &category, DataFlow data_flow);

} // namespace ksbox

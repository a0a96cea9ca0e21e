// Audio formats, latency and volume as PipeWire's params say them.
#pragma once

#include <optional>

#include "pipewire/audio_node.h"
#include "pipewire/node_stream.h"

namespace ksbox::pipewire {

/// An EnumFormat param.
const spa_pod *format_offer(spa_pod_builder &builder, const AudioRange &range,
                            std::uint32_t channels, std::uint32_t rate_hz);
/// Nothing for a format that no AudioFormat is.
std::optional<AudioFormat> parse_format(const spa_pod *format);
/// A Latency param: a whole cycle lies between the node and its device.
const spa_pod *latency(spa_pod_builder &builder, Direction direction);
/// The volume and mute in Props, over what they were.
Volume parse_volume(const spa_pod *props, Volume before);

} // namespace ksbox::pipewire

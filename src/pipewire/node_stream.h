// The pw_stream behind a node, which lives as long as the daemon does.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <pipewire/pipewire.h>
#include <spa/node/io.h>
#include <spa/pod/builder.h>

#include "pipewire/graph_node.h"

namespace ksbox::pipewire {

struct Node::Stream {
    pw_stream *stream = nullptr;
    spa_hook listener{};
    spa_source *trigger = nullptr; ///< on PipeWire's data thread
    spa_io_position *position = nullptr;
    bool streams = false; ///< the main thread's
    bool runs = false;    ///< the data thread's: trigger() may be obeyed
    bool asked = false;   ///< the data thread's: trigger() was, and no data has come since
    std::string refusal;

    /// Params under construction.
    std::array<std::uint8_t, 8192> memory{};
    spa_pod_builder builder{};
    std::vector<const spa_pod *> params;
};

} // namespace ksbox::pipewire

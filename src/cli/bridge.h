// ksbox bridge: a driver's pins as nodes of a PipeWire graph.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/options.h"
#include "cli/process.h"

namespace ksbox::cli {

struct BridgeOptions {
    RunOptions run;
    std::string endpoint; ///< empty: all pins
    std::optional<std::uint32_t> rate, channels;
    std::string samples;           ///< "s16"; empty: as PipeWire chooses
    unsigned period_ms = 0;        ///< 0: as PipeWire chooses
    std::optional<double> seconds; ///< until it is interrupted unless given
};
int bridge(const BridgeOptions &options, Worker &worker);

} // namespace ksbox::cli

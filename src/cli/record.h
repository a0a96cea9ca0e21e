// What ksbox record's two kinds have in common.
#pragma once

#include "cli/commands.h"
#include "cli/frame_ring.h"
#include "cli/pins.h"

namespace ksbox::cli {

int record_audio(const RecordOptions &options, Session &session);
int record_video(const RecordOptions &options, Session &session);

/// The first of the pins that has a wanted range and takes a format of it. Throws BadInput: with
/// `nothing_wanted` when no range is wanted.
ConnectedPin connect_wanted(const std::vector<FoundPin> &pins,
                            const std::function<std::vector<DataRange>(const PinFacts &)> &wanted,
                            const std::function<DataFormat(DataFormat)> &adjust,
                            const std::string &nothing_wanted);

/// Reads frames until `take` says that it has enough, the stream ends or the user interrupts.
/// Throws Finding when no frame comes for ten seconds of box time.
void read_frames(Session &session, Pin &pin, FrameRing &ring,
                 const std::function<bool(const Frame &)> &take);

/// How many samples or pictures last so long: at least one. Throws BadInput: more than is counted.
std::uint64_t count_in(double seconds, double rate_hz);

} // namespace ksbox::cli

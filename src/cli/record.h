// What ksbox record's two kinds have in common.
#pragma once

#include "cli/commands.h"
#include "cli/frame_ring.h"
#include "cli/pins.h"

namespace ksbox::cli {

int record_audio(const RecordOptions &options, Session &session);
int record_video(const RecordOptions &options, Session &session);

/// A format for the pin by data intersection with each of the ranges in turn, the first that gives
/// one. Throws BadInput when none does.
DataFormat intersect_any(const FoundPin &pin, const std::vector<DataRange> &ranges);

/// Reads frames until `take` says that it has enough, the stream ends or the user interrupts.
/// Throws Finding when no frame comes for ten seconds of box time.
void read_frames(Session &session, Pin &pin, FrameRing &ring,
                 const std::function<bool(const Frame &)> &take);

} // namespace ksbox::cli

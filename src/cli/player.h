// Playing into a render pin: what ksbox play and ksbox route have in common.
#pragma once

#include <memory>
#include <vector>

#include "cli/audio_file.h"
#include "cli/commands.h"
#include "cli/pins.h"

namespace ksbox::cli {

/// Plays the readers, several at once through the mixer, into the first of the pins that takes
/// them; records as the options say. The exit code.
int play_into(const PlayOptions &options, Session &session,
              std::vector<std::unique_ptr<AudioReader>> readers,
              const std::vector<FoundPin> &renders);

} // namespace ksbox::cli

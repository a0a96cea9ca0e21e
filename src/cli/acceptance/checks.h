// What every driver has to stand, whatever it is: used by ksbox-acceptance, one run of a driver in
// one mode of time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/cyclic_stream.h"
#include "cli/options.h"
#include "cli/process.h"
#include "cli/session.h"
#include "ksbox/filter.h"

namespace ksbox::cli::acceptance {

/// What a stream check saw of one pin.
struct StreamedPin {
    std::string name; ///< "GLOBAL/0"
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
};

/// A pin that is open.
struct OpenPin {
    PinFacts facts;
    DataFormat format;
    std::unique_ptr<Pin> pin;
    bool writes() const { return facts.data_flow == DataFlow::in; }
};

/// The filter's pin factories that a client can stream through.
std::vector<PinFacts> streaming_pins(Filter &filter);

/// Creates one pin of each, as far as they can be open together; those that cannot stay in
/// `factories`. Pins that carry one stream want one format: those of open pins are tried first.
std::vector<OpenPin> open_together(Filter &filter, std::vector<PinFacts> &factories);

/// Bytes for a frame of the format: a picture, 10 ms of audio, or one MIDI message.
std::size_t frame_bytes_of(const DataFormat &format);
/// Music: its frames hold messages, and a source has none until somebody plays.
bool is_music(const DataFormat &format);
/// The cyclic buffer of a pin in STOP that has one; nothing for pins with frames.
std::unique_ptr<CyclicStream> open_cyclic(const OpenPin &pin);
/// What a sink is fed with: a MIDI note, else zeros.
void fill(std::span<std::byte> data, const DataFormat &format);

/// Moves 300 frames through every streaming pin of a filter, together where that is possible (audio
/// frames are 10 ms). Throws Finding.
std::vector<StreamedPin> stream_filter(Session &session, const InterfaceFacts &filter);

/// Up and down through the states of every streaming pin, step by step and by leaps.
void cycle_states(Session &session, const InterfaceFacts &filter);

/// A client goes away while its pins run with frames in flight.
void destroy_client_mid_stream(Session &session, const InterfaceFacts &filter);

/// All of it for one driver; prints the table's line, returns the exit code.
int check_driver(const RunOptions &options, Worker &worker);

} // namespace ksbox::cli::acceptance

// Blocks of 10 ms at 48 kHz in stereo: many into one by ksbox's arithmetic, by a hand-written AVX2
// loop, by PipeWire's audio.mixer and by GStreamer's audiomixer; and a rate converted.
#pragma once

#include "mix/streams.h"
#include "support/question.h"

namespace ksbox::bench {

// Each adds one block of every stream, and compares the last sum with the streams' own.
Work add_streams(unsigned count, Kind kind);
Work add_in_a_loop(unsigned count, Kind kind);
Work process_a_node(unsigned count); ///< f32 only; 128 streams at most
Work push_to_pads(unsigned count, Kind kind);

// 10 ms of stereo from 44.1 to 48 kHz: by the mixer's Resampler, and by soxr HQ without it.
Work resample();
Work resample_by_soxr();

// Makes a sink of a mixer that runs beside so many others, and closes it again.
Work mixer_pin_beside(unsigned others);
Work mixer_pad_beside(unsigned others);

// How far below a tone lies what the conversion adds to it, in dB.
double purity_db(double tone_hz);
double purity_db_of_soxr(double tone_hz);

} // namespace ksbox::bench

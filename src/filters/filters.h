// Files, a test tone and a meter as filters of a box: KS filters like a driver's, in the box's list
// of interfaces and in its graph, to be opened and connected by whoever likes. FFmpeg reads and
// writes the files (docs/adr/0014-files-are-filters-above-the-box.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ksbox/box.h"
#include "ksbox/filter.h"

namespace ksbox::filters {

/// All add_…: from one thread at a time. They throw Error, and then the box is as it was. `name` is
/// the reference string of the filter's interfaces; empty: the file's name, or what the filter is;
/// where that is taken, with a number.

/// A filter with a source pin for each stream of sound or pictures in the file, in the file's order
/// (0, 1 …). A pin takes exactly what the file holds; sound that is coded with loss comes as 16-bit
/// PCM or as floats. It connects to a sink pin, or a client reads from it; each time it leaves
/// STOP, the file begins again. The last frame says end of stream. What cannot be decoded on the
/// way ends the stream there: what was good has been delivered, a client's read ends with
/// STATUS_FILE_CORRUPT_ERROR, and problem_of() says why.
InterfaceFacts add_file_source(Box &box, const std::filesystem::path &file, std::string name = {});

struct FileSinkOptions {
    std::string name;
    /// What comes is written as soon as the container allows, else in blocks.
    bool at_once = false;
};
/// A filter with a sink pin (0) whose stream becomes a file, of the kind that its name says
/// (media/audio_writer.h, media/video_writer.h). The file grows as NAME.part, which can be played
/// at any moment, and has its name, whole, when the pin is closed, the client ends or the box goes.
/// What cannot be written (a full disk) ends it: NAME.part stays with what came before, writes fail
/// with STATUS_DISK_FULL or STATUS_UNEXPECTED_IO_ERROR, and problem_of() says why. One pin at a
/// time has the file; the next one writes it anew.
InterfaceFacts add_file_sink(Box &box, const std::filesystem::path &file,
                             const FileSinkOptions &options = {});

struct ToneOptions {
    std::string name;
    double frequency_hz = 440;
    double level_db = -6; ///< of full scale; not above 0
    /// Sample frames until the stream ends; nothing: never. A tone is made as fast as its frames
    /// come back: into a sink without a pace of its own, as a file, it should end.
    std::optional<std::uint64_t> frames;
};
/// A filter with a source pin (0) that has a sine on all channels, in PCM and float. Its node 0 is
/// the tone (set_tone_frequency()), node 1 its level (KSPROPERTY_AUDIO_VOLUMELEVEL, as the
/// filter's: the channel does not matter); both work while it plays.
InterfaceFacts add_tone(Box &box, const ToneOptions &options = {});

/// A filter with a sink pin (0) that takes PCM and float as fast as it comes and keeps what the
/// stream was like: meter_reading(), or KSPROPERTY_AUDIO_PEAKMETER of its node 0.
InterfaceFacts add_meter(Box &box, const std::string &name = {});

/// Of one channel; full scale is 1.
struct ChannelReading {
    double peak = 0, rms = 0, mean = 0; ///< peak: the greatest magnitude
    std::uint64_t at_full_scale = 0;    ///< samples as great as 16 bits allow, or greater
};
struct MeterReading {
    std::uint64_t frames = 0; ///< sample frames since the pin left STOP; it may be closed by now
    std::uint32_t rate_hz = 0;
    std::vector<ChannelReading> channels;
};
MeterReading meter_reading(Filter &filter);

/// What went wrong with the file, one line; empty: nothing. Of a filter of add_file_source() or
/// add_file_sink(), by any handle of it: the last stream's.
std::string problem_of(Filter &filter);
/// Bytes of samples or pictures that the file gave since its pin left STOP, or took since its pin
/// was created.
std::uint64_t bytes_of(Filter &filter);
/// A sink's file stays NAME.part when its pin is closed.
void keep_partial(Filter &filter);

/// 0 to half the rate of the pin, in steps of 1/1000 Hz. Throws Error.
void set_tone_frequency(Filter &filter, double hz);
double tone_frequency(Filter &filter);

} // namespace ksbox::filters

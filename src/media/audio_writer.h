// Sound into a file, of the kind that its name says.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ksbox/format.h"
#include "media/result.h"
#include "media/sink.h"

namespace ksbox::media {

/// WAV and FLAC keep every bit; the others are coded with loss.
enum class AudioKind : std::uint8_t { wav, flac, aac, mp3, vorbis };

/// .wav, .flac, .m4a and .mp4 (AAC), .mp3, .ogg, in any case; nothing for other names.
std::optional<AudioKind> audio_kind(const std::filesystem::path &name);
/// The rates that its encoder knows; empty: any.
std::vector<std::uint32_t> encoded_rates(AudioKind kind);
/// ".wav, .flac, …", for messages.
std::string audio_endings();

/// One thread at a time. When it ends without finish(), what reached the sink is a file that can be
/// played, shorter by less than a second; a FLAC file does not say its length then.
class AudioWriter {
  public:
    virtual ~AudioWriter() = default;

    /// Interleaved samples in `format`; nothing is resampled. `at_once`: whatever is appended goes
    /// to the sink as soon as the container allows, else in blocks. Errors, without the file's
    /// name: FLAC has no floats nor more than 24 bits; an encoder does not know the rate or the
    /// channels.
    static Result<std::unique_ptr<AudioWriter>> create(Sink &sink, AudioKind kind,
                                                       const AudioFormat &format, bool at_once);
    /// A WAV file with `wave_format` (a WAVEFORMATEX or its first 16 bytes) as its fmt chunk,
    /// whatever that says.
    static Result<std::unique_ptr<AudioWriter>>
    create_wav(Sink &sink, std::span<const std::byte> wave_format, bool at_once);

    /// Whole frames. Errors: the sink's; a WAV file ends at 4 GiB.
    virtual Result<void> append(std::span<const std::byte> samples) = 0;
    /// Writes what is held back, and the container's end. Once.
    virtual Result<void> finish() = 0;
};

} // namespace ksbox::media

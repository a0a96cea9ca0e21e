#include "cli/sound_file.h"

#include <utility>

#include "ksbox/format.h"

namespace ksbox::cli {

SoundFile::SoundFile(std::filesystem::path name, std::span<const std::byte> format, bool in_blocks)
    : sink_(std::move(name)) {
    const auto kind = media::audio_kind(sink_.file().name()).value_or(media::AudioKind::wav);
    if (kind == media::AudioKind::wav) {
        writer_ = sink_.check(media::AudioWriter::create_wav(sink_, format, !in_blocks));
        return;
    }
    const DataFormat made = DataFormat::wave(format);
    const std::optional<AudioFormat> audio = made.audio();
    if (!audio)
        throw BadInput(this->name() + ": " + made.to_string() + " is for a .wav file only");
    writer_ = sink_.check(media::AudioWriter::create(sink_, kind, *audio, !in_blocks));
}

void SoundFile::append(std::span<const std::byte> samples) {
    sink_.check(writer_->append(samples));
    data_bytes_ += samples.size();
}

void SoundFile::commit() {
    sink_.check(writer_->finish());
    sink_.file().commit();
}

std::string SoundFile::keep_partial() {
    if (data_bytes_ == 0)
        return {};
    // If this fails, the file has what was written before.
    (void)writer_->finish();
    return sink_.file().keep_partial();
}

} // namespace ksbox::cli

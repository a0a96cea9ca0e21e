#include "filters/file_writer.h"

#include <algorithm>
#include <utility>

namespace ksbox::filters {

template <typename T> media::Result<T> FileWriter::named(media::Result<T> result) const {
    const std::string name = file_->name().string();
    if (!result && !result.error().text.starts_with(name))
        return media::refuse(name + ": " + result.error().text);
    return result;
}

media::Result<std::unique_ptr<FileWriter>>
FileWriter::open(const std::filesystem::path &file, const AudioFormat &format, bool at_once) {
    const auto kind = media::audio_kind(file);
    if (!kind)
        return media::refuse(file.string() + ": sound goes to " + media::audio_endings() +
                             " files, by their names");
    auto output = KS_TRY(media::OutputFile::open(file));
    std::unique_ptr<FileWriter> writer(new FileWriter(std::move(output)));
    writer->frame_bytes_ = format.frame_bytes();
    writer->sound_ =
        KS_TRY(writer->named(media::AudioWriter::create(*writer->file_, *kind, format, at_once)));
    return writer;
}

media::Result<std::unique_ptr<FileWriter>> FileWriter::open(const std::filesystem::path &file,
                                                            const Pictures &pictures) {
    const auto kind = media::video_kind(file);
    if (!kind)
        return media::refuse(file.string() +
                             ": pictures go to .mp4, .y4m and .png files, by their names");
    auto output = KS_TRY(media::OutputFile::open(file));
    std::unique_ptr<FileWriter> writer(new FileWriter(std::move(output)));
    writer->form_ = pictures;
    writer->pictures_ =
        KS_TRY(writer->named(media::VideoWriter::create(*writer->file_, *kind, pictures.format)));
    return writer;
}

FileWriter::~FileWriter() {
    if (!took_any_)
        return;
    // If this fails, the file has what was written before.
    (void)end();
    (void)file_->keep_partial();
}

media::Result<void> FileWriter::end() {
    const auto sound = std::exchange(sound_, nullptr);
    const auto pictures = std::exchange(pictures_, nullptr);
    return sound ? sound->finish() : pictures ? pictures->finish() : media::Result<void>();
}

media::Result<void> FileWriter::append(std::span<const std::byte> data) {
    if (data.empty())
        return {};
    if (sound_) {
        // A client may cut its frames anywhere.
        if (!partial_frame_.empty() || data.size() % frame_bytes_ != 0) {
            partial_frame_.insert(partial_frame_.end(), data.begin(), data.end());
            const std::size_t whole = partial_frame_.size() - partial_frame_.size() % frame_bytes_;
            took_any_ |= whole != 0;
            auto written = named(sound_->append(std::span(partial_frame_).first(whole)));
            partial_frame_.erase(partial_frame_.begin(),
                                 partial_frame_.begin() + std::ptrdiff_t(whole));
            return written;
        }
        took_any_ = true;
        return named(sound_->append(data));
    }
    took_any_ = true;
    if (form_->top_down)
        return named(pictures_->append(data));
    const std::size_t rows = form_->format.height, bytes = form_->format.bytes(),
                      row = bytes / rows;
    if (data.size() < bytes)
        return named(pictures_->append(data)); // it says what is wrong
    turned_.resize(bytes);
    for (std::size_t y = 0; y < rows; ++y)
        std::ranges::copy(data.subspan((rows - 1 - y) * row, row),
                          turned_.begin() + std::ptrdiff_t(y * row));
    return named(pictures_->append(turned_));
}

media::Result<void> FileWriter::finish() {
    if (!took_any_)
        return {};
    auto finished = named(end());
    if (finished)
        finished = file_->commit();
    took_any_ &= !finished;
    return finished;
}

} // namespace ksbox::filters

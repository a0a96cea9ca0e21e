// FLAC, Ogg, MP3, MP4, AIFF and whatever else FFmpeg reads, as PCM or float samples. What is stored
// without loss comes out as it was stored: 8 to 32 bits, or float. What is stored with loss has no
// number of bits: it comes out in 16.
#pragma once

#include <string>
#include <vector>

#include "cli/audio_file.h"
#include "ksbox/format.h"

namespace ksbox::media {
class AudioReader;
}

namespace ksbox::cli {

class DecodedReader final : public AudioReader {
  public:
    /// Throws BadInput: FFmpeg does not know it, there is no audio in it, damaged, empty.
    explicit DecodedReader(const std::filesystem::path &file);
    ~DecodedReader() override;

    std::span<const std::byte> format() const override { return format_; }
    std::uint64_t data_bytes() const override { return data_bytes_; }
    std::uint64_t bytes_left() const override { return data_bytes_ - position_; }
    std::size_t read(std::span<std::byte> bytes) override;

  private:
    void open();
    /// By decoding it all, where the file does not say.
    std::uint64_t count_frames();
    /// The next frames in their final form; none at the end.
    void decode();
    [[noreturn]] void refuse(const std::string &why) const;

    std::filesystem::path name_;
    std::unique_ptr<media::AudioReader> file_;
    AudioFormat from_, to_; ///< as decoded, and as given
    std::vector<std::byte> format_;
    std::uint64_t data_bytes_ = 0, position_ = 0;
    std::vector<std::byte> decoded_; ///< a block, before it is converted
    std::vector<std::byte> ahead_;   ///< converted, from ahead_begin_ on not read yet
    std::size_t ahead_begin_ = 0;
};

} // namespace ksbox::cli

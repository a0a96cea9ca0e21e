// FLAC, Ogg, MP3, AIFF and whatever else libsndfile reads, as PCM or float samples. What is stored
// without loss comes out as it was stored: 8 to 32 bits, or float. What is stored with loss has no
// number of bits: it comes out in 16.
#pragma once

#include <vector>

#include "cli/audio_file.h"

struct sf_private_tag; // SNDFILE

namespace ksbox::cli {

class DecodedReader final : public AudioReader {
  public:
    /// Throws BadInput: libsndfile does not know it, damaged, empty.
    explicit DecodedReader(const std::filesystem::path &file);

    std::span<const std::byte> format() const override { return format_; }
    std::uint64_t data_bytes() const override { return data_bytes_; }
    std::uint64_t bytes_left() const override { return data_bytes_ - position_; }
    std::size_t read(std::span<std::byte> bytes) override;

  private:
    enum class Samples : std::uint8_t { pcm8, pcm16, pcm24, pcm32, float32 };
    struct Close {
        void operator()(sf_private_tag *file) const;
    };

    void open();
    /// By decoding it all, where the file does not say.
    std::uint64_t count_frames();
    /// The next frames in their final form; fewer than asked for at the end.
    std::size_t decode(std::size_t frames);
    [[noreturn]] void refuse(const std::string &why) const;

    std::filesystem::path name_;
    std::unique_ptr<sf_private_tag, Close> file_;
    Samples samples_ = Samples::pcm16;
    std::size_t channels_ = 0, block_bytes_ = 0;
    std::vector<std::byte> format_;
    std::uint64_t data_bytes_ = 0, position_ = 0;
    std::vector<std::byte> ahead_; ///< decoded, from ahead_begin_ on not read yet
    std::size_t ahead_begin_ = 0;
};

} // namespace ksbox::cli

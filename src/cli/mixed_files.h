// Several files as one: the system's mixer adds them, each from a sink pin of its own.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "cli/audio_file.h"
#include "cli/frame_ring.h"
#include "cli/pins.h"
#include "cli/session.h"

namespace ksbox::cli {

/// The system's mixer, a filter handle of its own and so a mix of its own. `limit` off: sums beyond
/// full scale are clipped.
Filter open_mixer(Session &session, bool limit);
constexpr std::uint32_t mixer_sink_pin = 0, mixer_source_pin = 1;

/// Formats for the sum of files, best first: one that loses nothing of any of them, then those of
/// the pins' ranges that lose least, then what each file has, then what the pins offer.
std::vector<DataFormat> formats_of_sum(std::span<const std::unique_ptr<AudioReader>> files,
                                       std::span<const FoundPin> pins);

class MixedFiles final : public AudioReader {
  public:
    /// Loads the mixer into the session's box. `limit` off: sums beyond full scale are clipped.
    /// Throws BadInput for a file in a format that the mixer does not take.
    MixedFiles(Session &session, std::vector<std::unique_ptr<AudioReader>> files,
               const DataFormat &sum, bool limit);
    ~MixedFiles() override;

    std::span<const std::byte> format() const override { return sum_.wave(); }
    /// Of the file that lasts longest; less once a live stream has ended early.
    std::uint64_t data_bytes() const override { return data_bytes_; }
    std::uint64_t bytes_left() const override { return data_bytes_ - position_; }
    std::size_t read(std::span<std::byte> bytes) override;

  private:
    struct Voice {
        Voice(std::unique_ptr<AudioReader> file, Pin pin);
        /// Keeps the pin's queue full, up to the end of the file.
        void feed();

        std::unique_ptr<AudioReader> file;
        Pin pin;
        FrameRing ring;
    };
    void add(std::unique_ptr<AudioReader> file);
    /// The next samples that the mixer gives; nothing at the end.
    std::span<const std::byte> next();

    const DataFormat sum_;
    Filter filter_;
    std::vector<std::unique_ptr<Voice>> voices_;
    std::optional<Pin> source_;
    std::optional<FrameRing> out_;
    bool ended_ = false; ///< the mixer says so
    std::uint64_t data_bytes_ = 0, position_ = 0;
    std::span<const std::byte> ahead_; ///< of the source's last frame, not read yet
};

} // namespace ksbox::cli

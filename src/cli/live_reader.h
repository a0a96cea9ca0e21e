// What a capture pin gives, read as a file is.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "cli/audio_file.h"
#include "cli/cyclic_stream.h"
#include "cli/frame_ring.h"
#include "cli/pins.h"

namespace ksbox::cli {

class LiveReader final : public AudioReader {
  public:
    /// Streams from the pin, which is in STOP, for so many sample frames: until the stream ends,
    /// the user interrupts or they have come. `session` outlives it. Throws BadInput: no PCM.
    LiveReader(Session &session, ConnectedPin pin, std::uint64_t frames);
    ~LiveReader() override;

    std::span<const std::byte> format() const override { return wave_; }
    std::uint64_t data_bytes() const override { return data_bytes_; }
    std::uint64_t bytes_left() const override { return data_bytes_ - position_; }
    /// Waits for them. Throws Finding when nothing comes for ten seconds.
    std::size_t read(std::span<std::byte> bytes) override;

    const ConnectedPin &pin() const { return pin_; }

  private:
    void wait_for_more();

    Session &session_;
    ConnectedPin pin_;
    std::vector<std::byte> wave_;
    std::uint64_t data_bytes_ = 0, position_ = 0;
    std::unique_ptr<CyclicStream> cyclic_; ///< of WaveRT pins
    std::optional<FrameRing> ring_;        ///< of the others
    std::vector<std::byte> ahead_;         ///< came, from ahead_begin_ on not read yet
    std::size_t ahead_begin_ = 0;
    bool ended_ = false;
};

} // namespace ksbox::cli

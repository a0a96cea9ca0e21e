// One sink pin: a stream on its way into the mix.
#pragma once

#include <memory>
#include <optional>

#include "abi/windows.h"
#include "base/result.h"
#include "mixer/input.h"
#include "mixer/levels.h"

namespace ksbox::mixer {

/// Everything under the filter's processing mutex.
class Stream {
  public:
    explicit Stream(const SampleFormat &format) : format_(format) {}

    /// The mix has that format from now on. STATUS_INSUFFICIENT_RESOURCES.
    Result<void> enter(const SampleFormat &mix);
    /// There is no mix any more: what was on its way is forgotten.
    void leave();
    /// The pin was reset or stopped.
    void reset();
    void set_running(bool running);
    void apply(const Levels &levels);

    Levels levels;
    const SampleFormat &format() const { return format_; }

    /// Takes what the pin's frame has of the frames that the current block still lacks. There is a
    /// mix.
    struct Share {
        Addend addend;
        std::size_t at = 0;     ///< the first frame of the block that it goes to
        std::size_t frames = 0; ///< 0: nothing
        bool moved = false;     ///< bytes were taken, or what is behind the end
    };
    Share take(KSPROCESSPIN &pin, std::size_t block_frames);

    /// The block has what it will get of this stream.
    bool ready(std::size_t block_frames) const { return !holds() || filled_ == block_frames; }
    /// It runs, has not ended, and the others wait for it.
    bool holds() const { return running_ && !done_ && !starving_; }
    bool ended() const { return running_ && done_; }
    /// Frames of the current block.
    std::size_t filled() const { return filled_; }
    void begin_block() { filled_ = 0; }
    /// The others go on without it until it has data again.
    void starve() { starving_ = true; }
    bool loses_bits_in(const SampleFormat &out) const {
        return filled_ != 0 && input_->loses_bits_in(out.encoding, out.valid_bits);
    }

  private:
    Share share_of(const Input::Block &block, bool moved);

    const SampleFormat format_;
    std::unique_ptr<Input> input_; ///< while there is a mix
    std::size_t filled_ = 0;
    bool running_ = false, starving_ = false;
    bool ending_ = false; ///< its last bytes are taken; the resampler may have more
    bool done_ = false;   ///< it has given all it had
};

} // namespace ksbox::mixer

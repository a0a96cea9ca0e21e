#include "mixer/stream.h"

namespace ksbox::mixer {

Result<void> Stream::enter(const SampleFormat &mix) {
    input_ = KS_TRY(Input::create(format_, mix));
    input_->set_gains(levels.gains());
    reset();
    return {};
}

void Stream::leave() {
    input_.reset();
    reset();
}

void Stream::reset() {
    filled_ = 0;
    ending_ = done_ = starving_ = false;
    if (input_)
        input_->reset();
}

void Stream::set_running(bool running) {
    running_ = running;
    starving_ = false;
}

void Stream::apply(const Levels &wanted) {
    levels = wanted;
    if (input_)
        input_->set_gains(levels.gains());
}

Stream::Share Stream::share_of(const Input::Block &block, bool moved) {
    const Share share{block.addend, filled_, block.frames, moved};
    filled_ += block.frames;
    return share;
}

Stream::Share Stream::take(KSPROCESSPIN &pin, std::size_t block_frames) {
    const std::size_t wanted = block_frames - filled_;
    if (!running_ || wanted == 0)
        return {};
    if (ending_) {
        const Input::Block block = input_->drain(wanted);
        ending_ = block.frames == wanted;
        done_ = !ending_;
        return share_of(block, true);
    }
    if (!pin.StreamPointer)
        return {};
    if (done_) { // it goes on after its end
        input_->reset();
        done_ = false;
    }
    starving_ = false;
    const std::size_t whole = pin.BytesAvailable - pin.BytesAvailable % format_.frame_bytes();
    const Input::Block block =
        input_->take({static_cast<const std::byte *>(pin.Data), whole}, wanted);
    pin.BytesUsed = static_cast<ULONG>(block.taken);
    // What is less than an audio frame goes with the stream's frame.
    pin.Terminate = block.taken == whole;
    ending_ = pin.Terminate && (pin.Flags & KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM);
    return share_of(block, pin.BytesUsed != 0 || pin.Terminate);
}

} // namespace ksbox::mixer

// A pin as one of a splitter's, and what triggers its processing.
#include "ks/filter.h"
#include "ks/processing/filter_processor.h"
#include "ks/stream/pin_stream.h"

namespace ksbox::ks {

void PinStream::join_splitter() {
    splitter_ = Splitter::of(*this);
    tap_ = std::make_unique<Splitter::Tap>(*splitter_, *this);
    queue_->set_receiver(tap_.get());
    splitter_->add(*this);
}

void PinStream::set_receiver(StreamIrpReceiver *receiver) {
    if (tap_)
        tap_->set_next(receiver);
    else
        queue_->set_receiver(receiver);
}

PinStream *PinStream::copy_source() const {
    return splitter_ && !lent_to ? splitter_->original_of(*this) : nullptr;
}

PinStream *PinStream::delegate_branch() const {
    return splitter_ && lent_to ? splitter_->original_of(*this) : nullptr;
}

void PinStream::stop_splitting() {
    if (!splitter_)
        return;
    if (is_branch()) {
        splitter_->pump();
        return;
    }
    splitter_->release();
    splitter_->recall();
}

void PinStream::stopped() {
    if (filter_processor())
        attempt_processing();
}

/// A branch of a pin-centric filter is filled by the splitter; its Process has nothing to do.
void PinStream::attempt_processing(bool asynchronous) {
    Processor *const processor = this->processor();
    if (!processor || pin_.has_flag(KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING) ||
        (processor_ && is_branch()))
        return;
    processor->attempt(asynchronous || pin_.has_flag(KSPIN_FLAG_ASYNCHRONOUS_PROCESSING),
                       Processor::Reason::trigger);
}

} // namespace ksbox::ks

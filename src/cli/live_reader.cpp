#include "cli/live_reader.h"

#include <algorithm>

#include "cli/failures.h"
#include "cli/process.h"
#include "cli/record.h"
#include "cli/wav.h"

namespace ksbox::cli {

namespace {

constexpr std::size_t frames_in_flight = 16;
constexpr std::uint64_t frames_per_second = 100;
constexpr std::uint64_t silence_limit_100ns = 100'000'000;

} // namespace

LiveReader::LiveReader(Session &session, ConnectedPin pin, std::uint64_t frames)
    : session_(session), pin_(std::move(pin)) {
    const auto wave = pin_.format.wave();
    if (wave.empty())
        throw BadInput(pin_.format.to_string() + " is nothing that can be played elsewhere");
    const auto chunk = wav_format_chunk(wave);
    wave_.assign(chunk.begin(), chunk.end());
    if (block_bytes() == 0 || rate_hz() == 0 || frames > UINT64_MAX / block_bytes())
        throw BadInput(pin_.format.to_string() + " for so long is more than can be counted");
    data_bytes_ = frames * block_bytes();
    const std::uint64_t period =
        std::max<std::uint64_t>(1, rate_hz() / frames_per_second) * block_bytes();
    cyclic_ = CyclicStream::open(*pin_.pin, CyclicStream::Direction::capture,
                                 frames_in_flight * period, rate_hz() * block_bytes());
    if (!cyclic_)
        ring_.emplace(*pin_.pin, FrameRing::Direction::read, frames_in_flight, period);
    pause(*pin_.pin);
    if (ring_)
        ring_->submit_all();
    cli::run(*pin_.pin);
}

LiveReader::~LiveReader() {
    try {
        stop(*pin_.pin);
    } catch (const std::exception &) {
        // A stopped box, or a device that has gone: whoever streamed has seen it.
    }
}

void LiveReader::wait_for_more() {
    const std::uint64_t slice = patience_slice(session_.options().realtime);
    for (std::uint64_t waited = 0; ahead_begin_ == ahead_.size() && !ended_; waited += slice) {
        if (session_.worker().interrupted() != 0) {
            ended_ = true;
            return;
        }
        if (waited >= silence_limit_100ns)
            throw Finding("the capture pin gave nothing for 10 s" + waiting_text(*pin_.pin));
        ahead_begin_ = 0;
        if (cyclic_) {
            ahead_.resize(cyclic_->wait(slice));
            cyclic_->read(ahead_);
            continue;
        }
        ahead_.clear();
        ring_->submit_all();
        if (const Frame *frame = ring_->finish_oldest(slice)) {
            const auto bytes = frame->buffer.bytes().first(frame->used);
            ahead_.assign(bytes.begin(), bytes.end());
            ended_ = (frame->options & frame_option::end_of_stream) != 0;
            waited = 0;
        }
    }
}

std::size_t LiveReader::read(std::span<std::byte> bytes) {
    std::size_t done = 0;
    const std::size_t wanted = std::min<std::uint64_t>(bytes.size(), bytes_left());
    while (done < wanted) {
        wait_for_more();
        const std::size_t piece = std::min(wanted - done, ahead_.size() - ahead_begin_);
        std::copy_n(ahead_.begin() + std::ptrdiff_t(ahead_begin_), piece,
                    bytes.begin() + std::ptrdiff_t(done));
        ahead_begin_ += piece;
        done += piece;
        if (piece == 0 && ended_)
            break;
    }
    position_ += done;
    if (ended_ && ahead_begin_ == ahead_.size())
        data_bytes_ = position_; // that was all
    return done;
}

} // namespace ksbox::cli

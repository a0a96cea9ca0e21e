#include "scenarios/lane.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>

#include "ksbox/cyclic_buffer.h"

namespace ksbox::scenarios {
namespace {

constexpr std::uint64_t slice_100ns = 50'000;
constexpr std::uint32_t buffer_bytes = 19'200; // 100 ms of 48 kHz stereo
constexpr std::size_t frame_bytes = 1'920, depth = 4;

struct Transfer {
    std::unique_ptr<Frame> frame; // outlives its request
    Request request;
};

// To let time pass by; nobody signals it.
class Never {
  public:
    explicit Never(Client &client) : client_(client), event_(client.create_event(true)) {}
    ~Never() { client_.close(event_); }
    void wait(std::uint64_t time_100ns) { (void)client_.wait(event_, time_100ns); }

  private:
    Client &client_;
    Handle event_;
};

// A KSMUSICFORMAT with its message: as much as a port plays in a millisecond. (A frame of zeros is
// events without bytes, all of them due.)
std::uint32_t write_note(std::span<std::byte> to) {
    constexpr std::uint32_t header[] = {1, 3}; // milliseconds, bytes
    constexpr std::uint8_t note[] = {0x90, 0x3C, 0x40, 0};
    std::memcpy(to.data(), header, sizeof header);
    std::memcpy(to.data() + sizeof header, note, sizeof note);
    return sizeof header + sizeof note;
}

} // namespace

Lane::Lane(Client &client, Filter &filter, const PinFacts &facts, const DataFormat &format,
           bool floods)
    : client_(client), pin_(filter.connect({.pin_id = facts.id, .format = format})),
      writes_(facts.data_flow == DataFlow::in), music_(!format.audio()), floods_(floods) {
    thread_ = client.spawn(writes_ ? "render" : "capture", [this] { work(); });
}

Lane::~Lane() {
    try {
        join();
    } catch (...) {
        // join() is the way to learn what happened.
    }
}

void Lane::join() {
    stop_ = true;
    if (thread_)
        std::exchange(thread_, {})->join();
}

void Lane::work() {
    try {
        if (!CyclicBuffer::offered_by(pin_))
            work_frames();
        else if (CyclicBuffer::notified_by(pin_))
            work_cyclic(2);
        else
            work_cyclic(0);
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &) {
        // The device is gone, or the state forbids it.
    }
}

void Lane::work_cyclic(unsigned notifications) {
    CyclicBuffer buffer(pin_, buffer_bytes, notifications);
    Never never(client_);
    std::uint64_t before = 0, sum = 0;
    while (!stop_) {
        if (notifications)
            (void)buffer.wait(slice_100ns);
        else
            never.wait(slice_100ns);
        const std::uint64_t now = buffer.position().play % buffer.bytes().size();
        moved_ += (now + buffer.bytes().size() - before) % buffer.bytes().size();
        before = now;
        // All of the memory, whatever has become of the device.
        for (std::byte &byte : buffer.bytes())
            if (writes_)
                byte = std::byte(now);
            else
                sum += std::to_integer<unsigned>(byte);
    }
    (void)sum;
}

void Lane::work_frames() {
    Never never(client_);
    std::deque<Transfer> transfers;
    while (!stop_) {
        while (transfers.size() < depth) {
            auto frame = std::make_unique<Frame>(Frame{.buffer = Buffer(client_, frame_bytes)});
            frame->used = !writes_             ? 0
                          : music_ && !floods_ ? write_note(frame->buffer.bytes())
                                               : std::uint32_t(frame_bytes);
            Request request = writes_ ? pin_.start_write(*frame) : pin_.start_read(*frame);
            transfers.push_back({std::move(frame), std::move(request)});
        }
        if (!transfers.front().request.wait_for(slice_100ns))
            continue;
        const IoResult result = Pin::finish(*transfers.front().frame, transfers.front().request);
        moved_ += result.success() ? transfers.front().frame->used : 0;
        transfers.pop_front();
        if (!result.success()) // in STOP, or gone
            never.wait(slice_100ns);
    }
    while (!transfers.empty())
        transfers.pop_front();
}

} // namespace ksbox::scenarios

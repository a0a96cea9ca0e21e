// A chain of AVStream filters, each one's source pin connected to the next one's sink pin; a client
// writes into the first and reads from the last.
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "hops/sides.h"
#include "ksbox/box.h"
#include "ksbox/filter.h"

namespace ksbox::bench {

namespace {

class FilterChain {
  public:
    explicit FilterChain(unsigned hops) : driver_(box_.load(driver_file("hop"))) {
        const std::string path = driver_.filters().at(0).path;
        for (unsigned i = 0; i < hops; ++i) {
            filters_.push_back(client_.open_filter(path));
            pins_.push_back(filters_.back().connect(
                {.pin_id = 0,
                 .format = DataFormat::audio({}),
                 .pin_to_handle = pins_.empty() ? 0 : pins_.back().handle()}));
            pins_.push_back(
                filters_.back().connect({.pin_id = 1, .format = DataFormat::audio({})}));
        }
        for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
            for (Pin &pin : pins_)
                pin.set_state(state);
        for (std::size_t i = 0; i < depth; ++i) {
            written_.push_back({.frame = {.buffer = Buffer(client_, frame_bytes)}, .request = {}});
            read_.push_back({.frame = {.buffer = Buffer(client_, frame_bytes)}, .request = {}});
        }
    }

    ~FilterChain() {
        // From the last to the first: nobody loses a pin it is connected to while it runs.
        while (!pins_.empty())
            pins_.pop_back();
    }

    void run(std::uint64_t frames) {
        client_.run([&] {
            for (std::uint64_t i = 0; i < frames + depth; ++i) {
                if (i >= depth && i - depth < frames)
                    finish(i % depth);
                if (i < frames)
                    start(i % depth);
            }
        });
    }

  private:
    static constexpr std::size_t depth = 4; ///< frames under way at each end
    struct Slot {
        Frame frame;
        std::optional<Request> request;
    };

    void start(std::size_t index) {
        Slot &from = written_[index], &to = read_[index];
        to.frame.options = 0;
        to.request.emplace(pins_.back().start_read(to.frame));
        std::memcpy(from.frame.buffer.data(), &sent_, sizeof sent_);
        ++sent_;
        from.frame.used = frame_bytes;
        from.request.emplace(pins_.front().start_write(from.frame));
    }

    void finish(std::size_t index) {
        for (Slot *slot : {&written_[index], &read_[index]}) {
            const IoResult result = Pin::finish(slot->frame, *slot->request);
            slot->request.reset();
            if (!result.success() || slot->frame.used != frame_bytes)
                throw Error(static_cast<std::uint32_t>(result.status), "a frame is not whole");
        }
        if (std::memcmp(read_[index].frame.buffer.data(), &received_, sizeof received_) != 0)
            throw Error(0, "a frame is out of order");
        ++received_;
    }

    Box box_;
    Driver &driver_;
    Client &client_ = box_.client("bench");
    std::vector<Filter> filters_;
    std::vector<Pin> pins_;
    std::vector<Slot> written_, read_;
    std::uint64_t sent_ = 0, received_ = 0;
};

} // namespace

Work frames_through_filters(unsigned hops) {
    return
        [chain = std::make_shared<FilterChain>(hops)](std::uint64_t frames) { chain->run(frames); };
}

} // namespace ksbox::bench

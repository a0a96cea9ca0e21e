// ksbox: the driver many, whose pins process their frames themselves. All of them are at RUN, but
// for the one that is created and closed.
#include <cstring>
#include <memory>
#include <optional>

#include "instances/sides.h"
#include "ksbox/box.h"
#include "ksbox/filter.h"
#include "ksbox/guid.h"

#include "drivers/many/many.h"

namespace ksbox::bench {

namespace {

constexpr std::uint32_t frame_bytes = 1920; ///< 10 ms of 48 kHz stereo in 16 bit

constexpr Guid guid_of(std::uint32_t data1, std::uint16_t data2, std::uint16_t data3,
                       std::same_as<int> auto... data4) {
    return {data1, data2, data3, {std::uint8_t(data4)...}};
}

class Pins {
  public:
    explicit Pins(unsigned count) {
        client_.run([&] {
            for (unsigned i = 0; i < count; ++i) {
                pins_.push_back(filter_.connect(request_));
                for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
                    pins_.back().set_state(state);
            }
        });
    }

    void create_and_close(std::uint64_t times) {
        client_.run([&] {
            for (std::uint64_t i = 0; i < times; ++i)
                filter_.connect(request_).close();
        });
    }

    /// To one in the middle.
    void write(std::uint64_t frames) {
        Pin &pin = pins_[pins_.size() / 2];
        client_.run([&] {
            for (std::uint64_t i = 0; i < frames; ++i, ++sent_) {
                std::memcpy(frame_.buffer.data(), &sent_, sizeof sent_);
                frame_.used = frame_bytes;
                Request request = pin.start_write(frame_);
                const IoResult result = Pin::finish(frame_, request);
                if (!result.success())
                    throw Error(static_cast<std::uint32_t>(result.status), "a frame was refused");
            }
            if (pin.get_as<std::uint64_t>(guid_of(STATIC_KSPROPSETID_Many),
                                          KSPROPERTY_MANY_TAKEN) != sent_)
                throw Error(0, "a frame is missing");
        });
    }

  private:
    Box box_;
    Driver &driver_ = box_.load(driver_file("many"));
    Client &client_ = box_.client("bench");
    Filter filter_ = client_.open_filter(driver_.filters().at(0).path);
    PinRequest request_{.pin_id = 0, .format = DataFormat::audio({})};
    std::vector<Pin> pins_;
    Frame frame_{.buffer = Buffer(client_, frame_bytes)};
    std::uint64_t sent_ = 0;
};

} // namespace

Work pin_beside(unsigned others) {
    return [pins = std::make_shared<Pins>(others)](std::uint64_t times) {
        pins->create_and_close(times);
    };
}

Work frames_to_one_pin(unsigned count) {
    return [pins = std::make_shared<Pins>(count)](std::uint64_t frames) { pins->write(frames); };
}

} // namespace ksbox::bench

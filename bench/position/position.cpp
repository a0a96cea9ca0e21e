// Where a WaveRT stream is: the position register that the card has mapped to the client, beside a
// load from memory; and the property KSPROPERTY_AUDIO_POSITION, which is a request.
#include <atomic>
#include <memory>

#include "ksbox/box.h"
#include "ksbox/cyclic_buffer.h"
#include "ksbox/filter.h"
#include "support/question.h"

namespace ksbox::bench {

namespace {

std::string wave_filter(Driver &driver) {
    for (const InterfaceFacts &interface : driver.filters())
        if (interface.name == "Wave")
            return interface.path;
    throw Error(0, "the card has no filter Wave");
}

class RunningPin {
  public:
    RunningPin()
        : driver_(box_.load(driver_file("speaker_10ms"))), client_(box_.client("bench")),
          filter_(client_.open_filter(wave_filter(driver_))),
          pin_(filter_.connect({.pin_id = 0, .format = DataFormat::audio({})})),
          buffer_(pin_, buffer_bytes, 2), register_(buffer_.position_register()) {
        if (register_.address == nullptr || register_.width != 64)
            throw Error(0, "the card has no position register of 64 bits");
        pin_.set_state(PinState::run);
        box_.run_for(std::chrono::milliseconds(25));
        if (read() == 0)
            throw Error(0, "the register stands still");
    }
    std::uint64_t read() const {
        return *static_cast<const volatile std::uint64_t *>(register_.address);
    }
    void by_register(std::uint64_t count) {
        const std::uint64_t last = read();
        std::uint64_t wrong = 0;
        for (std::uint64_t i = 0; i < count; ++i)
            wrong |= read() ^ last; // no time passes
        if (wrong != 0)
            throw Error(0, "the register moved while no time passed");
    }
    void by_property(std::uint64_t count) {
        client_.run([&] {
            for (std::uint64_t i = 0; i < count; ++i)
                if (buffer_.position().play >= buffer_bytes)
                    throw Error(0, "the position lies outside the buffer");
        });
    }

  private:
    static constexpr std::uint32_t buffer_bytes = 19'200;
    Box box_;
    Driver &driver_;
    Client &client_;
    Filter filter_;
    Pin pin_;
    CyclicBuffer buffer_;
    const CyclicBuffer::Register register_;
};

Work by_register() {
    return [pin = std::make_shared<RunningPin>()](std::uint64_t count) { pin->by_register(count); };
}
Work by_property() {
    return [pin = std::make_shared<RunningPin>()](std::uint64_t count) { pin->by_property(count); };
}

// A load from memory that the compiler may not leave out.
Work load() {
    return [word = std::make_shared<std::atomic<std::uint64_t>>(1)](std::uint64_t count) {
        const volatile auto &at = *reinterpret_cast<const volatile std::uint64_t *>(word.get());
        std::uint64_t wrong = 0;
        for (std::uint64_t i = 0; i < count; ++i)
            wrong |= at ^ 1;
        if (wrong != 0)
            throw Error(0, "memory changed by itself");
    };
}

} // namespace

Program program() {
    return {.questions = {{.name = "register",
                           .title = "a WaveRT position, the register",
                           .batch = 1'000,
                           .counted = 100'000,
                           .smoke = 1'000,
                           .aims = {{Side::limit, 1.25}},
                           .cases = {{Side::ksbox, by_register}, {Side::limit, load}}},
                          {.name = "property",
                           .title = "a WaveRT position, the property",
                           .batch = 100,
                           .counted = 1'000,
                           .smoke = 100,
                           .cases = {{Side::ksbox, by_property}, {Side::limit, load}}}},
            .slopes = {}};
}

} // namespace ksbox::bench

// ksbox: a sink pin of kmixer, made and closed while others and the source run.
#include <memory>
#include <vector>

#include "ksbox/filter.h"
#include "ksbox/system_driver.h"
#include "mix/sides.h"

namespace ksbox::bench {

namespace {

class RunningMix {
  public:
    explicit RunningMix(unsigned others) {
        client_.run([&] {
            for (unsigned i = 0; i < others; ++i)
                open(sink_);
            open({.pin_id = 1, .format = sink_.format});
        });
    }
    void create_and_close(std::uint64_t times) {
        client_.run([&] {
            for (std::uint64_t i = 0; i < times; ++i)
                filter_.connect(sink_).close();
        });
    }

  private:
    void open(const PinRequest &request) {
        pins_.push_back(filter_.connect(request));
        for (const PinState state : {PinState::acquire, PinState::pause, PinState::run})
            pins_.back().set_state(state);
    }

    Box box_;
    Client &client_ = box_.client("bench");
    Filter filter_ =
        client_.open_filter(load_system_driver(box_, SystemDriver::kmixer).filters().at(0).path);
    const PinRequest sink_{.pin_id = 0,
                           .format =
                               DataFormat::audio({.bits = 32, .valid_bits = 32, .is_float = true}),
                           .flow = DataFlow::in};
    std::vector<Pin> pins_;
};

} // namespace

Work mixer_pin_beside(unsigned others) {
    return [mix = std::make_shared<RunningMix>(others)](std::uint64_t times) {
        mix->create_and_close(times);
    };
}

} // namespace ksbox::bench

// An IRP down a device stack and up again: stack.sys, which completes at the bottom.
#include <memory>

#include "hops/sides.h"
#include "ksbox/box.h"
#include "ksbox/filter.h"

namespace ksbox::bench {

namespace {

constexpr std::uint32_t any_code = 0x222000; ///< METHOD_BUFFERED, FILE_ANY_ACCESS

class DeviceStack {
  public:
    explicit DeviceStack(unsigned hops)
        : driver_(
              box_.load(driver_file("stack"), {.parameters = {{"Hops", std::to_string(hops)}}})),
          top_(client_.open_filter(driver_.filters().at(0).path)) {}

    void run(std::uint64_t irps) {
        client_.run([&] {
            for (std::uint64_t i = 0; i < irps; ++i)
                if (!client_.control(top_.handle(), any_code, {}, {}).success())
                    throw Error(0, "the control failed");
        });
    }

  private:
    Box box_;
    Driver &driver_;
    Client &client_ = box_.client("bench");
    Filter top_;
};

} // namespace

Work irps_through_devices(unsigned hops) {
    return [stack = std::make_shared<DeviceStack>(hops)](std::uint64_t irps) { stack->run(irps); };
}

} // namespace ksbox::bench

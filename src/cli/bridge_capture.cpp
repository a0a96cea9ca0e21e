// A capture pin as a source: a cycle runs when the device has recorded one.
#include <algorithm>

#include "cli/bridge_cycles.h"
#include "cli/bridge_pin.h"

namespace ksbox::cli {

namespace {

constexpr std::uint64_t patience_ns = 10'000'000'000;

class BridgedCapture final : public BridgedAudio {
  public:
    BridgedCapture(pipewire::Connection &connection, FoundPin found,
                   std::optional<Endpoint> endpoint, const pipewire::NodeNames &names,
                   const BridgeOptions &options)
        : BridgedAudio(connection, std::move(found), std::move(endpoint), names,
                       pipewire::Direction::source, options) {}

  private:
    void stream(ConnectedPin &pin, const Session &first) override;
};

void BridgedCapture::stream(ConnectedPin &pin, const Session &first) {
    Session session = first;
    const BridgeShape shape{session.format.rate_hz, session.format.frame_bytes(),
                            audio().cycle_frames()};
    const auto device = CaptureDevice::open(*pin.pin, shape);
    device->start();
    const std::uint64_t before = frames_;
    std::uint32_t losses = connection_.status().losses;
    std::uint64_t patient_until = 0, unheard = 0;
    bool gone = false; // PipeWire went in the middle of the stream
    BridgeCycles cycles(audio());

    while (!stopping()) {
        follow_volume();
        const auto now = audio().session();
        if (now && now->number != session.number) {
            gone = gone || gone_since(losses);
            if (gone)
                count_gap(unheard, "recorded while PipeWire was gone", shape.rate_hz);
            if (now->format != session.format)
                break;
            session = *now;
            losses = connection_.status().losses;
            gone = false;
            cycles.forget();
            unheard = 0;
        }
        const std::uint64_t missed = device->take([&](std::span<const std::byte> data) {
            const std::uint64_t frames = data.size() / shape.frame_bytes;
            if (!now) {
                unheard += frames;
            } else if (audio().write(data)) {
                frames_ += frames;
            } else {
                ++xruns_;
                xrun_frames_ += frames;
            }
        });
        if (missed != 0) {
            ++xruns_;
            xrun_frames_ += missed;
        }
        const std::uint64_t time = pipewire::now_ns();
        if (now || !connection_.status().there)
            patient_until = time + patience_ns;
        if (!now && !gone) {
            if (!gone_since(losses))
                break; // nobody listens any more
            gone = true;
            unheard += audio().readable() / shape.frame_bytes;
        }
        if (gone && time > patient_until)
            break;
        const std::int64_t cycle = audio().cycle_frames();
        const auto ready = static_cast<std::int64_t>(audio().readable() / shape.frame_bytes);
        if (now && ready >= cycle && cycles.may_ask())
            cycles.ask(ready);
        wait_frames(!now || ready >= cycle ? cycle / 4 : cycle - ready, shape.rate_hz);
    }
    seconds_ += double(frames_ - before) / shape.rate_hz;
    cli::stop(*pin.pin);
}

} // namespace

std::unique_ptr<BridgedPin> bridge_capture(pipewire::Connection &connection, FoundPin found,
                                           std::optional<Endpoint> endpoint,
                                           const pipewire::NodeNames &names,
                                           const BridgeOptions &options) {
    return std::make_unique<BridgedCapture>(connection, std::move(found), std::move(endpoint),
                                            names, options);
}

} // namespace ksbox::cli

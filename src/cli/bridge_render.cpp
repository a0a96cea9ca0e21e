// A render pin as a sink: the device's position decides when a cycle runs, and its samples go
// behind those that are still to be played.
#include <algorithm>
#include <vector>

#include "cli/bridge_cycles.h"
#include "cli/bridge_pin.h"

namespace ksbox::cli {

namespace {

// So long a pin goes on with silence when PipeWire is back and nobody takes the stream up again.
constexpr std::uint64_t patience_ns = 10'000'000'000;

class BridgedRender final : public BridgedAudio {
  public:
    BridgedRender(pipewire::Connection &connection, FoundPin found,
                  std::optional<Endpoint> endpoint, const pipewire::NodeNames &names,
                  const BridgeOptions &options)
        : BridgedAudio(connection, std::move(found), std::move(endpoint), names,
                       pipewire::Direction::sink, options) {}

  private:
    void stream(ConnectedPin &pin, const Session &first) override;
};

void BridgedRender::stream(ConnectedPin &pin, const Session &first) {
    Session session = first;
    const BridgeShape shape{session.format.rate_hz, session.format.frame_bytes(),
                            audio().cycle_frames()};
    const auto device = RenderDevice::open(*pin.pin, shape);
    device->start();
    const std::uint64_t before = frames_;
    std::vector<std::byte> data(device->capacity() * shape.frame_bytes);
    std::uint32_t losses = connection_.status().losses;
    std::uint64_t patient_until = 0;
    bool fresh = true; // nothing of this session has come yet
    bool gone = false; // PipeWire went in the middle of it
    BridgeCycles cycles(audio());

    while (!stopping()) {
        follow_volume();
        const auto now = audio().session();
        std::int64_t ahead = device->ahead();
        while (const std::size_t bytes = audio().read(data)) {
            const std::uint64_t silence = device->write(std::span(data).first(bytes));
            if (silence != 0 && gone) {
                count_gap(silence, "silence while PipeWire was gone", shape.rate_hz);
            } else if (silence != 0 && !fresh) {
                ++xruns_;
                xrun_frames_ += silence;
            }
            if (now)
                gone = fresh = false;
            frames_ += bytes / shape.frame_bytes;
            cycles.fulfilled();
            ahead = device->ahead();
        }
        const bool lost = gone_since(losses);
        if (now && now->number != session.number) {
            if (now->format != session.format || 2 * audio().cycle_frames() > device->capacity())
                break;
            gone = lost;
            fresh = true;
            cycles.forget();
            session = *now;
            losses = connection_.status().losses;
        }
        const std::uint64_t time = pipewire::now_ns();
        if (now || !connection_.status().there)
            patient_until = time + patience_ns;
        if (!now && (lost ? time > patient_until : ahead <= 0))
            break;
        const std::int64_t cycle = audio().cycle_frames();
        if (now && ahead <= cycle && cycles.may_ask())
            cycles.ask(std::max<std::int64_t>(ahead, 0));
        wait_frames(!now || ahead <= cycle ? cycle / 4 : ahead - cycle, shape.rate_hz);
    }
    seconds_ += double(frames_ - before) / shape.rate_hz;
    cli::stop(*pin.pin);
}

} // namespace

std::unique_ptr<BridgedPin> bridge_render(pipewire::Connection &connection, FoundPin found,
                                          std::optional<Endpoint> endpoint,
                                          const pipewire::NodeNames &names,
                                          const BridgeOptions &options) {
    return std::make_unique<BridgedRender>(connection, std::move(found), std::move(endpoint), names,
                                           options);
}

} // namespace ksbox::cli

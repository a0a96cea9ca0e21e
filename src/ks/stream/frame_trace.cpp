// What the trace says about frames and states.
#include "ks/stream/frame_trace.h"

#include "ks/pin.h"
#include "ks/stream/stream_irp.h"
#include "nt/kernel.h"
#include "nt/trace.h"

namespace ksbox::ks {

std::string_view to_string(FrameTransport transport) {
    constexpr std::string_view names[] = {"client", "pipe", "irp"};
    return names[static_cast<int>(transport)];
}

std::string_view to_string(KSSTATE state) {
    constexpr std::string_view names[] = {"stop", "acquire", "pause", "run"};
    return state <= KSSTATE_RUN ? names[state] : "?";
}

void trace_frame(Pin &pin, std::string_view name, std::string_view what, const Frame &frame,
                 FrameTransport transport) {
    pin.kernel.trace().event("ks.frame", {{"what", what},
                                          {"pin", name},
                                          {"transport", to_string(transport)},
                                          {"bytes", std::uint64_t(frame.header->DataUsed)},
                                          {"extent", std::uint64_t(frame.header->FrameExtent)},
                                          {"flags", std::uint64_t(frame.header->OptionsFlags)}});
}

void trace_state(Pin &pin, std::string_view name, KSSTATE to, KSSTATE from, NTSTATUS status) {
    pin.kernel.trace().event("ks.state", {{"pin", name},
                                          {"from", to_string(from)},
                                          {"to", to_string(to)},
                                          {"status", std::uint64_t(std::uint32_t(status))}});
}

} // namespace ksbox::ks

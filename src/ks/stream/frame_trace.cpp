// What the trace says about frames and states.
#include "ks/stream/frame_trace.h"

#include "ks/pin.h"
#include "ks/stream/stream_irp.h"
#include "nt/ke/scheduler.h"
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

namespace {
constexpr NoteKind frame_note{
    "ks.frame", {"what", "transport"}, "pin", {"bytes", "extent", "flags"}};
} // namespace

void trace_frame(Pin &pin, const std::string &name, const ShortName &short_name, const char *what,
                 const Frame &frame, FrameTransport transport) {
    Trace &trace = pin.kernel.trace();
    const KSSTREAM_HEADER &header = *frame.header;
    if (!trace.to_file()) {
        trace.note(frame_note, pin.kernel.scheduler().peek_time(), ke::current_thread().short_name,
                   {what, to_string(transport).data()},
                   {header.DataUsed, header.FrameExtent, header.OptionsFlags}, short_name);
        return;
    }
    pin.kernel.trace().event("ks.frame", {{"what", std::string_view(what)},
                                          {"pin", std::string_view(name)},
                                          {"transport", to_string(transport)},
                                          {"bytes", std::uint64_t(header.DataUsed)},
                                          {"extent", std::uint64_t(header.FrameExtent)},
                                          {"flags", std::uint64_t(header.OptionsFlags)}});
}

void trace_state(Pin &pin, std::string_view name, KSSTATE to, KSSTATE from, NTSTATUS status) {
    pin.kernel.trace().event("ks.state", {{"pin", name},
                                          {"from", to_string(from)},
                                          {"to", to_string(to)},
                                          {"status", std::uint64_t(std::uint32_t(status))}});
}

} // namespace ksbox::ks

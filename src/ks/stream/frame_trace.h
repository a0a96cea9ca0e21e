// "ks.frame" and "ks.state" in the trace: which pin, how many bytes, which flags, how they came.
#pragma once

#include <string>
#include <string_view>

#include "abi/windows.h"
#include "nt/trace.h"

namespace ksbox::ks {

class Pin;
struct Frame;

/// How a frame reached the pin, or where it goes.
enum class FrameTransport : std::uint8_t { client, pipe, irp };

std::string_view to_string(FrameTransport transport);
std::string_view to_string(KSSTATE state);

/// `name` is the pin's, `what` is "enter" or "leave". Any IRQL, on a box thread.
void trace_frame(Pin &pin, const std::string &name, const ShortName &short_name, const char *what,
                 const Frame &frame, FrameTransport transport);
void trace_state(Pin &pin, std::string_view name, KSSTATE to, KSSTATE from, NTSTATUS status);

} // namespace ksbox::ks

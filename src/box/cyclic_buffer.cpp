// WaveRT's properties, as a client asks them.
#include "ksbox/cyclic_buffer.h"

#include <optional>

#include "abi/guid.h"
#include "base/status_names.h"
#include "box/answers.h"
#include "box/state.h"
#include "nt/mm/memory.h"

namespace ksbox {
namespace {

/// A GET with a request of any kind.
template <typename Value, typename Request>
IoResult ask(Pin &pin, std::uint32_t id, Request &request, Value &value) {
    request.Property.Set = KSPROPSETID_RtAudio;
    request.Property.Id = id;
    request.Property.Flags = KSPROPERTY_TYPE_GET;
    return pin.property(std::as_bytes(std::span(&request, 1)),
                        std::as_writable_bytes(std::span(&value, 1)));
}

struct PlainRequest {
    KSPROPERTY Property;
};

[[noreturn]] void refuse(Pin &pin, const char *what, const IoResult &result) {
    throw Error(static_cast<std::uint32_t>(result.status),
                std::string(what) + ": " + describe_status(result.status),
                pin.client().last_refusal());
}

void tell_of_event(Pin &pin, Handle event, std::uint32_t id) {
    KSRTAUDIO_NOTIFICATION_EVENT_PROPERTY request{};
    request.Property.Set = KSPROPSETID_RtAudio;
    request.Property.Id = id;
    request.Property.Flags = KSPROPERTY_TYPE_GET;
    request.NotificationEvent = reinterpret_cast<HANDLE>(event);
    const IoResult result = pin.property(std::as_bytes(std::span(&request, 1)), {});
    if (!result.success())
        refuse(pin, "registering the notification event", result);
}

// Nothing: the pin knows no such property. A want of memory is no answer.
std::optional<bool> notification_support(Pin &pin) {
    PlainRequest request{};
    BOOL supported = 0;
    const IoResult result =
        ask(pin, KSPROPERTY_RTAUDIO_QUERY_NOTIFICATION_SUPPORT, request, supported);
    if (box::is_want_of_memory(result.status))
        refuse(pin, "whether the pin has a cyclic buffer", result);
    return result.success() ? std::optional(supported != 0) : std::nullopt;
}

// A driver's word for where a client has memory. Throws Error.
void check_place(Pin &pin, bool answered, const void *address, std::size_t bytes) {
    const mm::Memory &memory = pin.client().state().box.kernel->memory();
    if (!answered || bytes == 0 || !memory.is_client(address, bytes) ||
        !memory.accessible(address, bytes, false))
        throw Error(static_cast<std::uint32_t>(STATUS_INVALID_BUFFER_SIZE),
                    "the driver gives memory that its client does not have");
}

} // namespace

bool CyclicBuffer::offered_by(Pin &pin) {
    return notification_support(pin).has_value();
}

bool CyclicBuffer::notified_by(Pin &pin) {
    return notification_support(pin).value_or(false);
}

CyclicBuffer::CyclicBuffer(Pin &pin, std::uint32_t bytes, unsigned notifications) : pin_(pin) {
    KSRTAUDIO_BUFFER made{};
    IoResult result;
    if (notifications == 0) {
        KSRTAUDIO_BUFFER_PROPERTY request{};
        request.RequestedBufferSize = bytes;
        result = ask(pin, KSPROPERTY_RTAUDIO_BUFFER, request, made);
    } else {
        KSRTAUDIO_BUFFER_PROPERTY_WITH_NOTIFICATION request{};
        request.RequestedBufferSize = bytes;
        request.NotificationCount = notifications;
        result = ask(pin, KSPROPERTY_RTAUDIO_BUFFER_WITH_NOTIFICATION, request, made);
    }
    if (!result.success())
        refuse(pin, "the cyclic buffer", result);
    check_place(pin, result.information >= sizeof made, made.BufferAddress, made.ActualBufferSize);
    bytes_ = {static_cast<std::byte *>(made.BufferAddress), made.ActualBufferSize};
    wants_barrier_ = made.CallMemoryBarrier;
    if (notifications == 0)
        return;
    const Handle event = pin.client().create_event(false);
    try {
        tell_of_event(pin, event, KSPROPERTY_RTAUDIO_REGISTER_NOTIFICATION_EVENT);
    } catch (...) {
        pin.client().close(event);
        throw;
    }
    event_ = event;
}

CyclicBuffer::~CyclicBuffer() {
    if (event_ == 0 || pin_.client().state().box.kernel->bug_check().stopped())
        return;
    try {
        if (pin_.handle() != 0)
            tell_of_event(pin_, event_, KSPROPERTY_RTAUDIO_UNREGISTER_NOTIFICATION_EVENT);
        pin_.client().close(event_);
    } catch (const Error &) {
        // The pin's close unregisters what is left.
    }
}

bool CyclicBuffer::wait(std::uint64_t time_100ns) {
    return pin_.client().wait(event_, time_100ns);
}

AudioPosition CyclicBuffer::position() {
    const auto position =
        pin_.get_as<KSAUDIO_POSITION>(to_guid(KSPROPSETID_Audio), KSPROPERTY_AUDIO_POSITION);
    return {position.PlayOffset, position.WriteOffset};
}

CyclicBuffer::Register CyclicBuffer::position_register() {
    KSRTAUDIO_HWREGISTER_PROPERTY request{};
    KSRTAUDIO_HWREGISTER found{};
    const IoResult result = ask(pin_, KSPROPERTY_RTAUDIO_POSITIONREGISTER, request, found);
    if (!result.success())
        return {};
    check_place(pin_, result.information >= sizeof found, found.Register, found.Width / 8);
    return {found.Register, found.Width};
}

} // namespace ksbox

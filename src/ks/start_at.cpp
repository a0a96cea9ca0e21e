// Starting a pin at an event.
#include "ks/start_at.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/quad.h"
#include "base/status_names.h"
#include "ks/alive.h"
#include "ks/filter.h"
#include "ks/ks_class.h"
#include "ks/object_name.h"
#include "ks/pin.h"
#include "ks/refusal.h"
#include "nt/ob/object_manager.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"

namespace ksbox::ks {
namespace {

/// The object that the structure names, referenced.
Result<PFILE_OBJECT> object_of(const KSRELATIVEEVENT &relative, KPROCESSOR_MODE mode) {
    PVOID object = nullptr;
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    if (relative.Flags == KSRELATIVEEVENT_FLAG_HANDLE) {
        status = ObReferenceObjectByHandle(relative.ObjectHandle, 0,
                                           ob::object_type_pointer(ob::ObjectType::file), mode,
                                           &object, nullptr);
    } else if (relative.Flags == KSRELATIVEEVENT_FLAG_POINTER && mode == KernelMode) {
        object = relative.ObjectPointer;
        status = ObReferenceObjectByPointer(
            object, 0, ob::object_type_pointer(ob::ObjectType::file), KernelMode);
    }
    if (!NT_SUCCESS(status)) {
        return refuse(status, "KSRELATIVEEVENT names no object that has events: " +
                                  describe_status(status));
    }
    return static_cast<PFILE_OBJECT>(object);
}

Status check(const KSRELATIVEEVENT &relative, std::size_t bytes) {
    if (relative.Size < sizeof relative || relative.Size > bytes)
        return Status(STATUS_INVALID_BUFFER_SIZE);
    constexpr KSEVENTDATA zero{};
    if (relative.Reserved || std::memcmp(&relative.EventData, &zero, sizeof zero) != 0)
        return Status(STATUS_INVALID_PARAMETER);
    return {};
}

/// A pin's last handle goes without waiting for control mutexes.
std::shared_ptr<StartAt> exchange_start(Pin &pin, std::shared_ptr<StartAt> start) {
    SpinGuard guard(KsClass::current().connections);
    return std::exchange(pin.start_at, std::move(start));
}

} // namespace

StartAt::StartAt(Pin &pin, PFILE_OBJECT object, std::span<const std::byte> event_data)
    : pin_(pin), object_(object), event_(quads(event_data.size())),
      event_bytes_(event_data.size()) {
    std::memcpy(event_.data(), event_data.data(), event_data.size());
    ObReferenceObject(pin.file);
    ExInitializeWorkItem(&item_, &signalled, this);
    auto &data = *reinterpret_cast<KSEVENTDATA *>(event_.data());
    data.NotificationType = KSEVENTF_WORKITEM;
    data.WorkItem.WorkQueueItem = &item_;
    data.WorkItem.WorkQueueType = DelayedWorkQueue;
}

StartAt::~StartAt() {
    if (!alive(pin_.kernel))
        return;
    ObDereferenceObject(object_);
    ObDereferenceObject(pin_.file);
}

NTSTATUS StartAt::enable(KSEVENT event) {
    event.Flags = KSEVENT_TYPE_ENABLE | KSEVENT_TYPE_ONESHOT;
    ULONG returned = 0;
    return KsSynchronousIoControlDevice(object_, KernelMode, IOCTL_KS_ENABLE_EVENT, &event,
                                        sizeof event, event_.data(), ULONG(event_bytes_),
                                        &returned);
}

/// Fails when the event has been signalled: it is a one-shot event.
NTSTATUS StartAt::disable() {
    ULONG returned = 0;
    return KsSynchronousIoControlDevice(object_, KernelMode, IOCTL_KS_DISABLE_EVENT, event_.data(),
                                        sizeof(KSEVENTDATA), nullptr, 0, &returned);
}

NTSTATUS StartAt::request(Pin &pin, std::span<const std::byte> value, KPROCESSOR_MODE mode) {
    const auto &relative = *reinterpret_cast<const KSRELATIVEEVENT *>(value.data());
    if (const Status status = check(relative, value.size()); !status.success())
        return status.value();
    const auto object = object_of(relative, mode);
    if (!object)
        return object.error().value();
    constexpr std::size_t head = offsetof(KSRELATIVEEVENT, EventData);
    std::shared_ptr<StartAt> start(
        new StartAt(pin, *object, value.subspan(head, relative.Size - head)));
    start->kept_ = start;
    {
        MutexGuard guard(pin.control());
        if (pin.abi().DeviceState != KSSTATE_PAUSE) {
            start->kept_.reset();
            return refused(STATUS_INVALID_DEVICE_STATE,
                           std::string("a pin starts at an event from PAUSE; it is in ") +
                               state_name(pin.abi().DeviceState));
        }
    }
    if (const auto before = exchange_start(pin, start))
        before->withdraw();
    const NTSTATUS status = start->enable(relative.Event);
    if (!NT_SUCCESS(status)) {
        refused(status, "the object does not let the event be enabled: " + describe_status(status));
        start->kept_.reset(); // nobody will signal it
        cancel(pin);
    } else if (start->phase_ == Phase::cancelled && NT_SUCCESS(start->disable())) {
        start->kept_.reset(); // withdrawn before there was anything to disable
    }
    return status;
}

void StartAt::cancel(Pin &pin) {
    if (const auto start = exchange_start(pin, nullptr))
        start->withdraw();
}

void StartAt::withdraw() {
    Phase expected = Phase::waiting;
    if (!phase_.compare_exchange_strong(expected, Phase::cancelled))
        return;
    // Else the event has queued the work item, which ends it.
    if (NT_SUCCESS(disable()))
        kept_.reset();
}

void NTAPI StartAt::signalled(PVOID context) {
    const auto start = std::move(static_cast<StartAt *>(context)->kept_);
    Phase expected = Phase::waiting;
    if (!start->phase_.compare_exchange_strong(expected, Phase::starting))
        return;
    Pin &pin = start->pin_;
    const Status status = pin.request_state(KSSTATE_RUN);
    pin.kernel.trace().event("ks.start-at", {{"pin", std::string_view(name_of(pin))},
                                             {"status", std::int64_t(status.value())}});
}

} // namespace ksbox::ks

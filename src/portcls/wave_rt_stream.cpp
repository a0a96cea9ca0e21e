// Streams of WaveRT pins.
#include "portcls/wave_rt_stream.h"

#include <algorithm>

#include "ks/filter.h"
#include "ks/lint.h"
#include "ks/mutex.h"
#include "ks/pin.h"
#include "ks/refusal.h"
#include "nt/mm/layout.h"
#include "nt/mm/mdl.h"
#include "nt/ob/object_manager.h"
#include "portcls/interface_ids.h"

namespace ksbox::portcls {

WaveRtStream::WaveRtStream(Kernel &kernel, PDRIVER_OBJECT driver, KSPIN &pin)
    : box_(kernel), driver_(driver), control_(ks::Pin::from(&pin).control()) {}

Result<std::unique_ptr<Stream>> WaveRtStream::create(Kernel &kernel, PDRIVER_OBJECT driver,
                                                     IMiniportWaveRT &miniport, KSPIN &pin,
                                                     bool capture) {
    std::unique_ptr<WaveRtStream> made(new WaveRtStream(kernel, driver, pin));
    KS_CHECK(made->new_stream(miniport, pin, capture));
    return made;
}

Result<void> WaveRtStream::new_stream(IMiniportWaveRT &miniport, KSPIN &pin, bool capture) {
    pages_.reset(make_com<WaveRtPages>(box_, driver_));
    if (!pages_)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    const NTSTATUS status = call_method(
        "IMiniportWaveRT.NewStream", &miniport, &IMiniportWaveRT::NewStream, stream_.receive(),
        static_cast<PPORTWAVERTSTREAM>(pages_.get()), pin.Id, capture, pin.ConnectionFormat);
    if (!NT_SUCCESS(status) || status == STATUS_PENDING) {
        *stream_.receive() = nullptr; // whatever it left there is no reference of ours
        return fail(ks::driver_refused("NewStream", status));
    }
    if (!stream_) {
        box_.extension<ks::Findings>().add(
            driver_, "IMiniportWaveRT::NewStream: succeeded without a stream");
        return ks::refuse(STATUS_UNSUCCESSFUL, "the driver's NewStream gave no stream");
    }
    IUnknown *unknown = stream_.get();
    notification_ = ComPtr<IMiniportWaveRTStreamNotification>::query(
        unknown, IID_IMiniportWaveRTStreamNotification);
    if (capture)
        input_ = ComPtr<IMiniportWaveRTInputStream>::query(unknown, IID_IMiniportWaveRTInputStream);
    else
        output_ =
            ComPtr<IMiniportWaveRTOutputStream>::query(unknown, IID_IMiniportWaveRTOutputStream);
    audio_engine_ =
        ComPtr<IMiniportStreamAudioEngineNode>::query(unknown, IID_IMiniportStreamAudioEngineNode);
    audio_engine2_ = ComPtr<IMiniportStreamAudioEngineNode2>::query(
        unknown, IID_IMiniportStreamAudioEngineNode2);
    return {};
}

WaveRtStream::~WaveRtStream() {
    if (!runs_driver_code())
        return;
    for (std::byte *view : views_)
        box_.memory().unmap(view);
    while (!events_.empty())
        drop_event(events_.back());
    free_buffer();
}

NTSTATUS WaveRtStream::set_state(KSSTATE to, KSSTATE) {
    return call_method("IMiniportWaveRTStream.SetState", stream_.get(),
                       &IMiniportWaveRTStream::SetState, to);
}

/// With packets, or without registers (audio/implement-pnp-rebalance-for-portcls-audio-drivers);
/// that only registers count which the client has is inferred.
bool WaveRtStream::can_lose_resources() const {
    return input_ || output_ || (!registers_mapped_[0] && !registers_mapped_[1]);
}

NTSTATUS WaveRtStream::set_format(KSDATAFORMAT &format) {
    return call_method("IMiniportWaveRTStream.SetFormat", stream_.get(),
                       &IMiniportWaveRTStream::SetFormat, &format);
}

NTSTATUS WaveRtStream::ask_for_buffer(ULONG bytes, ULONG notifications) {
    Buffer made;
    made.notifications = notifications;
    const NTSTATUS status =
        notifications
            ? call_method("IMiniportWaveRTStreamNotification.AllocateBufferWithNotification",
                          notification_.get(),
                          &IMiniportWaveRTStreamNotification::AllocateBufferWithNotification,
                          notifications, bytes, &made.mdl, &made.bytes, &made.offset, &made.cache)
            : call_method("IMiniportWaveRTStream.AllocateAudioBuffer", stream_.get(),
                          &IMiniportWaveRTStream::AllocateAudioBuffer, bytes, &made.mdl,
                          &made.bytes, &made.offset, &made.cache);
    if (NT_SUCCESS(status))
        buffer_ = made;
    return status;
}

void WaveRtStream::free_buffer() {
    if (!buffer_)
        return;
    const Buffer buffer = *buffer_;
    buffer_.reset();
    if (buffer.notifications)
        call_method("IMiniportWaveRTStreamNotification.FreeBufferWithNotification",
                    notification_.get(),
                    &IMiniportWaveRTStreamNotification::FreeBufferWithNotification, buffer.mdl,
                    buffer.bytes);
    else
        call_method("IMiniportWaveRTStream.FreeAudioBuffer", stream_.get(),
                    &IMiniportWaveRTStream::FreeAudioBuffer, buffer.mdl, buffer.bytes);
}

Result<std::byte *> WaveRtStream::map(std::span<const mm::Pfn> pages, const Place &place,
                                      bool writable) {
    mm::Memory::Placement where;
    where.at = static_cast<std::byte *>(place.address);
    std::byte *view = KS_TRY(
        box_.memory().map(pages, place.mode != KernelMode,
                          writable ? mm::Protection::read_write : mm::Protection::read, where));
    views_.push_back(view);
    return view;
}

Result<KSRTAUDIO_BUFFER> WaveRtStream::allocate_buffer(ULONG bytes, ULONG notifications,
                                                       const Place &place) {
    ks::MutexGuard guard(control_);
    if (buffer_)
        return ks::refuse(STATUS_UNSUCCESSFUL, "the stream has its buffer already");
    if (notifications && !notification_)
        return ks::refuse(STATUS_NOT_SUPPORTED,
                          "the driver's stream has no IMiniportWaveRTStreamNotification");
    const NTSTATUS status = ask_for_buffer(bytes, notifications);
    if (!NT_SUCCESS(status))
        return fail(ks::driver_refused(
            notifications ? "AllocateBufferWithNotification" : "AllocateAudioBuffer", status));
    const Buffer &made = *buffer_;
    if (!made.mdl || made.bytes == 0 ||
        made.offset + std::uint64_t(made.bytes) > made.mdl->ByteCount) {
        box_.extension<ks::Findings>().add(
            driver_, "AllocateAudioBuffer: a buffer of " + std::to_string(made.bytes) +
                         " bytes from byte " + std::to_string(made.offset) +
                         " on does not lie in an MDL of " +
                         std::to_string(made.mdl ? made.mdl->ByteCount : 0) + " bytes");
        free_buffer();
        return fail(STATUS_UNSUCCESSFUL);
    }
    const ULONG offset = made.mdl->ByteOffset + made.offset;
    Place start = place;
    if (place.address)
        start.address = static_cast<std::byte *>(place.address) - offset;
    const auto view = map(mm::mdl_pfns(*made.mdl), start, true);
    if (!view) {
        free_buffer();
        return ks::refuse(view.error().value() == STATUS_INSUFFICIENT_RESOURCES
                              ? STATUS_INSUFFICIENT_RESOURCES
                              : STATUS_UNSUCCESSFUL,
                          "the buffer cannot be mapped at the base address that was asked for");
    }
    return KSRTAUDIO_BUFFER{*view + offset, made.bytes, made.cache == MmWriteCombined};
}

Result<KSRTAUDIO_HWREGISTER> WaveRtStream::map_register(Register which, const Place &place) {
    ks::MutexGuard guard(control_);
    bool &mapped = registers_mapped_[static_cast<std::size_t>(which)];
    if (mapped)
        return ks::refuse(STATUS_UNSUCCESSFUL, "the register is mapped already");
    KSRTAUDIO_HWREGISTER answer{};
    const bool position = which == Register::position;
    const NTSTATUS status = call_method(position ? "IMiniportWaveRTStream.GetPositionRegister"
                                                 : "IMiniportWaveRTStream.GetClockRegister",
                                        stream_.get(),
                                        position ? &IMiniportWaveRTStream::GetPositionRegister
                                                 : &IMiniportWaveRTStream::GetClockRegister,
                                        &answer);
    if (!NT_SUCCESS(status))
        return fail(
            ks::driver_refused(position ? "GetPositionRegister" : "GetClockRegister", status));
    if (place.mode == KernelMode && !place.address) {
        mapped = true;
        return answer; // it is there already
    }
    const auto page = box_.memory().pfn_of(answer.Register);
    const auto offset = reinterpret_cast<std::uintptr_t>(answer.Register) % mm::layout::page_bytes;
    if (!page) {
        box_.extension<ks::Findings>().add(
            driver_, "a position or clock register that the driver names lies in no memory");
        return fail(STATUS_UNSUCCESSFUL);
    }
    Place start = place;
    if (place.address)
        start.address = static_cast<std::byte *>(place.address) - offset;
    const auto view = map(std::span(&*page, 1), start, false);
    if (!view)
        return ks::refuse(STATUS_UNSUCCESSFUL,
                          "the register cannot be mapped at the base address that was asked for");
    mapped = true;
    answer.Register = *view + offset;
    return answer;
}

namespace {

/// With a reference on it.
Result<PKEVENT> event_of(HANDLE handle, KPROCESSOR_MODE mode) {
    PVOID object = nullptr;
    const NTSTATUS status = ObReferenceObjectByHandle(
        handle, EVENT_MODIFY_STATE, ob::object_type_pointer(ob::ObjectType::event), mode, &object,
        nullptr);
    if (!NT_SUCCESS(status))
        return fail(status);
    return static_cast<PKEVENT>(object);
}

} // namespace

NTSTATUS WaveRtStream::register_event(HANDLE handle, KPROCESSOR_MODE mode) {
    if (!notification_)
        return ks::refused(STATUS_NOT_SUPPORTED,
                           "the driver's stream has no IMiniportWaveRTStreamNotification");
    const auto event = event_of(handle, mode);
    if (!event)
        return event.error().value();
    ks::MutexGuard guard(control_);
    NTSTATUS status = STATUS_DEVICE_NOT_READY;
    if (!buffer_ || !buffer_->notifications)
        ks::refused(status, "events are registered once a buffer with notification is allocated");
    else
        status = call_method("IMiniportWaveRTStreamNotification.RegisterNotificationEvent",
                             notification_.get(),
                             &IMiniportWaveRTStreamNotification::RegisterNotificationEvent, *event);
    if (NT_SUCCESS(status))
        events_.push_back(*event);
    else
        ObDereferenceObject(*event);
    return status;
}

NTSTATUS WaveRtStream::unregister_event(HANDLE handle, KPROCESSOR_MODE mode) {
    if (!notification_)
        return ks::refused(STATUS_NOT_SUPPORTED,
                           "the driver's stream has no IMiniportWaveRTStreamNotification");
    const auto event = event_of(handle, mode);
    if (!event)
        return event.error().value();
    ks::MutexGuard guard(control_);
    NTSTATUS status = STATUS_NOT_FOUND;
    if (std::ranges::find(events_, *event) != events_.end())
        status = call_method(
            "IMiniportWaveRTStreamNotification.UnregisterNotificationEvent", notification_.get(),
            &IMiniportWaveRTStreamNotification::UnregisterNotificationEvent, *event);
    if (NT_SUCCESS(status)) {
        events_.erase(std::ranges::find(events_, *event));
        ObDereferenceObject(*event);
    }
    ObDereferenceObject(*event);
    return status;
}

void WaveRtStream::drop_event(PKEVENT event) {
    std::erase(events_, event);
    call_method("IMiniportWaveRTStreamNotification.UnregisterNotificationEvent",
                notification_.get(),
                &IMiniportWaveRTStreamNotification::UnregisterNotificationEvent, event);
    ObDereferenceObject(event);
}

} // namespace ksbox::portcls

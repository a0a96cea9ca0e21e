#include "rtstream/device_buffer.h"

#include <atomic>

namespace ksbox::rtstream {
namespace {

template <typename Answer, typename Request>
Result<Answer> get(PFILE_OBJECT pin, Request request, const GUID &set, ULONG id) {
    request.Property.Set = set;
    request.Property.Id = id;
    request.Property.Flags = KSPROPERTY_TYPE_GET;
    Answer answer{};
    ULONG returned = 0;
    const NTSTATUS status =
        KsSynchronousIoControlDevice(pin, KernelMode, IOCTL_KS_PROPERTY, &request, sizeof request,
                                     &answer, sizeof answer, &returned);
    if (!NT_SUCCESS(status))
        return fail(status);
    if (returned < sizeof answer)
        return fail(STATUS_DEVICE_DATA_ERROR);
    return answer;
}

struct PlainRequest {
    KSPROPERTY Property;
};

bool notifies(PFILE_OBJECT pin) {
    const auto answer = get<BOOL>(pin, PlainRequest{}, KSPROPSETID_RtAudio,
                                  KSPROPERTY_RTAUDIO_QUERY_NOTIFICATION_SUPPORT);
    return answer && *answer;
}

Result<KSRTAUDIO_BUFFER> plain(PFILE_OBJECT pin, ULONG bytes) {
    KSRTAUDIO_BUFFER_PROPERTY request{};
    request.RequestedBufferSize = bytes;
    return get<KSRTAUDIO_BUFFER>(pin, request, KSPROPSETID_RtAudio, KSPROPERTY_RTAUDIO_BUFFER);
}

Result<KSRTAUDIO_BUFFER> with_notification(PFILE_OBJECT pin, ULONG bytes) {
    KSRTAUDIO_BUFFER_PROPERTY_WITH_NOTIFICATION request{};
    request.RequestedBufferSize = bytes;
    request.NotificationCount = 2;
    return get<KSRTAUDIO_BUFFER>(pin, request, KSPROPSETID_RtAudio,
                                 KSPROPERTY_RTAUDIO_BUFFER_WITH_NOTIFICATION);
}

} // namespace

DeviceBuffer::DeviceBuffer(PFILE_OBJECT pin, const KSRTAUDIO_BUFFER &buffer)
    : pin_(pin), bytes_(static_cast<std::byte *>(buffer.BufferAddress), buffer.ActualBufferSize),
      wants_barrier_(buffer.CallMemoryBarrier) {}

Result<DeviceBuffer> DeviceBuffer::allocate(PFILE_OBJECT pin, std::size_t bytes) {
    const auto buffer = KS_TRY(notifies(pin) ? with_notification(pin, static_cast<ULONG>(bytes))
                                             : plain(pin, static_cast<ULONG>(bytes)));
    if (!buffer.BufferAddress || buffer.ActualBufferSize == 0)
        return fail(STATUS_DEVICE_DATA_ERROR);
    return DeviceBuffer(pin, buffer);
}

Result<KSAUDIO_POSITION> DeviceBuffer::position() const {
    auto position = KS_TRY(
        get<KSAUDIO_POSITION>(pin_, PlainRequest{}, KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION));
    // Some count on.
    position.PlayOffset %= bytes_.size();
    position.WriteOffset %= bytes_.size();
    return position;
}

void DeviceBuffer::publish() const {
    if (wants_barrier_)
        std::atomic_thread_fence(std::memory_order_seq_cst);
}

} // namespace ksbox::rtstream

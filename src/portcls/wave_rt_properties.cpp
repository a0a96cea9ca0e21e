// Properties of WaveRT pins: the buffer, its registers, its events, its packets and positions.
#include "portcls/wave_rt_properties.h"

#include "ks/item_tables.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"
#include "portcls/drm_property.h"
#include "portcls/request_target.h"
#include "portcls/wave_rt_stream.h"

namespace ksbox::portcls {
namespace {

// The sets are of WaveRT pins alone, and those have a stream for as long as they are open.
WaveRtStream &stream_of(PIRP irp, PKSIDENTIFIER request) {
    return static_cast<WaveRtStream &>(*RequestTarget::of(irp, *request).stream);
}

template <typename T> NTSTATUS answer(PIRP irp, PVOID data, const Result<T> &value) {
    if (!value)
        return value.error().value();
    return ks::answer_value(irp, data, &*value, sizeof *value);
}
template <typename T> NTSTATUS answer(PIRP irp, PVOID data, NTSTATUS status, const T &value) {
    if (!NT_SUCCESS(status))
        return status;
    return ks::answer_value(irp, data, &value, sizeof value);
}

NTSTATUS not_there(const char *interface) {
    return ks::refused(STATUS_NOT_SUPPORTED,
                       std::string("the driver's stream has no ") + interface);
}

NTSTATUS NTAPI get_buffer(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto &asked = *reinterpret_cast<const KSRTAUDIO_BUFFER_PROPERTY *>(request);
    return answer(irp, data,
                  stream_of(irp, request)
                      .allocate_buffer(asked.RequestedBufferSize, 0,
                                       {irp->RequestorMode, asked.BaseAddress}));
}

NTSTATUS NTAPI get_buffer_with_notification(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto &asked =
        *reinterpret_cast<const KSRTAUDIO_BUFFER_PROPERTY_WITH_NOTIFICATION *>(request);
    // "Currently, the valid values are 1 or 2."
    if (asked.NotificationCount != 1 && asked.NotificationCount != 2)
        return ks::refused(STATUS_INVALID_PARAMETER,
                           std::to_string(asked.NotificationCount) +
                               " notifications per cycle: there are 1 or 2");
    return answer(irp, data,
                  stream_of(irp, request)
                      .allocate_buffer(asked.RequestedBufferSize, asked.NotificationCount,
                                       {irp->RequestorMode, asked.BaseAddress}));
}

NTSTATUS NTAPI get_latency(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    KSRTAUDIO_HWLATENCY latency{};
    call_method("IMiniportWaveRTStream.GetHWLatency", &stream_of(irp, request).stream(),
                &IMiniportWaveRTStream::GetHWLatency, &latency);
    return answer(irp, data, STATUS_SUCCESS, latency);
}

NTSTATUS NTAPI get_register(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto &asked = *reinterpret_cast<const KSRTAUDIO_HWREGISTER_PROPERTY *>(request);
    const auto which = request->Id == KSPROPERTY_RTAUDIO_POSITIONREGISTER
                           ? WaveRtStream::Register::position
                           : WaveRtStream::Register::clock;
    return answer(
        irp, data,
        stream_of(irp, request).map_register(which, {irp->RequestorMode, asked.BaseAddress}));
}

NTSTATUS NTAPI register_event(PIRP irp, PKSIDENTIFIER request, PVOID) {
    const auto &asked = *reinterpret_cast<const KSRTAUDIO_NOTIFICATION_EVENT_PROPERTY *>(request);
    return stream_of(irp, request).register_event(asked.NotificationEvent, irp->RequestorMode);
}

NTSTATUS NTAPI unregister_event(PIRP irp, PKSIDENTIFIER request, PVOID) {
    const auto &asked = *reinterpret_cast<const KSRTAUDIO_NOTIFICATION_EVENT_PROPERTY *>(request);
    return stream_of(irp, request).unregister_event(asked.NotificationEvent, irp->RequestorMode);
}

NTSTATUS NTAPI get_notification_support(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const BOOL supported = stream_of(irp, request).notification() != nullptr;
    return answer(irp, data, STATUS_SUCCESS, supported);
}

NTSTATUS NTAPI get_packet_count(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    auto *output = stream_of(irp, request).output();
    if (!output)
        return not_there("IMiniportWaveRTOutputStream");
    ULONG count = 0;
    const NTSTATUS status = call_method("IMiniportWaveRTOutputStream.GetPacketCount", output,
                                        &IMiniportWaveRTOutputStream::GetPacketCount, &count);
    return answer(irp, data, status, count);
}

NTSTATUS NTAPI get_presentation_position(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    auto *output = stream_of(irp, request).output();
    if (!output)
        return not_there("IMiniportWaveRTOutputStream");
    KSAUDIO_PRESENTATION_POSITION position{};
    const NTSTATUS status =
        call_method("IMiniportWaveRTOutputStream.GetOutputStreamPresentationPosition", output,
                    &IMiniportWaveRTOutputStream::GetOutputStreamPresentationPosition, &position);
    return answer(irp, data, status, position);
}

NTSTATUS NTAPI get_read_packet(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    auto *input = stream_of(irp, request).input();
    if (!input)
        return not_there("IMiniportWaveRTInputStream");
    KSRTAUDIO_GETREADPACKET_INFO info{};
    const NTSTATUS status =
        call_method("IMiniportWaveRTInputStream.GetReadPacket", input,
                    &IMiniportWaveRTInputStream::GetReadPacket, &info.PacketNumber, &info.Flags,
                    &info.PerformanceCounterValue, &info.MoreData);
    return answer(irp, data, status, info);
}

NTSTATUS NTAPI set_write_packet(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    auto *output = stream_of(irp, request).output();
    if (!output)
        return not_there("IMiniportWaveRTOutputStream");
    const auto &info = *static_cast<const KSRTAUDIO_SETWRITEPACKET_INFO *>(data);
    return call_method("IMiniportWaveRTOutputStream.SetWritePacket", output,
                       &IMiniportWaveRTOutputStream::SetWritePacket, info.PacketNumber, info.Flags,
                       info.EosPacketLength);
}

NTSTATUS NTAPI get_position(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    KSAUDIO_POSITION position{};
    const NTSTATUS status =
        call_method("IMiniportWaveRTStream.GetPosition", &stream_of(irp, request).stream(),
                    &IMiniportWaveRTStream::GetPosition, &position);
    return answer(irp, data, status, position);
}

using ks::property_item;

// KSPROPERTY_RTAUDIO_GETPOSITIONFUNCTION has no page, and user-mode clients could not call what it
// gives; KSPROPERTY_RTAUDIO_PACKETVREGISTER no method of a miniport.
const KSPROPERTY_ITEM rt_audio_items[] = {
    property_item(KSPROPERTY_RTAUDIO_BUFFER, get_buffer, nullptr, sizeof(KSRTAUDIO_BUFFER_PROPERTY),
                  sizeof(KSRTAUDIO_BUFFER)),
    property_item(KSPROPERTY_RTAUDIO_HWLATENCY, get_latency, nullptr, sizeof(KSPROPERTY),
                  sizeof(KSRTAUDIO_HWLATENCY)),
    property_item(KSPROPERTY_RTAUDIO_POSITIONREGISTER, get_register, nullptr,
                  sizeof(KSRTAUDIO_HWREGISTER_PROPERTY), sizeof(KSRTAUDIO_HWREGISTER)),
    property_item(KSPROPERTY_RTAUDIO_CLOCKREGISTER, get_register, nullptr,
                  sizeof(KSRTAUDIO_HWREGISTER_PROPERTY), sizeof(KSRTAUDIO_HWREGISTER)),
    property_item(KSPROPERTY_RTAUDIO_BUFFER_WITH_NOTIFICATION, get_buffer_with_notification,
                  nullptr, sizeof(KSRTAUDIO_BUFFER_PROPERTY_WITH_NOTIFICATION),
                  sizeof(KSRTAUDIO_BUFFER)),
    property_item(KSPROPERTY_RTAUDIO_REGISTER_NOTIFICATION_EVENT, register_event, register_event,
                  sizeof(KSRTAUDIO_NOTIFICATION_EVENT_PROPERTY), 0),
    property_item(KSPROPERTY_RTAUDIO_UNREGISTER_NOTIFICATION_EVENT, unregister_event,
                  unregister_event, sizeof(KSRTAUDIO_NOTIFICATION_EVENT_PROPERTY), 0),
    property_item(KSPROPERTY_RTAUDIO_QUERY_NOTIFICATION_SUPPORT, get_notification_support, nullptr,
                  sizeof(KSPROPERTY), sizeof(BOOL)),
    property_item(KSPROPERTY_RTAUDIO_PACKETCOUNT, get_packet_count, nullptr, sizeof(KSPROPERTY),
                  sizeof(ULONG)),
    property_item(KSPROPERTY_RTAUDIO_PRESENTATION_POSITION, get_presentation_position, nullptr,
                  sizeof(KSPROPERTY), sizeof(KSAUDIO_PRESENTATION_POSITION)),
    property_item(KSPROPERTY_RTAUDIO_GETREADPACKET, get_read_packet, nullptr, sizeof(KSPROPERTY),
                  sizeof(KSRTAUDIO_GETREADPACKET_INFO)),
    property_item(KSPROPERTY_RTAUDIO_SETWRITEPACKET, nullptr, set_write_packet, sizeof(KSPROPERTY),
                  sizeof(KSRTAUDIO_SETWRITEPACKET_INFO)),
};

const KSPROPERTY_ITEM audio_items[] = {
    property_item(KSPROPERTY_AUDIO_POSITION, get_position, nullptr, sizeof(KSPROPERTY),
                  sizeof(KSAUDIO_POSITION)),
};

} // namespace

std::span<const KSPROPERTY_SET> wave_rt_property_sets() {
    static const KSPROPERTY_SET sets[] = {
        {&KSPROPSETID_RtAudio, std::size(rt_audio_items), rt_audio_items, 0, nullptr},
        {&KSPROPSETID_Audio, std::size(audio_items), audio_items, 0, nullptr},
        {&KSPROPSETID_DrmAudioStream, std::size(drm_stream_items), drm_stream_items, 0, nullptr},
    };
    return sets;
}

} // namespace ksbox::portcls

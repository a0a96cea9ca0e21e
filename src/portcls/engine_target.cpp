// Requests on audio engine nodes, handed to the miniport or its stream.
#include "portcls/engine_target.h"

#include "ks/refusal.h"
#include "portcls/adapter.h"
#include "portcls/port.h"
#include "portcls/request_target.h"
#include "portcls/wave_rt_stream.h"

namespace ksbox::portcls {

EngineTarget EngineTarget::of(PIRP irp, PKSIDENTIFIER request) {
    const RequestTarget target = RequestTarget::of(irp, *request);
    // Nodes of WaveRT filters alone.
    return {*target.port, static_cast<WaveRtStream *>(target.stream), target.node_id};
}

IMiniportAudioEngineNode &EngineTarget::device() const {
    return *port.audio_engine();
}

namespace {

std::unexpected<Status> no_interface(const EngineTarget &target, const char *name) {
    if (!target.stream)
        return ks::refuse(STATUS_INVALID_DEVICE_REQUEST,
                          "the property is a stream's: it is asked for on a pin's handle");
    return ks::refuse(STATUS_NOT_SUPPORTED, std::string("the driver's stream has no ") + name);
}

} // namespace

Result<IMiniportStreamAudioEngineNode *> EngineTarget::stream_engine() const {
    if (stream && stream->audio_engine())
        return stream->audio_engine();
    return no_interface(*this, "IMiniportStreamAudioEngineNode");
}

Result<IMiniportStreamAudioEngineNode2 *> EngineTarget::stream_engine2() const {
    if (stream && stream->audio_engine2())
        return stream->audio_engine2();
    return no_interface(*this, "IMiniportStreamAudioEngineNode2");
}

Result<UINT32> EngineAttribute::channel_count() const {
    UINT32 count = 0;
    NTSTATUS status = STATUS_SUCCESS;
    if (target_.stream)
        status = call_method("IMiniportStreamAudioEngineNode.GetStreamChannelCount",
                             KS_TRY(target_.stream_engine()),
                             &IMiniportStreamAudioEngineNode::GetStreamChannelCount, type_, &count);
    else
        status = call_method("IMiniportAudioEngineNode.GetDeviceChannelCount", &target_.device(),
                             &IMiniportAudioEngineNode::GetDeviceChannelCount, target_.node_id,
                             type_, &count);
    if (!NT_SUCCESS(status))
        return fail(status);
    constexpr UINT32 most_channels = 256;
    if (count > most_channels) {
        target_.port.adapter()->finding("the audio engine node " + std::to_string(target_.node_id) +
                                        " says that it has " + std::to_string(count) + " channels");
        return fail(STATUS_UNSUCCESSFUL);
    }
    return count;
}

Result<UINT32> EngineAttribute::checked_channel(LONG channel) const {
    const UINT32 count = KS_TRY(channel_count());
    const auto index = static_cast<UINT32>(channel);
    if (index >= count && index != all_channels)
        return ks::refuse(STATUS_INVALID_PARAMETER, "channel " + std::to_string(channel) +
                                                        " is out of range: there are " +
                                                        std::to_string(count));
    return index;
}

NTSTATUS EngineAttribute::get_steppings(KSPROPERTY_STEPPING_LONG *steppings, UINT32 count) const {
    const UINT32 bytes = count * static_cast<UINT32>(sizeof *steppings);
    if (!target_.stream)
        return call_method("IMiniportAudioEngineNode.GetDeviceAttributeSteppings",
                           &target_.device(),
                           &IMiniportAudioEngineNode::GetDeviceAttributeSteppings, target_.node_id,
                           type_, steppings, bytes);
    const auto stream = target_.stream_engine();
    if (!stream)
        return stream.error().value();
    return call_method("IMiniportStreamAudioEngineNode.GetStreamAttributeSteppings", *stream,
                       &IMiniportStreamAudioEngineNode::GetStreamAttributeSteppings, type_,
                       steppings, bytes);
}

NTSTATUS EngineAttribute::get_of_stream(UINT32 channel, LONG &value) const {
    const auto stream = target_.stream_engine();
    if (!stream)
        return stream.error().value();
    BOOL mute = FALSE;
    switch (type_) {
    case eVolumeAttribute:
        return call_method("IMiniportStreamAudioEngineNode.GetStreamChannelVolume", *stream,
                           &IMiniportStreamAudioEngineNode::GetStreamChannelVolume, channel,
                           &value);
    case ePeakMeterAttribute:
        return call_method("IMiniportStreamAudioEngineNode.GetStreamChannelPeakMeter", *stream,
                           &IMiniportStreamAudioEngineNode::GetStreamChannelPeakMeter, channel,
                           &value);
    case eMuteAttribute: {
        const NTSTATUS status =
            call_method("IMiniportStreamAudioEngineNode.GetStreamChannelMute", *stream,
                        &IMiniportStreamAudioEngineNode::GetStreamChannelMute, channel, &mute);
        value = mute;
        return status;
    }
    }
    return STATUS_INVALID_PARAMETER;
}

NTSTATUS EngineAttribute::get_of_device(UINT32 channel, LONG &value) const {
    BOOL mute = FALSE;
    switch (type_) {
    case eVolumeAttribute:
        return call_method("IMiniportAudioEngineNode.GetDeviceChannelVolume", &target_.device(),
                           &IMiniportAudioEngineNode::GetDeviceChannelVolume, target_.node_id,
                           channel, &value);
    case ePeakMeterAttribute:
        return call_method("IMiniportAudioEngineNode.GetDeviceChannelPeakMeter", &target_.device(),
                           &IMiniportAudioEngineNode::GetDeviceChannelPeakMeter, target_.node_id,
                           channel, &value);
    case eMuteAttribute: {
        const NTSTATUS status = call_method(
            "IMiniportAudioEngineNode.GetDeviceChannelMute", &target_.device(),
            &IMiniportAudioEngineNode::GetDeviceChannelMute, target_.node_id, channel, &mute);
        value = mute;
        return status;
    }
    }
    return STATUS_INVALID_PARAMETER;
}

NTSTATUS EngineAttribute::get(UINT32 channel, LONG &value) const {
    value = 0;
    return target_.stream ? get_of_stream(channel, value) : get_of_device(channel, value);
}

NTSTATUS EngineAttribute::set(UINT32 channel, LONG value) const {
    if (target_.stream && type_ == eVolumeAttribute)
        return fade(channel, {value, AUDIO_CURVE_TYPE_NONE, 0});
    if (target_.stream) {
        const auto stream = target_.stream_engine();
        if (!stream)
            return stream.error().value();
        return call_method("IMiniportStreamAudioEngineNode.SetStreamChannelMute", *stream,
                           &IMiniportStreamAudioEngineNode::SetStreamChannelMute, channel,
                           static_cast<BOOL>(value));
    }
    if (type_ == eVolumeAttribute)
        return call_method("IMiniportAudioEngineNode.SetDeviceChannelVolume", &target_.device(),
                           &IMiniportAudioEngineNode::SetDeviceChannelVolume, target_.node_id,
                           channel, value);
    return call_method("IMiniportAudioEngineNode.SetDeviceChannelMute", &target_.device(),
                       &IMiniportAudioEngineNode::SetDeviceChannelMute, target_.node_id, channel,
                       static_cast<BOOL>(value));
}

NTSTATUS EngineAttribute::fade(UINT32 channel, const KSAUDIOENGINE_VOLUMELEVEL &level) const {
    const auto stream = target_.stream_engine();
    if (!stream)
        return stream.error().value();
    return call_method("IMiniportStreamAudioEngineNode.SetStreamChannelVolume", *stream,
                       &IMiniportStreamAudioEngineNode::SetStreamChannelVolume, channel,
                       level.TargetVolume, level.CurveType, level.CurveDuration);
}

} // namespace ksbox::portcls

// Properties of audio engine nodes.
#include "portcls/engine_node.h"

#include <vector>

#include "abi/guid.h"
#include "ks/item_tables.h"
#include "ks/property_description.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"
#include "portcls/adapter.h"
#include "portcls/engine_target.h"
#include "portcls/port.h"

namespace ksbox::portcls {
namespace {

template <typename T> NTSTATUS answer(PIRP irp, PVOID data, NTSTATUS status, const T &value) {
    return NT_SUCCESS(status) ? ks::answer_value(irp, data, &value, sizeof value) : status;
}

ULONG request_bytes(PIRP irp) {
    return IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.InputBufferLength;
}
ULONG value_bytes(PIRP irp) {
    return IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.OutputBufferLength;
}

// The device's engine.

NTSTATUS NTAPI get_descriptor(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const EngineTarget target = EngineTarget::of(irp, request);
    KSAUDIOENGINE_DESCRIPTOR descriptor{};
    const NTSTATUS status = call_method(
        "IMiniportAudioEngineNode.GetAudioEngineDescriptor", &target.device(),
        &IMiniportAudioEngineNode::GetAudioEngineDescriptor, target.node_id, &descriptor);
    return answer(irp, data, status, descriptor);
}

NTSTATUS NTAPI get_global_effects(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const EngineTarget target = EngineTarget::of(irp, request);
    BOOL enabled = FALSE;
    const NTSTATUS status =
        call_method("IMiniportAudioEngineNode.GetGfxState", &target.device(),
                    &IMiniportAudioEngineNode::GetGfxState, target.node_id, &enabled);
    return answer(irp, data, status, enabled);
}

NTSTATUS NTAPI set_global_effects(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const EngineTarget target = EngineTarget::of(irp, request);
    return call_method("IMiniportAudioEngineNode.SetGfxState", &target.device(),
                       &IMiniportAudioEngineNode::SetGfxState, target.node_id,
                       *static_cast<const BOOL *>(data));
}

/// What of the engine's formats a property asks for.
struct FormatKind {
    eEngineFormatType type;
    ULONG least_bytes;
};
FormatKind format_kind(const KSIDENTIFIER &request) {
    switch (request.Id) {
    case KSPROPERTY_AUDIOENGINE_MIXFORMAT:
        return {eMixFormat, sizeof(KSDATAFORMAT_WAVEFORMATEX)};
    case KSPROPERTY_AUDIOENGINE_DEVICEFORMAT:
        return {eDeviceFormat, sizeof(KSDATAFORMAT_WAVEFORMATEX)};
    default:
        return {eSupportedDeviceFormats, sizeof(KSMULTIPLE_ITEM)};
    }
}

NTSTATUS read_format(const EngineTarget &target, eEngineFormatType type, PVOID data, ULONG bytes) {
    IMiniportAudioEngineNode *engine = &target.device();
    auto *format = static_cast<KSDATAFORMAT_WAVEFORMATEX *>(data);
    switch (type) {
    case eMixFormat:
        return call_method("IMiniportAudioEngineNode.GetMixFormat", engine,
                           &IMiniportAudioEngineNode::GetMixFormat, target.node_id, format, bytes);
    case eDeviceFormat:
        return call_method("IMiniportAudioEngineNode.GetDeviceFormat", engine,
                           &IMiniportAudioEngineNode::GetDeviceFormat, target.node_id, format,
                           bytes);
    case eSupportedDeviceFormats:
        return call_method("IMiniportAudioEngineNode.GetSupportedDeviceFormats", engine,
                           &IMiniportAudioEngineNode::GetSupportedDeviceFormats, target.node_id,
                           static_cast<KSMULTIPLE_ITEM *>(data), bytes);
    }
    return STATUS_INVALID_PARAMETER;
}

NTSTATUS NTAPI get_format(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const EngineTarget target = EngineTarget::of(irp, request);
    const FormatKind kind = format_kind(*request);
    ULONG bytes = 0;
    const NTSTATUS status = call_method(
        "IMiniportAudioEngineNode.GetEngineFormatSize", &target.device(),
        &IMiniportAudioEngineNode::GetEngineFormatSize, target.node_id, kind.type, &bytes);
    if (!NT_SUCCESS(status))
        return status;
    if (bytes < kind.least_bytes) {
        target.port.adapter()->finding(
            "IMiniportAudioEngineNode::GetEngineFormatSize: " + std::to_string(bytes) +
            " bytes, of " + std::to_string(kind.least_bytes) + " at least");
        return STATUS_UNSUCCESSFUL;
    }
    const ks::SizedAnswer answer = ks::sized_value_answer(bytes, value_bytes(irp));
    irp->IoStatus.Information = answer.information;
    if (!answer.all)
        return answer.status;
    return read_format(target, kind.type, data, bytes);
}

NTSTATUS NTAPI set_device_format(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const EngineTarget target = EngineTarget::of(irp, request);
    if (value_bytes(irp) < sizeof(KSDATAFORMAT_WAVEFORMATEX))
        return STATUS_BUFFER_TOO_SMALL;
    return call_method("IMiniportAudioEngineNode.SetDeviceFormat", &target.device(),
                       &IMiniportAudioEngineNode::SetDeviceFormat, target.node_id,
                       static_cast<KSDATAFORMAT_WAVEFORMATEX *>(data), value_bytes(irp));
}

/// The format follows the KSP_NODE.
NTSTATUS NTAPI get_buffer_size_range(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const EngineTarget target = EngineTarget::of(irp, request);
    auto *format = reinterpret_cast<KSDATAFORMAT_WAVEFORMATEX *>(
        reinterpret_cast<std::byte *>(request) + sizeof(KSP_NODE));
    const ULONG bytes = request_bytes(irp) - static_cast<ULONG>(sizeof(KSP_NODE));
    if (format->DataFormat.FormatSize < sizeof *format || format->DataFormat.FormatSize > bytes ||
        format->WaveFormatEx.cbSize > bytes - sizeof *format)
        return ks::refused(STATUS_INVALID_PARAMETER,
                           "the format behind the node is not of the size that it says");
    KSAUDIOENGINE_BUFFER_SIZE_RANGE range{};
    const NTSTATUS status =
        call_method("IMiniportAudioEngineNode.GetBufferSizeRange", &target.device(),
                    &IMiniportAudioEngineNode::GetBufferSizeRange, target.node_id, format, &range);
    return answer(irp, data, status, range);
}

// A stream's part of the engine.

NTSTATUS NTAPI get_local_effects(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto stream = EngineTarget::of(irp, request).stream_engine();
    if (!stream)
        return stream.error().value();
    BOOL enabled = FALSE;
    const NTSTATUS status = call_method("IMiniportStreamAudioEngineNode.GetLfxState", *stream,
                                        &IMiniportStreamAudioEngineNode::GetLfxState, &enabled);
    return answer(irp, data, status, enabled);
}

NTSTATUS NTAPI set_local_effects(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto stream = EngineTarget::of(irp, request).stream_engine();
    if (!stream)
        return stream.error().value();
    return call_method("IMiniportStreamAudioEngineNode.SetLfxState", *stream,
                       &IMiniportStreamAudioEngineNode::SetLfxState,
                       *static_cast<const BOOL *>(data));
}

NTSTATUS NTAPI set_loopback_protection(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto stream = EngineTarget::of(irp, request).stream_engine();
    if (!stream)
        return stream.error().value();
    const ULONG option = *static_cast<const ULONG *>(data);
    if (option > CONSTRICTOR_OPTION_MUTE)
        return ks::refused(STATUS_INVALID_PARAMETER,
                           std::to_string(option) + " is no CONSTRICTOR_OPTION");
    return call_method("IMiniportStreamAudioEngineNode.SetStreamLoopbackProtection", *stream,
                       &IMiniportStreamAudioEngineNode::SetStreamLoopbackProtection,
                       static_cast<CONSTRICTOR_OPTION>(option));
}

NTSTATUS NTAPI get_linear_position(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto stream = EngineTarget::of(irp, request).stream_engine();
    if (!stream)
        return stream.error().value();
    ULONGLONG position_bytes = 0;
    const NTSTATUS status = call_method(
        "IMiniportStreamAudioEngineNode.GetStreamLinearBufferPosition", *stream,
        &IMiniportStreamAudioEngineNode::GetStreamLinearBufferPosition, &position_bytes);
    return answer(irp, data, status, position_bytes);
}

NTSTATUS NTAPI get_presentation_position(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto stream = EngineTarget::of(irp, request).stream_engine();
    if (!stream)
        return stream.error().value();
    KSAUDIO_PRESENTATION_POSITION position{};
    const NTSTATUS status =
        call_method("IMiniportStreamAudioEngineNode.GetStreamPresentationPosition", *stream,
                    &IMiniportStreamAudioEngineNode::GetStreamPresentationPosition, &position);
    return answer(irp, data, status, position);
}

NTSTATUS NTAPI set_write_position(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto stream = EngineTarget::of(irp, request).stream_engine();
    if (!stream)
        return stream.error().value();
    return call_method("IMiniportStreamAudioEngineNode.SetStreamCurrentWritePosition", *stream,
                       &IMiniportStreamAudioEngineNode::SetStreamCurrentWritePosition,
                       *static_cast<const ULONG *>(data));
}

NTSTATUS NTAPI set_last_write_position(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto stream = EngineTarget::of(irp, request).stream_engine2();
    if (!stream)
        return stream.error().value();
    return call_method("IMiniportStreamAudioEngineNode2.SetStreamCurrentWritePositionForLastBuffer",
                       *stream,
                       &IMiniportStreamAudioEngineNode2::SetStreamCurrentWritePositionForLastBuffer,
                       *static_cast<const ULONG *>(data));
}

// Volumes, mutes and peak meters.

eChannelTargetType attribute_type(const KSIDENTIFIER &request) {
    if (request.Set == KSPROPSETID_Audio && request.Id == KSPROPERTY_AUDIO_MUTE)
        return eMuteAttribute;
    if (request.Set == KSPROPSETID_Audio && request.Id == KSPROPERTY_AUDIO_PEAKMETER2)
        return ePeakMeterAttribute;
    return eVolumeAttribute; // of KSPROPSETID_Audio, and KSPROPERTY_AUDIOENGINE_VOLUMELEVEL
}

LONG channel_of(PKSIDENTIFIER request) {
    return reinterpret_cast<const KSNODEPROPERTY_AUDIO_CHANNEL *>(request)->Channel;
}

NTSTATUS NTAPI get_attribute(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const EngineAttribute attribute(EngineTarget::of(irp, request), attribute_type(*request));
    const auto channel = attribute.checked_channel(channel_of(request));
    if (!channel)
        return channel.error().value();
    LONG value = 0;
    const NTSTATUS status = attribute.get(*channel, value);
    return answer(irp, data, status, value);
}

NTSTATUS NTAPI set_attribute(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const EngineAttribute attribute(EngineTarget::of(irp, request), attribute_type(*request));
    const auto channel = attribute.checked_channel(channel_of(request));
    if (!channel)
        return channel.error().value();
    return attribute.set(*channel, *static_cast<const LONG *>(data));
}

NTSTATUS NTAPI get_stream_volume(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto stream = EngineTarget::of(irp, request).stream_engine();
    return stream ? get_attribute(irp, request, data) : stream.error().value();
}

NTSTATUS NTAPI set_stream_volume(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const EngineTarget target = EngineTarget::of(irp, request);
    if (const auto stream = target.stream_engine(); !stream)
        return stream.error().value();
    if (value_bytes(irp) < sizeof(KSAUDIOENGINE_VOLUMELEVEL))
        return STATUS_BUFFER_TOO_SMALL;
    const auto &level = *static_cast<const KSAUDIOENGINE_VOLUMELEVEL *>(data);
    if (static_cast<ULONG>(level.CurveType) > AUDIO_CURVE_TYPE_WINDOWS_FADE)
        return ks::refused(STATUS_INVALID_PARAMETER,
                           std::to_string(level.CurveType) + " is no AUDIO_CURVE_TYPE");
    const EngineAttribute attribute(target, eVolumeAttribute);
    const auto channel = attribute.checked_channel(channel_of(request));
    return channel ? attribute.fade(*channel, level) : channel.error().value();
}

/// The steps of each channel, as audio/exposing-multichannel-nodes has it.
NTSTATUS NTAPI support_attribute(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    if (!(request->Flags & KSPROPERTY_TYPE_BASICSUPPORT))
        return STATUS_NOT_SUPPORTED; // KS knows what to answer
    const EngineTarget target = EngineTarget::of(irp, request);
    if (request->Set == KSPROPSETID_AudioEngine)
        if (const auto stream = target.stream_engine(); !stream)
            return stream.error().value();
    const eChannelTargetType type = attribute_type(*request);
    const EngineAttribute attribute(target, type);
    const auto count = attribute.channel_count();
    if (!count)
        return STATUS_NOT_SUPPORTED;
    std::vector<KSPROPERTY_STEPPING_LONG> steppings(*count);
    const NTSTATUS status = attribute.get_steppings(steppings.data(), *count);
    if (!NT_SUCCESS(status))
        return status;
    const KSPROPERTY_MEMBERSLIST members{{KSPROPERTY_MEMBER_STEPPEDRANGES,
                                          sizeof(KSPROPERTY_STEPPING_LONG), *count,
                                          KSPROPERTY_MEMBER_FLAG_BASICSUPPORT_MULTICHANNEL},
                                         steppings.data()};
    KSPROPERTY_VALUES values{};
    values.PropTypeSet.Set = KSPROPTYPESETID_General;
    values.PropTypeSet.Id = type == eMuteAttribute ? VT_BOOL : VT_I4;
    values.MembersListCount = 1;
    values.MembersList = &members;
    KSPROPERTY_ITEM item = *KSPROPERTY_ITEM_IRP_STORAGE(irp);
    item.Values = &values;
    return ks::describe_property(item, {irp, request, request_bytes(irp), data, value_bytes(irp)},
                                 false);
}

constexpr KSPROPERTY_ITEM attribute_item(ULONG id, PFNKSHANDLER get, PFNKSHANDLER set) {
    KSPROPERTY_ITEM item =
        ks::property_item(id, get, set, sizeof(KSNODEPROPERTY_AUDIO_CHANNEL), sizeof(LONG));
    item.SupportHandler = support_attribute;
    return item;
}

using ks::property_item;

// KSPROPERTY_AUDIOENGINE_DEVICECONTROLS has no page that says what it asks of a miniport.
const KSPROPERTY_ITEM engine_items[] = {
    property_item(KSPROPERTY_AUDIOENGINE_LFXENABLE, get_local_effects, set_local_effects,
                  sizeof(KSP_NODE), sizeof(BOOL)),
    property_item(KSPROPERTY_AUDIOENGINE_GFXENABLE, get_global_effects, set_global_effects,
                  sizeof(KSP_NODE), sizeof(BOOL)),
    property_item(KSPROPERTY_AUDIOENGINE_MIXFORMAT, get_format, nullptr, sizeof(KSP_NODE), 0),
    property_item(KSPROPERTY_AUDIOENGINE_DEVICEFORMAT, get_format, set_device_format,
                  sizeof(KSP_NODE), 0),
    property_item(KSPROPERTY_AUDIOENGINE_SUPPORTEDDEVICEFORMATS, get_format, nullptr,
                  sizeof(KSP_NODE), 0),
    property_item(KSPROPERTY_AUDIOENGINE_DESCRIPTOR, get_descriptor, nullptr, sizeof(KSP_NODE),
                  sizeof(KSAUDIOENGINE_DESCRIPTOR)),
    property_item(KSPROPERTY_AUDIOENGINE_BUFFER_SIZE_RANGE, get_buffer_size_range, nullptr,
                  sizeof(KSP_NODE) + sizeof(KSDATAFORMAT_WAVEFORMATEX),
                  sizeof(KSAUDIOENGINE_BUFFER_SIZE_RANGE)),
    property_item(KSPROPERTY_AUDIOENGINE_LOOPBACK_PROTECTION, nullptr, set_loopback_protection,
                  sizeof(KSP_NODE), sizeof(ULONG)),
    attribute_item(KSPROPERTY_AUDIOENGINE_VOLUMELEVEL, get_stream_volume, set_stream_volume),
};

const KSPROPERTY_ITEM audio_items[] = {
    attribute_item(KSPROPERTY_AUDIO_VOLUMELEVEL, get_attribute, set_attribute),
    attribute_item(KSPROPERTY_AUDIO_MUTE, get_attribute, set_attribute),
    attribute_item(KSPROPERTY_AUDIO_PEAKMETER2, get_attribute, nullptr),
    property_item(KSPROPERTY_AUDIO_LINEAR_BUFFER_POSITION, get_linear_position, nullptr,
                  sizeof(KSP_NODE), sizeof(ULONGLONG)),
    property_item(KSPROPERTY_AUDIO_PRESENTATION_POSITION, get_presentation_position, nullptr,
                  sizeof(KSP_NODE), sizeof(KSAUDIO_PRESENTATION_POSITION)),
    property_item(KSPROPERTY_AUDIO_WAVERT_CURRENT_WRITE_POSITION, nullptr, set_write_position,
                  sizeof(KSP_NODE), sizeof(ULONG)),
    property_item(KSPROPERTY_AUDIO_WAVERT_CURRENT_WRITE_LASTBUFFER_POSITION, nullptr,
                  set_last_write_position, sizeof(KSP_NODE), sizeof(ULONG)),
};

} // namespace

std::span<const KSPROPERTY_SET> engine_node_sets() {
    static const KSPROPERTY_SET sets[] = {
        {&KSPROPSETID_AudioEngine, std::size(engine_items), engine_items, 0, nullptr},
        {&KSPROPSETID_Audio, std::size(audio_items), audio_items, 0, nullptr},
    };
    return sets;
}

} // namespace ksbox::portcls

// Properties of wave pins that the port answers.
#include "portcls/wave_stream.h"

#include <algorithm>

#include "abi/guid.h"
#include "ks/item_tables.h"
#include "ks/sized_answer.h"
#include "portcls/drm_property.h"
#include "portcls/filter_properties.h"
#include "portcls/pins.h"
#include "portcls/request_target.h"

namespace ksbox::portcls {
namespace {

// The sets are of wave pins alone, and those have a stream for as long as they are open.
WaveStream &stream_of(PIRP irp) {
    return static_cast<WaveStream &>(
        *RequestTarget::of(IoGetCurrentIrpStackLocation(irp)->FileObject).stream);
}

NTSTATUS NTAPI get_position(PIRP irp, PKSIDENTIFIER, PVOID data) {
    KSAUDIO_POSITION position{};
    const NTSTATUS status = stream_of(irp).position(position);
    return NT_SUCCESS(status) ? ks::answer_value(irp, data, &position, sizeof position) : status;
}

NTSTATUS NTAPI set_position(PIRP irp, PKSIDENTIFIER, PVOID data) {
    return stream_of(irp).set_position(*static_cast<const KSAUDIO_POSITION *>(data));
}

NTSTATUS NTAPI get_framing(PIRP irp, PKSIDENTIFIER, PVOID data) {
    KSALLOCATOR_FRAMING framing{};
    const NTSTATUS status = stream_of(irp).framing(framing);
    return NT_SUCCESS(status) ? ks::answer_value(irp, data, &framing, sizeof framing) : status;
}

const KSPROPERTY_ITEM audio_items[] = {
    ks::property_item(KSPROPERTY_AUDIO_POSITION, get_position, set_position, sizeof(KSPROPERTY),
                      sizeof(KSAUDIO_POSITION)),
};
const KSPROPERTY_ITEM connection_items[] = {
    ks::property_item(KSPROPERTY_CONNECTION_ALLOCATORFRAMING, get_framing, nullptr,
                      sizeof(KSPROPERTY), sizeof(KSALLOCATOR_FRAMING)),
};

const KSPROPERTY_SET pin_sets[] = {
    {&KSPROPSETID_Audio, std::size(audio_items), audio_items, 0, nullptr},
    {&KSPROPSETID_Connection, std::size(connection_items), connection_items, 0, nullptr},
    {&KSPROPSETID_DrmAudioStream, std::size(drm_stream_items), drm_stream_items, 0, nullptr},
};

} // namespace

PortKind wave_kind(const char *name) {
    return {.name = name,
            .categories = {KSCATEGORY_AUDIO, KSCATEGORY_RENDER, KSCATEGORY_CAPTURE},
            .interfaces = {standard_interface(KSINTERFACE_STANDARD_STREAMING),
                           standard_interface(KSINTERFACE_STANDARD_LOOPED_STREAMING)},
            .filter_sets = filter_property_sets(),
            .pin_sets = pin_sets,
            .pin_dispatch = &queue_pin_dispatch,
            .pin_flags = KSPIN_FLAG_USE_STANDARD_TRANSPORT | KSPIN_FLAG_DISPATCH_LEVEL_PROCESSING |
                         KSPIN_FLAG_GENERATE_EOS_EVENTS};
}

bool is_looped(const KSPIN &pin) {
    return pin.ConnectionInterface.Set == KSINTERFACESETID_Standard &&
           pin.ConnectionInterface.Id == KSINTERFACE_STANDARD_LOOPED_STREAMING;
}

const WAVEFORMATEX *wave_format(const KSDATAFORMAT &format) {
    if (format.Specifier == KSDATAFORMAT_SPECIFIER_WAVEFORMATEX &&
        format.FormatSize >= sizeof(KSDATAFORMAT_WAVEFORMATEX))
        return &reinterpret_cast<const KSDATAFORMAT_WAVEFORMATEX &>(format).WaveFormatEx;
    if (format.Specifier == KSDATAFORMAT_SPECIFIER_DSOUND &&
        format.FormatSize >= sizeof(KSDATAFORMAT_DSOUND))
        return &reinterpret_cast<const KSDATAFORMAT_DSOUND &>(format).BufferDesc.WaveFormatEx;
    return nullptr;
}

ULONG block_bytes(const KSDATAFORMAT &format) {
    const WAVEFORMATEX *wave = wave_format(format);
    return std::max<ULONG>(wave ? wave->nBlockAlign : format.SampleSize, 1);
}

} // namespace ksbox::portcls

// KSPROPERTY_DRMAUDIOSTREAM_CONTENTID of wave pins: how drmk's content IDs reach a miniport's
// stream.
// @doc audio/forwarding-drm-content-ids
#pragma once

#include "abi/windows.h"

namespace ksbox::portcls {

/// Hands the content ID to the stream's IDrmAudioStream. STATUS_NOT_IMPLEMENTED without one;
/// STATUS_INVALID_PARAMETER for a content that drmk does not know; the stream's status.
/// STATUS_INVALID_DEVICE_REQUEST for user-mode clients: the request carries kernel addresses
/// [inferred].
extern const KSPROPERTY_ITEM drm_stream_items[1];

} // namespace ksbox::portcls

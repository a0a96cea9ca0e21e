// Content IDs on their way to streams.
#include "portcls/drm_property.h"

#include "ks/item_tables.h"
#include "ks/refusal.h"
#include "portcls/drm_contents.h"
#include "portcls/request_target.h"
#include "portcls/stream.h"

namespace ksbox::portcls {
namespace {

NTSTATUS NTAPI set_content_id(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    if (irp->RequestorMode != KernelMode)
        return ks::refused(STATUS_INVALID_DEVICE_REQUEST,
                           "content IDs are set by kernel-mode clients only");
    // The set is of wave pins alone, and those have a stream for as long as they are open.
    return forward_content_to_interface(
        static_cast<const KSDRMAUDIOSTREAM_CONTENTID *>(data)->ContentId,
        RequestTarget::of(irp, *request).stream->unknown());
}

} // namespace

const KSPROPERTY_ITEM drm_stream_items[1] = {
    ks::property_item(KSPROPERTY_DRMAUDIOSTREAM_CONTENTID, nullptr, set_content_id,
                      sizeof(KSP_DRMAUDIOSTREAM_CONTENTID), sizeof(KSDRMAUDIOSTREAM_CONTENTID)),
};

} // namespace ksbox::portcls

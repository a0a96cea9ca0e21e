// drmk.sys: digital rights management for audio, of contents that nobody protects. Modules of a
// data path are not authenticated, since there is nothing to keep from them.
#include "portcls/drmk_exports.h"

#include "portcls/drm_contents.h"

using namespace ksbox;
using namespace ksbox::portcls;

#define DRM_EXPORT(name) done<&name>(#name, "NF:drmk." #name)

extern "C" {

NTSTATUS NTAPI DrmAddContentHandlers(ULONG ContentId, PVOID *paHandlers, ULONG NumHandlers) {
    if (!DrmContents::current().rights(ContentId) || !paHandlers || NumHandlers == 0)
        return STATUS_INVALID_PARAMETER;
    for (ULONG i = 0; i < NumHandlers; ++i)
        if (!paHandlers[i])
            return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DrmCreateContentMixed(PULONG paContentId, ULONG cContentId, PULONG pMixedContentId) {
    if (!pMixedContentId || (cContentId && !paContentId))
        return STATUS_INVALID_PARAMETER;
    const auto made = DrmContents::current().mix(paContentId, cContentId);
    if (!made)
        return made.error().value();
    *pMixedContentId = *made;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DrmDestroyContent(ULONG ContentId) {
    return DrmContents::current().destroy(ContentId);
}

NTSTATUS NTAPI DrmForwardContentToDeviceObject(ULONG ContentId, PVOID, PCDRMFORWARD DrmForward) {
    return DrmForward ? forward_content_to_device(ContentId, *DrmForward)
                      : STATUS_INVALID_PARAMETER;
}

NTSTATUS NTAPI DrmForwardContentToFileObject(ULONG ContentId, PFILE_OBJECT FileObject) {
    if (!FileObject)
        return STATUS_INVALID_PARAMETER;
    return forward_content_to_device(
        ContentId, {0, IoGetRelatedDeviceObject(FileObject), FileObject, FileObject});
}

NTSTATUS NTAPI DrmForwardContentToInterface(ULONG ContentId, PUNKNOWN pUnknown, ULONG NumMethods) {
    constexpr ULONG of_unknown = 3;
    return NumMethods < of_unknown ? STATUS_INVALID_PARAMETER
                                   : forward_content_to_interface(ContentId, pUnknown);
}

NTSTATUS NTAPI DrmGetContentRights(ULONG ContentId, PDRMRIGHTS DrmRights) {
    const auto rights = DrmContents::current().rights(ContentId);
    if (!rights || !DrmRights)
        return STATUS_INVALID_PARAMETER;
    *DrmRights = *rights;
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> ksbox::portcls::drmk_exports() {
    static const Export table[] = {
        // Its handlers are never asked for their module: nothing is authenticated.
        partial<&DrmAddContentHandlers>("DrmAddContentHandlers", "NF:drmk.DrmAddContentHandlers"),
        DRM_EXPORT(DrmCreateContentMixed),
        DRM_EXPORT(DrmDestroyContent),
        DRM_EXPORT(DrmForwardContentToDeviceObject),
        DRM_EXPORT(DrmForwardContentToFileObject),
        DRM_EXPORT(DrmForwardContentToInterface),
        DRM_EXPORT(DrmGetContentRights),
    };
    return table;
}

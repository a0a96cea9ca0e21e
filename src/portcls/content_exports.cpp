// PortCls's own entry points to drmk.sys: they do what theirs do.
// @doc audio/drm-functions-and-interfaces
#include "portcls/part_exports.h"

#include "abi/windows.h"

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

NTSTATUS NTAPI PcAddContentHandlers(ULONG ContentId, PVOID *paHandlers, ULONG NumHandlers) {
    return DrmAddContentHandlers(ContentId, paHandlers, NumHandlers);
}

NTSTATUS NTAPI PcCreateContentMixed(PULONG paContentId, ULONG cContentId, PULONG pMixedContentId) {
    return DrmCreateContentMixed(paContentId, cContentId, pMixedContentId);
}

NTSTATUS NTAPI PcDestroyContent(ULONG ContentId) {
    return DrmDestroyContent(ContentId);
}

NTSTATUS NTAPI PcForwardContentToDeviceObject(ULONG ContentId, PVOID Reserved,
                                              PCDRMFORWARD DrmForward) {
    return DrmForwardContentToDeviceObject(ContentId, Reserved, DrmForward);
}

NTSTATUS NTAPI PcForwardContentToFileObject(ULONG ContentId, PFILE_OBJECT FileObject) {
    return DrmForwardContentToFileObject(ContentId, FileObject);
}

NTSTATUS NTAPI PcForwardContentToInterface(ULONG ContentId, PUNKNOWN pUnknown, ULONG NumMethods) {
    return DrmForwardContentToInterface(ContentId, pUnknown, NumMethods);
}

NTSTATUS NTAPI PcGetContentRights(ULONG ContentId, PDRMRIGHTS DrmRights) {
    return DrmGetContentRights(ContentId, DrmRights);
}

} // extern "C"

std::span<const Export> ksbox::portcls::content_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcAddContentHandlers),
        PC_EXPORT(done, PcCreateContentMixed),
        PC_EXPORT(done, PcDestroyContent),
        PC_EXPORT(done, PcForwardContentToDeviceObject),
        PC_EXPORT(done, PcForwardContentToFileObject),
        PC_EXPORT(done, PcForwardContentToInterface),
        PC_EXPORT(done, PcGetContentRights),
    };
    return table;
}

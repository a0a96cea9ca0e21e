// KSPROPERTY_DRMAUDIOSTREAM_CONTENTID as drmk.h declares it and mingw-w64 does not.
#ifndef KSBOX_WDK_DRM_H
#define KSBOX_WDK_DRM_H

// @doc NS:drmk.KSDRMAUDIOSTREAM_CONTENTID
typedef struct {
    ULONG ContentId;
    DRMRIGHTS DrmRights;
} KSDRMAUDIOSTREAM_CONTENTID, *PKSDRMAUDIOSTREAM_CONTENTID;

// @doc NS:drmk.KSP_DRMAUDIOSTREAM_CONTENTID
typedef struct {
    KSPROPERTY Property;
    PVOID Context;
    NTSTATUS(NTAPI *DrmAddContentHandlers)(ULONG ContentId, PVOID *paHandlers, ULONG NumHandlers);
    NTSTATUS(NTAPI *DrmCreateContentMixed)(PULONG paContentId, ULONG cContentId,
                                           PULONG pMixedContentId);
    NTSTATUS(NTAPI *DrmDestroyContent)(ULONG ContentId);
    NTSTATUS(NTAPI *DrmForwardContentToDeviceObject)(ULONG ContentId, PVOID Reserved,
                                                     PCDRMFORWARD DrmForward);
    NTSTATUS(NTAPI *DrmForwardContentToFileObject)(ULONG ContentId, PFILE_OBJECT FileObject);
    NTSTATUS(NTAPI *DrmForwardContentToInterface)(ULONG ContentId, PUNKNOWN pUnknown,
                                                  ULONG NumMethods);
    NTSTATUS(NTAPI *DrmGetContentRights)(ULONG ContentId, PDRMRIGHTS DrmRights);
} KSP_DRMAUDIOSTREAM_CONTENTID, *PKSP_DRMAUDIOSTREAM_CONTENTID;

#endif

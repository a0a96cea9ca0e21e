// Digital rights management for audio drivers. Replaces mingw-w64's drmk.h, whose PCDRMFORWARD
// forgets the constant.
#ifndef DRMK_H
#define DRMK_H

#include <ks.h>
#include <unknown.h>

// @doc NS:drmk.tagDRMRIGHTS
typedef struct tagDRMRIGHTS {
    BOOL CopyProtect;
    ULONG Reserved;
    BOOL DigitalOutputDisable;
} DRMRIGHTS, *PDRMRIGHTS;
typedef const DRMRIGHTS *PCDRMRIGHTS;

// @doc NS:drmk.tagDRMFORWARD
typedef struct tagDRMFORWARD {
    DWORD Flags;
    PDEVICE_OBJECT DeviceObject;
    PFILE_OBJECT FileObject;
    PVOID Context;
} DRMFORWARD, *PDRMFORWARD;
typedef const DRMFORWARD *PCDRMFORWARD;

#include <ksbox/drm.h>

#ifdef __cplusplus
extern "C" {
#endif

// @doc NF:drmk.DrmAddContentHandlers
NTSTATUS NTAPI DrmAddContentHandlers(ULONG ContentId, PVOID *paHandlers, ULONG NumHandlers);
// @doc NF:drmk.DrmCreateContentMixed
NTSTATUS NTAPI DrmCreateContentMixed(PULONG paContentId, ULONG cContentId, PULONG pMixedContentId);
// @doc NF:drmk.DrmDestroyContent
NTSTATUS NTAPI DrmDestroyContent(ULONG ContentId);
// @doc NF:drmk.DrmForwardContentToDeviceObject
NTSTATUS NTAPI DrmForwardContentToDeviceObject(ULONG ContentId, PVOID Reserved,
                                               PCDRMFORWARD DrmForward);
// @doc NF:drmk.DrmForwardContentToFileObject
NTSTATUS NTAPI DrmForwardContentToFileObject(ULONG ContentId, PFILE_OBJECT FileObject);
// @doc NF:drmk.DrmForwardContentToInterface
NTSTATUS NTAPI DrmForwardContentToInterface(ULONG ContentId, PUNKNOWN pUnknown, ULONG NumMethods);
// @doc NF:drmk.DrmGetContentRights
NTSTATUS NTAPI DrmGetContentRights(ULONG ContentId, PDRMRIGHTS DrmRights);

#ifdef __cplusplus
}
#endif

DEFINE_GUID(IID_IDrmAudioStream, 0x1915c967, 0x3299, 0x48cb, 0xa3, 0xe4, 0x69, 0xfd, 0x1d, 0x1b,
            0x30, 0x6e);

#undef INTERFACE
#define INTERFACE IDrmAudioStream
// @doc NN:drmk.IDrmAudioStream
DECLARE_INTERFACE_(IDrmAudioStream, IUnknown) {
    DEFINE_ABSTRACT_UNKNOWN()
    STDMETHOD_(NTSTATUS, SetContentId)(THIS_ ULONG ContentId, PCDRMRIGHTS DrmRights) PURE;
};
#undef INTERFACE
typedef IDrmAudioStream *PDRMAUDIOSTREAM;

#define IMP_IDrmAudioStream                                                                        \
    STDMETHODIMP_(NTSTATUS) SetContentId(ULONG ContentId, PCDRMRIGHTS DrmRights)

#endif

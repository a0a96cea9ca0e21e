// MDLs that a media pipeline has KS keep for the buffers of its samples. How it hands them in is
// the operating system's own (NS:ks.KSPIN_MDL_CACHING_NOTIFICATION), and a box has no such
// pipeline: no sample ever has one.
// @doc NF:ks.KsAcquireCachedMdl, NF:ks.KsReleaseCachedMdl
#include "abi/windows.h"
#include "ks/exports.h"

using namespace ksbox;

extern "C" {

/// PFNKSCANCELPINNEDMDL: an MDL is asked back when its pin stops.
using CancelPinnedMdl = void(NTAPI *)(GUID guid, PVOID cancel_context, PVOID release_context);

static NTSTATUS NTAPI KsAcquireCachedMdl(PIRP, const GUID *, CancelPinnedMdl, PVOID, PMDL *MdlAddr,
                                         PVOID *ReleaseContext) {
    *MdlAddr = nullptr;
    *ReleaseContext = nullptr;
    return STATUS_NOT_FOUND; // inferred: the page names only success, "if KS finds the MDL"
}

static NTSTATUS NTAPI KsReleaseCachedMdl(const GUID *, PMDL, PVOID) {
    return STATUS_NOT_FOUND; // none was ever acquired
}

} // extern "C"

std::span<const Export> ksbox::ks::cached_mdl_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsAcquireCachedMdl),
        KS_EXPORT(done, KsReleaseCachedMdl),
    };
    return table;
}

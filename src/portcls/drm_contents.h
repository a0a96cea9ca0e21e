// Content identifiers of the system's digital rights management, as far as audio drivers need them
// to run: nothing in a box is protected, so that all contents have the default rights.
// @doc audio/content-ids-and-content-rights, NF:drmk.DrmCreateContentMixed
#pragma once

#include <set>

#include "abi/windows.h"

#include "base/result.h"
#include "nt/ke/host_lock.h"
#include "nt/kernel.h"

namespace ksbox::portcls {

/// Identifiers that drivers made, and 0, which always is. IRQL <= APC_LEVEL.
class DrmContents final : public KernelExtension {
  public:
    explicit DrmContents(Kernel &) {}
    static DrmContents &current() { return current_kernel().extension<DrmContents>(); }

    /// A new identifier of a mix of `count` contents. STATUS_INVALID_PARAMETER when one is unknown.
    Result<ULONG> mix(const ULONG *contents, ULONG count);
    /// STATUS_INVALID_PARAMETER for 0 and what is unknown (inferred).
    NTSTATUS destroy(ULONG content);
    /// STATUS_INVALID_PARAMETER for an unknown content.
    Result<DRMRIGHTS> rights(ULONG content) const;

  private:
    mutable ke::HostLock lock_; ///< of what follows
    std::set<ULONG> made_;
    ULONG last_ = 0;
};

/// Sets KSPROPERTY_DRMAUDIOSTREAM_CONTENTID on the pin that the structure names. PASSIVE.
/// STATUS_NOT_IMPLEMENTED when the device does not know the property; else what it answers.
/// @doc NF:drmk.DrmForwardContentToDeviceObject
NTSTATUS forward_content_to_device(ULONG content, const DRMFORWARD &forward);
/// Calls the object's IDrmAudioStream.SetContentId. STATUS_NOT_IMPLEMENTED when it has none.
/// PASSIVE. @doc NF:drmk.DrmForwardContentToInterface
NTSTATUS forward_content_to_interface(ULONG content, IUnknown *object);

} // namespace ksbox::portcls

// One camera profile as KsPublishDeviceProfile was given it: checked, and copied with all that its
// pointers lead to. @doc stream/camera-profiles, NS:ksmedia._KSDEVICE_PROFILE_INFO
#pragma once

#include <cstddef>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

struct CameraProfile {
    GUID id;
    ULONG index; ///< within the profiles of one ID
    /// What is persisted, little-endian and without gaps. KSCAMERA_PROFILE_INFO: ProfileId, Index,
    /// PinCount; for each pin PinCategory, PinIndex and ProfileSensorType, MediaInfoCount, the
    /// KSCAMERA_PROFILE_MEDIAINFOs; then ConcurrencyCount, and for each entry ReferenceGuid,
    /// ProfileCount, and ProfileId and Index of each profile. Where and how Windows keeps them is
    /// not documented.
    std::vector<std::byte> content;
};

/// STATUS_INVALID_PARAMETER when it, or something that it points at, breaks a rule of its page or
/// cannot be read. PASSIVE.
Result<CameraProfile> read_profile(const void *info);

} // namespace ksbox::ks

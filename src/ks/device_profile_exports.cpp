// Camera profiles: what a driver publishes of the combinations of pins and formats it supports. The
// box has no media pipeline that reads them; they are checked, kept with their factory, and
// persisting them writes their IDs into the registry.
// @doc NF:ks.KsInitializeDeviceProfile, NF:ks.KsPublishDeviceProfile, NF:ks.KsPersistDeviceProfile
#include <algorithm>
#include <vector>

#include "ks/data_range.h"
#include "ks/exports.h"
#include "ks/filter_factory.h"
#include "nt/mm/memory.h"

using namespace ksbox;
using namespace ksbox::ks;

/// The head of KSDEVICE_PROFILE_INFO (NS:ksmedia._KSDEVICE_PROFILE_INFO); what its pointers lead to
/// is not looked at.
struct _KSDEVICE_PROFILE_INFO {
    UINT32 Type;
    UINT32 Size;
    GUID ProfileId;
    UINT32 Index;
    UINT32 PinCount;
    const void *Pins;
    UINT32 Reserved;
    UINT32 ConcurrencyCount;
    const void *Concurrency;
};

namespace {

constexpr UINT32 type_camera = 1; // KSDEVICE_PROFILE_TYPE_CAMERA

bool is_camera_interface(const ks::FilterFactory::Interface &one) {
    return same_guid(one.category, KSCATEGORY_VIDEO_CAMERA);
}
bool is_camera(const ks::FilterFactory &factory) {
    return std::ranges::any_of(factory.interfaces, is_camera_interface);
}

/// The profiles' IDs as one value of the interface; where Windows keeps them is not documented.
NTSTATUS store(const ks::FilterFactory::Interface &camera, const std::vector<GUID> &ids) {
    UNICODE_STRING link = camera.symbolic_link, name;
    RtlInitUnicodeString(&name, u"CameraProfiles");
    HANDLE key = nullptr;
    NTSTATUS status = IoOpenDeviceInterfaceRegistryKey(&link, KEY_ALL_ACCESS, &key);
    if (!NT_SUCCESS(status))
        return status;
    if (ids.empty()) {
        status = ZwDeleteValueKey(key, &name);
        if (status == STATUS_OBJECT_NAME_NOT_FOUND)
            status = STATUS_SUCCESS;
    } else {
        status = ZwSetValueKey(key, &name, 0, REG_BINARY, const_cast<GUID *>(ids.data()),
                               static_cast<ULONG>(ids.size() * sizeof(GUID)));
    }
    ZwClose(key);
    return status;
}

bool valid(const _KSDEVICE_PROFILE_INFO &profile) {
    return profile.Type == type_camera && profile.Size == sizeof profile && !profile.Reserved &&
           profile.ConcurrencyCount <= 1 && !profile.ConcurrencyCount == !profile.Concurrency &&
           !profile.PinCount == !profile.Pins;
}

} // namespace

extern "C" {

static NTSTATUS NTAPI KsInitializeDeviceProfile(PKSFILTERFACTORY FilterFactory) {
    auto &factory = ks::FilterFactory::from(FilterFactory);
    if (!is_camera(factory))
        return STATUS_INVALID_PARAMETER;
    factory.profiles.emplace().clear();
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI KsPublishDeviceProfile(PKSFILTERFACTORY FilterFactory,
                                             const _KSDEVICE_PROFILE_INFO *Profile) {
    auto &factory = ks::FilterFactory::from(FilterFactory);
    _KSDEVICE_PROFILE_INFO profile;
    if (!is_camera(factory) || !mm::guarded_copy(&profile, Profile, sizeof profile) ||
        !valid(profile))
        return STATUS_INVALID_PARAMETER;
    if (!factory.profiles)
        return STATUS_INVALID_DEVICE_REQUEST; // inferred from KsPersistDeviceProfile
    // The same ID again takes the place of the earlier profile.
    auto &list = *factory.profiles;
    std::erase_if(list, [&](const GUID &id) { return same_guid(id, profile.ProfileId); });
    list.push_back(profile.ProfileId);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI KsPersistDeviceProfile(PKSFILTERFACTORY FilterFactory) {
    auto &factory = ks::FilterFactory::from(FilterFactory);
    if (!factory.profiles)
        return STATUS_INVALID_DEVICE_REQUEST;
    return store(*std::ranges::find_if(factory.interfaces, is_camera_interface), *factory.profiles);
}

} // extern "C"

std::span<const Export> ksbox::ks::device_profile_exports() {
    // Partial: pins, formats and concurrency of a profile are not checked.
    static const Export table[] = {
        KS_EXPORT(partial, KsInitializeDeviceProfile),
        KS_EXPORT(partial, KsPublishDeviceProfile),
        KS_EXPORT(partial, KsPersistDeviceProfile),
    };
    return table;
}

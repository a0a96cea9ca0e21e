// Camera profiles: what a driver publishes of the combinations of pins and formats it supports. The
// box has no media pipeline that reads them; they are checked, kept with their factory, and
// persisting them writes them into the interface's registry key.
// @doc NF:ks.KsInitializeDeviceProfile, NF:ks.KsPublishDeviceProfile, NF:ks.KsPersistDeviceProfile
#include <algorithm>
#include <vector>

#include "ks/camera_profile.h"
#include "ks/data_range.h"
#include "ks/exports.h"
#include "ks/filter_factory.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

bool is_camera_interface(const ks::FilterFactory::Interface &one) {
    return same_guid(one.category, KSCATEGORY_VIDEO_CAMERA);
}
bool is_camera(const ks::FilterFactory &factory) {
    return std::ranges::any_of(factory.interfaces, is_camera_interface);
}

/// All profiles one behind the other (camera_profile.h); without any, the value goes.
NTSTATUS store(const ks::FilterFactory::Interface &camera,
               const std::vector<CameraProfile> &profiles) {
    UNICODE_STRING link = camera.symbolic_link, name;
    RtlInitUnicodeString(&name, u"CameraProfiles");
    HANDLE key = nullptr;
    NTSTATUS status = IoOpenDeviceInterfaceRegistryKey(&link, KEY_ALL_ACCESS, &key);
    if (!NT_SUCCESS(status))
        return status;
    if (profiles.empty()) {
        status = ZwDeleteValueKey(key, &name);
        if (status == STATUS_OBJECT_NAME_NOT_FOUND)
            status = STATUS_SUCCESS;
    } else {
        std::vector<std::byte> bytes;
        for (const CameraProfile &profile : profiles)
            bytes.insert(bytes.end(), profile.content.begin(), profile.content.end());
        status = ZwSetValueKey(key, &name, 0, REG_BINARY, bytes.data(),
                               static_cast<ULONG>(bytes.size()));
    }
    ZwClose(key);
    return status;
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

static NTSTATUS NTAPI KsPublishDeviceProfile(PKSFILTERFACTORY FilterFactory, const void *Profile) {
    auto &factory = ks::FilterFactory::from(FilterFactory);
    if (!is_camera(factory))
        return STATUS_INVALID_PARAMETER;
    auto profile = read_profile(Profile);
    if (!profile)
        return profile.error().value();
    if (!factory.profiles)
        return STATUS_INVALID_DEVICE_REQUEST; // inferred from KsPersistDeviceProfile
    // The same profile again takes the place of the earlier one: it is its ID with its index.
    auto &list = *factory.profiles;
    std::erase_if(list, [&](const CameraProfile &one) {
        return same_guid(one.id, profile->id) && one.index == profile->index;
    });
    list.push_back(std::move(*profile));
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
    static const Export table[] = {
        KS_EXPORT(done, KsInitializeDeviceProfile),
        KS_EXPORT(done, KsPublishDeviceProfile),
        KS_EXPORT(done, KsPersistDeviceProfile),
    };
    return table;
}

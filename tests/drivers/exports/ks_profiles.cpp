// Camera profiles: a store by factory, filled, then persisted.
#include "ks_fixture.h"

extern "C" {
NTSTATUS NTAPI InitializeProfile(PKSFILTERFACTORY Factory) __asm__("KsInitializeDeviceProfile");
NTSTATUS NTAPI PublishProfile(PKSFILTERFACTORY Factory,
                              PVOID Profile) __asm__("KsPublishDeviceProfile");
NTSTATUS NTAPI PersistProfile(PKSFILTERFACTORY Factory) __asm__("KsPersistDeviceProfile");
}

// KSDEVICE_PROFILE_INFO of a camera.
namespace {
struct PROFILE {
    ULONG Type;
    ULONG Size;
    GUID Id;
    ULONG Index;
    ULONG PinCount;
    PVOID Pins;
    ULONG Reserved;
    ULONG ConcurrencyCount;
    PVOID Concurrency;
};
} // namespace

EXPORT_CASE(KsInitializeDeviceProfile, KsPublishDeviceProfile, KsPersistDeviceProfile) {
    static const GUID Camera = {STATICGUIDOF(KSCATEGORY_VIDEO_CAMERA)};
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    {
        CaseFactory None(Case, Descriptor.Descriptor);
        EXPECT_EQ(InitializeProfile(None.Factory), STATUS_INVALID_PARAMETER);
    }
    Descriptor.Descriptor.Categories = &Camera;
    CaseFactory Own(Case, Descriptor.Descriptor);
    PROFILE Profile = {};
    Profile.Type = 1;
    Profile.Size = sizeof Profile;
    Profile.Id = CaseOwnSet;
    EXPECT_EQ(PersistProfile(Own.Factory), STATUS_INVALID_DEVICE_REQUEST);
    REQUIRE_SUCCESS(InitializeProfile(Own.Factory));
    EXPECT_SUCCESS(PublishProfile(Own.Factory, &Profile));
    EXPECT_SUCCESS(PublishProfile(Own.Factory, &Profile)); // in place of the first
    Profile.ConcurrencyCount = 2;
    EXPECT_EQ(PublishProfile(Own.Factory, &Profile), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(PersistProfile(Own.Factory));
    HANDLE Key = NULL;
    UNICODE_STRING Name;
    ULONG Bytes = 0;
    struct {
        KEY_VALUE_PARTIAL_INFORMATION Head;
        GUID More[4];
    } Value = {};
    REQUIRE_SUCCESS(IoOpenDeviceInterfaceRegistryKey(KsFilterFactoryGetSymbolicLink(Own.Factory),
                                                     KEY_READ, &Key));
    RtlInitUnicodeString(&Name, L"CameraProfiles");
    EXPECT_SUCCESS(
        ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, &Value, sizeof Value, &Bytes));
    EXPECT_EQ(Value.Head.DataLength, sizeof(GUID));
    // An empty store takes the profiles away.
    EXPECT_SUCCESS(InitializeProfile(Own.Factory));
    EXPECT_SUCCESS(PersistProfile(Own.Factory));
    EXPECT_EQ(ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, &Value, sizeof Value, &Bytes),
              STATUS_OBJECT_NAME_NOT_FOUND);
    ZwClose(Key);
}

// Camera profiles: a store by factory, filled, then persisted.
#include "ks_fixture.h"

namespace {
// Everything that a profile points at, all of it right.
struct PROFILE {
    KSDEVICE_PROFILE_INFO Info;
    KSCAMERA_PROFILE_PININFO Pins[2];
    KSCAMERA_PROFILE_MEDIAINFO Media[2];
    KSCAMERA_PROFILE_CONCURRENCYINFO Other;
    KSCAMERA_PROFILE_INFO OtherProfile;

    PROFILE() {
        RtlZeroMemory(this, sizeof *this);
        Info.Type = KSDEVICE_PROFILE_TYPE_CAMERA;
        Info.Size = sizeof Info;
        Info.Camera.Info.ProfileId = CaseOwnSet;
        Info.Camera.Info.PinCount = 2;
        Info.Camera.Info.Pins = Pins;
        Pins[0].PinCategory = PINNAME_VIDEO_CAPTURE;
        Pins[0].MediaInfoCount = 1;
        Pins[0].MediaInfos = &Media[0];
        Pins[1].PinCategory = PINNAME_VIDEO_STILL;
        Pins[1].MediaInfoCount = 1;
        Pins[1].MediaInfos = &Media[1];
        Media[0].Resolution = {640, 480};
        Media[0].MaxFrameRate = {30, 1};
        Media[0].Flags = KSCAMERAPROFILE_FLAGS_VIDEOHDR;
        Media[1].Flags = KSCAMERAPROFILE_FLAGS_VARIABLEPHOTOSEQUENCE;
        Other.ReferenceGuid = CaseOwnFormat;
        Other.ProfileCount = 1;
        Other.Profiles = &OtherProfile;
    }
    void Concur() {
        Info.Camera.ConcurrencyCount = 1;
        Info.Camera.Concurrency = &Other;
    }
};
// Sizes of what is kept of them.
const ULONG HeadBytes = 16 + 4 + 4 + 4, PinBytes = 16 + 4 + 4, MediaBytes = 40,
            ConcurrencyBytes = 16 + 4 + 16 + 4;
const ULONG ProfileBytes = HeadBytes + 2 * (PinBytes + MediaBytes);

struct STORED {
    KEY_VALUE_PARTIAL_INFORMATION Head;
    UCHAR More[1024];
};
} // namespace

static const GUID Camera = {STATICGUIDOF(KSCATEGORY_VIDEO_CAMERA)};

static NTSTATUS ReadStore(PKSFILTERFACTORY Factory, STORED &Value) {
    HANDLE Key = NULL;
    UNICODE_STRING Name;
    ULONG Bytes = 0;
    RtlInitUnicodeString(&Name, L"CameraProfiles");
    NTSTATUS Status =
        IoOpenDeviceInterfaceRegistryKey(KsFilterFactoryGetSymbolicLink(Factory), KEY_READ, &Key);
    if (!NT_SUCCESS(Status))
        return Status;
    Status = ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, &Value, sizeof Value, &Bytes);
    ZwClose(Key);
    return Status;
}

EXPORT_CASE(KsInitializeDeviceProfile, KsPublishDeviceProfile, KsPersistDeviceProfile) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    PROFILE Profile;
    STORED Value = {};
    {
        CaseFactory None(Case, Descriptor.Descriptor);
        EXPECT_EQ(KsInitializeDeviceProfile(None.Factory), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(KsPublishDeviceProfile(None.Factory, &Profile.Info), STATUS_INVALID_PARAMETER);
    }
    Descriptor.Descriptor.Categories = &Camera;
    CaseFactory Own(Case, Descriptor.Descriptor);
    EXPECT_EQ(KsPersistDeviceProfile(Own.Factory), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(KsPublishDeviceProfile(Own.Factory, &Profile.Info), STATUS_INVALID_DEVICE_REQUEST);
    REQUIRE_SUCCESS(KsInitializeDeviceProfile(Own.Factory));
    EXPECT_SUCCESS(KsPublishDeviceProfile(Own.Factory, &Profile.Info));
    Profile.Media[0].Resolution.X = 1280;
    EXPECT_SUCCESS(KsPublishDeviceProfile(Own.Factory, &Profile.Info)); // in place of the first
    EXPECT_EQ(ReadStore(Own.Factory, Value), STATUS_OBJECT_NAME_NOT_FOUND);
    REQUIRE_SUCCESS(KsPersistDeviceProfile(Own.Factory));
    REQUIRE_SUCCESS(ReadStore(Own.Factory, Value));
    EXPECT_EQ(Value.Head.DataLength, ProfileBytes);
    EXPECT_EQ(Value.Head.Type, (ULONG)REG_BINARY);
    EXPECT_TRUE(RtlCompareMemory(Value.Head.Data, &CaseOwnSet, sizeof CaseOwnSet) ==
                sizeof CaseOwnSet);
    EXPECT_TRUE(RtlCompareMemory(Value.Head.Data + HeadBytes - 4 + PinBytes, &Profile.Media[0],
                                 MediaBytes) == MediaBytes);
    const auto Stored = [&](ULONG Offset) {
        ULONG Word;
        RtlCopyMemory(&Word, Value.Head.Data + Offset, sizeof Word);
        return Word;
    };
    const auto StoredGuid = [&](ULONG Offset, const GUID &Expected) {
        return RtlCompareMemory(Value.Head.Data + Offset, &Expected, sizeof Expected) ==
               sizeof Expected;
    };
    const ULONG FirstPin = HeadBytes - 4, SecondPin = FirstPin + PinBytes + MediaBytes;
    EXPECT_EQ(Stored(16), 0u);
    EXPECT_EQ(Stored(20), 2u);
    EXPECT_TRUE(StoredGuid(FirstPin, PINNAME_VIDEO_CAPTURE));
    EXPECT_EQ(Stored(FirstPin + 16), 0u);
    EXPECT_EQ(Stored(FirstPin + 20), 1u);
    EXPECT_TRUE(StoredGuid(SecondPin, PINNAME_VIDEO_STILL));
    EXPECT_EQ(Stored(SecondPin + 20), 1u);
    EXPECT_EQ(Stored(ProfileBytes - 4), 0u); // of concurrencies
    // Another of the same group.
    Profile.Info.Camera.Info.Index = 1;
    Profile.Concur();
    EXPECT_SUCCESS(KsPublishDeviceProfile(Own.Factory, &Profile.Info));
    REQUIRE_SUCCESS(KsPersistDeviceProfile(Own.Factory));
    REQUIRE_SUCCESS(ReadStore(Own.Factory, Value));
    EXPECT_EQ(Value.Head.DataLength, 2 * ProfileBytes + ConcurrencyBytes);
    EXPECT_EQ(Stored(ProfileBytes + 16), 1u);
    EXPECT_EQ(Stored(2 * ProfileBytes - 4), 1u);
    EXPECT_TRUE(StoredGuid(2 * ProfileBytes, CaseOwnFormat));
    EXPECT_EQ(Stored(2 * ProfileBytes + 16), 1u);
    // An empty store takes the profiles away.
    EXPECT_SUCCESS(KsInitializeDeviceProfile(Own.Factory));
    EXPECT_SUCCESS(KsPersistDeviceProfile(Own.Factory));
    EXPECT_EQ(ReadStore(Own.Factory, Value), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_SUCCESS(KsPersistDeviceProfile(Own.Factory)); // nothing to take away
}

// One thing wrong at a time.
EXPORT_CASE(KsPublishDeviceProfile, KsInitializeDeviceProfile) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Descriptor.Categories = &Camera;
    CaseFactory Own(Case, Descriptor.Descriptor);
    REQUIRE_SUCCESS(KsInitializeDeviceProfile(Own.Factory));
    const auto Refused = [&](void (*Spoil)(PROFILE &Profile)) {
        PROFILE Profile;
        Profile.Concur();
        EXPECT_SUCCESS(KsPublishDeviceProfile(Own.Factory, &Profile.Info));
        Spoil(Profile);
        EXPECT_EQ(KsPublishDeviceProfile(Own.Factory, &Profile.Info), STATUS_INVALID_PARAMETER);
    };
    Refused([](PROFILE &Profile) { Profile.Info.Type = 2; });
    Refused([](PROFILE &Profile) { --Profile.Info.Size; });
    Refused([](PROFILE &Profile) { Profile.Info.Camera.Info.PinCount = 0; });
    Refused([](PROFILE &Profile) { Profile.Info.Camera.Info.Pins = NULL; });
    Refused([](PROFILE &Profile) { Profile.Info.Camera.Reserved = 1; });
    Refused([](PROFILE &Profile) { Profile.Info.Camera.ConcurrencyCount = 2; });
    Refused([](PROFILE &Profile) { Profile.Info.Camera.ConcurrencyCount = 0; });
    Refused([](PROFILE &Profile) { Profile.Info.Camera.Concurrency = NULL; });
    Refused([](PROFILE &Profile) { Profile.Other.Reserved = 1; });
    Refused([](PROFILE &Profile) { Profile.Other.ProfileCount = 0; });
    Refused([](PROFILE &Profile) { Profile.Other.Profiles = NULL; });
    Refused([](PROFILE &Profile) { Profile.Pins[1].PinCategory = CaseOwnCategory; });
    Refused([](PROFILE &Profile) { Profile.Pins[1].MediaInfos = NULL; });
    Refused([](PROFILE &Profile) { Profile.Media[0].Data0 = 1; });
    Refused([](PROFILE &Profile) { Profile.Media[0].Data1 = 1; });
    Refused([](PROFILE &Profile) { Profile.Media[0].Data2 = 1; });
    Refused([](PROFILE &Profile) { Profile.Media[1].Data3 = 1; });
    Refused([](PROFILE &Profile) { Profile.Info.Camera.Info.ProfileId = KSCAMERAPROFILE_Legacy; });
    PROFILE Preview;
    Preview.Pins[0].PinCategory = PINNAME_VIDEO_PREVIEW;
    EXPECT_SUCCESS(KsPublishDeviceProfile(Own.Factory, &Preview.Info));
    Preview.Pins[1].MediaInfoCount = 0; // a pin need not have media
    Preview.Pins[1].MediaInfos = NULL;
    EXPECT_SUCCESS(KsPublishDeviceProfile(Own.Factory, &Preview.Info));
    Refused([](PROFILE &Profile) { Profile.Media[1].Flags = KSCAMERAPROFILE_FLAGS_VIDEOHDR; });
    Refused([](PROFILE &Profile) {
        Profile.Media[0].Flags = KSCAMERAPROFILE_FLAGS_VARIABLEPHOTOSEQUENCE;
    });
}

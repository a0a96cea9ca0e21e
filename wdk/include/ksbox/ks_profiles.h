// Camera profiles, which mingw-w64's ksmedia.h lacks: what a driver says of the combinations of
// pins and formats that it supports. @doc stream/camera-profiles
#ifndef KSBOX_WDK_KS_PROFILES_H
#define KSBOX_WDK_KS_PROFILES_H

// A filter factory with profiles goes by its ReferenceGuid. The value is inferred: the bit after
// the last that is known. @doc NF:ks.KsInitializeDeviceProfile
#define KSFILTER_FLAG_PRIORITIZE_REFERENCEGUID 0x00000010

#define KSDEVICE_PROFILE_TYPE_CAMERA 0x00000001
#define KSCAMERAPROFILE_FLAGS_VIDEOHDR 0x0000000000000002
#define KSCAMERAPROFILE_FLAGS_VARIABLEPHOTOSEQUENCE 0x0000000000000010

#define STATIC_KSCAMERAPROFILE_Legacy                                                              \
    0xb4894d81L, 0x62b7, 0x4eec, 0x87, 0x40, 0x80, 0x65, 0x8c, 0x4a, 0x9d, 0x3e
DEFINE_GUIDSTRUCT("B4894D81-62B7-4EEC-8740-80658C4A9D3E", KSCAMERAPROFILE_Legacy);
#define KSCAMERAPROFILE_Legacy DEFINE_GUIDNAMED(KSCAMERAPROFILE_Legacy)

// @doc NS:ksmedia._KSCAMERA_PROFILE_MEDIAINFO
typedef struct _KSCAMERA_PROFILE_MEDIAINFO {
    struct {
        UINT32 X;
        UINT32 Y;
    } Resolution;
    struct {
        UINT32 Numerator;
        UINT32 Denominator;
    } MaxFrameRate;
    ULONGLONG Flags;
    UINT32 Data0;
    UINT32 Data1;
    UINT32 Data2;
    UINT32 Data3;
} KSCAMERA_PROFILE_MEDIAINFO, *PKSCAMERA_PROFILE_MEDIAINFO;

// @doc NS:ksmedia._KSCAMERA_PROFILE_PININFO
typedef struct _KSCAMERA_PROFILE_PININFO {
    GUID PinCategory;
    __C89_NAMELESS union {
        __C89_NAMELESS struct {
            UINT16 PinIndex;
            UINT16 ProfileSensorType;
        };
        UINT32 Reserved;
    };
    UINT32 MediaInfoCount;
    PKSCAMERA_PROFILE_MEDIAINFO MediaInfos;
} KSCAMERA_PROFILE_PININFO, *PKSCAMERA_PROFILE_PININFO;

// @doc NS:ksmedia._KSCAMERA_PROFILE_INFO
typedef struct _KSCAMERA_PROFILE_INFO {
    GUID ProfileId;
    UINT32 Index;
    UINT32 PinCount;
    PKSCAMERA_PROFILE_PININFO Pins;
} KSCAMERA_PROFILE_INFO, *PKSCAMERA_PROFILE_INFO;

// @doc NS:ksmedia._KSCAMERA_PROFILE_CONCURRENCYINFO
typedef struct _KSCAMERA_PROFILE_CONCURRENCYINFO {
    GUID ReferenceGuid;
    UINT32 Reserved;
    UINT32 ProfileCount;
    PKSCAMERA_PROFILE_INFO Profiles;
} KSCAMERA_PROFILE_CONCURRENCYINFO, *PKSCAMERA_PROFILE_CONCURRENCYINFO;

// @doc NS:ksmedia._KSDEVICE_PROFILE_INFO
typedef struct _KSDEVICE_PROFILE_INFO {
    UINT32 Type;
    UINT32 Size;
    __C89_NAMELESS union {
        struct {
            KSCAMERA_PROFILE_INFO Info;
            UINT32 Reserved;
            UINT32 ConcurrencyCount;
            PKSCAMERA_PROFILE_CONCURRENCYINFO Concurrency;
        } Camera;
    };
} KSDEVICE_PROFILE_INFO, *PKSDEVICE_PROFILE_INFO;

#if defined(_NTDDK_)

#ifdef __cplusplus
extern "C" {
#endif

// @doc NF:ks.KsInitializeDeviceProfile
KSDDKAPI NTSTATUS NTAPI KsInitializeDeviceProfile(PKSFILTERFACTORY FilterFactory);
// @doc NF:ks.KsPublishDeviceProfile
KSDDKAPI NTSTATUS NTAPI KsPublishDeviceProfile(PKSFILTERFACTORY FilterFactory,
                                               PKSDEVICE_PROFILE_INFO Profile);
// @doc NF:ks.KsPersistDeviceProfile
KSDDKAPI NTSTATUS NTAPI KsPersistDeviceProfile(PKSFILTERFACTORY FilterFactory);

#ifdef __cplusplus
}
#endif

#endif

#endif

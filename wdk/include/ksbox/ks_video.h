// Video capture declarations of the current ksmedia.h that mingw-w64 lacks.
#ifndef KSBOX_WDK_KS_VIDEO_H
#define KSBOX_WDK_KS_VIDEO_H

// Follows KSSTREAM_HEADER in a video stream (72 bytes on x64).
// @doc NS:ksmedia.tagKS_FRAME_INFO
typedef struct tagKS_FRAME_INFO {
    ULONG ExtendedHeaderSize;
    DWORD dwFrameFlags;
    LONGLONG PictureNumber;
    LONGLONG DropCount;
    HANDLE hDirectDraw;
    HANDLE hSurfaceHandle;
    RECT DirectDrawRect;
    union {
        LONG lSurfacePitch;
        DWORD Reserved1;
    };
    DWORD Reserved2;
    union {
        struct {
            DWORD Reserved3;
            DWORD Reserved4;
        };
        ULONGLONG FrameCompletionNumber;
    };
} KS_FRAME_INFO, *PKS_FRAME_INFO;

// Device interface categories of cameras (stream/… device interface class pages).
#ifndef KSCATEGORY_VIDEO_CAMERA
#define STATIC_KSCATEGORY_VIDEO_CAMERA                                                             \
    0xe5323777, 0xf976, 0x4f5b, 0x9b, 0x55, 0xb9, 0x46, 0x99, 0xc4, 0x6e, 0x44
DEFINE_GUIDSTRUCT("E5323777-F976-4f5b-9B55-B94699C46E44", KSCATEGORY_VIDEO_CAMERA);
#define KSCATEGORY_VIDEO_CAMERA DEFINE_GUIDNAMED(KSCATEGORY_VIDEO_CAMERA)
#endif

#ifndef KSCATEGORY_SENSOR_CAMERA
#define STATIC_KSCATEGORY_SENSOR_CAMERA                                                            \
    0x24e552d7, 0x6523, 0x47f7, 0xa6, 0x47, 0xd3, 0x46, 0x5b, 0xf1, 0xf5, 0xca
DEFINE_GUIDSTRUCT("24E552D7-6523-47F7-A647-D3465BF1F5CA", KSCATEGORY_SENSOR_CAMERA);
#define KSCATEGORY_SENSOR_CAMERA DEFINE_GUIDNAMED(KSCATEGORY_SENSOR_CAMERA)
#endif

#endif

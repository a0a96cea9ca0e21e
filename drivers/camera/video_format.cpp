// Nine data ranges (three pixel formats in three sizes, 15 to 60 pictures a second each) and the
// data intersection. See video_format.h.
#include "video_format.h"

#define FOURCC(A, B, C, D) (ULONG(A) | ULONG(B) << 8 | ULONG(C) << 16 | ULONG(D) << 24)

// Sub-formats of the public headers uuids.h and ksmedia.h, which not every WDK names alike.
#define SUBTYPE_YUY2 0x32595559, 0x0000, 0x0010, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71
#define SUBTYPE_NV12 0x3231564e, 0x0000, 0x0010, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71
#define SUBTYPE_RGB24 0xe436eb7d, 0x524f, 0x11ce, 0x9f, 0x53, 0x00, 0x20, 0xaf, 0x0b, 0xa7, 0x70

static const LONGLONG ShortestInterval = 166666; // 100 ns: 60 pictures a second
static const LONGLONG LongestInterval = 666667;  // 15
static const LONGLONG UsualInterval = 333333;    // 30

#define BITS_PER_SECOND(Width, Height, Bits, Rate) LONG((Width) * (Height) * (Bits) * (Rate))

#define CAMERA_RANGE(Name, SubFormat, Compression, Bits, Width, Height)                            \
    static const KS_DATARANGE_VIDEO Name = {                                                       \
        {{sizeof(KS_DATARANGE_VIDEO),                                                              \
          0,                                                                                       \
          (Width) * (Height) * (Bits) / 8,                                                         \
          0,                                                                                       \
          {STATICGUIDOF(KSDATAFORMAT_TYPE_VIDEO)},                                                 \
          {SubFormat},                                                                             \
          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_VIDEOINFO)}}},                                      \
        TRUE,  /* bFixedSizeSamples */                                                             \
        FALSE, /* bTemporalCompression */                                                          \
        0,     /* StreamDescriptionFlags */                                                        \
        0,     /* MemoryAllocationFlags */                                                         \
        {                                                                                          \
            {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_VIDEOINFO)},                                      \
            KS_AnalogVideo_None,                                                                   \
            {Width, Height}, /* InputSize */                                                       \
            {Width, Height}, /* MinCroppingSize */                                                 \
            {Width, Height}, /* MaxCroppingSize */                                                 \
            1,                                                                                     \
            1,                                                                                     \
            1,                                                                                     \
            1,               /* cropping granularity and alignment */                              \
            {Width, Height}, /* MinOutputSize */                                                   \
            {Width, Height}, /* MaxOutputSize */                                                   \
            1,                                                                                     \
            1, /* output granularity */                                                            \
            0,                                                                                     \
            0,                                                                                     \
            0,                                                                                     \
            0, /* stretching and shrinking */                                                      \
            ShortestInterval,                                                                      \
            LongestInterval,                                                                       \
            BITS_PER_SECOND(Width, Height, Bits, 15),                                              \
            BITS_PER_SECOND(Width, Height, Bits, 60),                                              \
        },                                                                                         \
        {                                                                                          \
            {0, 0, 0, 0}, /* rcSource: all of it */                                                \
            {0, 0, 0, 0}, /* rcTarget */                                                           \
            DWORD(BITS_PER_SECOND(Width, Height, Bits, 30)),                                       \
            0, /* dwBitErrorRate */                                                                \
            UsualInterval,                                                                         \
            {sizeof(KS_BITMAPINFOHEADER), Width, Height, 1 /* planes */, Bits, Compression,        \
             (Width) * (Height) * (Bits) / 8, 0, 0, 0, 0},                                         \
        }}

CAMERA_RANGE(Yuy2Large, SUBTYPE_YUY2, FOURCC('Y', 'U', 'Y', '2'), 16, 1280, 720);
CAMERA_RANGE(Yuy2Medium, SUBTYPE_YUY2, FOURCC('Y', 'U', 'Y', '2'), 16, 640, 480);
CAMERA_RANGE(Yuy2Small, SUBTYPE_YUY2, FOURCC('Y', 'U', 'Y', '2'), 16, 320, 240);
CAMERA_RANGE(Nv12Large, SUBTYPE_NV12, FOURCC('N', 'V', '1', '2'), 12, 1280, 720);
CAMERA_RANGE(Nv12Medium, SUBTYPE_NV12, FOURCC('N', 'V', '1', '2'), 12, 640, 480);
CAMERA_RANGE(Nv12Small, SUBTYPE_NV12, FOURCC('N', 'V', '1', '2'), 12, 320, 240);
CAMERA_RANGE(Rgb24Large, SUBTYPE_RGB24, KS_BI_RGB, 24, 1280, 720);
CAMERA_RANGE(Rgb24Medium, SUBTYPE_RGB24, KS_BI_RGB, 24, 640, 480);
CAMERA_RANGE(Rgb24Small, SUBTYPE_RGB24, KS_BI_RGB, 24, 320, 240);

// In order of preference: a client that takes anything gets the first.
const PKSDATARANGE CameraRanges[CAMERA_RANGE_COUNT] = {
    PKSDATARANGE(&Yuy2Medium),  PKSDATARANGE(&Yuy2Large),  PKSDATARANGE(&Yuy2Small),
    PKSDATARANGE(&Nv12Medium),  PKSDATARANGE(&Nv12Large),  PKSDATARANGE(&Nv12Small),
    PKSDATARANGE(&Rgb24Medium), PKSDATARANGE(&Rgb24Large), PKSDATARANGE(&Rgb24Small)};

static PictureKind KindOf(const KS_BITMAPINFOHEADER &Header) {
    switch (Header.biCompression) {
    case FOURCC('Y', 'U', 'Y', '2'):
        return PictureYuy2;
    case FOURCC('N', 'V', '1', '2'):
        return PictureNv12;
    default:
        return PictureRgb24;
    }
}

// Whether a header describes the pictures of a range. Negative heights mean top-down.
static BOOLEAN SamePicture(const KS_BITMAPINFOHEADER &Asked, const KS_BITMAPINFOHEADER &Ours) {
    return Asked.biWidth == Ours.biWidth &&
           (Asked.biHeight == Ours.biHeight || Asked.biHeight == -Ours.biHeight) &&
           Asked.biBitCount == Ours.biBitCount && Asked.biCompression == Ours.biCompression;
}

NTSTATUS ReadVideoFormat(const KSDATAFORMAT *DataFormat, const KSDATARANGE *DataRange,
                         PictureLayout *Layout, LONGLONG *Interval100ns) {
    if (DataFormat->FormatSize < sizeof(KS_DATAFORMAT_VIDEOINFOHEADER)) {
        return STATUS_NO_MATCH;
    }
    const KS_VIDEOINFOHEADER &Asked =
        reinterpret_cast<const KS_DATAFORMAT_VIDEOINFOHEADER *>(DataFormat)->VideoInfoHeader;
    const KS_DATARANGE_VIDEO *Range = reinterpret_cast<const KS_DATARANGE_VIDEO *>(DataRange);
    if (!SamePicture(Asked.bmiHeader, Range->VideoInfoHeader.bmiHeader) ||
        Asked.AvgTimePerFrame < Range->ConfigCaps.MinFrameInterval ||
        Asked.AvgTimePerFrame > Range->ConfigCaps.MaxFrameInterval) {
        return STATUS_NO_MATCH;
    }
    Layout->Kind = KindOf(Asked.bmiHeader);
    Layout->Width = ULONG(Range->VideoInfoHeader.bmiHeader.biWidth);
    Layout->Height = ULONG(Range->VideoInfoHeader.bmiHeader.biHeight);
    Layout->BottomUp = Layout->Kind == PictureRgb24 && Asked.bmiHeader.biHeight > 0;
    *Interval100ns = Asked.AvgTimePerFrame;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IntersectCamera(PVOID Context, PIRP Irp, PKSP_PIN Pin, PKSDATARANGE DataRange,
                               PKSDATARANGE MatchingDataRange, ULONG DataBufferSize, PVOID Data,
                               PULONG DataSize) {
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Pin);
    const KS_DATARANGE_VIDEO *Ours =
        reinterpret_cast<const KS_DATARANGE_VIDEO *>(MatchingDataRange);
    KS_VIDEOINFOHEADER Video = Ours->VideoInfoHeader;
    if (IsEqualGUIDAligned(DataRange->Specifier, KSDATAFORMAT_SPECIFIER_VIDEOINFO) &&
        DataRange->FormatSize >= sizeof(KS_DATARANGE_VIDEO)) {
        const KS_DATARANGE_VIDEO *Theirs = reinterpret_cast<const KS_DATARANGE_VIDEO *>(DataRange);
        if (!SamePicture(Theirs->VideoInfoHeader.bmiHeader, Video.bmiHeader)) {
            return STATUS_NO_MATCH;
        }
        // The client names the interval it wants; what lies outside is moved to the nearest.
        if (Theirs->VideoInfoHeader.AvgTimePerFrame != 0) {
            Video.AvgTimePerFrame =
                min(max(Theirs->VideoInfoHeader.AvgTimePerFrame, Ours->ConfigCaps.MinFrameInterval),
                    Ours->ConfigCaps.MaxFrameInterval);
        }
        Video.bmiHeader.biHeight = Theirs->VideoInfoHeader.bmiHeader.biHeight;
    }
    Video.dwBitRate = DWORD(ULONGLONG(Video.bmiHeader.biSizeImage) * 8 * 10000000 /
                            ULONGLONG(Video.AvgTimePerFrame));

    *DataSize = sizeof(KS_DATAFORMAT_VIDEOINFOHEADER);
    if (DataBufferSize == 0) {
        return STATUS_BUFFER_OVERFLOW;
    }
    if (DataBufferSize < sizeof(KS_DATAFORMAT_VIDEOINFOHEADER)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    KS_DATAFORMAT_VIDEOINFOHEADER *Format = static_cast<KS_DATAFORMAT_VIDEOINFOHEADER *>(Data);
    RtlZeroMemory(Format, sizeof(*Format));
    Format->DataFormat = Ours->DataRange;
    Format->DataFormat.FormatSize = sizeof(*Format);
    Format->DataFormat.SampleSize = Video.bmiHeader.biSizeImage;
    Format->VideoInfoHeader = Video;
    return STATUS_SUCCESS;
}

// Pins for photographs: their category and format, which mingw-w64's ksmedia.h lacks. The
// identifiers are Microsoft's; the flags' values are on no page and from memory (inferred).
#ifndef KSBOX_WDK_KS_IMAGE_H
#define KSBOX_WDK_KS_IMAGE_H

#define STATIC_PINNAME_IMAGE                                                                       \
    0x38a0cd98, 0xd49b, 0x4ce8, 0xb4, 0x8a, 0x34, 0x46, 0x67, 0xa1, 0x78, 0x30
DEFINE_GUIDSTRUCT("38A0CD98-D49B-4CE8-B48A-344667A17830", PINNAME_IMAGE);
#define PINNAME_IMAGE DEFINE_GUIDNAMED(PINNAME_IMAGE)

#define STATIC_KSDATAFORMAT_SPECIFIER_IMAGE                                                        \
    0x692fa379, 0xd3e8, 0x4651, 0xb5, 0xb4, 0x0b, 0x94, 0xb0, 0x13, 0xee, 0xaf
DEFINE_GUIDSTRUCT("692FA379-D3E8-4651-B5B4-0B94B013EEAF", KSDATAFORMAT_SPECIFIER_IMAGE);
#define KSDATAFORMAT_SPECIFIER_IMAGE DEFINE_GUIDNAMED(KSDATAFORMAT_SPECIFIER_IMAGE)

// @doc NS:ksmedia.tagKS_DATAFORMAT_IMAGEINFO
typedef struct tagKS_DATAFORMAT_IMAGEINFO {
    KSDATAFORMAT DataFormat;
    KS_BITMAPINFOHEADER ImageInfoHeader;
} KS_DATAFORMAT_IMAGEINFO, *PKS_DATAFORMAT_IMAGEINFO;

// @doc NS:ksmedia.tagKS_DATARANGE_IMAGE
typedef struct tagKS_DATARANGE_IMAGE {
    KSDATARANGE DataRange;
    KS_VIDEO_STREAM_CONFIG_CAPS ConfigCaps;
    KS_BITMAPINFOHEADER ImageInfoHeader;
} KS_DATARANGE_IMAGE, *PKS_DATARANGE_IMAGE;

// Further members of KS_VideoControlFlags. @doc NE:ksmedia.KS_VideoControlFlags
#define KS_VideoControlFlag_IndependentImagePin 0x0040
#define KS_VideoControlFlag_StillCapturePreviewFrame 0x0080
#define KS_VideoControlFlag_StartPhotoSequenceCapture 0x0100
#define KS_VideoControlFlag_StopPhotoSequenceCapture 0x0200

#endif

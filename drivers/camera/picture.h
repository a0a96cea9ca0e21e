// The camera's test picture: eight colour bars, and the picture's number in digits that wander
// from left to right.
#pragma once

extern "C" {
#include <ntddk.h>
}

enum PictureKind { PictureYuy2, PictureNv12, PictureRgb24 };

struct PictureLayout {
    PictureKind Kind;
    ULONG Width;      // pixels, even
    ULONG Height;     // lines, even
    BOOLEAN BottomUp; // RGB24 only: the last line comes first, as in a bitmap
};

// Bytes from one line to the next (NV12: of the luma plane).
ULONG PictureStride(const PictureLayout &Layout);

// Bytes of the whole picture.
ULONG PictureSize(const PictureLayout &Layout);

// Draws picture `Number` into Buffer, PictureSize() bytes. Any IRQL; uses 1.5 KB of stack.
VOID DrawPicture(const PictureLayout &Layout, ULONGLONG Number, PUCHAR Buffer);

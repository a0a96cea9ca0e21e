// Draws the test picture. A line is made as palette indices first, then written in the pixel
// format asked for: so all formats show the same picture.
#include "picture.h"

static const ULONG MaximumWidth = 1280;

// The eight bars, left to right, and the digits' paper and ink. RGB is full range, YUV is BT.601
// video range of the same colour.
struct Colour {
    UCHAR R, G, B;
    UCHAR Y, U, V;
};

static const Colour Palette[] = {
    {255, 255, 255, 235, 128, 128}, // white
    {255, 255, 0, 210, 16, 146},    // yellow
    {0, 255, 255, 170, 166, 16},    // cyan
    {0, 255, 0, 145, 54, 34},       // green
    {255, 0, 255, 106, 202, 222},   // magenta
    {255, 0, 0, 81, 90, 240},       // red
    {0, 0, 255, 41, 240, 110},      // blue
    {0, 0, 0, 16, 128, 128},        // black
};
static const UCHAR Paper = 7; // black
static const UCHAR Ink = 0;   // white

// Digits of 5 x 7 dots, a row per byte, the leftmost dot in bit 4.
static const UCHAR Font[10][7] = {
    {0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E}, {0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E},
    {0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F}, {0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E},
    {0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02}, {0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E},
    {0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E}, {0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08},
    {0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E}, {0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C}};

static const ULONG DigitCount = 6;
static const ULONG CellWidth = 6;  // dots, with the gap
static const ULONG CellHeight = 9; // dots, with a margin above and below

// The block of digits in one picture.
struct Counter {
    UCHAR Digits[DigitCount];
    ULONG Dot; // pixels per dot
    ULONG Left;
    ULONG Top;
    ULONG Width;
    ULONG Height;
};

static Counter PlaceCounter(const PictureLayout &Layout, ULONGLONG Number) {
    Counter Place;
    ULONGLONG Rest = Number;
    for (ULONG Index = DigitCount; Index-- > 0; Rest /= 10) {
        Place.Digits[Index] = UCHAR(Rest % 10);
    }
    Place.Dot = Layout.Width / 80;
    Place.Width = (DigitCount * CellWidth + 1) * Place.Dot;
    Place.Height = CellHeight * Place.Dot;
    // Two dots a picture, from the left edge to the right one and from the start again.
    Place.Left = ULONG(Number * 2 * Place.Dot % (Layout.Width - Place.Width));
    Place.Top = Layout.Height - 2 * Place.Height;
    return Place;
}

static BOOLEAN IsInk(const Counter &Place, ULONG Column, ULONG Row) {
    // One dot of margin left and above.
    if (Column < 1 || Row < 1 || Row > 7) {
        return FALSE;
    }
    const ULONG Cell = (Column - 1) / CellWidth;
    const ULONG DotInCell = (Column - 1) % CellWidth;
    if (Cell >= DigitCount || DotInCell >= 5) {
        return FALSE;
    }
    return (Font[Place.Digits[Cell]][Row - 1] >> (4 - DotInCell)) & 1;
}

static VOID DrawLine(const PictureLayout &Layout, const Counter &Place, ULONG Line,
                     PUCHAR Indices) {
    for (ULONG X = 0; X < Layout.Width; X++) {
        Indices[X] = UCHAR(X * 8 / Layout.Width);
    }
    if (Line < Place.Top || Line >= Place.Top + Place.Height) {
        return;
    }
    const ULONG Row = (Line - Place.Top) / Place.Dot;
    for (ULONG X = 0; X < Place.Width; X++) {
        Indices[Place.Left + X] = IsInk(Place, X / Place.Dot, Row) ? Ink : Paper;
    }
}

static VOID WriteYuy2(const UCHAR *Indices, ULONG Width, PUCHAR To) {
    for (ULONG X = 0; X < Width; X += 2) {
        const Colour &Left = Palette[Indices[X]];
        const Colour &Right = Palette[Indices[X + 1]];
        *To++ = Left.Y;
        *To++ = Left.U; // one chroma sample for two pixels: the left one's
        *To++ = Right.Y;
        *To++ = Left.V;
    }
}

static VOID WriteNv12(const UCHAR *Indices, ULONG Width, PUCHAR Luma, PUCHAR Chroma) {
    for (ULONG X = 0; X < Width; X++) {
        Luma[X] = Palette[Indices[X]].Y;
    }
    // One chroma sample for four pixels: the upper left one's.
    for (ULONG X = 0; Chroma != NULL && X < Width; X += 2) {
        Chroma[X] = Palette[Indices[X]].U;
        Chroma[X + 1] = Palette[Indices[X]].V;
    }
}

static VOID WriteRgb24(const UCHAR *Indices, ULONG Width, PUCHAR To) {
    for (ULONG X = 0; X < Width; X++) {
        const Colour &Pixel = Palette[Indices[X]];
        *To++ = Pixel.B;
        *To++ = Pixel.G;
        *To++ = Pixel.R;
    }
}

ULONG PictureStride(const PictureLayout &Layout) {
    switch (Layout.Kind) {
    case PictureYuy2:
        return Layout.Width * 2;
    case PictureNv12:
        return Layout.Width;
    default:
        return (Layout.Width * 3 + 3) & ~3u;
    }
}

ULONG PictureSize(const PictureLayout &Layout) {
    const ULONG Lines = Layout.Kind == PictureNv12 ? Layout.Height * 3 / 2 : Layout.Height;
    return PictureStride(Layout) * Lines;
}

VOID DrawPicture(const PictureLayout &Layout, ULONGLONG Number, PUCHAR Buffer) {
    UCHAR Indices[MaximumWidth];
    const Counter Place = PlaceCounter(Layout, Number);
    const ULONG Stride = PictureStride(Layout);
    for (ULONG Line = 0; Line < Layout.Height; Line++) {
        DrawLine(Layout, Place, Line, Indices);
        switch (Layout.Kind) {
        case PictureYuy2:
            WriteYuy2(Indices, Layout.Width, Buffer + Line * Stride);
            break;
        case PictureNv12:
            WriteNv12(Indices, Layout.Width, Buffer + Line * Stride,
                      Line % 2 == 0 ? Buffer + (Layout.Height + Line / 2) * Stride : NULL);
            break;
        default:
            WriteRgb24(Indices, Layout.Width,
                       Buffer + (Layout.BottomUp ? Layout.Height - 1 - Line : Line) * Stride);
            break;
        }
    }
}

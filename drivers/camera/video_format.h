// The camera's data ranges, and how a connection format is read, checked and chosen.
#pragma once

#include "picture.h"

#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <unknown.h>

#include <ks.h>
#include <ksmedia.h>

#define CAMERA_RANGE_COUNT 9
extern const PKSDATARANGE CameraRanges[CAMERA_RANGE_COUNT];

// Reads a connection format that a range offers. STATUS_NO_MATCH if the range does not.
NTSTATUS ReadVideoFormat(const KSDATAFORMAT *DataFormat, const KSDATARANGE *DataRange,
                         PictureLayout *Layout, LONGLONG *Interval100ns);

// @doc NC:ks.PFNKSINTERSECTHANDLEREX
NTSTATUS NTAPI IntersectCamera(PVOID Context, PIRP Irp, PKSP_PIN Pin, PKSDATARANGE DataRange,
                               PKSDATARANGE MatchingDataRange, ULONG DataBufferSize, PVOID Data,
                               PULONG DataSize);

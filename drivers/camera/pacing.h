// When pictures are due.
#pragma once

#include "capture.h"

KDEFERRED_ROUTINE TakePictureDpc;

// Begins and ends the run state. PASSIVE_LEVEL; after StopPacing no picture is taken any more.
VOID StartPacing(CameraPin *Camera);
VOID StopPacing(CameraPin *Camera);

// The latest picture, if it still waits for a frame.
struct Picture {
    LONGLONG Number;
    LONGLONG PresentationTime; // 100 ns
    LONGLONG DropCount;
    BOOLEAN AfterGap;
};
BOOLEAN ClaimPicture(CameraPin *Camera, Picture *Latest);
BOOLEAN PictureWaits(CameraPin *Camera);

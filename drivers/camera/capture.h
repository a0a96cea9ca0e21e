// The capture pin: takes a picture whenever one is due and delivers it into the client's frames.
#pragma once

#include "video_format.h"

struct CameraPin {
    PKSPIN Pin;
    PictureLayout Layout;
    LONGLONG Interval; // 100 ns between pictures

    // Guards what follows. Never held while calling into AVStream.
    KSPIN_LOCK Lock;
    KTIMER Timer;
    KDPC Dpc;

    PIKSREFERENCECLOCK Clock; // the graph's master clock, or NULL: the performance counter
    BOOLEAN Running;
    LONGLONG Start;      // reading of the clock when the run state began
    LONGLONG TakenRun;   // pictures taken in this run state
    LONGLONG TakenTotal; // pictures taken since the stop state, delivered or not
    LONGLONG Delivered;
    BOOLEAN Waiting; // the latest picture waits for a frame to go into
    BOOLEAN Gap;     // pictures were lost since the last one delivered
};

// What a DROPPEDFRAMES query and a frame header say.
struct CameraCounts {
    LONGLONG PictureNumber; // of the latest picture; the first is 1
    LONGLONG DropCount;
};

CameraCounts CountPictures(CameraPin *Camera);

#define CAMERA_PIN_COUNT 1
extern const KSPIN_DESCRIPTOR_EX CameraPinDescriptors[CAMERA_PIN_COUNT];

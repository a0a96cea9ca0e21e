// The capture pin's life: create and close, states, and the process routine that fills frames.
#include "capture.h"

#include "pacing.h"

static CameraPin *CameraOf(PKSPIN Pin) {
    return static_cast<CameraPin *>(Pin->Context);
}

// Called once per range until one takes the format, before the pin is created.
static NTSTATUS NTAPI SetFormat(PKSPIN Pin, PKSDATAFORMAT OldFormat,
                                PKSMULTIPLE_ITEM OldAttributeList, const KSDATARANGE *DataRange,
                                const KSATTRIBUTE_LIST *AttributeRange) {
    UNREFERENCED_PARAMETER(OldFormat);
    UNREFERENCED_PARAMETER(OldAttributeList);
    UNREFERENCED_PARAMETER(AttributeRange);
    PictureLayout Layout;
    LONGLONG Interval;
    return ReadVideoFormat(Pin->ConnectionFormat, DataRange, &Layout, &Interval);
}

// The range that took the connection format; SetFormat has seen to it that there is one.
static NTSTATUS ReadConnectionFormat(PKSPIN Pin, CameraPin *Camera) {
    NTSTATUS Status = STATUS_NO_MATCH;
    for (ULONG Index = 0; Index < CAMERA_RANGE_COUNT && !NT_SUCCESS(Status); Index++) {
        if (IsEqualGUIDAligned(CameraRanges[Index]->SubFormat, Pin->ConnectionFormat->SubFormat)) {
            Status = ReadVideoFormat(Pin->ConnectionFormat, CameraRanges[Index], &Camera->Layout,
                                     &Camera->Interval);
        }
    }
    return Status;
}

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    CameraPin *Camera =
        static_cast<CameraPin *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(CameraPin), 'amaC'));
    if (Camera == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Camera->Pin = Pin;
    KeInitializeSpinLock(&Camera->Lock);
    KeInitializeTimer(&Camera->Timer);
    KeInitializeDpc(&Camera->Dpc, TakePictureDpc, Camera);
    NTSTATUS Status = ReadConnectionFormat(Pin, Camera);
    if (NT_SUCCESS(Status)) {
        // From here on the pin's object bag owns it.
        Status = KsAddItemToObjectBag(Pin->Bag, Camera, NULL);
    }
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Camera, 'amaC');
        return Status;
    }
    Pin->Context = Camera;
    // Frames made by an allocator have room for the frame's description behind the header.
    Pin->StreamHeaderSize = sizeof(KSSTREAM_HEADER) + sizeof(KS_FRAME_INFO);
    return STATUS_SUCCESS;
}

static VOID ResetCounts(CameraPin *Camera) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Camera->Lock, &OldIrql);
    Camera->TakenTotal = 0;
    Camera->Delivered = 0;
    Camera->Waiting = FALSE;
    Camera->Gap = FALSE;
    KeReleaseSpinLock(&Camera->Lock, OldIrql);
}

static VOID ReleaseClock(CameraPin *Camera) {
    if (Camera->Clock != NULL) {
        Camera->Clock->Release();
        Camera->Clock = NULL;
    }
}

// One step at a time, as the pipe makes them. @doc NC:ks.PFNKSPINSETDEVICESTATE
static NTSTATUS NTAPI SetState(PKSPIN Pin, KSSTATE ToState, KSSTATE FromState) {
    CameraPin *Camera = CameraOf(Pin);
    if (FromState == KSSTATE_RUN) {
        StopPacing(Camera);
    }
    switch (ToState) {
    case KSSTATE_STOP:
        ReleaseClock(Camera);
        break;
    case KSSTATE_ACQUIRE:
        if (FromState == KSSTATE_STOP) {
            ResetCounts(Camera);
            if (!NT_SUCCESS(KsPinGetReferenceClockInterface(Pin, &Camera->Clock))) {
                Camera->Clock = NULL;
            }
        }
        break;
    case KSSTATE_PAUSE:
        break;
    case KSSTATE_RUN:
        StartPacing(Camera);
        break;
    }
    return STATUS_SUCCESS;
}

static VOID DescribeFrame(CameraPin *Camera, const Picture &Latest, PKSSTREAM_HEADER Header) {
    Header->DataUsed = PictureSize(Camera->Layout);
    Header->PresentationTime.Time = Latest.PresentationTime;
    Header->PresentationTime.Numerator = 1;
    Header->PresentationTime.Denominator = 1;
    Header->Duration = Camera->Interval;
    Header->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_TIMEVALID |
                            KSSTREAM_HEADER_OPTIONSF_DURATIONVALID |
                            KSSTREAM_HEADER_OPTIONSF_SPLICEPOINT;
    if (Latest.AfterGap) {
        Header->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY;
    }
    // Clients that care leave room for it behind the header.
    if (Header->Size >= sizeof(KSSTREAM_HEADER) + sizeof(KS_FRAME_INFO)) {
        PKS_FRAME_INFO Info = reinterpret_cast<PKS_FRAME_INFO>(Header + 1);
        Info->ExtendedHeaderSize = sizeof(*Info);
        Info->dwFrameFlags = KS_VIDEO_FLAG_FRAME;
        Info->PictureNumber = Latest.Number;
        Info->DropCount = Latest.DropCount;
        Info->lSurfacePitch = LONG(PictureStride(Camera->Layout));
    }
}

// Called at PASSIVE_LEVEL when the DPC asks for it and when a frame arrives in an empty queue.
// One picture, one frame.
static NTSTATUS NTAPI ProcessPin(PKSPIN Pin) {
    CameraPin *Camera = CameraOf(Pin);
    if (!PictureWaits(Camera)) {
        return STATUS_PENDING;
    }
    PKSSTREAM_POINTER Frame = KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
    if (Frame == NULL) {
        return STATUS_PENDING;
    }
    const ULONG Size = PictureSize(Camera->Layout);
    if (Frame->OffsetOut.Remaining < Size) {
        KsStreamPointerSetStatusCode(Frame, STATUS_BUFFER_TOO_SMALL);
        Frame->StreamHeader->DataUsed = 0;
        KsStreamPointerUnlock(Frame, TRUE);
        return STATUS_SUCCESS;
    }
    Picture Latest;
    if (!ClaimPicture(Camera, &Latest)) {
        KsStreamPointerUnlock(Frame, FALSE);
        return STATUS_PENDING;
    }
    DrawPicture(Camera->Layout, ULONGLONG(Latest.Number), Frame->OffsetOut.Data);
    DescribeFrame(Camera, Latest, Frame->StreamHeader);
    KsStreamPointerAdvanceOffsetsAndUnlock(Frame, 0, Size, TRUE);
    return STATUS_SUCCESS;
}

// @doc stream/ksproperty-droppedframes-current
static NTSTATUS NTAPI GetDroppedFrames(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    PKSPIN Pin = KsGetPinFromIrp(Irp);
    if (Pin == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    const CameraCounts Counts = CountPictures(CameraOf(Pin));
    PKSPROPERTY_DROPPEDFRAMES_CURRENT_S Answer =
        static_cast<PKSPROPERTY_DROPPEDFRAMES_CURRENT_S>(Data);
    Answer->PictureNumber = Counts.PictureNumber;
    Answer->DropCount = Counts.DropCount;
    Answer->AverageFrameSize = PictureSize(CameraOf(Pin)->Layout);
    Irp->IoStatus.Information = sizeof(*Answer);
    return STATUS_SUCCESS;
}

static DEFINE_KSPROPERTY_TABLE(DroppedFramesItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_DROPPEDFRAMES_CURRENT, GetDroppedFrames, sizeof(KSPROPERTY),
                           sizeof(KSPROPERTY_DROPPEDFRAMES_CURRENT_S), NULL, NULL, 0, NULL, NULL,
                           0)};

static DEFINE_KSPROPERTY_SET_TABLE(CameraPropertySets){
    DEFINE_KSPROPERTY_SET(&PROPSETID_VIDCAP_DROPPEDFRAMES, SIZEOF_ARRAY(DroppedFramesItems),
                          DroppedFramesItems, 0, NULL)};

static DEFINE_KSAUTOMATION_TABLE(CameraPinAutomation){
    DEFINE_KSAUTOMATION_PROPERTIES(CameraPropertySets), DEFINE_KSAUTOMATION_METHODS_NULL,
    DEFINE_KSAUTOMATION_EVENTS_NULL};

static const KSPIN_DISPATCH CameraPinDispatch = {CreatePin, NULL, ProcessPin, NULL, SetFormat,
                                                 SetState,  NULL, NULL,       NULL, NULL};

// A frame holds one picture; the largest is RGB24 at 1280 x 720.
static DECLARE_SIMPLE_FRAMING_EX(CameraFraming, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                     KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY,
                                 3, 0, 1280 * 720 * 3, 1280 * 720 * 3);

const KSPIN_DESCRIPTOR_EX CameraPinDescriptors[CAMERA_PIN_COUNT] = {
    {&CameraPinDispatch,
     &CameraPinAutomation,
     {DEFINE_KSPIN_DEFAULT_INTERFACES,
      DEFINE_KSPIN_DEFAULT_MEDIUMS,
      CAMERA_RANGE_COUNT,
      CameraRanges,
      KSPIN_DATAFLOW_OUT,
      KSPIN_COMMUNICATION_BOTH,
      &PINNAME_VIDEO_CAPTURE,
      &PINNAME_VIDEO_CAPTURE,
      {0}},
     KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY | KSPIN_FLAG_FIXED_FORMAT,
     1, // instances possible
     1, // instances necessary
     &CameraFraming,
     IntersectCamera}};

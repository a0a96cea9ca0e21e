// A camera without pins, for its properties: each takes nothing smaller than the structure that its
// page names, as drivers of the time of DirectShow do. BRIGHTNESS is taken from the data, ZOOM from
// the request; CONTRAST is node 0's.
#include "../support/avstream.h"

struct Setting {
    LONG Value;
    ULONG Flags;
};
static Setting Brightness = {750, KSPROPERTY_VIDEOPROCAMP_FLAGS_AUTO};
static Setting Contrast = {50, KSPROPERTY_VIDEOPROCAMP_FLAGS_MANUAL};
static Setting Zoom = {10, KSPROPERTY_CAMERACONTROL_FLAGS_MANUAL};

template <typename S> static NTSTATUS Answer(PIRP Irp, PVOID Data, const Setting &From) {
    S *Whole = static_cast<S *>(Data);
    Whole->Value = From.Value;
    Whole->Flags = From.Flags;
    Whole->Capabilities = KSPROPERTY_VIDEOPROCAMP_FLAGS_AUTO | KSPROPERTY_VIDEOPROCAMP_FLAGS_MANUAL;
    Irp->IoStatus.Information = sizeof(S);
    return STATUS_SUCCESS;
}

template <typename S> static NTSTATUS Take(const VOID *From, Setting &To) {
    const S *Whole = static_cast<const S *>(From);
    if (Whole->Value < 0) {
        return STATUS_INVALID_PARAMETER;
    }
    To.Value = Whole->Value;
    To.Flags = Whole->Flags;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetBrightness(PIRP Irp, PKSIDENTIFIER, PVOID Data) {
    return Answer<KSPROPERTY_VIDEOPROCAMP_S>(Irp, Data, Brightness);
}

static NTSTATUS NTAPI SetBrightness(PIRP, PKSIDENTIFIER, PVOID Data) {
    return Take<KSPROPERTY_VIDEOPROCAMP_S>(Data, Brightness);
}

static NTSTATUS NTAPI GetContrast(PIRP Irp, PKSIDENTIFIER, PVOID Data) {
    return Answer<KSPROPERTY_VIDEOPROCAMP_NODE_S>(Irp, Data, Contrast);
}

static NTSTATUS NTAPI SetContrast(PIRP, PKSIDENTIFIER, PVOID Data) {
    return Take<KSPROPERTY_VIDEOPROCAMP_NODE_S>(Data, Contrast);
}

static NTSTATUS NTAPI GetZoom(PIRP Irp, PKSIDENTIFIER, PVOID Data) {
    return Answer<KSPROPERTY_CAMERACONTROL_S>(Irp, Data, Zoom);
}

static NTSTATUS NTAPI SetZoom(PIRP, PKSIDENTIFIER Request, PVOID) {
    return Take<KSPROPERTY_CAMERACONTROL_S>(Request, Zoom);
}

#define WHOLE(Id, Structure, Get, Set)                                                             \
    DEFINE_KSPROPERTY_ITEM(Id, Get, sizeof(Structure), sizeof(Structure), Set, NULL, 0, NULL,      \
                           NULL, 0)
static DEFINE_KSPROPERTY_TABLE(PictureItems){WHOLE(KSPROPERTY_VIDEOPROCAMP_BRIGHTNESS,
                                                   KSPROPERTY_VIDEOPROCAMP_S, GetBrightness,
                                                   SetBrightness)};
static DEFINE_KSPROPERTY_TABLE(LensItems){
    WHOLE(KSPROPERTY_CAMERACONTROL_ZOOM, KSPROPERTY_CAMERACONTROL_S, GetZoom, SetZoom)};
static DEFINE_KSPROPERTY_TABLE(NodeItems){WHOLE(KSPROPERTY_VIDEOPROCAMP_CONTRAST,
                                                KSPROPERTY_VIDEOPROCAMP_NODE_S, GetContrast,
                                                SetContrast)};

static DEFINE_KSPROPERTY_SET_TABLE(FilterSets){
    DEFINE_KSPROPERTY_SET(&PROPSETID_VIDCAP_VIDEOPROCAMP, SIZEOF_ARRAY(PictureItems), PictureItems,
                          0, NULL),
    DEFINE_KSPROPERTY_SET(&PROPSETID_VIDCAP_CAMERACONTROL, SIZEOF_ARRAY(LensItems), LensItems, 0,
                          NULL)};
static DEFINE_KSPROPERTY_SET_TABLE(NodeSets){DEFINE_KSPROPERTY_SET(&PROPSETID_VIDCAP_VIDEOPROCAMP,
                                                                   SIZEOF_ARRAY(NodeItems),
                                                                   NodeItems, 0, NULL)};

static DEFINE_KSAUTOMATION_TABLE(FilterAutomation){DEFINE_KSAUTOMATION_PROPERTIES(FilterSets),
                                                   DEFINE_KSAUTOMATION_METHODS_NULL,
                                                   DEFINE_KSAUTOMATION_EVENTS_NULL};
static DEFINE_KSAUTOMATION_TABLE(NodeAutomation){DEFINE_KSAUTOMATION_PROPERTIES(NodeSets),
                                                 DEFINE_KSAUTOMATION_METHODS_NULL,
                                                 DEFINE_KSAUTOMATION_EVENTS_NULL};

static const GUID Category = {STATICGUIDOF(KSCATEGORY_VIDEO)};
static const KSNODE_DESCRIPTOR Nodes[] = {
    DEFINE_NODE_DESCRIPTOR(&NodeAutomation, &KSNODETYPE_VIDEO_PROCESSING, NULL)};

static DEFINE_KSFILTER_DESCRIPTOR(CameraFilter){NULL,
                                                &FilterAutomation,
                                                KSFILTER_DESCRIPTOR_VERSION,
                                                0,
                                                &Category,
                                                0,
                                                sizeof(KSPIN_DESCRIPTOR_EX),
                                                NULL,
                                                DEFINE_KSFILTER_CATEGORY(Category),
                                                DEFINE_KSFILTER_NODE_DESCRIPTORS(Nodes),
                                                DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                                NULL};

static const KSFILTER_DESCRIPTOR *const Filters[] = {&CameraFilter};

// Its interfaces wait for this, which a worker calls.
static NTSTATUS NTAPI PostStart(PKSDEVICE) {
    return STATUS_SUCCESS;
}

static const KSDEVICE_DISPATCH DeviceDispatch = {NULL, NULL, PostStart, NULL, NULL, NULL, NULL,
                                                 NULL, NULL, NULL,      NULL, NULL, NULL};

static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {&DeviceDispatch, SIZEOF_ARRAY(Filters),
                                                     Filters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor);
}

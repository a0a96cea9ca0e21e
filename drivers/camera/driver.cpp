// The driver's frame: one device, one filter factory with one capture pin.
#include "capture.h"

static const GUID CameraCategories[] = {{STATICGUIDOF(KSCATEGORY_VIDEO)},
                                        {STATICGUIDOF(KSCATEGORY_CAPTURE)},
                                        {STATICGUIDOF(KSCATEGORY_VIDEO_CAMERA)}};

// {5E0A6B44-6A5C-4D59-8E0B-0C2B8F5A3D17}: the reference string of the filter's device interfaces.
static const GUID CameraReference = {
    0x5e0a6b44, 0x6a5c, 0x4d59, {0x8e, 0x0b, 0x0c, 0x2b, 0x8f, 0x5a, 0x3d, 0x17}};

static DEFINE_KSFILTER_DESCRIPTOR(CameraFilterDescriptor){
    NULL, // no filter dispatch: the pin is the object here
    NULL, // no properties of its own
    KSFILTER_DESCRIPTOR_VERSION,
    0, // flags
    &CameraReference,
    DEFINE_KSFILTER_PIN_DESCRIPTORS(CameraPinDescriptors),
    DEFINE_KSFILTER_CATEGORIES(CameraCategories),
    DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
    DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
    NULL};

static const KSFILTER_DESCRIPTOR *const CameraFilters[] = {&CameraFilterDescriptor};

static const KSDEVICE_DESCRIPTOR CameraDeviceDescriptor = {
    NULL, SIZEOF_ARRAY(CameraFilters), CameraFilters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &CameraDeviceDescriptor);
}

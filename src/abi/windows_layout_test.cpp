// The sizes and offsets that drivers built on Windows have compiled in (x64).
#include "abi/windows.h"

namespace {

static_assert(sizeof(LARGE_INTEGER) == 8 && sizeof(UNICODE_STRING) == 16);
static_assert(sizeof(OBJECT_ATTRIBUTES) == 48 && sizeof(LIST_ENTRY) == 16);
static_assert(sizeof(SLIST_HEADER) == 16 && alignof(SLIST_HEADER) == 16);

static_assert(sizeof(IRP) == 208);
static_assert(offsetof(IRP, MdlAddress) == 0x08 && offsetof(IRP, Flags) == 0x10);
static_assert(offsetof(IRP, AssociatedIrp) == 0x18 && offsetof(IRP, IoStatus) == 0x30);
static_assert(offsetof(IRP, RequestorMode) == 0x40 && offsetof(IRP, PendingReturned) == 0x41);
static_assert(offsetof(IRP, StackCount) == 0x42 && offsetof(IRP, CurrentLocation) == 0x43);
static_assert(offsetof(IRP, Cancel) == 0x44 && offsetof(IRP, CancelIrql) == 0x45);
static_assert(offsetof(IRP, UserIosb) == 0x48 && offsetof(IRP, UserEvent) == 0x50);
static_assert(offsetof(IRP, CancelRoutine) == 0x68 && offsetof(IRP, UserBuffer) == 0x70);
static_assert(offsetof(IRP, Tail.Overlay.ListEntry) == 0xA8);
static_assert(offsetof(IRP, Tail.Overlay.CurrentStackLocation) == 0xB8);
static_assert(offsetof(IRP, Tail.Overlay.OriginalFileObject) == 0xC0);

static_assert(sizeof(IO_STACK_LOCATION) == 72);
static_assert(offsetof(IO_STACK_LOCATION, Parameters) == 0x08);
static_assert(offsetof(IO_STACK_LOCATION, Parameters.DeviceIoControl.IoControlCode) == 0x18);
static_assert(offsetof(IO_STACK_LOCATION, Parameters.DeviceIoControl.Type3InputBuffer) == 0x20);
static_assert(offsetof(IO_STACK_LOCATION, DeviceObject) == 0x28);
static_assert(offsetof(IO_STACK_LOCATION, FileObject) == 0x30);
static_assert(offsetof(IO_STACK_LOCATION, CompletionRoutine) == 0x38);
static_assert(offsetof(IO_STACK_LOCATION, Context) == 0x40);

static_assert(sizeof(DEVICE_OBJECT) == 336);
static_assert(offsetof(DEVICE_OBJECT, DriverObject) == 0x08);
static_assert(offsetof(DEVICE_OBJECT, AttachedDevice) == 0x18);
static_assert(offsetof(DEVICE_OBJECT, Flags) == 0x30);
static_assert(offsetof(DEVICE_OBJECT, DeviceExtension) == 0x40);
static_assert(offsetof(DEVICE_OBJECT, StackSize) == 0x4C);
static_assert(offsetof(DEVICE_OBJECT, AlignmentRequirement) == 0x98);
static_assert(offsetof(DEVICE_OBJECT, Dpc) == 0xC8);
static_assert(offsetof(DEVICE_OBJECT, DeviceLock) == 0x118);
static_assert(offsetof(DEVICE_OBJECT, DeviceObjectExtension) == 0x138);

static_assert(sizeof(DRIVER_OBJECT) == 336);
static_assert(offsetof(DRIVER_OBJECT, DriverExtension) == 0x30);
static_assert(offsetof(DRIVER_OBJECT, DriverUnload) == 0x68);
static_assert(offsetof(DRIVER_OBJECT, MajorFunction) == 0x70);
static_assert(offsetof(DRIVER_EXTENSION, AddDevice) == 0x08);

static_assert(sizeof(FILE_OBJECT) == 216);
static_assert(offsetof(FILE_OBJECT, FsContext) == 0x18);
static_assert(offsetof(FILE_OBJECT, FsContext2) == 0x20);
static_assert(offsetof(FILE_OBJECT, Flags) == 0x50 && offsetof(FILE_OBJECT, FileName) == 0x58);
static_assert(offsetof(FILE_OBJECT, Lock) == 0x80 && offsetof(FILE_OBJECT, Event) == 0x98);

static_assert(sizeof(MDL) == 48 && offsetof(MDL, MdlFlags) == 0x0A);
static_assert(offsetof(MDL, MappedSystemVa) == 0x18 && offsetof(MDL, StartVa) == 0x20);
static_assert(offsetof(MDL, ByteCount) == 0x28 && offsetof(MDL, ByteOffset) == 0x2C);

static_assert(sizeof(DISPATCHER_HEADER) == 24 && sizeof(KEVENT) == 24);
static_assert(sizeof(KSEMAPHORE) == 32 && sizeof(KMUTANT) == 56);
static_assert(sizeof(FAST_MUTEX) == 56 && sizeof(KGUARDED_MUTEX) == 56);
static_assert(sizeof(KTIMER) == 64 && offsetof(KTIMER, DueTime) == 0x18);
static_assert(offsetof(KTIMER, Dpc) == 0x30 && offsetof(KTIMER, Period) == 0x3C);
static_assert(sizeof(KDPC) == 64 && offsetof(KDPC, DeferredRoutine) == 0x18);
static_assert(sizeof(KAPC) == 88 && sizeof(KWAIT_BLOCK) == 48);
static_assert(sizeof(KDEVICE_QUEUE) == 40 && sizeof(WORK_QUEUE_ITEM) == 32);
static_assert(sizeof(ERESOURCE) == 104 && sizeof(KQUEUE) == 64);
static_assert(sizeof(KLOCK_QUEUE_HANDLE) == 24 && sizeof(IO_REMOVE_LOCK) == 32);
static_assert(sizeof(NPAGED_LOOKASIDE_LIST) == 128 && sizeof(LOOKASIDE_LIST_EX) == 96);
static_assert(sizeof(EX_RUNDOWN_REF) == 8);

static_assert(sizeof(DEVICE_CAPABILITIES) == 64);
static_assert(sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR) == 20 && sizeof(CM_RESOURCE_LIST) == 40);
static_assert(sizeof(IO_RESOURCE_DESCRIPTOR) == 32);
static_assert(sizeof(INTERFACE) == 32 && sizeof(BUS_INTERFACE_STANDARD) == 64);
static_assert(sizeof(DMA_ADAPTER) == 16 && sizeof(SCATTER_GATHER_ELEMENT) == 24);
static_assert(sizeof(RTL_QUERY_REGISTRY_TABLE) == 56 && sizeof(RTL_OSVERSIONINFOEXW) == 284);
static_assert(sizeof(TIME_FIELDS) == 16 && sizeof(RTL_BITMAP) == 16);
static_assert(sizeof(RTL_AVL_TABLE) == 104 && sizeof(RTL_GENERIC_TABLE) == 72);

static_assert(sizeof(CONTEXT) == 1232 && offsetof(CONTEXT, Rip) == 0xF8);
static_assert(offsetof(CONTEXT, Xmm0) == 0x1A0 && sizeof(EXCEPTION_RECORD) == 152);
static_assert(offsetof(KPCR, Self) == 0x18 && offsetof(KPCR, CurrentPrcb) == 0x20);
static_assert(offsetof(KPCR, Irql) == 0x50);
static_assert(offsetof(KUSER_SHARED_DATA, InterruptTime) == 0x08);
static_assert(offsetof(KUSER_SHARED_DATA, SystemTime) == 0x14);
static_assert(offsetof(KUSER_SHARED_DATA, NtMajorVersion) == 0x26C);
static_assert(offsetof(KUSER_SHARED_DATA, TickCountQuad) == 0x320);

static_assert(sizeof(KSIDENTIFIER) == 24 && sizeof(KSP_NODE) == 32 && sizeof(KSP_PIN) == 32);
static_assert(sizeof(KSDATAFORMAT) == 64 && sizeof(KSATTRIBUTE) == 24);
static_assert(sizeof(KSDATAFORMAT_WAVEFORMATEX) == 82);
static_assert(sizeof(KSDATARANGE_AUDIO) == 88 && sizeof(WAVEFORMATEX) == 18);
static_assert(sizeof(WAVEFORMATEXTENSIBLE) == 40 && sizeof(KS_VIDEOINFOHEADER) == 88);
static_assert(sizeof(KS_DATAFORMAT_VIDEOINFOHEADER) == 152);
static_assert(sizeof(KSPIN_CONNECT) == 72 && sizeof(KSTIME) == 16);
static_assert(sizeof(KSSTREAM_HEADER) == 56 && offsetof(KSSTREAM_HEADER, Data) == 0x28);
static_assert(offsetof(KSSTREAM_HEADER, OptionsFlags) == 0x30);
static_assert(sizeof(KS_FRAME_INFO) == 72);

static_assert(sizeof(KSPIN) == 136 && offsetof(KSPIN, Context) == 0x10);
static_assert(sizeof(KSPIN_DESCRIPTOR_EX) == 136 && sizeof(KSPIN_DISPATCH) == 80);
static_assert(sizeof(KSPIN_DESCRIPTOR) == 88);
static_assert(sizeof(KSFILTER_DESCRIPTOR) == 104 && sizeof(KSFILTER_DISPATCH) == 32);
static_assert(sizeof(KSFILTER) == 24 && sizeof(KSFILTERFACTORY) == 24 && sizeof(KSDEVICE) == 64);
static_assert(sizeof(KSDEVICE_DISPATCH) == 112);
static_assert(offsetof(KSDEVICE_DESCRIPTOR, Version) == 24);
static_assert(sizeof(KSDEVICE_DESCRIPTOR) == 32 && offsetof(KSDEVICE_DESCRIPTOR, Flags) == 28);
static_assert(sizeof(DEVICE_DESCRIPTION) == 64 && offsetof(DEVICE_DESCRIPTION, DmaPort) == 36);
static_assert(offsetof(DEVICE_DESCRIPTION, DeviceAddress) == 56);
static_assert(offsetof(DMA_OPERATIONS, BuildMdlFromScatterGatherList) == 120);
static_assert(sizeof(DMA_OPERATIONS) == 320);
static_assert(sizeof(KSSTREAM_POINTER) == 64 && sizeof(KSSTREAM_POINTER_OFFSET) == 16);
static_assert(sizeof(KSPROCESSPIN) == 64 && sizeof(KSMAPPING) == 16);
static_assert(sizeof(KSPROPERTY_ITEM) == 72 && sizeof(KSPROPERTY_SET) == 40);
static_assert(sizeof(KSEVENT_ITEM) == 40 && sizeof(KSAUTOMATION_TABLE) == 48);
static_assert(sizeof(PCPIN_DESCRIPTOR) == 112);

} // namespace

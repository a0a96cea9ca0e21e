// Frames that a minidriver injects.
#include "ks/stream/injection.h"

#include <algorithm>

#include "ks/data_exports.h"
#include "ks/stream/pin_stream.h"
#include "nt/call_driver.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {

namespace {
constexpr ULONG pool_tag = 'jIsK';
} // namespace

/// One injected frame on its way; reached from its IRP.
struct Injector::Item {
    Frame frame;
    PIRP irp = nullptr;
    KSSTREAM_HEADER *header = nullptr;
    PMDL own_mdl = nullptr;
    std::unique_ptr<StreamIrp> stream_irp;

    ~Item() {
        stream_irp.reset();
        if (irp) {
            irp->MdlAddress = nullptr;
            irp->AssociatedIrp.SystemBuffer = nullptr;
            IoFreeIrp(irp);
        }
        if (own_mdl)
            IoFreeMdl(own_mdl);
        if (header)
            ExFreePoolWithTag(header, pool_tag);
    }

    bool make(PinStream &stream, StreamIrpReceiver &home) {
        PFILE_OBJECT const peer = stream.pin().connected_file;
        const ULONG bytes = std::max<ULONG>(stream.pin().abi().StreamHeaderSize, sizeof *header);
        irp = IoAllocateIrp(
            static_cast<CCHAR>(peer ? IoGetRelatedDeviceObject(peer)->StackSize + 1 : 1), FALSE);
        header =
            static_cast<KSSTREAM_HEADER *>(ExAllocatePoolWithTag(NonPagedPool, bytes, pool_tag));
        if (!irp || !header)
            return false;
        std::memset(static_cast<void *>(header), 0, bytes);
        if (frame.header)
            std::memcpy(header, frame.header, std::min(bytes, frame.header->Size));
        else
            header->DataUsed = frame.size;
        header->Size = bytes;
        header->Data = frame.data;
        header->FrameExtent = frame.size;
        if (!frame.mdl && frame.data) {
            own_mdl = IoAllocateMdl(frame.data, frame.size, FALSE, FALSE, nullptr);
            if (!own_mdl)
                return false;
            MmBuildMdlForNonPagedPool(own_mdl);
        }
        irp->MdlAddress = frame.mdl ? frame.mdl : own_mdl;
        irp->AssociatedIrp.SystemBuffer = irp->UserBuffer = header;
        irp->RequestorMode = KernelMode;
        IoSetNextIrpStackLocation(irp);
        PIO_STACK_LOCATION const location = IoGetCurrentIrpStackLocation(irp);
        location->MajorFunction = IRP_MJ_DEVICE_CONTROL;
        location->FileObject = stream.pin().file;
        location->Parameters.DeviceIoControl.IoControlCode = IOCTL_KS_WRITE_STREAM;
        location->Parameters.DeviceIoControl.OutputBufferLength = bytes;
        auto made = StreamIrp::create(irp, bytes, false, home);
        if (!made)
            return false;
        stream_irp = std::move(*made);
        irp->Tail.Overlay.DriverContext[3] = this;
        return true;
    }
};

void Injector::set_next(StreamIrpReceiver *next) {
    SpinGuard guard(lock_);
    next_ = next;
}

NTSTATUS Injector::submit(const Frame &frame) {
    StreamIrpReceiver *next;
    {
        SpinGuard guard(lock_);
        next = next_;
    }
    if (!next)
        return STATUS_INVALID_DEVICE_STATE;
    auto item = std::make_unique<Item>();
    item->frame = frame;
    if (!item->make(stream_, *this))
        return STATUS_INSUFFICIENT_RESOURCES;
    next->receive(*item.release()->stream_irp);
    return STATUS_SUCCESS;
}

void Injector::receive(StreamIrp &irp) {
    const std::unique_ptr<Item> item(static_cast<Item *>(irp.irp->Tail.Overlay.DriverContext[3]));
    const Frame frame = item->frame;
    call_driver("AVStrMiniFrameReturn", stream_.pin().abi_address(), frame_return_,
                &stream_.pin().abi(), frame.data, frame.size, frame.mdl, frame.context, irp.status);
}

} // namespace ksbox::ks

using namespace ksbox;
using namespace ksbox::ks;

namespace {

NTSTATUS submit(PKSPIN pin, const Injector::Frame &frame) {
    ks::Pin &object = ks::Pin::from(pin);
    Injector *const injector = object.transport ? PinStream::of(object).injector() : nullptr;
    return injector ? injector->submit(frame) : STATUS_INVALID_DEVICE_REQUEST;
}

} // namespace

extern "C" {

void NTAPI KsPinRegisterFrameReturnCallback(PKSPIN Pin, PFNKSPINFRAMERETURN FrameReturn) {
    ks::Pin &pin = ks::Pin::from(Pin);
    if (pin.transport)
        PinStream::of(pin).set_frame_return(FrameReturn);
}

NTSTATUS NTAPI KsPinSubmitFrame(PKSPIN Pin, PVOID Data, ULONG Size, PKSSTREAM_HEADER StreamHeader,
                                PVOID Context) {
    if (!Data != !Size)
        return STATUS_INVALID_PARAMETER;
    return submit(Pin, {Data, Size, nullptr, StreamHeader, Context});
}

NTSTATUS NTAPI KsPinSubmitFrameMdl(PKSPIN Pin, PMDL Mdl, PKSSTREAM_HEADER StreamHeader,
                                   PVOID Context) {
    if (!Mdl)
        return submit(Pin, {nullptr, 0, nullptr, StreamHeader, Context});
    PVOID const data = MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority);
    if (!data)
        return STATUS_INSUFFICIENT_RESOURCES;
    return submit(Pin, {data, MmGetMdlByteCount(Mdl), Mdl, StreamHeader, Context});
}

} // extern "C"

std::span<const Export> ksbox::ks::injection_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(done, KsPinRegisterFrameReturnCallback),
        KS_DATA_EXPORT(done, KsPinSubmitFrame),
        KS_DATA_EXPORT(done, KsPinSubmitFrameMdl),
    };
    return table;
}

// Frames of a circuit: made, sent, taken back.
#include "ks/stream/requester.h"

#include <utility>

#include "ks/stream/frame_allocator.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {

namespace {
constexpr ULONG pool_tag = 'qRsK';
} // namespace

/// What belongs to one circulating frame.
struct Requester::Item {
    FrameAllocator &allocator;
    PIRP irp = nullptr;
    void *header = nullptr;
    void *data = nullptr;
    PMDL mdl = nullptr;
    std::unique_ptr<StreamIrp> stream_irp;

    explicit Item(FrameAllocator &allocator) : allocator(allocator) {}
    ~Item() {
        stream_irp.reset();
        if (irp) {
            irp->MdlAddress = nullptr;
            irp->AssociatedIrp.SystemBuffer = nullptr;
            IoFreeIrp(irp);
        }
        if (mdl)
            IoFreeMdl(mdl);
        if (data)
            allocator.free(data);
        if (header)
            ExFreePoolWithTag(header, pool_tag);
    }
};

Requester::Requester(const Options &options, std::unique_ptr<FrameAllocator> allocator,
                     StreamIrpReceiver &first)
    : options_(options), allocator_(std::move(allocator)), first_(first) {
    KeInitializeEvent(&home_event_, NotificationEvent, TRUE);
}

Requester::~Requester() = default;

Result<std::unique_ptr<Requester>> Requester::create(const Options &options,
                                                     std::unique_ptr<FrameAllocator> allocator,
                                                     StreamIrpReceiver &first) {
    std::unique_ptr<Requester> requester(new Requester(options, std::move(allocator), first));
    for (ULONG i = 0; i < options.setup.frames; ++i)
        KS_CHECK(requester->add_frame());
    return requester;
}

Result<void> Requester::add_frame() {
    auto item = std::make_unique<Item>(*allocator_);
    item->irp = IoAllocateIrp(options_.stack_size, FALSE);
    item->header = ExAllocatePoolWithTag(NonPagedPool, options_.header_bytes, pool_tag);
    item->data = allocator_->allocate();
    if (!item->irp || !item->header || !item->data)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    item->mdl = IoAllocateMdl(item->data, options_.setup.bytes, FALSE, FALSE, nullptr);
    if (!item->mdl)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    MmBuildMdlForNonPagedPool(item->mdl);
    std::memset(item->header, 0, options_.header_bytes);
    auto *const header = static_cast<KSSTREAM_HEADER *>(item->header);
    header->Size = options_.header_bytes;
    header->Data = item->data;
    header->FrameExtent = options_.setup.bytes;
    item->irp->AssociatedIrp.SystemBuffer = item->header;
    item->irp->UserBuffer = item->header;
    item->irp->MdlAddress = item->mdl;
    item->irp->RequestorMode = KernelMode;
    // A stack location of its own, so that KsStreamPointerGetIrp gives something to read.
    IoSetNextIrpStackLocation(item->irp);
    PIO_STACK_LOCATION const location = IoGetCurrentIrpStackLocation(item->irp);
    location->MajorFunction = IRP_MJ_DEVICE_CONTROL;
    location->FileObject = options_.file;
    location->Parameters.DeviceIoControl.IoControlCode =
        options_.read ? IOCTL_KS_READ_STREAM : IOCTL_KS_WRITE_STREAM;
    location->Parameters.DeviceIoControl.OutputBufferLength = options_.header_bytes;
    item->stream_irp = KS_TRY(StreamIrp::create(item->irp, options_.header_bytes, false, *this));
    SpinGuard guard(lock_);
    put_home(*item->stream_irp);
    items_.push_back(std::move(item));
    return {};
}

/// An empty frame again: the driver sees the header as the allocator's client would have sent it.
void Requester::prepare(StreamIrp &irp) {
    KSSTREAM_HEADER &header = *irp.frames.front().header;
    void *const data = header.Data;
    std::memset(&header, 0, options_.header_bytes);
    header.Size = options_.header_bytes;
    header.PresentationTime.Numerator = header.PresentationTime.Denominator = 1;
    header.Data = data;
    header.FrameExtent = options_.setup.bytes;
    irp.irp->IoStatus.Status = STATUS_SUCCESS;
    irp.irp->IoStatus.Information = 0;
    irp.status = STATUS_SUCCESS;
}

void Requester::start() {
    {
        SpinGuard guard(lock_);
        running_ = true;
    }
    send_all(nullptr);
}

void Requester::stop() {
    SpinGuard guard(lock_);
    running_ = false;
}

void Requester::retire() {
    stop();
    options_.returned = nullptr;
}

/// Takes `back`, if there is one, home, and sends what is there. One thread sends at a time, so
/// that a long chain of frames that come straight back does not become a deep stack.
void Requester::send_all(StreamIrp *back) {
    bool ours = false;
    for (;;) {
        StreamIrp *irp = nullptr;
        {
            SpinGuard guard(lock_);
            if (StreamIrp *const arrived = std::exchange(back, nullptr))
                put_home(*arrived);
            if (sending_ && !ours)
                return;
            if (running_ && at_home_) {
                irp = std::exchange(at_home_, at_home_->next);
                if (!at_home_)
                    last_at_home_ = nullptr;
                irp->next = nullptr;
                --home_count_;
                KeClearEvent(&home_event_);
            }
            ours = sending_ = irp != nullptr;
            // Who waits for it may destroy this: nothing here is touched after the lock.
            if (!sending_ && home_count_ == items_.size())
                KeSetEvent(&home_event_, IO_NO_INCREMENT, FALSE);
        }
        if (!irp)
            return;
        prepare(*irp);
        first_.receive(*irp);
    }
}

/// Lock held.
void Requester::put_home(StreamIrp &irp) {
    irp.next = nullptr;
    (last_at_home_ ? last_at_home_->next : at_home_) = &irp;
    last_at_home_ = &irp;
    ++home_count_;
}

void Requester::receive(StreamIrp &irp) {
    if (options_.detained && options_.detained(irp))
        return;
    irp.irp->IoStatus.Status = irp.status;
    if (options_.returned)
        options_.returned(irp);
    send_all(&irp);
}

bool Requester::all_home() {
    SpinGuard guard(lock_);
    return home_count_ == items_.size();
}

void Requester::wait_all_home() {
    KeWaitForSingleObject(&home_event_, Executive, KernelMode, FALSE, nullptr);
    SpinGuard fence(lock_); // whoever signalled did so inside the lock
}

} // namespace ksbox::ks

// Frames of a streaming IRP.
#include "ks/stream/stream_irp.h"

#include "ks/stream/frame_mappings.h"

namespace ksbox::ks {

Frame::Frame() = default;
Frame::Frame(Frame &&) noexcept = default;
Frame::~Frame() = default;

StreamIrp::StreamIrp(PIRP irp, bool cancelable, StreamIrpReceiver &home)
    : irp(irp), cancelable(cancelable), home(home) {}

StreamIrp::~StreamIrp() = default;

namespace {

std::size_t count_headers(const std::byte *position, ULONG bytes) {
    std::size_t count = 0;
    for (const std::byte *const end = position + bytes; position < end; ++count)
        position += reinterpret_cast<const KSSTREAM_HEADER *>(position)->Size;
    return count;
}

} // namespace

Result<std::unique_ptr<StreamIrp>> StreamIrp::create(PIRP irp, ULONG header_bytes, bool cancelable,
                                                     StreamIrpReceiver &home) {
    std::unique_ptr<StreamIrp> result(new StreamIrp(irp, cancelable, home));
    auto *position = static_cast<std::byte *>(irp->AssociatedIrp.SystemBuffer);
    result->frames = {&result->single_, 1};
    if (const std::size_t count = count_headers(position, header_bytes); count != 1) {
        result->several_ = std::make_unique<Frame[]>(count);
        result->frames = {result->several_.get(), count};
    }
    PMDL mdl = irp->MdlAddress;
    ULONG index = 0;
    for (Frame &frame : result->frames) {
        frame.owner = result.get();
        frame.header = reinterpret_cast<KSSTREAM_HEADER *>(position);
        frame.sent_data = frame.header->Data;
        frame.index = index++;
        if (frame.header->Data && mdl) {
            frame.mdl = mdl;
            void *const address = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
            if (!address) {
                result->frames = result->frames.first(index);
                result->restore_headers();
                return fail(STATUS_INSUFFICIENT_RESOURCES);
            }
            frame.header->Data = address;
            mdl = mdl->Next;
        }
        position += frame.header->Size;
    }
    irp->Tail.Overlay.DriverContext[0] = result.get();
    return result;
}

StreamIrp &StreamIrp::of(PIRP irp) {
    return *static_cast<StreamIrp *>(irp->Tail.Overlay.DriverContext[0]);
}

void StreamIrp::restore_headers() {
    for (Frame &frame : frames)
        frame.header->Data = frame.sent_data;
}

ULONG StreamIrp::data_used() const {
    ULONG bytes = 0;
    for (const Frame &frame : frames)
        bytes += frame.header->DataUsed;
    return bytes;
}

ULONG StreamIrp::header_bytes() const {
    ULONG bytes = 0;
    for (const Frame &frame : frames)
        bytes += frame.header->Size;
    return bytes;
}

} // namespace ksbox::ks

// A stream's cyclic DMA buffer, addressed by positions that only grow: byte 0 is the first one that
// the device plays or records. @doc NN:portcls.IDmaChannel
#pragma once

#include <algorithm>

#include "portcls/com.h"

namespace ksbox::portcls {

class CyclicBuffer {
  public:
    explicit CyclicBuffer(ComPtr<IDmaChannel> channel) : channel_(std::move(channel)) {}

    /// Makes the buffer a whole number of notification intervals and of samples long, as far as its
    /// allocation goes, and tells the channel [inferred]. STATUS_UNSUCCESSFUL for a channel without
    /// a buffer. PASSIVE.
    NTSTATUS size_for(ULONG interval_bytes, ULONG block_bytes) {
        base_ = static_cast<char *>(
            call_method("IDmaChannel.SystemAddress", channel_.get(), &IDmaChannel::SystemAddress));
        const ULONG allocated = call_method("IDmaChannel.AllocatedBufferSize", channel_.get(),
                                            &IDmaChannel::AllocatedBufferSize);
        ULONG wanted = allocated;
        if (interval_bytes && interval_bytes <= wanted)
            wanted -= wanted % interval_bytes;
        if (block_bytes <= wanted)
            wanted -= wanted % block_bytes;
        if (!base_ || !wanted)
            return STATUS_UNSUCCESSFUL;
        call_method("IDmaChannel.SetBufferSize", channel_.get(), &IDmaChannel::SetBufferSize,
                    wanted);
        bytes_ = call_method("IDmaChannel.BufferSize", channel_.get(), &IDmaChannel::BufferSize);
        return bytes_ && bytes_ <= allocated ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    }
    ULONG bytes() const { return bytes_; }

    // IRQL <= DISPATCH_LEVEL. Precondition: at most bytes() of them.
    void write(ULONGLONG position, const void *data, ULONG bytes) {
        auto *from = static_cast<const char *>(data);
        pieces(position, bytes, [&](char *at, ULONG count) {
            call_method("IDmaChannel.CopyTo", channel_.get(), &IDmaChannel::CopyTo, at,
                        const_cast<char *>(from), count);
            from += count;
        });
    }
    void read(ULONGLONG position, void *data, ULONG bytes) {
        auto *to = static_cast<char *>(data);
        pieces(position, bytes, [&](char *at, ULONG count) {
            call_method("IDmaChannel.CopyFrom", channel_.get(), &IDmaChannel::CopyFrom, to, at,
                        count);
            to += count;
        });
    }
    /// `visit(address, bytes)` for each contiguous piece: two at the end of the buffer, else one.
    template <typename F> void pieces(ULONGLONG position, ULONG bytes, F visit) {
        while (bytes) {
            const auto offset = static_cast<ULONG>(position % bytes_);
            const ULONG count = std::min(bytes, bytes_ - offset);
            visit(base_ + offset, count);
            position += count;
            bytes -= count;
        }
    }

  private:
    ComPtr<IDmaChannel> channel_;
    char *base_ = nullptr;
    ULONG bytes_ = 0;
};

} // namespace ksbox::portcls

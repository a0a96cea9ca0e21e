// A pipe's requester: takes frames from an allocator, sends them round the circuit of queues and
// gets them back (stream/avstream-pipes-and-circuits). Each frame is the only one of a streaming
// IRP that no driver is called with, unless the other pin is not AVStream's.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"
#include "ks/stream/framing.h"
#include "ks/stream/stream_irp.h"

namespace ksbox::ks {

class FrameAllocator;

class Requester final : public StreamIrpReceiver {
  public:
    struct Options {
        FrameSetup setup;
        ULONG header_bytes; ///< of each stream header, with its extension
        CCHAR stack_size;   ///< of the IRPs: 1, or what an IRP transport needs
        PFILE_OBJECT file;  ///< the source pin's, in the IRPs' stack location
        bool read;          ///< the source pin asks for data (IOCTL_KS_READ_STREAM)
        /// Told of every IRP that comes home, until retire(). IRQL <= DISPATCH_LEVEL.
        std::function<void(StreamIrp &)> returned;
        /// True: somebody else has the frame, too, and will send it home again. May be null.
        std::function<bool(StreamIrp &)> detained = nullptr;
    };
    /// Allocates everything. PASSIVE_LEVEL. STATUS_INSUFFICIENT_RESOURCES.
    static Result<std::unique_ptr<Requester>> create(const Options &options,
                                                     std::unique_ptr<FrameAllocator> allocator,
                                                     StreamIrpReceiver &first);
    /// Precondition: every frame is at home.
    ~Requester() override;

    /// Sends the frames that are at home, from now on as they come back. IRQL <= DISPATCH_LEVEL.
    void start();
    /// Keeps what comes back.
    void stop();
    /// The pipe is gone to STOP or taken apart: nobody is told any more.
    void retire();
    bool all_home();
    /// Waits until they are, and nobody is on the way out of receive(). PASSIVE_LEVEL.
    void wait_all_home();

    void receive(StreamIrp &irp) override;

  private:
    struct Item;
    explicit Requester(const Options &options, std::unique_ptr<FrameAllocator> allocator,
                       StreamIrpReceiver &first);
    Result<void> add_frame();
    void prepare(StreamIrp &irp);
    void send_all(StreamIrp *back);
    void put_home(StreamIrp &irp);

    Options options_;
    std::unique_ptr<FrameAllocator> allocator_;
    StreamIrpReceiver &first_;
    KSPIN_LOCK lock_ = 0;
    bool running_ = false;
    bool sending_ = false;
    std::vector<std::unique_ptr<Item>> items_;
    StreamIrp *at_home_ = nullptr; ///< oldest first, linked by `next`
    StreamIrp *last_at_home_ = nullptr;
    std::size_t home_count_ = 0;
    KEVENT home_event_;
};

} // namespace ksbox::ks

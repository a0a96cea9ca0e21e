// A splitter: the instances of one pin factory with KSPIN_FLAG_SPLITTER on one filter. What leaves
// the queue of the oldest one, the original, is copied into the queues of the others, the branches;
// or, where nobody downstream changes the data, lent to the pins that the branches are connected
// to.
// @doc stream/avstream-splitters
//
// The page does not say what happens when a branch has no frame for a copy. Here (inferred) the
// original's frame waits before it goes on, as long as the branch is in the state of processing.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "abi/windows.h"
#include "ks/stream/stream_irp.h"

namespace ksbox::ks {

class PinStream;

class Splitter final : StreamIrpReceiver {
  public:
    /// Stands behind the queue of each of the pins; frames go on to `next`, or home.
    class Tap final : public StreamIrpReceiver {
      public:
        Tap(Splitter &splitter, PinStream &pin) : splitter_(splitter), pin_(pin) {}
        void set_next(StreamIrpReceiver *next) { __atomic_store_n(&next_, next, __ATOMIC_RELAXED); }
        void receive(StreamIrp &irp) override { splitter_.arrived(*this, irp); }

      private:
        friend class Splitter;
        void forward(StreamIrp &irp);

        Splitter &splitter_;
        PinStream &pin_;
        StreamIrpReceiver *next_ = nullptr;
    };

    Splitter();
    ~Splitter() override;
    /// The splitter of the pin's kind on its filter: the one of an older instance, or a new one.
    /// Control mutex held.
    static std::shared_ptr<Splitter> of(PinStream &pin);

    /// As the youngest branch. Control mutex held.
    void add(PinStream &pin);
    /// The pin closes: nothing of the splitter knows it when this returns. The next oldest becomes
    /// the original if it was. PASSIVE_LEVEL; does nothing the second time.
    void remove(PinStream &pin);

    /// The original, if the pin is a branch; else null. IRQL <= DISPATCH_LEVEL.
    PinStream *original_of(const PinStream &branch);
    /// A branch has got a frame, or its state has changed. IRQL <= DISPATCH_LEVEL.
    void pump();
    /// Sends on what waits for branches. PASSIVE_LEVEL.
    void release();

    // Lending. PASSIVE_LEVEL.
    /// The branch gets no frames of its own: those of the original go to `sink` directly. False,
    /// if one of the two sinks may change the data, or the original is connected to none of ours.
    bool lend_to(PinStream &branch, PinStream &sink);
    /// The end of it. What has been lent to that sink is on its way back by its queue's flush.
    void end_lending(PinStream &branch);
    /// Takes back what has been lent to whomever.
    void recall();
    /// True: others still have that frame; it comes home again when they are done. IRQL <=
    /// DISPATCH_LEVEL.
    bool detains(StreamIrp &irp);

  private:
    struct Share;
    struct Entry;
    struct Loan;
    class Exclusive;

    void arrived(Tap &tap, StreamIrp &irp);
    void promote(PinStream &closed);
    void receive(StreamIrp &irp) override;
    bool contains(const PinStream &pin) const;
    void pass();
    std::unique_ptr<Entry> take(bool released_only);
    bool distribute(Entry &entry);
    bool lend(StreamIrp &irp, PinStream &sink);
    void wait_idle();
    static void NTAPI cancelled(PDEVICE_OBJECT device, PIRP irp);

    KSPIN_LOCK lock_ = 0;           ///< guards all but what the one that pumps looks at
    std::vector<PinStream *> pins_; ///< oldest first
    std::deque<std::unique_ptr<Entry>> entries_;
    std::vector<Loan> loans_;
    bool pumping_ = false;
    bool again_ = false;
    KEVENT idle_; ///< not pumping
};

} // namespace ksbox::ks

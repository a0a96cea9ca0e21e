// Frames that a splitter's original and the sinks of its branches have at the same time, each with
// a stream header of its own.
#include <algorithm>

#include "ks/ks_class.h"
#include "ks/stream/pin_stream.h"
#include "ks/stream/splitter_parts.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"

namespace ksbox::ks {

namespace {

constexpr ULONG pool_tag = 'pSsK';

/// A lent frame's IRP; found again by the IRP's driver words.
struct Lent {
    PIRP irp = nullptr;
    KSSTREAM_HEADER *header = nullptr;
    StreamIrp *original = nullptr;
    std::unique_ptr<StreamIrp> stream_irp;

    ~Lent() {
        stream_irp.reset();
        if (irp) {
            irp->MdlAddress = nullptr; // the original's
            irp->AssociatedIrp.SystemBuffer = nullptr;
            IoFreeIrp(irp);
        }
        if (header)
            ExFreePoolWithTag(header, pool_tag);
    }

    bool make(StreamIrp &from, StreamIrpReceiver &home) {
        const KSSTREAM_HEADER &model = *from.frames.front().header;
        original = &from;
        irp = IoAllocateIrp(1, FALSE);
        header = static_cast<KSSTREAM_HEADER *>(
            ExAllocatePoolWithTag(NonPagedPool, model.Size, pool_tag));
        if (!irp || !header)
            return false;
        std::memcpy(static_cast<void *>(header), &model, model.Size);
        irp->MdlAddress = from.irp->MdlAddress;
        irp->AssociatedIrp.SystemBuffer = irp->UserBuffer = header;
        irp->RequestorMode = KernelMode;
        IoSetNextIrpStackLocation(irp);
        *IoGetCurrentIrpStackLocation(irp) = *IoGetCurrentIrpStackLocation(from.irp);
        auto made = StreamIrp::create(irp, model.Size, false, home);
        if (!made)
            return false;
        stream_irp = std::move(*made);
        irp->Tail.Overlay.DriverContext[3] = this;
        return true;
    }
};

/// An AVStream pin whose framing says what it does with frames, and not that it changes them. One
/// that says nothing may (inferred).
bool reads_only(const Pin &pin) {
    const KSALLOCATOR_FRAMING_EX *const framing = pin.descriptor().AllocatorFraming;
    if (!framing || framing->CountItems == 0)
        return false;
    for (ULONG i = 0; i < framing->CountItems; ++i)
        if (framing->FramingItem[i].Flags & KSALLOCATOR_REQUIREMENTF_INPLACE_MODIFIER)
            return false;
    return true;
}

} // namespace

/// Nobody pumps meanwhile. PASSIVE_LEVEL.
class Splitter::Exclusive {
  public:
    explicit Exclusive(Splitter &splitter) : splitter_(splitter) {
        for (;;) {
            splitter.wait_idle();
            SpinGuard guard(splitter.lock_);
            if (splitter.pumping_)
                continue;
            splitter.pumping_ = true;
            KeClearEvent(&splitter.idle_);
            return;
        }
    }
    ~Exclusive() {
        {
            SpinGuard guard(splitter_.lock_);
            splitter_.pumping_ = false;
            KeSetEvent(&splitter_.idle_, IO_NO_INCREMENT, FALSE);
        }
        splitter_.pump();
    }

  private:
    Splitter &splitter_;
};

bool Splitter::lend_to(PinStream &branch, PinStream &sink) {
    // Removing the original waits until nobody pumps.
    Exclusive alone(*this);
    PinStream *const original = original_of(branch);
    if (!original || branch.input() || !reads_only(sink.pin()))
        return false;
    {
        SpinGuard guard(KsClass::current().connections);
        const Pin *const peer = original->pin().peer;
        if (!original->pin().irp_source() || !peer || !reads_only(*peer))
            return false;
    }
    branch.lent_to = &sink;
    return true;
}

void Splitter::end_lending(PinStream &branch) {
    Exclusive alone(*this);
    branch.lent_to = nullptr;
}

void Splitter::recall() {
    Exclusive alone(*this);
    std::vector<PinStream *> pins;
    {
        SpinGuard guard(lock_);
        pins = pins_;
    }
    for (PinStream *pin : pins)
        if (PinStream *const sink = pin->lent_to)
            sink->queue().flush(false);
}

bool Splitter::lend(StreamIrp &irp, PinStream &sink) {
    auto lent = std::make_unique<Lent>();
    if (!lent->make(irp, *this)) {
        sink.pin().kernel.trace().event("ks.split-lost", {{"pin", std::string_view(sink.name())}});
        return true;
    }
    {
        SpinGuard guard(lock_);
        auto loan = std::ranges::find(loans_, &irp, &Loan::irp);
        if (loan == loans_.end())
            loan = loans_.insert(loan, Loan{&irp});
        ++loan->lent;
    }
    sink.receive(*lent.release()->stream_irp);
    return true;
}

/// A sink is done with what it was lent.
void Splitter::receive(StreamIrp &irp) {
    const std::unique_ptr<Lent> lent(static_cast<Lent *>(irp.irp->Tail.Overlay.DriverContext[3]));
    bool detained = false;
    {
        SpinGuard guard(lock_);
        const auto loan = std::ranges::find(loans_, lent->original, &Loan::irp);
        if (--loan->lent == 0) {
            detained = loan->detained;
            loans_.erase(loan);
        }
    }
    if (detained)
        lent->original->home.receive(*lent->original);
}

bool Splitter::detains(StreamIrp &irp) {
    SpinGuard guard(lock_);
    const auto loan = std::ranges::find(loans_, &irp, &Loan::irp);
    if (loan == loans_.end())
        return false;
    loan->detained = true;
    return true;
}

} // namespace ksbox::ks

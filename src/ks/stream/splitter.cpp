// What leaves the original of a splitter, on its way to the branches and onwards.
#include "ks/stream/splitter.h"

#include <algorithm>

#include "ks/filter.h"
#include "ks/stream/pin_stream.h"
#include "ks/stream/splitter_parts.h"
#include "nt/io/cancel_flag.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {

void Splitter::Entry::arm(Splitter &splitter) {
    if (!irp.cancelable)
        return;
    irp.irp->Tail.Overlay.DriverContext[2] = &splitter;
    IoSetCancelRoutine(irp.irp, &Splitter::cancelled);
    armed = true;
    if (io::is_cancelled(irp.irp) && IoSetCancelRoutine(irp.irp, nullptr)) {
        armed = false;
        released = true;
    }
}

bool Splitter::Entry::disarm() {
    if (!armed)
        return true;
    armed = IoSetCancelRoutine(irp.irp, nullptr) == nullptr;
    return !armed;
}

void Splitter::Tap::forward(StreamIrp &irp) {
    StreamIrpReceiver *const next = __atomic_load_n(&next_, __ATOMIC_RELAXED);
    (next ? *next : irp.home).receive(irp);
}

Splitter::Splitter() {
    KeInitializeEvent(&idle_, NotificationEvent, TRUE);
}

Splitter::~Splitter() = default;

std::shared_ptr<Splitter> Splitter::of(PinStream &pin) {
    const PinList &pins = pin.pin().filter().pins();
    for (Pin *other = pins.first(pin.pin().abi().Id); other; other = pins.next(*other))
        if (other != &pin.pin() && other->transport)
            if (const auto splitter = PinStream::of(*other).splitter())
                return splitter;
    return std::make_shared<Splitter>();
}

void Splitter::add(PinStream &pin) {
    SpinGuard guard(lock_);
    pins_.push_back(&pin);
}

bool Splitter::contains(const PinStream &pin) const {
    return std::ranges::find(pins_, &pin) != pins_.end();
}

PinStream *Splitter::original_of(const PinStream &branch) {
    SpinGuard guard(lock_);
    return !contains(branch) || pins_.front() == &branch ? nullptr : pins_.front();
}

void Splitter::remove(PinStream &pin) {
    bool was_original = false;
    {
        SpinGuard guard(lock_);
        if (!contains(pin))
            return;
        was_original = pins_.front() == &pin;
        for (const auto &entry : entries_)
            entry->released = entry->released || was_original;
        std::erase(pins_, &pin);
    }
    pump();
    wait_idle();
    if (was_original)
        promote(pin);
}

/// The next oldest processes what it has. It may be closing, too: it is gone, if it is not among us
/// while the control mutex is held.
void Splitter::promote(PinStream &closed) {
    PinStream *heir = nullptr;
    {
        SpinGuard guard(lock_);
        heir = pins_.empty() ? nullptr : pins_.front();
    }
    if (!heir)
        return;
    MutexGuard control(closed.pin().control());
    {
        SpinGuard guard(lock_);
        if (!contains(*heir))
            return;
    }
    heir->attempt_processing(true); // its Process must not run with the mutex held
}

void Splitter::release() {
    {
        SpinGuard guard(lock_);
        for (const auto &entry : entries_)
            entry->released = true;
    }
    pump();
    wait_idle();
}

void Splitter::arrived(Tap &tap, StreamIrp &irp) {
    bool waits = false;
    {
        SpinGuard guard(lock_);
        const bool original = !pins_.empty() && pins_.front() == &tap.pin_;
        waits = original && (pins_.size() > 1 || !entries_.empty());
        if (waits) {
            auto entry = std::make_unique<Entry>(tap, irp);
            for (PinStream *pin : pins_)
                if (pin != &tap.pin_)
                    entry->shares.push_back({pin});
            entry->arm(*this);
            entries_.push_back(std::move(entry));
        }
    }
    waits ? pump() : tap.forward(irp);
}

/// What has been read already is given up to nobody: it goes back as it is, without waiting.
void NTAPI Splitter::cancelled(PDEVICE_OBJECT, PIRP irp) {
    IoReleaseCancelSpinLock(irp->CancelIrql);
    auto &self = *static_cast<Splitter *>(irp->Tail.Overlay.DriverContext[2]);
    {
        SpinGuard guard(self.lock_);
        const auto found = std::ranges::find_if(
            self.entries_, [irp](const auto &entry) { return entry->irp.irp == irp; });
        (*found)->armed = false;
        (*found)->released = true;
    }
    self.pump();
}

/// One thread at a time distributes: it calls drivers, so no lock is held.
void Splitter::pump() {
    {
        SpinGuard guard(lock_);
        again_ = true;
        if (pumping_)
            return;
        pumping_ = true;
        KeClearEvent(&idle_);
    }
    for (;;) {
        {
            SpinGuard guard(lock_);
            if (!std::exchange(again_, false)) {
                pumping_ = false;
                // Who waits for it may destroy this: nothing here is touched after the lock.
                KeSetEvent(&idle_, IO_NO_INCREMENT, FALSE);
                return;
            }
        }
        pass();
    }
}

void Splitter::pass() {
    for (;;) {
        while (const auto released = take(true))
            released->tap.forward(released->irp);
        Entry *first = nullptr;
        {
            SpinGuard guard(lock_);
            first = entries_.empty() ? nullptr : entries_.front().get();
        }
        if (!first || !distribute(*first))
            return;
        // Null when its cancel routine is on its way.
        if (const auto done = take(false))
            done->tap.forward(done->irp);
        else
            return;
    }
}

/// The first entry, or the first one that is released; null when there is none.
std::unique_ptr<Splitter::Entry> Splitter::take(bool released_only) {
    SpinGuard guard(lock_);
    const auto found = std::ranges::find_if(
        entries_, [&](const auto &entry) { return !released_only || entry->released; });
    if (found == entries_.end() || !(*found)->disarm())
        return nullptr;
    auto entry = std::move(*found);
    entries_.erase(found);
    return entry;
}

/// True when every branch has its share. Pumping.
bool Splitter::distribute(Entry &entry) {
    bool all = true;
    for (Share &share : entry.shares) {
        if (share.done)
            continue;
        bool there;
        {
            SpinGuard guard(lock_);
            there = contains(*share.branch);
        }
        // Removing a branch waits until nobody pumps, so it lives on here.
        if (!there || !share.branch->takes_copies())
            share.done = true;
        else if (PinStream *const sink = share.branch->lent_to)
            share.done = lend(entry.irp, *sink);
        else
            share.done = share.copy.advance(entry.irp, share.branch->queue());
        all = all && share.done;
    }
    return all;
}

void Splitter::wait_idle() {
    KeWaitForSingleObject(&idle_, Executive, KernelMode, FALSE, nullptr);
    SpinGuard fence(lock_); // whoever signalled did so inside the lock
}

} // namespace ksbox::ks

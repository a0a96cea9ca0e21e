// The cable.
#include "portcls/simulated_uart.h"

#include "nt/spin_guard.h"
#include "portcls/music_objects.h"

namespace ksbox::portcls {
namespace {

constexpr LONGLONG byte_100ns = 3200; ///< ten bits at 31,250 a second

class Uarts final : public KernelExtension {
  public:
    explicit Uarts(Kernel &) {}
    std::shared_ptr<SimulatedUart> at(LONGLONG port) {
        SpinGuard guard(lock_);
        auto found = uarts_[port].lock();
        if (!found)
            uarts_[port] = found = std::make_shared<SimulatedUart>();
        return found;
    }

  private:
    KSPIN_LOCK lock_ = 0;
    std::map<LONGLONG, std::weak_ptr<SimulatedUart>> uarts_;
};

} // namespace

std::shared_ptr<SimulatedUart> SimulatedUart::at(Kernel &kernel, LONGLONG port) {
    return kernel.extension<Uarts>().at(port);
}

SimulatedUart::SimulatedUart() {
    KeInitializeTimer(&timer_);
    KeInitializeDpc(&dpc_, arrived, this);
}

SimulatedUart::~SimulatedUart() {
    if (!runs_driver_code())
        return;
    KeCancelTimer(&timer_);
    KeRemoveQueueDpc(&dpc_);
    KeFlushQueuedDpcs(); // it may have begun
}

void SimulatedUart::write(std::span<const UCHAR> bytes) {
    SpinGuard guard(lock_);
    LONGLONG at = master_clock_100ns();
    if (!bytes_.empty())
        at = std::max(at, bytes_.back().clock_100ns);
    for (const UCHAR byte : bytes)
        bytes_.push_back({at += byte_100ns, byte});
    LARGE_INTEGER due;
    due.QuadPart = -byte_100ns;
    KeSetTimer(&timer_, due, &dpc_);
}

std::vector<SimulatedUart::Heard> SimulatedUart::read(std::size_t most) {
    std::vector<Heard> heard;
    SpinGuard guard(lock_);
    const LONGLONG now = master_clock_100ns();
    while (heard.size() < most && !bytes_.empty() && bytes_.front().clock_100ns <= now) {
        heard.push_back(bytes_.front());
        bytes_.pop_front();
    }
    return heard;
}

void SimulatedUart::set_listener(IServiceGroup *group) {
    SpinGuard guard(lock_);
    listener_ = group;
}

/// Until the last byte is in, and somebody has been told.
void NTAPI SimulatedUart::arrived(PKDPC, PVOID context, PVOID, PVOID) {
    auto &self = *static_cast<SimulatedUart *>(context);
    SpinGuard guard(self.lock_);
    if (self.listener_)
        self.listener_->RequestService(); // ours: it only queues its DPC
    if (self.bytes_.empty() || self.bytes_.back().clock_100ns <= master_clock_100ns())
        return;
    LARGE_INTEGER due;
    due.QuadPart = master_clock_100ns() - self.bytes_.back().clock_100ns;
    KeSetTimer(&self.timer_, due, &self.dpc_);
}

} // namespace ksbox::portcls

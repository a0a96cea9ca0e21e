// The IRPs that a driver lends to Winsock Kernel: taken, kept where they can be cancelled, given
// back. @doc network/using-irps-with-winsock-kernel-functions
#pragma once

#include <list>
#include <span>
#include <vector>

#include "wsk/wsk.h"

namespace ksbox::wsk {

/// Sets up the next stack location as the subsystem's. Bug check NO_MORE_IRP_STACK_LOCATIONS.
/// IRQL <= DISPATCH_LEVEL.
void take(PIRP irp);
/// Completes what was taken, no lock held; its status, for the function to return.
NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information = 0);

/// Where a receive puts what it gets.
struct Receive {
    PIRP irp = nullptr;
    WSK_BUF buffer{};
    PSOCKADDR remote = nullptr;
    PULONG control_length = nullptr;
    PULONG flags = nullptr;
};

/// IRPs that wait, oldest first, under the network's lock. `owner` is the number by which their
/// cancel routine finds this list again.
class PendingIrps {
  public:
    explicit PendingIrps(std::uint64_t owner) : owner_(owner) {}

    /// Marks it pending and keeps it. False: it was cancelled already; the caller completes it.
    bool add(const Receive &receive);
    /// The oldest that is not being cancelled. Null irp: there is none.
    Receive next();
    /// All that are not being cancelled.
    std::vector<PIRP> take_all();
    /// The cancel routine has it.
    void remove(PIRP irp);
    bool empty() const { return waiting_.empty(); }

  private:
    const std::uint64_t owner_;
    std::list<Receive> waiting_;
};

/// Bytes of an MDL chain. STATUS_INVALID_PARAMETER: it is shorter than the buffer says;
/// STATUS_INSUFFICIENT_RESOURCES. IRQL <= DISPATCH_LEVEL.
Result<std::vector<std::byte>> gather(const WSK_BUF &buffer);
/// Copies as much as fits: how much. STATUS_INVALID_PARAMETER as above.
Result<std::size_t> scatter(const WSK_BUF &buffer, std::span<const std::byte> bytes);

} // namespace ksbox::wsk

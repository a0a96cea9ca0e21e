// Why requests were refused: from the place that refuses, beside the IRP's status, to whoever
// issued the request (docs/adr/0006-why-a-request-was-refused.md). Drivers see nothing of it.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "abi/windows.h"
#include "ksbox/reason.h"
#include "nt/kernel.h"

namespace ksbox::io {

struct IrpTrailer;

/// All static functions: on a box thread, IRQL <= DISPATCH_LEVEL.
class Reasons final : public KernelExtension {
  public:
    explicit Reasons(Kernel &) {}

    /// Why the request is being refused, in place of what was said about it before. Counts only if
    /// the request then ends with `status` (any error, without). An IRP in memory of a driver's own
    /// keeps no reason.
    static void say(PIRP irp, std::optional<NTSTATUS> status, Reason reason);
    /// Whether it has been said why the request ends with that status.
    static bool said(PIRP irp, NTSTATUS status);
    /// Of a call that is refused before it becomes an IRP: for the current thread (a create), or
    /// for the client's status block.
    static void say_for_thread(NTSTATUS status, Reason reason);

    static void say_for_request(const void *status_block, NTSTATUS status, Reason reason);

    /// The reason of the current thread's last refused create; once. Empty when there is none.
    static Reason take();
    /// The reason of the client's last refused request with that status block; once.
    static Reason take(const void *status_block);
    /// Whether the current thread's create, refused just now, has left none.
    static bool silent();
    /// A create of the current thread begins: what the last one left is gone.
    static void forget();
    /// The thread ends.
    static void forget(Kernel &kernel, std::uint64_t thread_id);

    // For finish_irp() and free_irp(), of IRPs whose trailer has `has_reason`.
    /// To the requestor, and into the trace, if the IRP has ended with an error.
    static void deliver(Kernel &kernel, PIRP irp);
    static void drop(Kernel &kernel, IrpTrailer &trailer);

  private:
    struct Said {
        std::optional<NTSTATUS> status;
        Reason reason;
    };
    std::optional<Said> take_said(IrpTrailer &trailer);

    KSPIN_LOCK lock_ = 0;
    std::unordered_map<std::uint64_t, Said> of_irp_;       ///< by IrpTrailer::number
    std::unordered_map<std::uint64_t, Reason> of_thread_;  ///< by Thread::id
    std::unordered_map<std::uint64_t, Reason> of_request_; ///< by the status block's client address
};

} // namespace ksbox::io

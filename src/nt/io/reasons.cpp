// Reasons on their way from a refusing place to a requestor.
#include "nt/io/reasons.h"

#include <string>
#include <utility>

#include "nt/io/irp.h"
#include "nt/ke/thread.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"

namespace ksbox::io {

namespace {

Reasons &reasons_of(Kernel &kernel) {
    return kernel.extension<Reasons>();
}

void write(Trace &trace, std::string_view irp, NTSTATUS status, const Reason &reason) {
    trace.event("refusal", {{"irp", irp},
                            {"status", std::uint64_t(static_cast<ULONG>(status))},
                            {"why", std::string_view(reason.sentence)}});
    for (const std::string &detail : reason.details)
        trace.event("refusal.detail", {{"irp", irp}, {"why", std::string_view(detail)}});
}

template <typename Map> auto taken(Map &map, std::uint64_t key) {
    const auto found = map.find(key);
    std::optional<typename Map::mapped_type> result;
    if (found != map.end()) {
        result = std::move(found->second);
        map.erase(found);
    }
    return result;
}

} // namespace

void Reasons::say(PIRP irp, std::optional<NTSTATUS> status, Reason reason) {
    IrpTrailer *trailer = trailer_of(irp);
    if (!trailer)
        return;
    Reasons &self = reasons_of(current_kernel());
    SpinGuard guard(self.lock_);
    self.of_irp_[trailer->number] = {status, std::move(reason)};
    trailer->has_reason = true;
}

bool Reasons::said(PIRP irp, NTSTATUS status) {
    const IrpTrailer *trailer = trailer_of(irp);
    if (!trailer)
        return false;
    Reasons &self = reasons_of(current_kernel());
    SpinGuard guard(self.lock_);
    const auto found = self.of_irp_.find(trailer->number);
    return found != self.of_irp_.end() && found->second.status == status;
}

void Reasons::say_for_thread(NTSTATUS status, Reason reason) {
    ke::Thread &thread = ke::current_thread();
    write(thread.kernel.trace(), "", status, reason);
    Reasons &self = reasons_of(thread.kernel);
    SpinGuard guard(self.lock_);
    self.of_thread_[thread.id] = std::move(reason);
}

void Reasons::say_for_request(const void *status_block, NTSTATUS status, Reason reason) {
    Kernel &kernel = current_kernel();
    write(kernel.trace(), "", status, reason);
    Reasons &self = reasons_of(kernel);
    SpinGuard guard(self.lock_);
    self.of_request_[reinterpret_cast<std::uint64_t>(status_block)] = std::move(reason);
}

Reason Reasons::take() {
    ke::Thread &thread = ke::current_thread();
    Reasons &self = reasons_of(thread.kernel);
    SpinGuard guard(self.lock_);
    return taken(self.of_thread_, thread.id).value_or(Reason{});
}

Reason Reasons::take(const void *status_block) {
    Reasons &self = reasons_of(current_kernel());
    SpinGuard guard(self.lock_);
    return taken(self.of_request_, reinterpret_cast<std::uint64_t>(status_block))
        .value_or(Reason{});
}

bool Reasons::silent() {
    ke::Thread &thread = ke::current_thread();
    Reasons &self = reasons_of(thread.kernel);
    SpinGuard guard(self.lock_);
    return !self.of_thread_.contains(thread.id);
}

void Reasons::forget() {
    ke::Thread &thread = ke::current_thread();
    forget(thread.kernel, thread.id);
}

void Reasons::forget(Kernel &kernel, std::uint64_t thread_id) {
    Reasons &self = reasons_of(kernel);
    SpinGuard guard(self.lock_);
    self.of_thread_.erase(thread_id);
}

std::optional<Reasons::Said> Reasons::take_said(IrpTrailer &trailer) {
    trailer.has_reason = false;
    SpinGuard guard(lock_);
    return taken(of_irp_, trailer.number);
}

void Reasons::deliver(Kernel &kernel, PIRP irp) {
    IrpTrailer &trailer = *trailer_of(irp);
    Reasons &self = reasons_of(kernel);
    std::optional<Said> said = self.take_said(trailer);
    const NTSTATUS status = irp->IoStatus.Status;
    // What was refused on the way and then done after all, or failed for another reason.
    if (!said || NT_SUCCESS(status) || (said->status && *said->status != status))
        return;
    write(kernel.trace(), "irp" + std::to_string(trailer.number), status, said->reason);
    if (trailer.abandoned)
        return;
    const bool of_client = trailer.process && !trailer.kernel_block;
    const auto *body = reinterpret_cast<const ke::ThreadBody *>(irp->Tail.Overlay.Thread);
    SpinGuard guard(self.lock_);
    if (of_client)
        self.of_request_[reinterpret_cast<std::uint64_t>(irp->UserIosb)] = std::move(said->reason);
    else if (body && body->thread)
        self.of_thread_[body->thread->id] = std::move(said->reason);
}

void Reasons::drop(Kernel &kernel, IrpTrailer &trailer) {
    (void)reasons_of(kernel).take_said(trailer);
}

} // namespace ksbox::io

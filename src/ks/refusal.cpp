// Why a request is refused.
#include "ks/refusal.h"

#include "base/status_names.h"
#include "nt/io/reasons.h"
#include "nt/ke/thread.h"

namespace ksbox::ks {

NTSTATUS refused(PIRP irp, NTSTATUS status, std::string sentence,
                 std::vector<std::string> details) {
    if (irp)
        io::Reasons::say(irp, status, {std::move(sentence), std::move(details)});
    return status;
}

NTSTATUS refused(NTSTATUS status, std::string sentence, std::vector<std::string> details) {
    // Rules that need no box are asked without one, too.
    const ke::Thread *thread = ke::current_thread_or_null();
    return refused(thread ? static_cast<PIRP>(thread->current_irp) : nullptr, status,
                   std::move(sentence), std::move(details));
}

std::string counted(std::size_t count, const char *one, const char *many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string exist(std::size_t count) {
    return (count ? std::to_string(count) : "none") + (count > 1 ? " exist" : " exists");
}

NTSTATUS driver_refused(const char *callback, NTSTATUS status, const std::string &more) {
    std::string sentence =
        std::string("the driver's ") + callback + " returned " + describe_status(status);
    if (status == STATUS_PENDING)
        sentence += ", which is not allowed there";
    if (!more.empty())
        sentence += " (" + more + ")";
    return refused(status == STATUS_PENDING ? STATUS_UNSUCCESSFUL : status, std::move(sentence));
}

} // namespace ksbox::ks

// Why a request is refused, in one sentence with both values: a status says only "no match". Goes
// with the IRP that this thread serves (nt/io/reasons.h) to whoever issued it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

/// Records why; returns the status. It counts if the request ends with that status. `details`: one
/// line for each of several candidates. IRQL <= DISPATCH_LEVEL.
NTSTATUS refused(NTSTATUS status, std::string sentence, std::vector<std::string> details = {});
/// The same for a request that another thread may serve.
NTSTATUS refused(PIRP irp, NTSTATUS status, std::string sentence,
                 std::vector<std::string> details = {});
inline std::unexpected<Status> refuse(NTSTATUS status, std::string sentence,
                                      std::vector<std::string> details = {}) {
    return fail(refused(status, std::move(sentence), std::move(details)));
}
inline std::unexpected<Status> refuse(PIRP irp, NTSTATUS status, std::string sentence) {
    return fail(refused(irp, status, std::move(sentence)));
}
/// The minidriver's own refusal: "the driver's Create returned STATUS_…". `callback` as its page
/// calls the member; `more` follows in brackets. STATUS_PENDING, which none of these may return,
/// becomes STATUS_UNSUCCESSFUL.
NTSTATUS driver_refused(const char *callback, NTSTATUS status, const std::string &more = {});

/// "1 instance", "3 instances".
std::string counted(std::size_t count, const char *one, const char *many);
/// "1 exists", "none exists", "3 exist".
std::string exist(std::size_t count);

} // namespace ksbox::ks

// Why the last request was refused.
#include "ks/refusal.h"

#include "nt/ke/thread.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"

namespace ksbox::ks {

void Refusal::record(std::string sentence) {
    Kernel &kernel = current_kernel();
    kernel.trace().event("ks.refusal", {{"why", std::string_view(sentence)}});
    auto &self = kernel.extension<Refusal>();
    SpinGuard guard(self.lock_);
    self.sentences_[ke::current_thread().id] = std::move(sentence);
}

void Refusal::forget() {
    auto &self = current_kernel().extension<Refusal>();
    SpinGuard guard(self.lock_);
    self.sentences_.erase(ke::current_thread().id);
}

std::string Refusal::last(Kernel &kernel, std::uint64_t thread_id) {
    auto &self = kernel.extension<Refusal>();
    const auto entry = self.sentences_.find(thread_id);
    return entry == self.sentences_.end() ? std::string() : entry->second;
}

} // namespace ksbox::ks

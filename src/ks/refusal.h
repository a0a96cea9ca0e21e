// Why the last request was refused, in one sentence with both values: a status says only "no
// match". Kept per box thread; the box API reads it after a failed call on the same thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "abi/windows.h"
#include "nt/kernel.h"

namespace ksbox::ks {

class Refusal final : public KernelExtension {
  public:
    explicit Refusal(Kernel &) {}

    /// Replaces the current thread's record. PASSIVE.
    static void record(std::string sentence);
    static void forget();
    /// "" when nothing has been refused since forget(). `thread_id`: ke::Thread::id.
    static std::string last(Kernel &kernel, std::uint64_t thread_id);

  private:
    KSPIN_LOCK lock_ = 0;
    std::unordered_map<std::uint64_t, std::string> sentences_;
};

} // namespace ksbox::ks

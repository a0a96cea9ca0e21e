// What the host's sanitizers find in instrumented drivers: the driver's stack and the pool block
// concerned go to standard error beside the runtime's own report, and what does not end the process
// is remembered until the driver is unloaded.
#pragma once

#include <cstdint>
#include <vector>

#include "abi/windows.h"

#include "loader/sanitizer_bindings.h"
#include "nt/ke/host_lock.h"
#include "nt/kernel.h"

namespace ksbox::box {

class SanitizerFindings final : public KernelExtension {
  public:
    explicit SanitizerFindings(Kernel &) {}

    void add(std::uint64_t return_address);
    /// Where in the image [begin, begin + bytes) errors were reported, each once; forgets them.
    std::vector<std::uint64_t> take(std::uint64_t begin, std::size_t bytes);

  private:
    ke::HostLock lock_;
    std::vector<std::uint64_t> places_;
};

/// For loader::LoadOptions::sanitizer_report. On the thread that made the error.
void report_sanitizer_error(const loader::Image &image, const loader::Context &driver) noexcept;

} // namespace ksbox::box

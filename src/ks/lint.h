// What a driver describes wrongly although it works: findings, one sentence each, beside the
// refusals that have a status (refusal.h).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/windows.h"
#include "nt/kernel.h"

namespace ksbox::ks {

/// The findings of a box, by driver.
class Findings final : public KernelExtension {
  public:
    explicit Findings(Kernel &kernel) : kernel_(kernel) {}

    /// Keeps the sentence, once, and traces it ("ks.finding"). IRQL <= DISPATCH_LEVEL.
    void add(PDRIVER_OBJECT driver, std::string sentence);
    /// In the order in which they were found.
    std::vector<std::string> of(PDRIVER_OBJECT driver) const;
    /// The driver is unloaded.
    void forget(PDRIVER_OBJECT driver);

  private:
    Kernel &kernel_;
    mutable KSPIN_LOCK lock_ = 0; ///< guards the list; a leaf
    std::vector<std::pair<PDRIVER_OBJECT, std::string>> found_;
};

/// What is wrong with the pin factory `descriptors[id]` of a filter, by itself and beside those
/// before it. `filter`: what to call the filter.
///
/// Category and name together identify a pin factory: where several share a category, each has a
/// name of its own (audio/pin-factories). Of some flags only one may be set
/// (@doc NS:ks._KSPIN_DESCRIPTOR_EX).
std::vector<std::string> lint_pin_factory(std::string_view filter,
                                          std::span<const KSPIN_DESCRIPTOR_EX *const> descriptors,
                                          ULONG id);

} // namespace ksbox::ks

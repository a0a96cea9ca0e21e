// Low resources simulation: one allocation of pool that fails, and what it was for.
#include "ksbox/box.h"

#include <fmt/format.h>

#include "box/driver_images.h"
#include "box/state.h"
#include "loader/symbolizer.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"

namespace ksbox {

void Box::fail_allocation(std::uint64_t number) {
    state_->kernel->pool().fail(number);
}

std::string Box::failed_allocation() const {
    const auto failed = state_->kernel->pool().failed();
    if (!failed)
        return {};
    std::string text =
        fmt::format("{} bytes of pool, tag {}", failed->bytes, mm::tag_text(failed->tag));
    const auto caller = reinterpret_cast<std::uint64_t>(failed->caller);
    const auto &images = state_->kernel->extension<box::DriverImages>();
    if (!images.index().find(caller))
        return text + ", for the system";
    for (const loader::SymbolizedFrame &frame : images.symbolize({{caller}}))
        text += ", asked for at " + frame.to_text();
    return text;
}

} // namespace ksbox

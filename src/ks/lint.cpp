// Findings about pin factories.
#include "ks/lint.h"

#include <algorithm>

#include <fmt/format.h>

#include "ks/data_range.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"

namespace ksbox::ks {
namespace {

struct FlagPair {
    ULONG first, second;
    const char *first_name, *second_name;
};
constexpr FlagPair exclusive[] = {
    {KSPIN_FLAG_CRITICAL_PROCESSING, KSPIN_FLAG_HYPERCRITICAL_PROCESSING,
     "KSPIN_FLAG_CRITICAL_PROCESSING", "KSPIN_FLAG_HYPERCRITICAL_PROCESSING"},
    {KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING, KSPIN_FLAG_INITIATE_PROCESSING_ON_EVERY_ARRIVAL,
     "KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING", "KSPIN_FLAG_INITIATE_PROCESSING_ON_EVERY_ARRIVAL"},
    {KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING, KSPIN_FLAG_SOME_FRAMES_REQUIRED_FOR_PROCESSING,
     "KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING",
     "KSPIN_FLAG_SOME_FRAMES_REQUIRED_FOR_PROCESSING"},
    {KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY, KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE,
     "KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY", "KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE"},
};

bool same(const GUID *a, const GUID *b) {
    return a == b || (a && b && same_guid(*a, *b));
}

/// Why two pin factories cannot be told apart; "" when they can.
std::string conflict(const KSPIN_DESCRIPTOR &earlier, const KSPIN_DESCRIPTOR &later) {
    if (!same(earlier.Category, later.Category))
        return {};
    if (!later.Category)
        return same(earlier.Name, later.Name)
                   ? later.Name ? "have no category and the same name " + describe(*later.Name)
                                : "have neither a category nor a name"
                   : std::string();
    std::string text = "have the same category " + describe(*later.Category);
    if (earlier.Name && later.Name)
        return same(earlier.Name, later.Name) ? text + " and the same name " + describe(*later.Name)
                                              : std::string();
    if (!earlier.Name && !later.Name)
        return text + " and no names";
    return text + " and only one of them has a name";
}

} // namespace

void Findings::add(PDRIVER_OBJECT driver, std::string sentence) {
    {
        SpinGuard guard(lock_);
        const auto same_one = [&](const auto &one) {
            return one.first == driver && one.second == sentence;
        };
        if (std::ranges::any_of(found_, same_one))
            return;
        found_.emplace_back(driver, sentence);
    }
    kernel_.trace().event("ks.finding", {{"finding", std::string_view(sentence)}});
}

std::vector<std::string> Findings::of(PDRIVER_OBJECT driver) const {
    SpinGuard guard(lock_);
    std::vector<std::string> sentences;
    for (const auto &[whose, sentence] : found_)
        if (whose == driver)
            sentences.push_back(sentence);
    return sentences;
}

void Findings::forget(PDRIVER_OBJECT driver) {
    SpinGuard guard(lock_);
    std::erase_if(found_, [&](const auto &one) { return one.first == driver; });
}

std::vector<std::string> lint_pin_factory(std::string_view filter,
                                          std::span<const KSPIN_DESCRIPTOR_EX *const> descriptors,
                                          ULONG id) {
    std::vector<std::string> found;
    const KSPIN_DESCRIPTOR_EX &own = *descriptors[id];
    for (ULONG other = 0; other < id; ++other)
        if (const std::string why = conflict(descriptors[other]->PinDescriptor, own.PinDescriptor);
            !why.empty()) {
            found.push_back(fmt::format("filter {}: pin factories {} and {} {}; category and name "
                                        "together have to identify a pin factory",
                                        filter, other, id, why));
            // The others like it are told apart from this one by the same sentence.
            if (own.PinDescriptor.Category == nullptr)
                break;
        }
    for (const FlagPair &pair : exclusive)
        if ((own.Flags & pair.first) && (own.Flags & pair.second))
            found.push_back(fmt::format("filter {}: pin factory {} has both {} and {}, which "
                                        "exclude each other",
                                        filter, id, pair.first_name, pair.second_name));
    return found;
}

} // namespace ksbox::ks

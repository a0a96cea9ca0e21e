// The journal of a test driver (tests/drivers/support/journal.h), as its tests read it.
#pragma once

#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "ksbox/filter.h"

namespace ksbox::testing {

struct JournalEntry {
    std::string what;
    std::array<std::uint64_t, 3> values{};
    unsigned irql = 0;
    bool operator==(const JournalEntry &) const = default;
};
void PrintTo(const JournalEntry &entry, std::ostream *stream);

/// In the order in which it happened, since forget_journal(). Throws Error.
std::vector<JournalEntry> journal(Filter &filter);
/// The same without values: {"create", "set state", …}.
std::vector<std::string> names(const std::vector<JournalEntry> &entries);
/// Those called `what`.
std::vector<JournalEntry> only(const std::vector<JournalEntry> &entries, std::string_view what);
void forget_journal(Filter &filter);

constexpr std::uint32_t always = 0xffffffff;
/// Has the driver answer the NTSTATUS to `question`, so often; 0 times: its default again.
void answer(Filter &filter, std::string_view question, std::uint32_t status,
            std::uint32_t times = always);

} // namespace ksbox::testing

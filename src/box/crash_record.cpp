#include "ksbox/crash_record.h"

#include <cstring>
#include <type_traits>

#include <fmt/format.h>

#include "nt/ke/bug_check.h"

namespace ksbox {

static_assert(bug_check_timeout_code == ke::bug_check_timeout);

namespace {

ke::BugCheckFacts facts_of(const CrashRecord &record) {
    ke::BugCheckFacts facts;
    std::memcpy(static_cast<void *>(&facts), record.bytes.data(), sizeof facts);
    return facts;
}

} // namespace

std::uint32_t CrashRecord::code() const {
    return facts_of(*this).code;
}

std::string CrashRecord::to_string() const {
    ke::BugCheckFacts facts = facts_of(*this);
    if (facts.code == 0)
        return {};
    facts.reason.back() = facts.callback.back() = facts.thread.back() = '\0';
    std::string text =
        fmt::format("bug check {:#x} {} ({:#x}, {:#x}, {:#x}, {:#x})\n  {}\n", facts.code,
                    ke::bug_check_name(facts.code), facts.parameters[0], facts.parameters[1],
                    facts.parameters[2], facts.parameters[3], facts.reason.data());
    if (facts.callback[0] != '\0')
        text += fmt::format("  while the driver was called as {}\n", facts.callback.data());
    text += fmt::format("  thread {}, IRQL {}, {:.7f} s after boot\n", facts.thread.data(),
                        facts.irql, double(facts.time_100ns) / 1e7);
    return text;
}

} // namespace ksbox

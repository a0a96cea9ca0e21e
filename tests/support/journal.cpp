#include "support/journal.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "ksbox/ks.h"

#include "drivers/support/journal.h"

namespace ksbox::testing {

namespace {

constexpr Guid journal_set{
    0x9b0f6a3e, 0x54c1, 0x4b0c, {0x9d, 0x0e, 0x2b, 0x7a, 0x6f, 0x31, 0xd8, 0xc4}};

void copy_text(char (&to)[JOURNAL_TEXT_BYTES], std::string_view text) {
    if (text.size() >= sizeof to)
        throw Error(0xC0000106 /* STATUS_NAME_TOO_LONG */, "a journal's text is too long");
    std::ranges::copy(text, to);
}

} // namespace

void PrintTo(const JournalEntry &entry, std::ostream *stream) {
    *stream << entry.what << " (" << entry.values[0] << ", " << entry.values[1] << ", "
            << entry.values[2] << ") at IRQL " << entry.irql;
}

std::vector<JournalEntry> journal(Filter &filter) {
    const std::vector<std::byte> list = filter.get(journal_set, KSPROPERTY_JOURNAL_ENTRIES);
    std::vector<JournalEntry> entries;
    for (std::size_t at = sizeof(KSMULTIPLE_ITEM); at + sizeof(JOURNAL_ENTRY) <= list.size();
         at += sizeof(JOURNAL_ENTRY)) {
        JOURNAL_ENTRY one;
        std::memcpy(&one, list.data() + at, sizeof one);
        entries.push_back(
            {one.What, {one.Values[0], one.Values[1], one.Values[2]}, unsigned(one.Irql)});
    }
    return entries;
}

std::vector<std::string> names(const std::vector<JournalEntry> &entries) {
    std::vector<std::string> result;
    for (const JournalEntry &entry : entries)
        result.push_back(entry.what);
    return result;
}

std::vector<JournalEntry> only(const std::vector<JournalEntry> &entries, std::string_view what) {
    std::vector<JournalEntry> result;
    std::ranges::copy_if(entries, std::back_inserter(result),
                         [&](const JournalEntry &entry) { return entry.what == what; });
    return result;
}

void forget_journal(Filter &filter) {
    const std::uint32_t ignored = 0;
    filter.set(journal_set, KSPROPERTY_JOURNAL_FORGET, std::as_bytes(std::span(&ignored, 1)));
}

void answer(Filter &filter, std::string_view question, std::uint32_t status, std::uint32_t times) {
    JOURNAL_ANSWER value{};
    copy_text(value.Question, question);
    value.Answer = LONG(status);
    value.Times = times;
    filter.set(journal_set, KSPROPERTY_JOURNAL_ANSWER, std::as_bytes(std::span(&value, 1)));
}

} // namespace ksbox::testing

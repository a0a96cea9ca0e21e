#include "ks/misuse.h"

#include "nt/ke/bug_check.h"
#include "nt/mm/memory.h"

namespace ksbox::ks {

void misuse(Rule rule, const void *subject, const char *sentence) {
    bug_check(0xC4, static_cast<std::uint32_t>(rule), reinterpret_cast<std::uint64_t>(subject), 0,
              0, sentence);
}

bool has_magic(const void *address, std::uint64_t expected) {
    std::uint64_t magic = 0;
    return mm::guarded_copy(&magic, address, sizeof magic) && magic == expected;
}

} // namespace ksbox::ks

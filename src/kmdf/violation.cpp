#include "kmdf/violation.h"

#include "nt/ke/bug_check.h"

namespace ksbox::kmdf {

namespace {
constexpr std::uint32_t wdf_violation = 0x10D;
}

void violation(Violation what, std::uint64_t second, std::uint64_t third,
               const std::string &sentence) {
    bug_check(wdf_violation, static_cast<std::uint32_t>(what), second, third, 0, sentence);
}

void violation(Violation what, const void *subject, const std::string &sentence) {
    violation(what, reinterpret_cast<std::uint64_t>(subject), 0, sentence);
}

void require_parameter(const void *value, const char *function, const char *parameter) {
    if (value == nullptr)
        violation(Violation::null_parameter, nullptr,
                  std::string(function) + " was called with a null " + parameter);
}

} // namespace ksbox::kmdf

#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace ksbox {

void assertion_failed(const char *expression, const char *file, int line) noexcept {
    std::fprintf(stderr, "ksbox: internal error: %s does not hold (%s:%d)\n", expression, file,
                 line);
    std::abort();
}

} // namespace ksbox

#include "nt/ke/instant.h"

#include <cstdint>

namespace ksbox::ke {
namespace {

constexpr std::uint32_t most_free_reads = 64;
thread_local std::uint32_t free_reads;

} // namespace

Instant::Instant() {
    free_reads = most_free_reads;
}

Instant::~Instant() {
    free_reads = 0;
}

bool Instant::covers_a_read() {
    if (free_reads == 0)
        return false;
    --free_reads;
    return true;
}

} // namespace ksbox::ke

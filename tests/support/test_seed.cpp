// Which seed a test's boxes have, and the command that repeats a test that failed under it.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

std::uint64_t first_seed() {
    const char *text = std::getenv("KSBOX_TEST_SEED");
    return text ? std::strtoull(text, nullptr, 10) : 1;
}

class SeedOfRepetition : public ::testing::EmptyTestEventListener {
  public:
    std::uint64_t seed = first_seed();

  private:
    void OnTestIterationStart(const ::testing::UnitTest &, int iteration) override {
        seed = first_seed() + std::uint64_t(iteration);
    }
    void OnTestEnd(const ::testing::TestInfo &test) override {
        if (test.result()->Failed() && seed != 1)
            std::printf("again: KSBOX_TEST_SEED=%" PRIu64 " … --gtest_filter=%s.%s\n", seed,
                        test.test_suite_name(), test.name());
    }
};

// The listener is gtest's; it goes when the program ends.
const SeedOfRepetition &listener = [] -> SeedOfRepetition & {
    auto *made = new SeedOfRepetition;
    ::testing::UnitTest::GetInstance()->listeners().Append(made);
    return *made;
}();

} // namespace

std::uint64_t test_seed() {
    return listener.seed;
}

} // namespace ksbox::testing

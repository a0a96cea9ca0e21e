// Structured exceptions in compiled driver code, with real faults on a real stack.
#include "loader/seh_harness.h"
#include "loader/stack_walk.h"

#include <gmock/gmock.h>
#include <sys/mman.h>

namespace ksbox::loader {
namespace {

using test::entry;

std::vector<std::uint64_t> observed;
KSBOX_MS_ABI void observe(std::uint64_t value) {
    observed.push_back(value);
}
KSBOX_MS_ABI void on_missing(const ImportRecord *record) {
    FAIL() << record->function;
}

constexpr std::uint32_t access_violation = 0xc0000005;
constexpr std::uint32_t misalignment = 0x80000002;

class Seh : public ::testing::TestWithParam<const char *> {
  protected:
    void SetUp() override {
        observed.clear();
        resolver_.add("KsboxTestObserve", observe);
        resolver_.add("memcpy", test::ksbox_test_memcpy);
        resolver_.add("__C_specific_handler", c_specific_handler);
        resolver_.add("ExRaiseStatus", ksbox_ExRaiseStatus);
        resolver_.add("RtlRaiseStatus", ksbox_ExRaiseStatus);
        resolver_.add("RtlRaiseException", ksbox_RtlRaiseException);
        resolver_.add("ProbeForRead", ksbox_ProbeForRead);
        resolver_.add("ProbeForWrite", ksbox_ProbeForWrite);
        resolver_.add("_local_unwind", ksbox_local_unwind);
        const auto bytes = test::read_image(GetParam());
        const auto file = PeFile::parse(bytes);
        ASSERT_TRUE(file) << file.error().message;
        auto image = Image::load(*file, memory_, resolver_,
                                 {.name = GetParam(), .path = {}, .missing = on_missing});
        ASSERT_TRUE(image) << image.error().message;
        image_ = std::move(*image);
        harness_.images().add(*image_);
        page_ = static_cast<int *>(
            mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        mprotect(page_ + 1024, 4096, PROT_NONE);
        bad_ = page_ + 1024;
    }
    void TearDown() override { munmap(page_, 8192); }

    template <typename Result, typename... Arguments>
    Result call(const char *name, Arguments... arguments) {
        using Function = Result KSBOX_MS_ABI(Arguments...);
        auto *function = entry<Function>(image_->find_export(name));
        EXPECT_NE(function, nullptr) << name;
        Result result{};
        const auto unhandled = harness_.run([&] { result = function(arguments...); });
        EXPECT_FALSE(unhandled) << name << " left exception " << std::hex << unhandled->record.code
                                << " unhandled, outcome " << static_cast<int>(unhandled->outcome);
        return result;
    }

    AnonymousImageMemory memory_;
    test::MapResolver resolver_;
    std::unique_ptr<Image> image_;
    test::SehHarness harness_;
    int *page_ = nullptr; ///< one good page, then one without access
    int *bad_ = nullptr;
};

TEST_P(Seh, CatchesAFaultWithItsCode) {
    EXPECT_EQ(call<std::uint32_t>("catch_fault", bad_), access_violation);
    EXPECT_EQ(call<std::uint32_t>("catch_fault", page_), 2u);
}

TEST_P(Seh, RunsFiltersFirstThenFinallysFromInsideOut) {
    EXPECT_EQ(call<int>("nested_finally", bad_), 14235);
    EXPECT_EQ(call<int>("across_functions", bad_), 123);
    EXPECT_EQ(call<int>("finally_without_fault"), 12);
}

TEST_P(Seh, ContinuesWhereAFilterRepairedTheContext) {
    *page_ = 7;
    EXPECT_EQ(call<int>("continue_execution", bad_, page_), 71);
}

TEST_P(Seh, CatchesStatusesRaisedByExports) {
    EXPECT_EQ(call<std::uint32_t>("raise_status", 0xc000009au), 0xc000009au);
    EXPECT_EQ(call<int>("raise_and_continue"), 43);
    EXPECT_EQ(call<int>("raise_without_return"), 12);
    EXPECT_EQ(call<std::uint32_t>("rethrow", bad_), 0xc0000001u);
}

TEST_P(Seh, CatchesFaultsInMemoryFunctions) {
    char to[64];
    EXPECT_EQ((call<std::uint32_t, void *, void *, std::uint64_t>("copy_from", to, page_, 64)), 0u);
    EXPECT_EQ((call<std::uint32_t, void *, void *, std::uint64_t>("copy_from", to, bad_, 64)),
              access_violation);
}

TEST_P(Seh, ProbesRaiseWhatTheirPageSays) {
    const auto probe = [&](const void *address, std::uint64_t length, std::uint32_t alignment,
                           int write) {
        return call<std::uint32_t>("probe", address, length, alignment, write);
    };
    const auto *bytes = reinterpret_cast<const char *>(page_);
    EXPECT_EQ(probe(page_, 4096, 4, 0), 0u);
    EXPECT_EQ(probe(page_, 4096, 4, 1), 0u);
    EXPECT_EQ(probe(bytes + 1, 0, 4, 0), 0u);
    EXPECT_EQ(probe(bytes + 1, 4, 4, 0), misalignment);
    EXPECT_EQ(probe(page_, ~0ull, 1, 0), access_violation);
    EXPECT_EQ(probe(reinterpret_cast<void *>(test::test_user_probe_address - 8), 16, 1, 0),
              access_violation);
    EXPECT_EQ(probe(page_, 4097, 1, 0), 0u); // reading is not tried
    EXPECT_EQ(probe(page_, 4097, 1, 1), access_violation);
    EXPECT_EQ(*page_, 0);
}

TEST_P(Seh, CatchesACallThroughNull) {
    EXPECT_EQ(call<int>("call_null"), 3);
}

TEST_P(Seh, DispatchesAnExceptionInsideAFilter) {
    EXPECT_EQ(call<int>("fault_in_filter", bad_), 1123);
}

TEST_P(Seh, LetsAnExceptionInAFinallyTakeOver) {
    EXPECT_EQ(call<int>("fault_in_finally", bad_), 123);
    EXPECT_EQ(call<int>("replace_exception", bad_), 1213);
}

TEST_P(Seh, RestoresNonvolatileRegisters) {
    observed.clear();
    EXPECT_EQ((call<double, int *, double, double>("keeps_registers", bad_, 2, 3)), 632);
    EXPECT_THAT(observed, ::testing::ElementsAre(1, 2));
}

TEST_P(Seh, UnwindsFrameRegistersAndLargeFrames) {
    EXPECT_EQ((call<int, int *, std::uint64_t>("large_frame", bad_, 10000)), 12);
}

TEST_P(Seh, RunsTheFinallyOfAReturn) {
    EXPECT_EQ(call<int>("return_through_finally", 1), 5);
    EXPECT_EQ(call<int>("return_through_finally", 0), 6);
    EXPECT_THAT(observed, ::testing::ElementsAre(2, 12));
}

TEST_P(Seh, LeavesNothingBehindInALoop) {
    EXPECT_EQ((call<int, int *, int>("loop_of_faults", bad_, 10000)), 10000);
    EXPECT_EQ((call<int, int *, int>("fault_deep_down", bad_, 200)), -200);
}

TEST_P(Seh, HandsWhatNobodyTakesToTheBox) {
    const auto no_handler = entry<KSBOX_MS_ABI int(int *)>(image_->find_export("no_handler"));
    const auto unhandled = harness_.run([&] { no_handler(bad_); });
    ASSERT_TRUE(unhandled);
    EXPECT_EQ(unhandled->outcome, DispatchOutcome::unhandled);
    EXPECT_EQ(unhandled->record.code, access_violation);

    const auto &frames = unhandled->stack;
    ASSERT_GE(frames.size(), 6u); // read_at, recurse three times, no_handler, host
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(frames[i].image, image_.get()) << i;
    EXPECT_EQ(frames[5].image, nullptr);
    const ImageLocation outermost =
        image_->locate(reinterpret_cast<const void *>(frames[4].address));
    EXPECT_EQ(outermost.export_name, "no_handler");
}

KSBOX_MS_ABI void between(int *address);
Image *between_image;
KSBOX_MS_ABI void between(int *address) {
    entry<KSBOX_MS_ABI int(int *)>(between_image->find_export("callback"))(address);
    asm volatile(""); // no tail call
}

TEST_P(Seh, NeverUnwindsHostFrames) {
    between_image = image_.get();
    const auto over_host = entry<KSBOX_MS_ABI int(KSBOX_MS_ABI void (*)(int *), int *)>(
        image_->find_export("over_host"));
    const auto unhandled = harness_.run([&] { over_host(between, bad_); });
    ASSERT_TRUE(unhandled);
    EXPECT_EQ(unhandled->outcome, DispatchOutcome::unhandled);

    // A report's walk goes on beyond the host frame, back into the driver.
    std::vector<std::string_view> driver_frames;
    for (const WalkedFrame &frame : unhandled->stack)
        if (frame.image)
            driver_frames.push_back(
                image_->locate(reinterpret_cast<const void *>(frame.address)).export_name);
    EXPECT_THAT(driver_frames, ::testing::IsSupersetOf({"callback", "over_host"}));
}

TEST_P(Seh, SurvivesARuinedStack) {
    const auto no_handler = entry<KSBOX_MS_ABI int(int *)>(image_->find_export("no_handler"));
    const auto unhandled = harness_.run([&] { no_handler(bad_); });
    ASSERT_TRUE(unhandled);
    std::array<WalkedFrame, 64> frames;
    UnwindEnvironment environment = harness_.environment();
    for (const std::uint64_t offset : {0ull, 1ull, 8ull, 4096ull, ~0ull << 40}) {
        Context context = unhandled->context;
        context.rsp() += offset;
        EXPECT_GE(walk_stack(environment, context, frames), 1u);
        environment.stack_high = context.rsp() + 16;
        EXPECT_LE(walk_stack(environment, context, frames), 64u);
        environment = harness_.environment();
    }
    environment.stack_high = unhandled->context.rsp() + 24;
    ExceptionRecord record = unhandled->record;
    Context context = unhandled->context;
    EXPECT_NE(dispatch_exception(environment, record, context),
              DispatchOutcome::continue_execution);
}

INSTANTIATE_TEST_SUITE_P(Optimisation, Seh, ::testing::Values("seh_O0.sys", "seh_O2.sys"),
                         [](const auto &info) { return std::string(info.param, 4, 2); });

} // namespace
} // namespace ksbox::loader

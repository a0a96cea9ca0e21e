// Frames as drivers take them apart: the exports that walk and leave them, cookies checked by
// language handlers of the driver's own, and unwind records that no compiler here emits.
#include "loader/frame_exports.h"

#include "loader/exports.h"
#include "loader/seh_harness.h"

#include <gmock/gmock.h>

namespace ksbox::loader {
namespace {

using test::entry;

KSBOX_MS_ABI void on_missing(const ImportRecord *record) {
    FAIL() << record->function;
}

class Frames : public ::testing::TestWithParam<const char *> {
  protected:
    void SetUp() override {
        for (const Export &symbol : seh_exports())
            resolver_.add_data(symbol.name, symbol.address);
        const auto bytes = test::read_image(GetParam());
        const auto file = PeFile::parse(bytes);
        ASSERT_TRUE(file) << file.error().message;
        auto image = Image::load(*file, memory_, resolver_,
                                 {.name = GetParam(), .path = {}, .missing = on_missing});
        ASSERT_TRUE(image) << image.error().message;
        image_ = std::move(*image);
        harness_.images().add(*image_);
    }
    template <typename Result, typename... Arguments>
    Result call(const char *name, Arguments... arguments) {
        auto *function = entry<Result KSBOX_MS_ABI(Arguments...)>(image_->find_export(name));
        Result result{};
        EXPECT_FALSE(harness_.run([&] { result = function(arguments...); })) << name;
        return result;
    }
    std::uint64_t address(const char *name) const {
        return reinterpret_cast<std::uint64_t>(image_->find_export(name));
    }
    int &variable(const char *name) { return *static_cast<int *>(image_->find_export(name)); }

    /// Unwinds from `rip` as a driver does, with the stack pointer at stack_[0].
    bool unwind(std::uint64_t rip) {
        std::uint64_t base = 0;
        const pe::RuntimeFunction *function = ksbox_RtlLookupFunctionEntry(rip, &base, nullptr);
        EXPECT_NE(function, nullptr);
        EXPECT_EQ(base, reinterpret_cast<std::uint64_t>(image_->base()));
        EXPECT_TRUE(image_->contains(function));
        context_ = {};
        context_.rsp() = reinterpret_cast<std::uint64_t>(stack_.data());
        saved_ = {};
        const auto unhandled = harness_.run([&] {
            ksbox_RtlVirtualUnwind(1, base, rip, function, &context_, &handler_data_, &establisher_,
                                   &saved_);
        });
        return !unhandled;
    }

    AnonymousImageMemory memory_;
    test::MapResolver resolver_;
    std::unique_ptr<Image> image_;
    test::SehHarness harness_;
    alignas(16) std::array<std::uint64_t, 64> stack_{};
    Context context_{};
    SavedRegisters saved_{};
    const void *handler_data_ = nullptr;
    std::uint64_t establisher_ = 0;
};

TEST_P(Frames, ChecksCookiesInLanguageHandlers) {
    EXPECT_EQ((call<int, int *, int>("guarded_fault", nullptr, 0)), -1);
    EXPECT_EQ(variable("cookies_checked"), 4); // two frames, each searched and unwound
    EXPECT_EQ(variable("cookies_damaged"), 0);
    EXPECT_EQ((call<int, int *, int>("guarded_fault", nullptr, 1)), -1);
    EXPECT_EQ(variable("cookies_checked"), 8);
    EXPECT_EQ(variable("cookies_damaged"), 2); // the frame that was damaged, in both phases
}

TEST_P(Frames, ConsolidatesAnUnwind) {
    EXPECT_EQ(call<int>("unwind_consolidated", 0), 1071);
    // An exception in the function that was called is the target frame's.
    EXPECT_EQ(call<int>("unwind_consolidated", 1), 2001);
}

TEST_P(Frames, JumpsWithAndWithoutTerminationHandlers) {
    EXPECT_EQ((call<int, int, int>("jump", 0, 3)), 3);
    EXPECT_EQ((call<int, int, int>("jump", 1, 3)), 23);
    EXPECT_EQ((call<int, int, int>("jump", 0, 0)), 1); // a value of 0 would look like no jump
}

TEST_P(Frames, RestoresAContext) {
    // A loop made of a captured and a restored context.
    auto context = std::make_unique<Context>();
    volatile int rounds = 0;
    ksbox_capture_context(context.get());
    EXPECT_EQ(context->flags & 0xf, 0xfu);
    rounds = rounds + 1;
    if (rounds < 3)
        ksbox_RtlRestoreContext(context.get(), nullptr);
    EXPECT_EQ(rounds, 3);
}

TEST_P(Frames, UnwindsDescribedEpilogues) {
    const auto rbx = reinterpret_cast<std::uint64_t *>(stack_.data());
    for (const char *epilogue : {"described_early", "described_late", "described_once_late"}) {
        stack_ = {0x1b, 0x1234};
        ASSERT_TRUE(unwind(address(epilogue))) << epilogue;
        EXPECT_EQ(context_.rip, 0x1234u) << epilogue;
        EXPECT_EQ(context_.gpr[reg_rbx], 0x1bu);
        EXPECT_EQ(saved_.gpr[reg_rbx], rbx);
        ASSERT_TRUE(unwind(address(epilogue) + 1)) << epilogue; // at the return or the jump
        EXPECT_EQ(context_.rip, 0x1bu) << epilogue;
        EXPECT_EQ(saved_.gpr[reg_rbx], nullptr);
    }
    for (const std::uint64_t body :
         {address("described") + 5, address("described_decoy"), address("described_once") + 5}) {
        stack_ = {0, 0, 0, 0, 0x1b, 0x1234};
        ASSERT_TRUE(unwind(body));
        EXPECT_EQ(context_.rip, 0x1234u);
        EXPECT_EQ(context_.gpr[reg_rbx], 0x1bu);
        EXPECT_EQ(saved_.gpr[reg_rbx], rbx + 4);
    }
    stack_ = {0x1b, 0x1234};
    ASSERT_TRUE(unwind(address("described") + 1)); // in the prologue, after the push
    EXPECT_EQ(context_.rip, 0x1234u);
}

TEST_P(Frames, UnwindsAMachineFrame) {
    const auto stack = reinterpret_cast<std::uint64_t>(stack_.data());
    //        locals      rbx   error rip     cs    flags rsp          ss
    stack_ = {0, 0, 0, 0, 0x1b, 0xe, 0x1234, 0x10, 0x2, stack + 0x180, 0x18};
    ASSERT_TRUE(unwind(address("interrupted_body")));
    EXPECT_EQ(context_.rip, 0x1234u);
    EXPECT_EQ(context_.rsp(), stack + 0x180);
    EXPECT_EQ(context_.gpr[reg_rbx], 0x1bu);
}

TEST_P(Frames, UnwindsChainedRecords) {
    //        home  xmm6         rsi   pad   rbx   return
    stack_ = {0, 0, 0x66, 0x67, 0x51, 0x52, 0x1b, 0x1234};
    ASSERT_TRUE(unwind(address("chained_body")));
    EXPECT_EQ(context_.rip, 0x1234u);
    EXPECT_EQ(context_.gpr[reg_rsi], 0x51u);
    EXPECT_EQ(context_.gpr[reg_rbx], 0x1bu);
    EXPECT_EQ(context_.floats.xmm[6].low, 0x66u);
    EXPECT_EQ(context_.floats.xmm[6].high, 0x67u);
    EXPECT_EQ(saved_.xmm[6], reinterpret_cast<Xmm *>(&stack_[2]));
    EXPECT_EQ(saved_.gpr[reg_rsi], &stack_[4]);
}

TEST_P(Frames, FindsNoEntryForLeavesAndHostCode) {
    std::uint64_t base = 1;
    EXPECT_EQ(
        ksbox_RtlLookupFunctionEntry(reinterpret_cast<std::uint64_t>(&on_missing), &base, nullptr),
        nullptr);
    EXPECT_EQ(base, 0u);
    EXPECT_EQ(ksbox_RtlLookupFunctionEntry(reinterpret_cast<std::uint64_t>(image_->base()), &base,
                                           nullptr),
              nullptr);
    EXPECT_EQ(base, reinterpret_cast<std::uint64_t>(image_->base()));
}

TEST_P(Frames, RaisesForRecordsThatAreNoGood) {
    const pe::RuntimeFunction wrong{0x1000, 0x2000, 0xfffffff0};
    const auto base = reinterpret_cast<std::uint64_t>(image_->base());
    const auto unhandled = harness_.run([&] {
        ksbox_RtlVirtualUnwind(0, base, base + 0x1000, &wrong, &context_, &handler_data_,
                               &establisher_, nullptr);
    });
    ASSERT_TRUE(unhandled);
    EXPECT_EQ(unhandled->record.code, 0xc00000ffu); // STATUS_BAD_FUNCTION_TABLE
}

INSTANTIATE_TEST_SUITE_P(Optimisation, Frames, ::testing::Values("frames_O0.sys", "frames_O2.sys"),
                         [](const auto &info) { return std::string(info.param, 7, 2); });

} // namespace
} // namespace ksbox::loader

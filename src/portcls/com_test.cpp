// ComObject as a driver sees it: tables of Microsoft's layout, called by Microsoft's convention.
#include "portcls/com.h"

#include <functional>

#include <gtest/gtest.h>

#include "nt/ke/scheduler.h"

namespace ksbox::portcls {
namespace {

int destroyed = 0;

class Both final : public ComObject<IServiceSink, IPinCount> {
  public:
    using ComObject::ComObject;
    ~Both() override { ++destroyed; }
    STDMETHODIMP_(void) RequestService() noexcept override { ++requests; }
    STDMETHODIMP_(void)
    PinCount(ULONG pin, PULONG necessary, PULONG, PULONG, PULONG,
             PULONG possible) noexcept override {
        *necessary = pin;
        *possible = 7;
    }
    int requests = 0;

  protected:
    IUnknown *interface_of(const GUID &id) override {
        if (id == IID_IServiceSink)
            return static_cast<IServiceSink *>(this);
        if (id == IID_IPinCount)
            return static_cast<IPinCount *>(this);
        return nullptr;
    }
};

class Com : public ::testing::Test {
  protected:
    Com() : kernel_(std::move(*Kernel::create({}))) { destroyed = 0; }
    void run(const std::function<void()> &work) {
        ASSERT_EQ(kernel_->scheduler().call(work), ke::CallOutcome::done);
    }
    std::unique_ptr<Kernel> kernel_;
};

/// Slot `index` of an object's table.
template <typename Function> Function *slot(void *object, int index) {
    return reinterpret_cast<Function *>((*static_cast<void ***>(object))[index]);
}

TEST_F(Com, SlotsAreTheInterfacesInOrder) {
    run([&] {
        Both *both = make_com<Both>(*kernel_);
        void *sink = static_cast<IServiceSink *>(both);
        slot<void NTAPI(void *)>(sink, 3)(sink);
        EXPECT_EQ(both->requests, 1);
        EXPECT_EQ(slot<ULONG NTAPI(void *)>(sink, 1)(sink), 2u);
        EXPECT_EQ(slot<ULONG NTAPI(void *)>(sink, 2)(sink), 1u);
        both->Release();
        EXPECT_EQ(destroyed, 1);
    });
}

TEST_F(Com, TheSecondInterfaceFindsItsWayBack) {
    run([&] {
        Both *both = make_com<Both>(*kernel_);
        void *sink = static_cast<IServiceSink *>(both);
        void *count = nullptr;
        using Query = NTSTATUS NTAPI(void *, const GUID &, void **);
        EXPECT_EQ(slot<Query>(sink, 0)(sink, IID_IPinCount, &count), STATUS_SUCCESS);
        EXPECT_NE(count, sink);
        ULONG necessary = 0, possible = 0;
        using PinCount = void NTAPI(void *, ULONG, PULONG, PULONG, PULONG, PULONG, PULONG);
        slot<PinCount>(count, 3)(count, 5, &necessary, nullptr, nullptr, nullptr, &possible);
        EXPECT_EQ(necessary, 5u);
        EXPECT_EQ(possible, 7u);
        void *identity = nullptr, *same = nullptr;
        EXPECT_EQ(slot<Query>(count, 0)(count, iid_unknown, &identity), STATUS_SUCCESS);
        EXPECT_EQ(slot<Query>(sink, 0)(sink, IID_IUnknown, &same), STATUS_SUCCESS);
        EXPECT_EQ(identity, same);
        EXPECT_EQ(slot<Query>(sink, 0)(sink, IID_IPort, &same), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(same, nullptr);
        for (int i = 0; i < 3; ++i)
            slot<ULONG NTAPI(void *)>(count, 2)(count);
        EXPECT_EQ(destroyed, 0);
        both->Release();
        EXPECT_EQ(destroyed, 1);
    });
}

TEST_F(Com, PointersCount) {
    run([&] {
        {
            auto sink = ComPtr<IServiceSink>::adopt(make_com<Both>(*kernel_));
            auto count = ComPtr<IPinCount>::query(sink.get(), IID_IPinCount);
            ASSERT_TRUE(count);
            EXPECT_FALSE(ComPtr<IPort>::query(sink.get(), IID_IPort));
            sink.reset();
            auto other = ComPtr<IPinCount>::share(count.get());
            count = std::move(other);
            ULONG necessary = 0, possible = 0;
            call_method("IPinCount.PinCount", count.get(), &IPinCount::PinCount, 3u, &necessary,
                        nullptr, nullptr, nullptr, &possible);
            EXPECT_EQ(necessary, 3u);
            EXPECT_EQ(destroyed, 0);
        }
        EXPECT_EQ(destroyed, 1);
    });
}

} // namespace
} // namespace ksbox::portcls

// The DRM interfaces that a port shares its identity with.
#include "portcls/drm_port.h"

#include <gtest/gtest.h>

#include "nt/ke/scheduler.h"
#include "portcls/com.h"

namespace ksbox::portcls {
namespace {

class Owner final : public ComObject<IServiceSink> {
  public:
    explicit Owner(Kernel &kernel) : ComObject(kernel), drm(*static_cast<IServiceSink *>(this)) {}
    STDMETHODIMP_(void) RequestService() noexcept override {}
    IUnknown *interface_of(const GUID &id) override { return drm.interface_of(id); }
    DrmPort drm;
};

TEST(DrmPort, SharesThePortsIdentityAndCount) {
    const auto kernel = std::move(*Kernel::create({}));
    const auto outcome = kernel->scheduler().call([&] {
        auto *owner = make_com<Owner>(*kernel);
        auto port = ComPtr<IDrmPort2>::query(owner, IID_IDrmPort2);
        ASSERT_TRUE(port);
        EXPECT_TRUE(ComPtr<IDrmPort>::query(owner, IID_IDrmPort));
        const auto self = ComPtr<IUnknown>::query(port.get(), iid_unknown);
        EXPECT_EQ(self.get(), static_cast<IUnknown *>(static_cast<IServiceSink *>(owner)));
        EXPECT_EQ(owner->AddRef(), 4u);
        EXPECT_EQ(owner->Release(), 3u);
        ULONG content = 0;
        EXPECT_EQ(
            call_method("", port.get(), &IDrmPort2::CreateContentMixed, nullptr, 0u, &content),
            STATUS_SUCCESS);
        DRMRIGHTS rights;
        EXPECT_EQ(call_method("", port.get(), &IDrmPort2::GetContentRights, content, &rights),
                  STATUS_SUCCESS);
        EXPECT_FALSE(rights.CopyProtect);
        EXPECT_EQ(call_method("", port.get(), &IDrmPort2::DestroyContent, content), STATUS_SUCCESS);
        EXPECT_EQ(call_method("", port.get(), &IDrmPort2::GetContentRights, content, &rights),
                  STATUS_INVALID_PARAMETER);
        owner->Release();
    });
    EXPECT_EQ(outcome, ke::CallOutcome::done);
}

} // namespace
} // namespace ksbox::portcls

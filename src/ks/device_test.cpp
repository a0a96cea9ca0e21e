// Plug and play and power as a minidriver's device dispatch table sees them.
#include <algorithm>

#include <gtest/gtest.h>

#include "ks/testing/host_driver.h"
#include "nt/io/io_manager.h"
#include "nt/io/pnp.h"
#include "nt/ke/scheduler.h"

namespace ksbox::ks::testing {
namespace {

using Calls = std::vector<std::string>;

struct Seen {
    Calls calls;
    NTSTATUS query = STATUS_SUCCESS;
    NTSTATUS start = STATUS_SUCCESS;
    bool locks_in_start = false;
};
Seen *seen = nullptr;

NTSTATUS NTAPI add(PKSDEVICE device) {
    seen->calls.push_back("Add");
    device->Context = seen;
    return STATUS_SUCCESS;
}
NTSTATUS NTAPI start(PKSDEVICE device, PIRP, PCM_RESOURCE_LIST, PCM_RESOURCE_LIST) {
    seen->calls.push_back("Start");
    if (seen->locks_in_start) {
        KsAcquireDevice(device);
        KsReleaseDevice(device);
    }
    return seen->start;
}
NTSTATUS NTAPI post_start(PKSDEVICE) {
    seen->calls.push_back("PostStart");
    return STATUS_SUCCESS;
}
NTSTATUS NTAPI query_stop(PKSDEVICE, PIRP) {
    seen->calls.push_back("QueryStop");
    return seen->query;
}
void NTAPI cancel_stop(PKSDEVICE, PIRP) {
    seen->calls.push_back("CancelStop");
}
void NTAPI stop(PKSDEVICE, PIRP) {
    seen->calls.push_back("Stop");
}
NTSTATUS NTAPI query_remove(PKSDEVICE, PIRP) {
    seen->calls.push_back("QueryRemove");
    return seen->query;
}
void NTAPI cancel_remove(PKSDEVICE, PIRP) {
    seen->calls.push_back("CancelRemove");
}
void NTAPI remove(PKSDEVICE, PIRP) {
    seen->calls.push_back("Remove");
}
void NTAPI surprise(PKSDEVICE, PIRP) {
    seen->calls.push_back("SurpriseRemoval");
}
NTSTATUS NTAPI query_power(PKSDEVICE, PIRP, DEVICE_POWER_STATE, DEVICE_POWER_STATE,
                           SYSTEM_POWER_STATE, SYSTEM_POWER_STATE, POWER_ACTION) {
    seen->calls.push_back("QueryPower");
    return STATUS_SUCCESS;
}
void NTAPI set_power(PKSDEVICE, PIRP, DEVICE_POWER_STATE to, DEVICE_POWER_STATE from) {
    seen->calls.push_back("SetPower " + std::to_string(from) + ">" + std::to_string(to));
}
NTSTATUS NTAPI filter_close(PKSFILTER, PIRP) {
    seen->calls.push_back("FilterClose");
    return STATUS_SUCCESS;
}

struct Tables {
    KSDEVICE_DISPATCH dispatch{};
    KSFILTER_DISPATCH filter_dispatch{};
    KSFILTER_DESCRIPTOR filter{};
    const KSFILTER_DESCRIPTOR *filters[1] = {&filter};
    KSDEVICE_DESCRIPTOR device{};

    Tables() {
        dispatch.Add = add;
        dispatch.Start = start;
        dispatch.QueryStop = query_stop;
        dispatch.CancelStop = cancel_stop;
        dispatch.Stop = stop;
        dispatch.QueryRemove = query_remove;
        dispatch.CancelRemove = cancel_remove;
        dispatch.Remove = remove;
        dispatch.SurpriseRemoval = surprise;
        dispatch.QueryPower = query_power;
        dispatch.SetPower = set_power;
        filter_dispatch.Close = filter_close;
        filter.Dispatch = &filter_dispatch;
        filter.ReferenceGuid = &KSNAME_Filter;
        filter.CategoriesCount = 1;
        filter.Categories = &KSCATEGORY_CAPTURE;
        device.Dispatch = &dispatch;
        device.FilterDescriptorsCount = 1;
        device.FilterDescriptors = filters;
        device.Version = KSDEVICE_DESCRIPTOR_VERSION;
    }
};

class Plug : public ::testing::Test {
  protected:
    Plug() { seen = &seen_; }
    ~Plug() override {
        driver_.reset();
        seen = nullptr;
    }
    void plug_in() { driver_ = std::make_unique<HostDriver>(tables_.device); }
    io::Pnp &pnp() { return driver_->kernel().io().pnp(); }

    Tables tables_;
    Seen seen_;
    std::unique_ptr<HostDriver> driver_;
};

TEST_F(Plug, CallbacksComeInOrderAndInterfacesWithTheStart) {
    plug_in();
    driver_->run([&] {
        EXPECT_EQ(seen_.calls, (Calls{"Add", "Start"}));
        EXPECT_EQ(driver_->interfaces(KSCATEGORY_CAPTURE).size(), 1u);
        EXPECT_TRUE(pnp().stop(*driver_->node()));
        EXPECT_TRUE(driver_->interfaces(KSCATEGORY_CAPTURE).empty());
        EXPECT_TRUE(pnp().start(*driver_->node()));
        EXPECT_EQ(driver_->interfaces(KSCATEGORY_CAPTURE).size(), 1u);
        driver_->remove_device();
    });
    EXPECT_EQ(seen_.calls, (Calls{"Add", "Start", "QueryStop", "Stop", "Start", "Remove"}));
}

TEST_F(Plug, ARefusedStopOrRemovalIsTakenBack) {
    plug_in();
    driver_->run([&] {
        seen_.query = STATUS_DEVICE_BUSY;
        seen_.calls.clear();
        EXPECT_EQ(pnp().stop(*driver_->node()).error(), Status(STATUS_DEVICE_BUSY));
        EXPECT_EQ(pnp().remove(*driver_->node()).error(), Status(STATUS_DEVICE_BUSY));
        EXPECT_EQ(seen_.calls, (Calls{"QueryStop", "CancelStop", "QueryRemove", "CancelRemove"}));
        EXPECT_EQ(driver_->interfaces(KSCATEGORY_CAPTURE).size(), 1u);
        seen_.query = STATUS_SUCCESS;
    });
}

TEST_F(Plug, PostStartRunsInAWorkerAndHoldsOpensBack) {
    tables_.dispatch.PostStart = post_start;
    plug_in();
    driver_->run([&] {
        while (driver_->interfaces(KSCATEGORY_CAPTURE).empty()) {
            LARGE_INTEGER wait;
            wait.QuadPart = -100'000;
            KeDelayExecutionThread(KernelMode, FALSE, &wait);
        }
        EXPECT_EQ(seen_.calls, (Calls{"Add", "Start", "PostStart"}));
        HANDLE filter = driver_->open_filter();
        ZwClose(filter);
    });
}

TEST_F(Plug, StartMayTakeTheDeviceMutexObserved) {
    seen_.locks_in_start = true;
    plug_in();
    EXPECT_EQ(seen_.calls, (Calls{"Add", "Start"}));
}

TEST_F(Plug, APulledDeviceIsRemovedWhenItsLastFileCloses) {
    plug_in();
    driver_->run([&] {
        HANDLE filter = driver_->open_filter();
        seen_.calls.clear();
        EXPECT_TRUE(pnp().surprise_remove(*driver_->node()));
        driver_->forget_device();
        EXPECT_EQ(seen_.calls, Calls{"SurpriseRemoval"});
        EXPECT_TRUE(driver_->interfaces(KSCATEGORY_CAPTURE).empty());
        ZwClose(filter);
        for (int i = 0; i < 100 && seen_.calls.size() < 3; ++i) {
            LARGE_INTEGER wait;
            wait.QuadPart = -100'000;
            KeDelayExecutionThread(KernelMode, FALSE, &wait);
        }
        EXPECT_EQ(seen_.calls, (Calls{"SurpriseRemoval", "FilterClose", "Remove"}));
    });
}

TEST_F(Plug, SleepingTakesTheDeviceToD3AndWakingBackToD0) {
    plug_in();
    driver_->run([&] {
        seen_.calls.clear();
        EXPECT_TRUE(pnp().set_system_power(PowerSystemSleeping3));
        EXPECT_TRUE(pnp().set_system_power(PowerSystemWorking));
        LARGE_INTEGER wait;
        wait.QuadPart = -10'000'000;
        KeDelayExecutionThread(KernelMode, FALSE, &wait);
    });
    EXPECT_EQ(std::ranges::count(seen_.calls, "SetPower 1>4"), 1);
    EXPECT_EQ(std::ranges::count(seen_.calls, "SetPower 4>1"), 1);
    EXPECT_GE(std::ranges::count(seen_.calls, "QueryPower"), 1);
}

} // namespace
} // namespace ksbox::ks::testing

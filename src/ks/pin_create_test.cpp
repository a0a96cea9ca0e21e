// Creation, refusal and connection of pins, through the DDIs a kernel-mode client uses.
#include <gtest/gtest.h>

#include "ks/testing/host_driver.h"
#include "ks/testing/recording_filter.h"
#include "nt/io/reasons.h"
#include "nt/ke/thread.h"

namespace ksbox::ks::testing {
namespace {

class PinCreate : public ::testing::Test {
  protected:
    PinCreate() {
        recorder = &record_;
        driver_ = std::make_unique<HostDriver>(recording_device());
    }
    ~PinCreate() override {
        driver_.reset();
        recorder = nullptr;
    }

    /// Runs with a filter open; everything is closed afterwards.
    void with_filter(const std::function<void(HANDLE)> &work) {
        driver_->run([&] {
            HANDLE filter = driver_->open_filter();
            ASSERT_TRUE(filter);
            work(filter);
            for (HANDLE pin : opened_)
                ZwClose(pin);
            opened_.clear();
            EXPECT_EQ(ZwClose(filter), STATUS_SUCCESS);
        });
    }
    NTSTATUS create(HANDLE filter, ULONG id, HANDLE *pin = nullptr, HANDLE to = nullptr) {
        ConnectBuffer request(id, recording_subformat());
        request.connect.PinToHandle = to;
        return create(filter, request, pin);
    }
    NTSTATUS create(HANDLE filter, ConnectBuffer &request, HANDLE *pin = nullptr) {
        HANDLE made = nullptr;
        const NTSTATUS status =
            KsCreatePin(filter, &request.connect, GENERIC_READ | GENERIC_WRITE, &made);
        if (NT_SUCCESS(status))
            opened_.push_back(made);
        if (pin)
            *pin = made;
        return status;
    }
    void close(HANDLE pin) {
        std::erase(opened_, pin);
        ZwClose(pin);
    }
    std::string why() { return io::Reasons::take().sentence; }

    Recorder record_;
    std::unique_ptr<HostDriver> driver_;
    std::vector<HANDLE> opened_;
};

TEST_F(PinCreate, A2OneCreateReachesTheDriver) {
    with_filter([&](HANDLE filter) {
        HANDLE pin = nullptr;
        EXPECT_EQ(create(filter, 0, &pin), STATUS_SUCCESS);
        EXPECT_EQ(record_.count("Create 0"), 1);
        ASSERT_TRUE(pin_of(pin));
        EXPECT_EQ(pin_of(pin)->Id, 0u);
        EXPECT_EQ(pin_of(pin)->ConnectionFormat->FormatSize, sizeof(KSDATAFORMAT));
    });
    EXPECT_EQ(record_.count("Close 0"), 1);
    EXPECT_EQ(record_.calls.back(), "FilterClose");
}

TEST_F(PinCreate, B1PinIdOutOfRangeInferred) {
    with_filter([&](HANDLE filter) {
        EXPECT_EQ(create(filter, 8), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(why(), "pin ID 8 is out of range: the filter has 8 pin factories");
        EXPECT_EQ(record_.count("Create"), 0);
    });
}

TEST_F(PinCreate, A2B2B3TheDriverSeesNoRequestWithAWrongInterfaceMediumOrFormat) {
    with_filter([&](HANDLE filter) {
        ConnectBuffer request(0, recording_subformat());
        request.connect.Interface.Id = KSINTERFACE_STANDARD_LOOPED_STREAMING;
        EXPECT_EQ(create(filter, request), STATUS_NO_MATCH);
        EXPECT_NE(why().find("interface"), std::string::npos) << why();
        request = ConnectBuffer(0, recording_subformat());
        request.connect.Medium.Set = KSINTERFACESETID_Standard;
        EXPECT_EQ(create(filter, request), STATUS_NO_MATCH);
        EXPECT_NE(why().find("medium"), std::string::npos) << why();
        request = ConnectBuffer(0, KSDATAFORMAT_SUBTYPE_MPEG);
        EXPECT_EQ(create(filter, request), STATUS_NO_MATCH);
        EXPECT_NE(why().find("subformat"), std::string::npos) << why();
        EXPECT_EQ(record_.calls, std::vector<std::string>{"FilterCreate"});
    });
}

TEST_F(PinCreate, A8ATruncatedFormatIsRefused) {
    with_filter([&](HANDLE filter) {
        ConnectBuffer request(0, recording_subformat());
        request.format.FormatSize = sizeof(KSDATAFORMAT) - 1;
        EXPECT_FALSE(NT_SUCCESS(create(filter, request)));
        EXPECT_EQ(record_.count("Create 0"), 0);
    });
}

TEST_F(PinCreate, B7InstancesPossibleIsALimitPerFilter) {
    with_filter([&](HANDLE filter) {
        EXPECT_EQ(create(filter, 0), STATUS_SUCCESS);
        HANDLE second = nullptr;
        EXPECT_EQ(create(filter, 0, &second), STATUS_SUCCESS);
        EXPECT_FALSE(NT_SUCCESS(create(filter, 0)));
        EXPECT_EQ(why(), "pin factory 0 allows 2 instances on a filter, and 2 exist");
        close(second);
        EXPECT_EQ(create(filter, 0), STATUS_SUCCESS);
    });
}

TEST_F(PinCreate, SiblingsAreThePinsOfOneFactoryInOrderOfCreation) {
    with_filter([&](HANDLE handle) {
        HANDLE first = nullptr, other = nullptr, second = nullptr;
        ASSERT_EQ(create(handle, 0, &first), STATUS_SUCCESS);
        ASSERT_EQ(create(handle, 2, &other), STATUS_SUCCESS);
        ASSERT_EQ(create(handle, 0, &second), STATUS_SUCCESS);
        const PKSFILTER filter = KsPinGetParentFilter(pin_of(first));
        EXPECT_EQ(KsGetFirstChild(filter), pin_of(first));
        EXPECT_EQ(KsFilterGetFirstChildPin(filter, 0), pin_of(first));
        EXPECT_EQ(KsPinGetNextSiblingPin(pin_of(first)), pin_of(second));
        EXPECT_EQ(KsGetNextSibling(pin_of(first)), pin_of(second));
        EXPECT_EQ(KsPinGetNextSiblingPin(pin_of(second)), nullptr);
        EXPECT_EQ(KsFilterGetFirstChildPin(filter, 2), pin_of(other));
        EXPECT_EQ(KsPinGetNextSiblingPin(pin_of(other)), nullptr);
        EXPECT_EQ(KsFilterGetFirstChildPin(filter, 1), nullptr);
        EXPECT_EQ(KsFilterGetFirstChildPin(filter, 99), nullptr);
        EXPECT_EQ(KsFilterGetChildPinCount(filter, 0), 2u);

        close(first);
        EXPECT_EQ(KsGetFirstChild(filter), pin_of(other));
        EXPECT_EQ(KsFilterGetFirstChildPin(filter, 0), pin_of(second));
        EXPECT_EQ(KsFilterGetChildPinCount(filter, 0), 1u);
        HANDLE third = nullptr;
        ASSERT_EQ(create(handle, 0, &third), STATUS_SUCCESS);
        EXPECT_EQ(KsFilterGetFirstChildPin(filter, 0), pin_of(second));
        EXPECT_EQ(KsPinGetNextSiblingPin(pin_of(second)), pin_of(third));
        close(other);
        close(second);
        close(third);
        EXPECT_EQ(KsGetFirstChild(filter), nullptr);
        EXPECT_EQ(KsFilterGetFirstChildPin(filter, 0), nullptr);
        EXPECT_EQ(KsFilterGetChildPinCount(filter, 0), 0u);
    });
}

TEST_F(PinCreate, A18PinsForKernelModeOnlyAreThereForKernelMode) {
    with_filter([&](HANDLE filter) { EXPECT_EQ(create(filter, 5), STATUS_SUCCESS); });
}

TEST_F(PinCreate, C6SetDataFormatWithoutOldFormatComesBeforeCreate) {
    with_filter([&](HANDLE filter) { EXPECT_EQ(create(filter, 0), STATUS_SUCCESS); });
    ASSERT_GE(record_.calls.size(), 3u);
    EXPECT_EQ(record_.calls[1], "SetDataFormat 0 new 1");
    EXPECT_EQ(record_.calls[2], "Create 0");
}

TEST_F(PinCreate, C7NoMatchOffersTheNextRangeAnythingElseStops) {
    with_filter([&](HANDLE filter) {
        record_.set_format = {STATUS_NO_MATCH, STATUS_SUCCESS};
        EXPECT_EQ(create(filter, 0), STATUS_SUCCESS);
        EXPECT_EQ(record_.count("SetDataFormat 0"), 2);
        record_.set_format = {STATUS_NO_MATCH, STATUS_NO_MATCH};
        EXPECT_EQ(create(filter, 0), STATUS_NO_MATCH);
        record_.set_format = {STATUS_DEVICE_BUSY, STATUS_SUCCESS};
        EXPECT_EQ(create(filter, 0), STATUS_DEVICE_BUSY);
        EXPECT_EQ(record_.count("SetDataFormat 0"), 5);
        EXPECT_EQ(record_.count("Create 0"), 1);
    });
}

TEST_F(PinCreate, A16CreateRunsUnderTheControlMutexAndItsErrorIsWhatTheCreatorSees) {
    with_filter([&](HANDLE filter) {
        record_.create = STATUS_DEVICE_NOT_READY;
        EXPECT_EQ(create(filter, 0), STATUS_DEVICE_NOT_READY);
        EXPECT_EQ(record_.count("Close"), 0);
        record_.create = STATUS_SUCCESS;
        EXPECT_EQ(create(filter, 0), STATUS_SUCCESS);
    });
}

TEST_F(PinCreate, A16APendingCreateIsCompletedByTheDriver) {
    with_filter([&](HANDLE filter) {
        record_.create = STATUS_PENDING;
        // Completes on a thread of its own, as a driver would from its hardware's answer.
        record_.in_create = [&](PKSPIN, PIRP) {
            HANDLE thread = nullptr;
            const auto finish = [](PVOID context) __attribute__((ms_abi)) {
                auto &record = *static_cast<Recorder *>(context);
                while (!record.pending) {
                    LARGE_INTEGER wait;
                    wait.QuadPart = -10'000;
                    KeDelayExecutionThread(KernelMode, FALSE, &wait);
                }
                record.pending->IoStatus.Status = STATUS_SUCCESS;
                KsCompletePendingRequest(record.pending);
            };
            PsCreateSystemThread(&thread, 0, nullptr, nullptr, nullptr, finish, &record_);
            ZwClose(thread);
        };
        HANDLE pin = nullptr;
        EXPECT_EQ(create(filter, 0, &pin), STATUS_SUCCESS);
        EXPECT_TRUE(pin_of(pin));
    });
    EXPECT_EQ(record_.count("Close 0"), 1);
}

TEST_F(PinCreate, A16APendingCreateMayBeCompletedAtDispatchLevel) {
    with_filter([&](HANDLE filter) {
        record_.create = STATUS_PENDING;
        record_.in_create = [&](PKSPIN, PIRP irp) {
            irp->IoStatus.Status = STATUS_SUCCESS;
            // Even before Create has returned: the control mutex is still held here.
            const KIRQL irql = KeRaiseIrqlToDpcLevel();
            KsCompletePendingRequest(irp);
            KeLowerIrql(irql);
        };
        HANDLE pin = nullptr;
        EXPECT_EQ(create(filter, 0, &pin), STATUS_SUCCESS);
        EXPECT_TRUE(pin_of(pin));
    });
}

TEST_F(PinCreate, A13B12C1SourceFirstThenSinkNamingIt) {
    with_filter([&](HANDLE filter) {
        HANDLE source = nullptr, sink = nullptr;
        ASSERT_EQ(create(filter, 1, &source), STATUS_SUCCESS);
        EXPECT_EQ(KsPinGetConnectedPinFileObject(pin_of(source)), nullptr);
        ASSERT_EQ(create(filter, 0, &sink, source), STATUS_SUCCESS);
        EXPECT_EQ(record_.count("Connect"), 1);
        EXPECT_EQ(record_.count("Connect 0"), 1);
        EXPECT_EQ(pin_of(source)->Communication, KSPIN_COMMUNICATION_SOURCE);
        EXPECT_EQ(pin_of(sink)->Communication, KSPIN_COMMUNICATION_SINK);
        EXPECT_FALSE(pin_of(source)->ConnectionIsExternal);
        EXPECT_FALSE(pin_of(sink)->ConnectionIsExternal);
        EXPECT_TRUE(KsPinGetConnectedPinFileObject(pin_of(source)));
        EXPECT_EQ(KsPinGetConnectedPinFileObject(pin_of(sink)), nullptr);
    });
    EXPECT_EQ(record_.count("Disconnect 0"), 1);
    EXPECT_EQ(record_.count("Close"), 2);
}

TEST_F(PinCreate, B12C1SinkFirstThenSourceNamingIt) {
    with_filter([&](HANDLE filter) {
        HANDLE source = nullptr, sink = nullptr;
        ASSERT_EQ(create(filter, 0, &sink), STATUS_SUCCESS);
        EXPECT_TRUE(pin_of(sink)->ConnectionIsExternal);
        EXPECT_EQ(record_.count("Connect"), 0);
        ASSERT_EQ(create(filter, 1, &source, sink), STATUS_SUCCESS);
        EXPECT_EQ(record_.count("Connect 0"), 1);
        EXPECT_EQ(record_.count("Connect"), 1);
        EXPECT_FALSE(pin_of(sink)->ConnectionIsExternal);
        close(source);
        EXPECT_EQ(record_.count("Disconnect 0"), 1);
        EXPECT_TRUE(pin_of(sink)->ConnectionIsExternal);
    });
    EXPECT_EQ(record_.count("Disconnect"), 1);
}

TEST_F(PinCreate, A13TheSinkClosesAfterItsSourceWhateverHandleGoesFirst) {
    with_filter([&](HANDLE filter) {
        HANDLE source = nullptr, sink = nullptr;
        ASSERT_EQ(create(filter, 1, &source), STATUS_SUCCESS);
        ASSERT_EQ(create(filter, 0, &sink, source), STATUS_SUCCESS);
        close(sink);
        EXPECT_EQ(record_.count("Close"), 0);
        close(source);
        ASSERT_EQ(record_.count("Close"), 2);
        EXPECT_EQ(record_.count("Disconnect 0"), 1);
    });
}

TEST_F(PinCreate, C2AnErrorOfConnectFailsTheCreateAndLeavesTheFirstPinAsItWas) {
    for (const bool source_first : {true, false}) {
        with_filter([&](HANDLE filter) {
            HANDLE first = nullptr;
            ASSERT_EQ(create(filter, source_first ? 1 : 0, &first), STATUS_SUCCESS);
            record_.connect = STATUS_DEVICE_CONFIGURATION_ERROR;
            EXPECT_EQ(create(filter, source_first ? 0 : 1, nullptr, first),
                      STATUS_DEVICE_CONFIGURATION_ERROR);
            EXPECT_EQ(record_.count("Disconnect"), 0);
            EXPECT_TRUE(pin_of(first)->ConnectionIsExternal);
            EXPECT_EQ(KsPinGetConnectedPinFileObject(pin_of(first)), nullptr);
            record_.connect = STATUS_SUCCESS;
            EXPECT_EQ(create(filter, source_first ? 0 : 1, nullptr, first), STATUS_SUCCESS);
        });
        EXPECT_EQ(record_.count("Create"), record_.count("Close"));
        EXPECT_EQ(record_.count("Connect"), 2);
        EXPECT_EQ(record_.count("Disconnect"), 1);
        record_.calls.clear();
    }
}

TEST_F(PinCreate, C3PendingFromConnectFailsTheConnectionInferredStatus) {
    with_filter([&](HANDLE filter) {
        HANDLE source = nullptr;
        ASSERT_EQ(create(filter, 1, &source), STATUS_SUCCESS);
        record_.connect = STATUS_PENDING;
        EXPECT_EQ(create(filter, 0, nullptr, source), STATUS_UNSUCCESSFUL);
        EXPECT_EQ(record_.count("Disconnect"), 0);
        EXPECT_NE(why().find("STATUS_PENDING"), std::string::npos);
    });
}

TEST_F(PinCreate, C4ConnectIsOptional) {
    with_filter([&](HANDLE filter) {
        HANDLE source = nullptr, sink = nullptr;
        ASSERT_EQ(create(filter, 1, &source), STATUS_SUCCESS);
        EXPECT_EQ(create(filter, 4, &sink, source), STATUS_SUCCESS);
        EXPECT_EQ(record_.count("Connect"), 0);
        EXPECT_FALSE(pin_of(sink)->ConnectionIsExternal);
    });
}

TEST_F(PinCreate, C1aTheSinksControlMutexIsHeldInConnect) {
    with_filter([&](HANDLE filter) {
        HANDLE source = nullptr;
        ASSERT_EQ(create(filter, 1, &source), STATUS_SUCCESS);
        bool released = false;
        record_.in_connect = [&](PKSPIN pin) {
            // Only its holder may release it.
            KsReleaseControl(pin);
            KsAcquireControl(pin);
            released = true;
        };
        EXPECT_EQ(create(filter, 0, nullptr, source), STATUS_SUCCESS);
        EXPECT_TRUE(released);
    });
}

TEST_F(PinCreate, B13ARoleThatDoesNotFitIsRefusedWithoutTheDriver) {
    with_filter([&](HANDLE filter) {
        HANDLE source = nullptr, sink = nullptr;
        ASSERT_EQ(create(filter, 1, &source), STATUS_SUCCESS);
        ASSERT_EQ(create(filter, 0, &sink), STATUS_SUCCESS);
        const auto before = record_.calls;
        EXPECT_EQ(create(filter, 1, nullptr, source), STATUS_NO_MATCH);
        EXPECT_EQ(create(filter, 0, nullptr, sink), STATUS_NO_MATCH);
        EXPECT_EQ(record_.calls, before);
    });
}

TEST_F(PinCreate, B12ABothPinActsAsSinkUntilNamedAndTakesTheOtherRoleThen) {
    with_filter([&](HANDLE filter) {
        HANDLE both = nullptr, peer = nullptr;
        ASSERT_EQ(create(filter, 7, &both), STATUS_SUCCESS);
        EXPECT_EQ(pin_of(both)->Communication, KSPIN_COMMUNICATION_SINK);
        ASSERT_EQ(create(filter, 0, &peer, both), STATUS_SUCCESS);
        EXPECT_EQ(pin_of(both)->Communication, KSPIN_COMMUNICATION_SOURCE);
        EXPECT_EQ(pin_of(peer)->Communication, KSPIN_COMMUNICATION_SINK);
        EXPECT_EQ(record_.count("Connect 0"), 1);
    });
}

TEST_F(PinCreate, B14ABridgePinCanBeMadeButNotConnected) {
    with_filter([&](HANDLE filter) {
        HANDLE source = nullptr;
        ASSERT_EQ(create(filter, 1, &source), STATUS_SUCCESS);
        EXPECT_EQ(create(filter, 3), STATUS_SUCCESS);
        EXPECT_EQ(create(filter, 3, nullptr, source), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(record_.count("Create 3"), 1);
    });
}

TEST_F(PinCreate, B15BadTargetsNeverReachTheDriverInferred) {
    with_filter([&](HANDLE filter) {
        HANDLE source = nullptr, other = nullptr, event = nullptr;
        ASSERT_EQ(create(filter, 1, &source), STATUS_SUCCESS);
        ASSERT_EQ(create(filter, 0, &other, source), STATUS_SUCCESS);
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, nullptr, 0, nullptr, nullptr);
        ASSERT_EQ(ZwCreateEvent(&event, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
        const auto before = record_.calls;
        EXPECT_EQ(create(filter, 0, nullptr, source), STATUS_INVALID_DEVICE_STATE);
        EXPECT_EQ(create(filter, 0, nullptr, filter), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(create(filter, 0, nullptr, event), STATUS_OBJECT_TYPE_MISMATCH);
        EXPECT_EQ(create(filter, 0, nullptr, reinterpret_cast<HANDLE>(0x7770)),
                  STATUS_INVALID_HANDLE);
        EXPECT_EQ(record_.calls, before);
        ZwClose(event);
    });
}

TEST_F(PinCreate, B12AnUnattachedSourceStaysInStopInferredStatus) {
    with_filter([&](HANDLE filter) {
        HANDLE source = nullptr;
        ASSERT_EQ(create(filter, 1, &source), STATUS_SUCCESS);
        EXPECT_EQ(set_state(source, KSSTATE_ACQUIRE), STATUS_INVALID_DEVICE_STATE);
        EXPECT_EQ(set_state(source, KSSTATE_STOP), STATUS_SUCCESS);
        EXPECT_EQ(record_.count("SetDeviceState"), 0);
    });
}

TEST_F(PinCreate, F1F2StatesComeOneStepAtATimeAndNoStopAtFirst) {
    with_filter([&](HANDLE filter) {
        HANDLE pin = nullptr;
        ASSERT_EQ(create(filter, 0, &pin), STATUS_SUCCESS);
        EXPECT_EQ(record_.count("SetDeviceState"), 0);
        EXPECT_EQ(set_state(pin, KSSTATE_RUN), STATUS_SUCCESS);
        EXPECT_EQ(pin_of(pin)->DeviceState, KSSTATE_RUN);
        EXPECT_EQ(pin_of(pin)->ClientState, KSSTATE_RUN);
        EXPECT_EQ(set_state(pin, KSSTATE_STOP), STATUS_SUCCESS);
    });
    std::vector<std::string> states;
    for (const auto &call : record_.calls)
        if (call.starts_with("SetDeviceState"))
            states.push_back(call.substr(17));
    EXPECT_EQ(states, (std::vector<std::string>{"0>1", "1>2", "2>3", "3>2", "2>1", "1>0"}));
}

TEST_F(PinCreate, F10APinClosedWhileRunningIsTakenDownToStopFirst) {
    with_filter([&](HANDLE filter) {
        HANDLE pin = nullptr;
        ASSERT_EQ(create(filter, 0, &pin), STATUS_SUCCESS);
        ASSERT_EQ(set_state(pin, KSSTATE_RUN), STATUS_SUCCESS);
    });
    EXPECT_EQ(record_.count("SetDeviceState 0 1>0"), 1);
    EXPECT_EQ(record_.count("Close 0"), 1);
}

TEST_F(PinCreate, F4AFailedStepIsWhatTheClientSeesAndTheStateStays) {
    with_filter([&](HANDLE filter) {
        HANDLE pin = nullptr;
        ASSERT_EQ(create(filter, 0, &pin), STATUS_SUCCESS);
        record_.set_state = STATUS_DEVICE_BUSY;
        EXPECT_EQ(set_state(pin, KSSTATE_RUN), STATUS_DEVICE_BUSY);
        EXPECT_EQ(pin_of(pin)->DeviceState, KSSTATE_STOP);
        EXPECT_EQ(pin_of(pin)->ClientState, KSSTATE_STOP);
        record_.set_state = STATUS_SUCCESS;
    });
}

} // namespace
} // namespace ksbox::ks::testing

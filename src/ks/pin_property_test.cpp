// KSPROPSETID_Pin and data intersection as a client asks for them (sections D and E).
#include <cstring>

#include <gtest/gtest.h>

#include "ks/data_range.h"
#include "ks/testing/host_driver.h"
#include "ks/testing/recording_filter.h"

namespace ksbox::ks::testing {
namespace {

class PinProperty : public ::testing::Test {
  protected:
    PinProperty() {
        recorder = &record_;
        driver_ = std::make_unique<HostDriver>(recording_device());
    }
    ~PinProperty() override {
        driver_.reset();
        recorder = nullptr;
    }
    void with_filter(const std::function<void(HANDLE)> &work) {
        driver_->run([&] {
            HANDLE filter = driver_->open_filter();
            ASSERT_TRUE(filter);
            work(filter);
            ZwClose(filter);
        });
    }
    template <typename T> NTSTATUS get(HANDLE filter, ULONG id, ULONG pin, T &value) {
        return property(filter, make_pin_property(id, pin),
                        std::as_writable_bytes(std::span(&value, 1)));
    }

    Recorder record_;
    std::unique_ptr<HostDriver> driver_;
};

TEST_F(PinProperty, D1CtypesCountsTheFactories) {
    with_filter([&](HANDLE filter) {
        ULONG count = 0, returned = 0;
        EXPECT_EQ(
            property(filter,
                     make_property(KSPROPSETID_Pin, KSPROPERTY_PIN_CTYPES, KSPROPERTY_TYPE_GET),
                     std::as_writable_bytes(std::span(&count, 1)), &returned),
            STATUS_SUCCESS);
        EXPECT_EQ(count, 8u);
        EXPECT_EQ(returned, sizeof count);
    });
}

TEST_F(PinProperty, D6FlowAndCommunicationAreTheDescriptors) {
    with_filter([&](HANDLE filter) {
        KSPIN_DATAFLOW flow{};
        KSPIN_COMMUNICATION communication{};
        EXPECT_EQ(get(filter, KSPROPERTY_PIN_DATAFLOW, 1, flow), STATUS_SUCCESS);
        EXPECT_EQ(flow, KSPIN_DATAFLOW_OUT);
        EXPECT_EQ(get(filter, KSPROPERTY_PIN_COMMUNICATION, 3, communication), STATUS_SUCCESS);
        EXPECT_EQ(communication, KSPIN_COMMUNICATION_BRIDGE);
        EXPECT_EQ(get(filter, KSPROPERTY_PIN_DATAFLOW, 8, flow), STATUS_INVALID_PARAMETER);
    });
}

TEST_F(PinProperty, D4NoCategoryIsNotFoundInferred) {
    with_filter([&](HANDLE filter) {
        GUID category;
        EXPECT_EQ(get(filter, KSPROPERTY_PIN_CATEGORY, 0, category), STATUS_NOT_FOUND);
    });
}

TEST_F(PinProperty, D7D8DefaultInterfaceAndMediumAreListed) {
    with_filter([&](HANDLE filter) {
        ULONG returned = 0;
        EXPECT_EQ(property(filter, make_pin_property(KSPROPERTY_PIN_INTERFACES, 0), {}, &returned),
                  STATUS_BUFFER_OVERFLOW);
        EXPECT_EQ(returned, sizeof(KSMULTIPLE_ITEM) + sizeof(KSPIN_INTERFACE));
        struct {
            KSMULTIPLE_ITEM header;
            KSPIN_MEDIUM medium;
        } list{};
        EXPECT_EQ(get(filter, KSPROPERTY_PIN_MEDIUMS, 0, list), STATUS_SUCCESS);
        EXPECT_EQ(list.header.Count, 1u);
        EXPECT_TRUE(same_guid(list.medium.Set, KSMEDIUMSETID_Standard));
        EXPECT_EQ(get(filter, KSPROPERTY_PIN_MEDIUMS, 0, list.header), STATUS_SUCCESS);
        EXPECT_EQ(list.header.Size, sizeof list);
        ULONG small = 0;
        EXPECT_EQ(get(filter, KSPROPERTY_PIN_MEDIUMS, 0, small), STATUS_BUFFER_TOO_SMALL);
    });
}

TEST_F(PinProperty, D10D11RangesAndConstrainedRangesAreTheSameByDefault) {
    with_filter([&](HANDLE filter) {
        for (const ULONG id : {KSPROPERTY_PIN_DATARANGES, KSPROPERTY_PIN_CONSTRAINEDDATARANGES}) {
            alignas(8) std::byte bytes[512];
            ULONG returned = 0;
            ASSERT_EQ(property(filter, make_pin_property(id, 0), bytes, &returned), STATUS_SUCCESS);
            const auto ranges = read_range_list({bytes, returned});
            ASSERT_TRUE(ranges);
            ASSERT_EQ(ranges->size(), 2u);
            EXPECT_EQ((*ranges)[1].format->SampleSize, 2u);
        }
    });
}

TEST_F(PinProperty, B8CinstancesFollowTheOpenPins) {
    with_filter([&](HANDLE filter) {
        KSPIN_CINSTANCES counts{};
        EXPECT_EQ(get(filter, KSPROPERTY_PIN_CINSTANCES, 0, counts), STATUS_SUCCESS);
        EXPECT_EQ(counts.PossibleCount, 2u);
        EXPECT_EQ(counts.CurrentCount, 0u);
        ConnectBuffer request(0, recording_subformat());
        HANDLE pin = nullptr, second_filter = driver_->open_filter(), second = nullptr;
        ASSERT_EQ(KsCreatePin(filter, &request.connect, GENERIC_WRITE, &pin), STATUS_SUCCESS);
        ASSERT_EQ(KsCreatePin(second_filter, &request.connect, GENERIC_WRITE, &second),
                  STATUS_SUCCESS);
        EXPECT_EQ(get(filter, KSPROPERTY_PIN_CINSTANCES, 0, counts), STATUS_SUCCESS);
        EXPECT_EQ(counts.CurrentCount, 1u);
        EXPECT_EQ(get(filter, KSPROPERTY_PIN_GLOBALCINSTANCES, 0, counts), STATUS_SUCCESS);
        EXPECT_EQ(counts.CurrentCount, 2u);
        ZwClose(second);
        ZwClose(second_filter);
        ZwClose(pin);
        EXPECT_EQ(get(filter, KSPROPERTY_PIN_GLOBALCINSTANCES, 0, counts), STATUS_SUCCESS);
        EXPECT_EQ(counts.CurrentCount, 0u);
    });
}

TEST_F(PinProperty, D14ProposingChangesNothing) {
    with_filter([&](HANDLE filter) {
        ConnectBuffer request(0, recording_subformat());
        const auto propose = [&] {
            return property(
                filter, make_pin_property(KSPROPERTY_PIN_PROPOSEDATAFORMAT, 0, KSPROPERTY_TYPE_SET),
                std::as_writable_bytes(std::span(&request.format, 1)));
        };
        EXPECT_EQ(propose(), STATUS_SUCCESS);
        request.format.SubFormat = KSDATAFORMAT_SUBTYPE_MPEG;
        EXPECT_EQ(propose(), STATUS_NO_MATCH);
        EXPECT_EQ(record_.calls, std::vector<std::string>{"FilterCreate"});
    });
}

struct IntersectionRequest {
    KSP_PIN pin = make_pin_property(KSPROPERTY_PIN_DATAINTERSECTION, 0);
    KSMULTIPLE_ITEM header{sizeof(KSMULTIPLE_ITEM) + 2 * sizeof(KSDATARANGE), 2};
    KSDATARANGE ranges[2]{};
    IntersectionRequest(const GUID &first, const GUID &second) {
        const GUID *subformats[] = {&first, &second};
        for (int i = 0; i < 2; ++i) {
            ranges[i].FormatSize = sizeof(KSDATARANGE);
            ranges[i].MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
            ranges[i].SubFormat = *subformats[i];
            ranges[i].Specifier = KSDATAFORMAT_SPECIFIER_NONE;
        }
    }
};

TEST_F(PinProperty, E1E3E6TheFirstMatchingRangeOfTheCallerWins) {
    with_filter([&](HANDLE filter) {
        KSDATAFORMAT format{};
        const auto ask = [&](const IntersectionRequest &request) {
            return property(filter, request, std::as_writable_bytes(std::span(&format, 1)));
        };
        EXPECT_EQ(ask({KSDATAFORMAT_SUBTYPE_MPEG, KSDATAFORMAT_SUBTYPE_PCM}), STATUS_SUCCESS);
        EXPECT_TRUE(same_guid(format.SubFormat, KSDATAFORMAT_SUBTYPE_PCM));
        EXPECT_EQ(format.SampleSize, 1u); // the pin's first range
        EXPECT_EQ(ask({KSDATAFORMAT_SUBTYPE_MPEG, KSDATAFORMAT_SUBTYPE_MPEG}), STATUS_NO_MATCH);
    });
}

TEST_F(PinProperty, E4ZeroBufferGivesTheSize) {
    with_filter([&](HANDLE filter) {
        const IntersectionRequest request(KSDATAFORMAT_SUBTYPE_PCM, KSDATAFORMAT_SUBTYPE_PCM);
        ULONG returned = 0;
        EXPECT_EQ(property(filter, request, {}, &returned), STATUS_BUFFER_OVERFLOW);
        EXPECT_EQ(returned, sizeof(KSDATAFORMAT));
        std::byte small[8];
        EXPECT_EQ(property(filter, request, small), STATUS_BUFFER_TOO_SMALL);
    });
}

TEST_F(PinProperty, H5UnknownSetAndUnknownIdInferred) {
    with_filter([&](HANDLE filter) {
        ULONG value = 0;
        const auto out = std::as_writable_bytes(std::span(&value, 1));
        EXPECT_EQ(property(filter, make_property(KSNAME_Filter, 0, KSPROPERTY_TYPE_GET), out),
                  STATUS_PROPSET_NOT_FOUND);
        EXPECT_EQ(property(filter, make_property(KSPROPSETID_Pin, 99, KSPROPERTY_TYPE_GET), out),
                  STATUS_NOT_FOUND);
        EXPECT_EQ(
            property(filter, make_property(KSPROPSETID_Pin, 0, KSPROPERTY_TYPE_SETSUPPORT), {}),
            STATUS_SUCCESS);
    });
}

TEST_F(PinProperty, H3BasicSupportNamesTheAccess) {
    with_filter([&](HANDLE filter) {
        ULONG flags = 0;
        EXPECT_EQ(property(filter,
                           make_pin_property(KSPROPERTY_PIN_PROPOSEDATAFORMAT, 0,
                                             KSPROPERTY_TYPE_BASICSUPPORT),
                           std::as_writable_bytes(std::span(&flags, 1))),
                  STATUS_SUCCESS);
        EXPECT_EQ(flags, ULONG(KSPROPERTY_TYPE_SET));
    });
}

TEST_F(PinProperty, I1DefaultTopologyConnectsEveryPinToOneNode) {
    with_filter([&](HANDLE filter) {
        struct {
            KSMULTIPLE_ITEM header;
            KSTOPOLOGY_CONNECTION connections[8];
        } list{};
        EXPECT_EQ(property(filter,
                           make_property(KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_CONNECTIONS,
                                         KSPROPERTY_TYPE_GET),
                           std::as_writable_bytes(std::span(&list, 1))),
                  STATUS_SUCCESS);
        EXPECT_EQ(list.header.Count, 8u);
        EXPECT_EQ(list.connections[0].FromNode, KSFILTER_NODE);
        EXPECT_EQ(list.connections[1].ToNode, KSFILTER_NODE);
        EXPECT_EQ(list.connections[1].ToNodePin, 1u);
    });
}

} // namespace
} // namespace ksbox::ks::testing

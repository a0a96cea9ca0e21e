// Sections A and B: the name under which a pin is created, and the request that it carries.
#include "conformance/factories_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t status_pending = 0x103;
constexpr std::u16string_view pin_class = u"{146F1A80-4791-11D0-A5D6-28DB04C10000}\\";

class CreateString : public FactoriesFilter {
  protected:
    /// The name has the class of pins in front, then exactly the request's bytes.
    static void expect_name(const std::vector<std::byte> &name, const RawConnect &request) {
        const std::size_t head = pin_class.size() * sizeof(char16_t);
        ASSERT_EQ(name.size(), head + request.bytes().size());
        EXPECT_EQ(std::memcmp(name.data(), pin_class.data(), head), 0);
        EXPECT_EQ(std::memcmp(name.data() + head, request.bytes().data(), request.bytes().size()),
                  0);
    }
    RawConnect request() const {
        RawConnect request(CREATION_IN, stereo);
        request->Priority = {KSPRIORITY_HIGH, 77};
        request->Interface.Flags = 0x12345678; // is carried along as it is
        return request;
    }

    Filter filter = open("creation");
};
KSBOX_IN_BOTH_MODES(CreateString);

TEST_P(CreateString, A9_inferred_ClassNameBackslashAndTheRequest) {
    const RawConnect asked = request();
    ASSERT_EQ(create_pin2(filter, asked.get()).error, 0u);
    expect_name(create_string(filter), asked);
    ASSERT_EQ(create_pin(filter, asked.get()).error, 0u);
    expect_name(create_string(filter), asked);
}

TEST_P(CreateString, A9_inferred_TheFormatWithAllThatFollowsIt) {
    // WAVEFORMATEXTENSIBLE: 104 bytes of format.
    const DataFormat wide = DataFormat::audio({.bits = 16, .valid_bits = 12});
    ASSERT_GT(wide.bytes().size(), stereo.bytes().size());
    const RawConnect asked(CREATION_IN, wide);
    ASSERT_EQ(create_pin2(filter, asked.get()).error, 0u);
    expect_name(create_string(filter), asked);
}

TEST_P(CreateString, A9_inferred_AnOddLengthIsFilledUpWithAZero) {
    const RawConnect asked(CREATION_IN, stereo);
    std::vector<std::byte> memory(asked.bytes().begin(), asked.bytes().end());
    memory.push_back(std::byte(0xAB)); // the format's last byte, then nothing
    const ULONG longer = ULONG(stereo.bytes().size() + 1);
    std::memcpy(memory.data() + sizeof(KSPIN_CONNECT), &longer, sizeof longer);
    const auto *connect = reinterpret_cast<const KSPIN_CONNECT *>(memory.data());
    ASSERT_EQ(create_pin2(filter, connect).error, 0u);
    const std::vector<std::byte> name = create_string(filter);
    const std::size_t head = pin_class.size() * sizeof(char16_t);
    ASSERT_EQ(name.size(), head + memory.size() + 1);
    EXPECT_EQ(std::memcmp(name.data() + head, memory.data(), memory.size()), 0);
    EXPECT_EQ(name.back(), std::byte(0));
}

TEST_P(CreateString, A9_inferred_TheOpenIsRelativeToTheFilter) {
    ASSERT_EQ(create_pin2(filter, request().get()).error, 0u);
    const auto creates = only(journal(filter), FACTORIES_CREATE);
    ASSERT_EQ(creates.size(), 1u);
    EXPECT_NE(creates[0].values[1] & FACTORIES_BELOW_FILTER, 0u);
    // Without a filter, or with one that is closed, there is nothing to be relative to.
    const Filter nothing(client, 0);
    EXPECT_EQ(create_pin2(nothing, request().get()).error, 0x800700A1u); // ERROR_BAD_PATHNAME
    EXPECT_EQ(create_pin(nothing, request().get()).error, 161u);
    Filter closed = open("creation");
    const Handle handle = closed.handle();
    closed.close();
    DWORD error = 0;
    HANDLE pin = nullptr;
    client.run(
        [&] { error = KsCreatePin(as_handle(handle), request().get(), GENERIC_WRITE, &pin); });
    EXPECT_EQ(error, 6u); // ERROR_INVALID_HANDLE
    EXPECT_EQ(pin, INVALID_HANDLE_VALUE);
    EXPECT_EQ(only(journal(filter), FACTORIES_CREATE).size(), 1u);
}

TEST_P(CreateString, B5_AClientThatChangesItsBufferMeanwhileChangesNothing) {
    answer(filter, FACTORIES_CREATE, status_pending);
    const RawConnect original = request();
    RawConnect used = original;
    std::uint32_t result = 1;
    HANDLE pin = nullptr;
    Client::Thread creator = client.spawn("creator", [&] {
        CoInitialize(nullptr);
        result = std::uint32_t(
            KsCreatePin2(as_handle(filter.handle()), used.get(), GENERIC_WRITE, &pin));
        CoUninitialize();
    });
    wait_for(filter, FACTORIES_HELD);
    expect_name(create_string(filter), original);
    // The driver has the request in its hands; the client thinks better of it.
    used->PinId = CREATION_OUT;
    used->Priority = {KSPRIORITY_LOW, 1};
    used.format().MajorFormat = KSDATAFORMAT_TYPE_VIDEO;
    expect_name(create_string(filter), original);
    EXPECT_EQ(finish(filter, 0), 0u);
    creator.join();
    EXPECT_EQ(result, 0u);
    Pin made(client, as_handle(pin));
    EXPECT_EQ(made.get(guid_of(KSPROPSETID_Connection), KSPROPERTY_CONNECTION_DATAFORMAT),
              std::vector<std::byte>(stereo.bytes().begin(), stereo.bytes().end()));
    const auto priority =
        made.get_as<KSPRIORITY>(guid_of(KSPROPSETID_Connection), KSPROPERTY_CONNECTION_PRIORITY);
    EXPECT_EQ(priority.PriorityClass, KSPRIORITY_HIGH);
    EXPECT_EQ(priority.PrioritySubClass, 77u);
    EXPECT_EQ(instances(filter, CREATION_IN).CurrentCount, 1u);
    EXPECT_EQ(instances(filter, CREATION_OUT).CurrentCount, 0u);
}

TEST_P(CreateString, B5_TheFormatIsTheDriversOwnAfterwards) {
    RawConnect used(CREATION_IN, stereo);
    Created made = create_pin2(filter, used.get());
    ASSERT_EQ(made.error, 0u);
    std::memset(&used.format(), 0xEE, stereo.bytes().size());
    EXPECT_EQ(made.object.get(guid_of(KSPROPSETID_Connection), KSPROPERTY_CONNECTION_DATAFORMAT),
              std::vector<std::byte>(stereo.bytes().begin(), stereo.bytes().end()));
}

} // namespace
} // namespace ksbox::testing

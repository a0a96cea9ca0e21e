// The test driver clocks.sys as its tests use it: pins, clocks and allocators below them.
#pragma once

#include <gtest/gtest.h>

#include "conformance/automation_filter.h"

#include "drivers/clocks/clocks.h"

namespace ksbox::testing {

constexpr Guid clocks_set{
    0x7c1e4a50, 0x93b6, 0x4d0b, {0x8a, 0x2f, 0x61, 0xd0, 0x5e, 0x77, 0xc3, 0xb8}};
constexpr std::uint32_t invalid_device_state = 0xC0000184;
constexpr std::int64_t millisecond = 10'000; // 100 ns

class ClocksFilter : public InBothModes {
  protected:
    Created pin(std::uint32_t id, Handle to = 0) {
        return create_pin2(filter, RawConnect(id, DataFormat::audio({}), to).get(),
                           id == CLOCKS_SOURCE ? GENERIC_READ : GENERIC_WRITE);
    }
    Created clock(const Created &of, std::uint32_t flags = 0) {
        const KSCLOCK_CREATE request{flags};
        HRESULT result = 0;
        HANDLE handle = nullptr;
        client.run([&] { result = KsCreateClock2(of.handle, &request, &handle); });
        return {client, std::uint32_t(result), handle};
    }
    static KSALLOCATOR_FRAMING framing(std::uint32_t frames, std::uint32_t bytes,
                                       std::uint32_t options = KSALLOCATOR_OPTIONF_SYSTEM_MEMORY) {
        KSALLOCATOR_FRAMING result{};
        result.OptionsFlags = options;
        result.Frames = frames;
        result.FrameSize = bytes;
        return result;
    }
    Created allocator(const Created &of, const KSALLOCATOR_FRAMING &request) {
        HRESULT result = 0;
        HANDLE handle = nullptr;
        client.run([&] { result = KsCreateAllocator2(of.handle, &request, &handle); });
        return {client, std::uint32_t(result), handle};
    }
    Answer get(const Created &object, const Guid &set, std::uint32_t id, std::size_t bytes) {
        return send(client, as_handle(object.handle), IOCTL_KS_PROPERTY,
                    identifier(set, id, KSPROPERTY_TYPE_GET), room(bytes));
    }
    template <typename T> T get_as(const Created &object, const Guid &set, std::uint32_t id) {
        const Answer answer = get(object, set, id, sizeof(T));
        EXPECT_EQ(answer.status, success);
        EXPECT_EQ(answer.information, sizeof(T));
        return answer.as<T>();
    }
    /// KSPROPSETID_Stream.
    Answer stream(const Created &of, std::uint32_t id) {
        return get(of, guid_of(KSPROPSETID_Stream), id, sizeof(HANDLE));
    }
    std::uint32_t set_stream(const Created &of, std::uint32_t id, HANDLE value) {
        return send(client, as_handle(of.handle), IOCTL_KS_PROPERTY,
                    identifier(guid_of(KSPROPSETID_Stream), id, KSPROPERTY_TYPE_SET),
                    bytes_of(value))
            .status;
    }
    void state(const Created &of, PinState to) {
        for (const PinState step : {PinState::acquire, PinState::pause, PinState::run})
            if (step <= to)
                set_state(client, as_handle(of.handle), step);
    }
    /// What the driver sees as a kernel client.
    template <typename T> T ask(std::uint32_t property, const auto &selector) {
        const std::vector<std::byte> bytes =
            filter.get(clocks_set, property, {}, bytes_of(selector));
        EXPECT_EQ(bytes.size(), sizeof(T));
        T value{};
        std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
        return value;
    }
    CLOCKS_TOLD reference_clock(std::uint32_t pin_id) {
        const std::uint32_t selector[2] = {pin_id, 0};
        return ask<CLOCKS_TOLD>(CLOCKS_REFERENCE, selector);
    }
    void set_own_time(std::int64_t time) {
        filter.set(clocks_set, CLOCKS_SET_TIME, bytes_of(time));
    }
    void pass(std::int64_t time_100ns) {
        traced.box().run_for(std::chrono::nanoseconds(time_100ns * 100));
    }
    std::vector<JournalEntry> entries(std::string_view what) { return only(journal(filter), what); }
    void forget() { forget_journal(filter); }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("clocks");
    Filter filter = client.open_filter(driver.filters().at(0).path);
};

} // namespace ksbox::testing

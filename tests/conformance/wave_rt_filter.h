// The test driver wavert.sys as its tests use it: its filters, its pins, and KSPROPSETID_RtAudio in
// raw requests.
#pragma once

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "ksbox/cyclic_buffer.h"
#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/raw_request.h"
#include "support/status.h"
#include "support/traced_box.h"

#include "drivers/wavert/wavert.h"

namespace ksbox::testing {

constexpr Guid rt_set = *Guid::parse("A855A48C-2F78-4729-9051-1968746B9EEF");
constexpr Guid audio_set = *Guid::parse("45FFAAA0-6E1B-11D0-BCF2-444553540000");
constexpr Guid pins_set = *Guid::parse("8C134960-51AD-11CF-878A-94F801C10000");
constexpr Guid connection_set = *Guid::parse("1D58C920-AC9B-11CF-A5D6-28DB04C10000");
constexpr Guid wave_rt_set = *Guid::parse("E3D5A0B7-1C52-4F6E-9B0D-6A1F0C7E4D21");

constexpr std::uint32_t audio_position = 5; ///< KSPROPERTY_AUDIO_POSITION

/// KSPROPERTY_RTAUDIO_*.
enum class Rt : std::uint32_t {
    position_function,
    buffer,
    latency,
    position_register,
    clock_register,
    buffer_with_notification,
    register_event,
    unregister_event,
    notification_support,
    packet_count,
    presentation_position,
    read_packet,
    write_packet
};
/// KSRTAUDIO_BUFFER.
struct RtBuffer {
    std::byte *address;
    std::uint32_t bytes;
    std::uint32_t barrier;
};
/// KSRTAUDIO_HWREGISTER.
struct RtRegister {
    const volatile std::uint64_t *address;
    std::uint32_t width;
    std::uint64_t numerator, denominator;
    std::uint32_t accuracy;
};
/// KSRTAUDIO_GETREADPACKET_INFO, KSRTAUDIO_SETWRITEPACKET_INFO.
struct RtReadPacket {
    std::uint32_t number, flags;
    std::uint64_t counter;
    std::uint32_t more_data;
};
struct RtWritePacket {
    std::uint32_t number, flags, end_bytes;
};

class WaveRt : public InBothModes {
  protected:
    explicit WaveRt(BoxOptions options = mode()) : traced(std::move(options)) {}

    std::string path(const std::string &reference) {
        for (const InterfaceFacts &facts : driver.filters())
            if (facts.name == reference)
                return facts.path;
        ADD_FAILURE() << "no filter " << reference;
        return {};
    }
    Pin create(std::uint32_t pin_id, Filter &on) {
        return on.connect({.pin_id = pin_id, .format = stereo});
    }
    Pin create(std::uint32_t pin_id) { return create(pin_id, wave); }
    /// KsCreatePin's Win32 code.
    std::uint32_t try_create(std::uint32_t pin_id, Filter &on) {
        return testing::create_pin(on, RawConnect(pin_id, stereo).get()).error;
    }
    std::uint32_t try_create(std::uint32_t pin_id) { return try_create(pin_id, wave); }

    Answer ask(Pin &pin, Rt id, const std::vector<std::byte> &more, std::size_t offered,
               std::uint32_t flags = KSPROPERTY_TYPE_GET) {
        return send(client, pin.handle(), IOCTL_KS_PROPERTY,
                    joined(identifier(rt_set, std::uint32_t(id), flags), more), room(offered));
    }
    /// BaseAddress, RequestedBufferSize, NotificationCount (or padding).
    Answer ask_buffer(Pin &pin, std::uint32_t bytes, std::uint32_t notifications = 0,
                      std::uint64_t base = 0) {
        const std::uint32_t sizes[2] = {bytes, notifications};
        return ask(pin, notifications ? Rt::buffer_with_notification : Rt::buffer,
                   joined(bytes_of(base), bytes_of(sizes)), sizeof(RtBuffer));
    }
    RtBuffer buffer(Pin &pin, std::uint32_t bytes, std::uint32_t notifications = 0) {
        const Answer answered = ask_buffer(pin, bytes, notifications);
        EXPECT_EQ(answered.status, status::success);
        EXPECT_EQ(answered.information, sizeof(RtBuffer));
        return answered.as<RtBuffer>();
    }
    Answer ask_register(Pin &pin, Rt id) {
        return ask(pin, id, bytes_of(std::uint64_t(0)), sizeof(RtRegister));
    }
    std::uint32_t event_property(Pin &pin, Rt id, Handle event,
                                 std::uint32_t flags = KSPROPERTY_TYPE_GET) {
        return ask(pin, id, bytes_of(event), 0, flags).status;
    }
    Answer ask_position(Pin &pin, std::size_t offered = 16) {
        return send(client, pin.handle(), IOCTL_KS_PROPERTY,
                    identifier(audio_set, audio_position, KSPROPERTY_TYPE_GET), room(offered));
    }
    std::uint32_t write_packet(Pin &pin, const RtWritePacket &packet) {
        return send(client, pin.handle(), IOCTL_KS_PROPERTY,
                    identifier(rt_set, std::uint32_t(Rt::write_packet), KSPROPERTY_TYPE_SET),
                    bytes_of(packet))
            .status;
    }
    std::uint32_t ask_state(Pin &pin, PinState state) {
        return send(client, pin.handle(), IOCTL_KS_PROPERTY,
                    identifier(connection_set, KSPROPERTY_CONNECTION_STATE, KSPROPERTY_TYPE_SET),
                    bytes_of(std::uint32_t(state)))
            .status;
    }
    static void start(Pin &pin) { pin.set_state(PinState::run); }

    /// The states that the stream was set to, since forget_journal().
    std::vector<PinState> states() {
        std::vector<PinState> list;
        for (const JournalEntry &entry : only(journal(wave), "state"))
            list.push_back(PinState(entry.values[1]));
        return list;
    }
    std::vector<std::string> what() { return names(journal(wave)); }
    /// Lets the box run until it is so, 10 s at most.
    bool wait_until(const std::function<bool()> &done) {
        for (int i = 0; i < 2000; ++i) {
            if (done())
                return true;
            client.wait(never, 50'000);
        }
        return done();
    }
    void let_run(std::uint64_t time_100ns) { client.wait(never, time_100ns); }

    TracedBox traced;
    Client &client = traced.client();
    Driver &driver = traced.load("wavert");
    Filter wave = client.open_filter(path("Wave"));
    const Handle never = client.create_event(true);
    const DataFormat stereo = DataFormat::audio({});
};

} // namespace ksbox::testing

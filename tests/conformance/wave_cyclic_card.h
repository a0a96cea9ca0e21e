// The test driver wavecyclic.sys as its tests use it.
#pragma once

#include <gtest/gtest.h>

#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/raw_request.h"
#include "support/status.h"
#include "support/traced_box.h"
#include "support/transfer.h"

#include "drivers/wavecyclic/wavecyclic.h"

namespace ksbox::testing {

/// KSAUDIO_POSITION.
struct AudioPosition {
    std::uint64_t play = 0, write = 0;
    bool operator==(const AudioPosition &) const = default;
};
void PrintTo(const AudioPosition &position, std::ostream *stream);

/// One filter of the card, whose engine runs by hand unless settings() says otherwise. Pins are
/// 48 kHz stereo of 16 bits.
class CyclicCard : public InBothModes {
  protected:
    /// Bytes in the 10 ms between two notifications.
    static constexpr std::uint32_t interval = 1920;
    /// What the port makes of CARD_BUFFER_BYTES: whole intervals.
    static constexpr std::uint32_t buffer = CARD_BUFFER_BYTES / interval * interval;

    CyclicCard();

    void settings(const CARD_SETTINGS &settings);
    /// The engine transfers so many bytes on every running stream, and notifies the port; returns
    /// when the port has had its service.
    void advance(std::uint32_t bytes, bool notify = true);
    std::vector<std::byte> played();

    enum Kind { streaming, looped };
    Pin create(std::uint32_t pin_id, Kind kind = streaming);
    Pin open(std::uint32_t pin_id, PinState state, Kind kind = streaming);
    /// KSPROPERTY_CONNECTION_STATE: its NTSTATUS.
    std::uint32_t ask_state(Pin &pin, PinState state);
    AudioPosition position(Pin &pin);
    Answer set_position(Pin &pin, const AudioPosition &to);
    /// The states that the stream of that pin was told, since forget_journal().
    std::vector<PinState> states(std::uint32_t pin_id);

    /// Bytes that differ from those near them.
    static std::vector<std::byte> pattern(std::uint64_t from, std::size_t bytes);
    /// What the card records: samples of 16 bits that count from 0.
    static std::vector<std::byte> counted(std::uint64_t from, std::size_t bytes);
    static std::vector<std::byte> silence(std::size_t bytes) {
        return std::vector<std::byte>(bytes);
    }
    /// A write of the pattern from `from` on, under way.
    Transfer write(Pin &pin, std::uint64_t from, std::uint32_t bytes);
    Transfer read(Pin &pin, std::uint32_t bytes);
    static std::vector<std::byte> bytes_in(Transfer &transfer);

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("wavecyclic");
    Filter filter = client.open_filter(driver.filters().at(0).path);
};

} // namespace ksbox::testing

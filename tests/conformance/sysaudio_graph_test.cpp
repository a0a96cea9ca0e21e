// Sections E and J: the graphs behind the pins of virtual audio devices: which path they take, in
// what format and order they are built, and that a client sees one pin.
#include "conformance/virtual_devices.h"
#include "samples/cards.h"
#include "support/journal.h"
#include "support/transfer.h"

#include "drivers/wavecyclic/wavecyclic.h"

namespace ksbox::testing {
namespace {

using samples::noise;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class Graphs : public VirtualDevices {
  protected:
    /// KSPROPERTY_SYSAUDIO_SELECT_GRAPH.
    static std::uint32_t select(Filter &file, std::uint32_t pin, std::uint32_t node,
                                std::uint32_t flags = 0) {
        const std::uint32_t rest[4] = {pin, node, flags, 0};
        return set(file, sysaudio_set, sysaudio_property::select_graph, {}, bytes_of(rest));
    }
    /// The node of that type, counted from 0; fails the test when there is none.
    static std::uint32_t node_of(Filter &file, const GUID &type, std::size_t skip = 0) {
        for (const NodeFacts &node : file.facts().nodes)
            if (node.type == guid_of(type) && skip-- == 0)
                return node.id;
        ADD_FAILURE() << "no such node";
        return 0;
    }
    std::vector<std::string> paths() { return told("sysaudio.graph", "path"); }
    std::vector<std::string> formats() { return told("sysaudio.link", "format"); }
    /// What the capture pin of a card that loops back records in a second, while `data` is played.
    std::vector<std::byte> record_while_playing(Filter &device, std::span<const std::byte> data);

    /// The frames in which some channel is not zero.
    static std::vector<std::byte> without_silence(const std::vector<std::byte> &recorded) {
        std::vector<std::byte> heard;
        for (std::size_t i = 0; i + 4 <= recorded.size(); i += 4) {
            const auto frame = std::span(recorded).subspan(i, 4);
            if (std::ranges::any_of(frame, [](std::byte byte) { return byte != std::byte{0}; }))
                heard.insert(heard.end(), frame.begin(), frame.end());
        }
        return heard;
    }

    const DataFormat stereo = DataFormat::audio({});
    const std::string wave = "Sample Legacy Card Wave"; ///< as its setup information says
    const std::vector<std::byte> data = noise(4 * 9'601);
};
KSBOX_IN_BOTH_MODES(Graphs);

std::vector<std::byte> Graphs::record_while_playing(Filter &device,
                                                    std::span<const std::byte> data) {
    Pin in = device.connect({.pin_id = 0, .format = stereo});
    Pin out = device.connect({.pin_id = 1, .format = stereo});
    Frame played{.buffer = Buffer(client, data.size())};
    std::ranges::copy(data, played.buffer.data());
    played.used = std::uint32_t(data.size());
    Frame recorded{.buffer = Buffer(client, 48'000 * 4)};
    out.set_state(PinState::pause);
    in.set_state(PinState::pause);
    Request read = out.start_read(recorded), write = in.start_write(played);
    out.set_state(PinState::run);
    in.set_state(PinState::run);
    EXPECT_TRUE(Pin::finish(played, write).success());
    EXPECT_TRUE(Pin::finish(recorded, read).success());
    samples::stop(in);
    samples::stop(out);
    const auto bytes = recorded.buffer.bytes().first(recorded.used);
    return {bytes.begin(), bytes.end()};
}

// audio/virtual-audio-devices: "This allows the client to treat a filter graph as a single filter"

TEST_P(Graphs, J9_AClientStreamsThroughOnePin) {
    for (const char *card : {"legacycard", "pcicard"}) {
        Driver &driver = load(card, 1);
        Filter device = open_device();
        EXPECT_TRUE(samples::soon(GetParam(), [&] {
            return samples::alone_in(record_while_playing(device, data), data);
        })) << card;
        device.close();
        EXPECT_THAT(driver.unload(), IsEmpty());
        await_devices(0);
    }
}

TEST_P(Graphs, J9_ItStreamsThroughAMixerAsThroughTheCard) {
    traced.load("mixer");
    load("legacycard", 1);
    Filter device = open_device();
    // A busy machine may be late with a frame.
    EXPECT_EQ(without_silence(record_while_playing(device, data)), data);
    EXPECT_THAT(paths(), Contains(HasSubstr("client > mixer pin 0, mixer pin 1 > ")));
}

TEST_P(Graphs, J9_RequestsCanBeCancelled) {
    load("legacycard", 1);
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    pin.set_state(PinState::pause);
    Transfer transfer(client, Transfer::write, {.extent = 4096});
    transfer.start(pin);
    ASSERT_TRUE(transfer.pending());
    transfer.cancel();
    EXPECT_EQ(transfer.wait(), status::cancelled);
}

TEST_P(Graphs, J9_ClosingThePinEndsItsRequestsAndItsGraph) {
    traced.load("mixer");
    Driver &driver = load("legacycard", 1);
    Filter device = open_device();
    Transfer transfer(client, Transfer::write, {.extent = 4096});
    {
        // The mixer waits for the other's frames.
        Pin pin = device.connect({.pin_id = 0, .format = stereo});
        Pin other = device.connect({.pin_id = 0, .format = stereo});
        other.set_state(PinState::pause);
        pin.set_state(PinState::pause);
        transfer.start(pin);
        ASSERT_TRUE(transfer.pending());
    }
    EXPECT_EQ(transfer.wait(), status::cancelled);
    // The card's pin has one instance, which is free again.
    Filter card = samples::open_filter(client, driver, "Wave");
    EXPECT_NO_THROW(card.connect({.pin_id = 0, .format = stereo}));
}

TEST_P(Graphs, J9_TheStateIsThatOfTheWholeGraph) {
    traced.load("mixer");
    load("legacycard", 1);
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    EXPECT_EQ(pin.state(), PinState::stop);
    pin.set_state(PinState::run); // at once
    EXPECT_EQ(pin.state(), PinState::run);
    pin.set_state(PinState::acquire);
    EXPECT_EQ(pin.state(), PinState::acquire);
    pin.set_state(PinState::stop);
    EXPECT_EQ(pin.state(), PinState::stop);
    const std::uint32_t none = 9;
    EXPECT_EQ(set(pin, guid_of(KSPROPSETID_Connection), 0, bytes_of(none)),
              status::invalid_parameter);
}

TEST_P(Graphs, J9_ClientsShareWhatIsBehindTheMixer) {
    traced.load("mixer");
    load("legacycard", 1);
    Filter device = open_device(), other = open_device();
    Pin first = device.connect({.pin_id = 0, .format = stereo});
    Pin second = device.connect({.pin_id = 0, .format = stereo});
    Pin third = other.connect({.pin_id = 0, .format = stereo});
    EXPECT_EQ(formats().size(), 1u); // one link to the card, though it has one pin
    EXPECT_EQ(device.pin_facts(0).instances.current, 2);
    EXPECT_EQ(other.pin_facts(0).instances.current, 1);
    const std::uint32_t selector[2] = {0, 0};
    const Answer all =
        get(other, guid_of(KSPROPSETID_Pin), KSPROPERTY_PIN_GLOBALCINSTANCES, bytes_of(selector));
    EXPECT_EQ(all.as<std::uint32_t>(4), 3u);
    first.set_state(PinState::run);
    second.set_state(PinState::pause);
    first.close(); // the others stay as they are
    EXPECT_EQ(second.state(), PinState::pause);
    second.set_state(PinState::run);
    EXPECT_EQ(third.state(), PinState::stop);
    second.close();
    third.set_state(PinState::run);
    EXPECT_EQ(third.state(), PinState::run);
}

TEST_P(Graphs, J9_FormatsAndPositionsAreTheEntrysOwn) {
    load("legacycard", 1);
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    EXPECT_EQ(pin.format().to_string(), stereo.to_string());
    EXPECT_EQ(pin.get(samples::audio_set, samples::audio_position).size(), 16u);
    const Answer unknown = get(pin, sysaudio_set, 1);
    EXPECT_EQ(unknown.status, status::propset_not_found);
}

TEST_P(Graphs, J9_AFormatThatNobodyTakesIsRefusedWithTheReason) {
    load("legacycard", 1);
    Filter device = open_device();
    try {
        device.connect({.pin_id = 0, .format = DataFormat::audio({.rate_hz = 96'000})});
        ADD_FAILURE() << "connected";
    } catch (const Error &error) {
        EXPECT_EQ(error.code(), 0x80070491u); // ERROR_NO_MATCH
        EXPECT_THAT(error.reason(), HasSubstr("96000 Hz"));
        EXPECT_THAT(error.details(), Contains(HasSubstr("client > " + wave + " pin 0")));
    }
    EXPECT_THROW(device.connect({.pin_id = 17, .format = stereo}), Error);
    EXPECT_THROW(device.connect({.pin_id = 2, .format = stereo}), Error); // a bridge pin
}

TEST_P(Graphs, J9_inferred_WhatAVirtualDeviceCannotBeAskedHasAStatusOfItsOwn) {
    load("legacycard", 1);
    Filter device = open_device(), none = open_sysaudio();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    const auto refusal = [](Filter &file, const PinRequest &request) {
        try {
            file.connect(request);
            return 0U;
        } catch (const Error &error) {
            return error.code();
        }
    };
    EXPECT_EQ(refusal(device, {.pin_id = 2, .format = stereo}), 0x80070491u); // ERROR_NO_MATCH
    EXPECT_EQ(refusal(device, {.pin_id = 17, .format = stereo}), 0x80070057u);
    // Its pins are IRP sinks, which are connected to nobody.
    EXPECT_EQ(refusal(device, {.pin_id = 1, .format = stereo, .pin_to_handle = pin.handle()}),
              0x80070057u);
    PinRequest wire{.pin_id = 2};
    std::vector<std::byte> analog(64);
    const std::uint32_t bytes = 64;
    std::memcpy(analog.data(), &bytes, sizeof bytes);
    std::ranges::copy(std::span(device.pin_facts(2).ranges.at(0).bytes).subspan(16, 48),
                      analog.begin() + 16); // its own format, of three GUIDs
    wire.format = DataFormat(analog);
    EXPECT_EQ(refusal(device, wire), 0x80070057u);                            // it is a bridge pin
    EXPECT_EQ(refusal(none, {.pin_id = 0, .format = stereo}), 0x80070001u);   // no device chosen
    EXPECT_EQ(refusal(device, {.pin_id = 0, .format = stereo}), 0x800700AAu); // ERROR_BUSY
    const auto volume = [&](Filter &file, std::uint32_t node) {
        const std::uint32_t channel[2] = {0, 0};
        return send(client, file.handle(), IOCTL_KS_PROPERTY,
                    joined(node_identifier(samples::audio_set, samples::audio_volume_level,
                                           KSPROPERTY_TYPE_GET, node),
                           bytes_of(channel)),
                    room(4))
            .status;
    };
    EXPECT_EQ(volume(device, 99), status::invalid_parameter);
    EXPECT_EQ(volume(none, 0), status::invalid_device_request);
    EXPECT_EQ(send(client, pin.handle(), IOCTL_KS_ENABLE_EVENT,
                   node_identifier(samples::audio_set, 0, KSEVENT_TYPE_ENABLE, 0), room(32))
                  .status,
              status::not_supported);
}

TEST_P(Graphs, J9_DataIntersectionIsTheEntrysOwn) {
    load("legacycard", 1);
    Filter device = open_device();
    const auto ranges = device.pin_facts(0).ranges;
    ASSERT_FALSE(ranges.empty());
    const auto common = device.intersect(0, ranges);
    ASSERT_TRUE(common.has_value());
    EXPECT_EQ(common->to_string(), stereo.to_string()); // the default handler's highest values
}

// audio/ksproperty-sysaudio-select-graph

TEST_P(Graphs, J4_TheDefaultIsTheSimplestPath) {
    traced.load("gain");
    load("legacycard", 1);
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    EXPECT_THAT(paths(), ElementsAre("client > " + wave + " pin 0"));
}

TEST_P(Graphs, J4_ASelectedNodeIsInTheGraphOfTheNextPin) {
    traced.load("gain");
    load("legacycard", 1);
    Filter device = open_device();
    const std::uint32_t card_volume = node_of(device, KSNODETYPE_VOLUME),
                        volume = node_of(device, KSNODETYPE_VOLUME, 1);
    EXPECT_LT(card_volume, volume); // those that are always there come first
    ASSERT_EQ(select(device, 0, volume), status::success);
    {
        Pin pin = device.connect({.pin_id = 0, .format = stereo});
        EXPECT_THAT(paths(), ElementsAre("client > gain pin 0, gain pin 1 > " + wave + " pin 0"));
        pin.set_state(PinState::run);
        EXPECT_EQ(pin.state(), PinState::run);
    }
    Pin next = device.connect({.pin_id = 0, .format = stereo});
    EXPECT_EQ(paths().back(), "client > " + wave + " pin 0");
}

TEST_P(Graphs, J4_OthersKeepTheirGraphAndShareTheMixer) {
    traced.load("gain");
    traced.load("mixer");
    load("legacycard", 1);
    Filter device = open_device();
    Pin before = device.connect({.pin_id = 0, .format = stereo});
    before.set_state(PinState::pause);
    ASSERT_EQ(select(device, 0, node_of(device, KSNODETYPE_VOLUME, 1)), status::success);
    Pin with = device.connect({.pin_id = 0, .format = stereo});
    EXPECT_EQ(paths().back(),
              "client > gain pin 0, gain pin 1 > mixer pin 0, mixer pin 1 > " + wave + " pin 0");
    EXPECT_EQ(before.state(), PinState::pause);
    EXPECT_EQ(with.state(), PinState::stop);
}

TEST_P(Graphs, J4_inferred_OnlyAnOptionalNodeOfThePinsPathCanBeSelected) {
    traced.load("gain");
    load("legacycard", 1);
    Filter device = open_device(), none = open_sysaudio();
    const std::uint32_t card_volume = node_of(device, KSNODETYPE_VOLUME),
                        volume = node_of(device, KSNODETYPE_VOLUME, 1);
    EXPECT_EQ(select(device, 17, volume), status::invalid_parameter);
    EXPECT_EQ(select(device, 0, 17), status::invalid_parameter);
    EXPECT_EQ(select(device, 0, volume, 1), status::invalid_parameter);
    EXPECT_EQ(select(device, 0, card_volume), status::invalid_device_request);
    EXPECT_EQ(select(none, 0, volume), status::invalid_device_request);
    EXPECT_EQ(get(device, sysaudio_set, sysaudio_property::select_graph, std::vector<std::byte>(16))
                  .status,
              status::not_found); // "Get: No"
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    EXPECT_EQ(paths().back(), "client > " + wave + " pin 0");
}

// audio/data-intersection, audio/default-data-intersection-handlers

TEST_P(Graphs, J5_ALinkHasTheFormatThatTheSinkFindsInTheSourcesRanges) {
    traced.load("mixer");
    load("legacycard", 1);
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    EXPECT_THAT(formats(), ElementsAre("PCM 16 bit, 2 channels, 48000 Hz"));
}

TEST_P(Graphs, J5_RangesThatDoNotMeetAreNoLink) {
    traced.load("mixer"); // of PCM
    load("midi", 1);
    EXPECT_THAT(told("sysaudio.plan", "text"), Contains(HasSubstr("MUSIC")));
    Filter device = open_device();
    EXPECT_NE(device.pin_facts(0).instances.possible, -1);
}

TEST_P(Graphs, E10_J5_AfterARefusalTheMixersFormatsAreTriedBestFirst) {
    traced.load("mixer");
    Driver &driver = load("wavecyclic", 1);
    Filter card = client.open_filter(driver.filters().at(0).path);
    answer(card, "new stream", status::no_match, 1);
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    // The first was refused, the next was the best of all, which this card does not mind.
    EXPECT_THAT(formats(), ElementsAre("PCM 32 bit, 2 channels, 192000 Hz"));
    EXPECT_GE(only(journal(card), "new stream").size(), 2u);
}

TEST_P(Graphs, E10_J5_ARefusalOfEveryFormatIsToldWithTheFirstStatus) {
    traced.load("mixer");
    Driver &driver = load("wavecyclic", 1);
    Filter card = client.open_filter(driver.filters().at(0).path);
    answer(card, "new stream", status::no_match, 1000);
    Filter device = open_device();
    try {
        device.connect({.pin_id = 0, .format = stereo});
        ADD_FAILURE() << "connected";
    } catch (const Error &error) {
        EXPECT_EQ(error.code(), 0x80070491u); // of STATUS_NO_MATCH
        EXPECT_THAT(error.reason(), HasSubstr("refuses PCM 16 bit, 2 channels, 48000 Hz"));
    }
}

// audio/pin-factories: "creates the source pin first … and then creates the sink pin"

TEST_P(Graphs, J6_TheSourcePinIsCreatedFirstAndTheSinkPinSecond) {
    traced.load("mixer");
    load("legacycard", 1);
    Filter device = open_device();
    traced.mark();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    std::vector<std::string> pins;
    for (const Event &event : matching(traced.events(), "ks.pin.create"))
        pins.push_back(event.value("pin", ""));
    // The mixer's source, the card's sink; the mixer's sink is the client's.
    EXPECT_THAT(pins, ElementsAre(MatchesRegex("mixer/[0-9]+/1\\.[0-9]+"),
                                  MatchesRegex("legacycard/[0-9]+/0\\.[0-9]+"),
                                  MatchesRegex("mixer/[0-9]+/0\\.[0-9]+")));
}

// audio/topology-filters, stream/ksproperty-pin-physicalconnection

TEST_P(Graphs, J7_ATopologyFilterIsFoundByThePhysicalConnection) {
    load("legacycard", 1);
    EXPECT_THAT(told("sysaudio.plan", "text"),
                Contains(wave + " pin 2 is wired to Sample Legacy Card Topology pin 0"));
    EXPECT_THAT(told("sysaudio.plan", "text"),
                Contains("Sample Legacy Card Topology pin 1 is wired to " + wave + " pin 3"));
}

TEST_P(Graphs, J7_ItsNodesAreTheVirtualDevicesOwn) {
    load("legacycard", 1);
    Filter device = open_device();
    const FilterFacts facts = device.facts();
    std::vector<Guid> types;
    for (const NodeFacts &node : facts.nodes)
        types.push_back(node.type);
    EXPECT_THAT(types, Contains(guid_of(KSNODETYPE_VOLUME)));
    // From the pin through both filters to the speaker: DAC, volume, mute, bridge pin.
    std::int64_t node = -1;
    std::uint32_t pin = 0;
    std::size_t steps = 0;
    for (bool more = true; more && steps < 10;) {
        more = false;
        for (const ConnectionFacts &one : facts.connections)
            if (one.from_node == node && (node >= 0 || one.from_pin == pin)) {
                node = one.to_node;
                pin = one.to_pin;
                ++steps;
                more = true;
                break;
            }
    }
    EXPECT_EQ(steps, 4u);
    EXPECT_EQ(node, -1);
    EXPECT_EQ(device.pin_facts(pin).communication, Communication::bridge);
}

TEST_P(Graphs, J7_ItsControlsAreReachedThroughTheVirtualDevice) {
    Driver &driver = load("legacycard", 1);
    Filter device = open_device(), topology = samples::open_filter(client, driver, "Topology");
    const std::uint32_t volume = node_of(device, KSNODETYPE_VOLUME);
    samples::VolumeControl virtual_one(device, volume, volume + 1), own(topology, 0, 1);
    virtual_one.set_level(0, -6 * 65'536);
    EXPECT_EQ(own.level(0), -6 * 65'536);
    own.set_level(1, -12 * 65'536);
    EXPECT_EQ(virtual_one.level(1), -12 * 65'536);
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    // Through the pin, too.
    const std::uint32_t rest[2] = {0, 0};
    const std::vector<std::byte> level =
        pin.get(samples::audio_set, samples::audio_volume_level, volume, bytes_of(rest));
    EXPECT_EQ(level, bytes_of(std::int32_t(-6 * 65'536)));
    EXPECT_THROW(device.get(samples::audio_set, samples::audio_volume_level, 99, bytes_of(rest)),
                 Error);
}

} // namespace
} // namespace ksbox::testing

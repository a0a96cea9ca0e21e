// The MIDI loopback: messages cross whole, or in pieces where a frame is too short.
#include <gtest/gtest.h>

#include <cstring>

#include "ksbox/guid_names.h"
#include "streaming.h"

namespace ksbox::samples {
namespace {

constexpr std::uint32_t render = 0, capture = 1;
constexpr std::size_t format_bytes = 64; // KSDATAFORMAT

struct Message {
    std::uint32_t delta_ms = 0;
    std::vector<std::uint8_t> bytes;
    bool operator==(const Message &) const = default;
};

Guid guid(const char *name, const char *prefix) {
    return guid_by_name(name, prefix).value();
}

DataFormat midi_format() {
    std::vector<std::byte> bytes(format_bytes);
    const auto size = std::uint32_t(format_bytes);
    const Guid guids[3] = {guid("MUSIC", "KSDATAFORMAT_TYPE_"),
                           guid("MIDI", "KSDATAFORMAT_SUBTYPE_"),
                           guid("NONE", "KSDATAFORMAT_SPECIFIER_")};
    std::memcpy(bytes.data(), &size, sizeof size);
    std::memcpy(bytes.data() + 16, guids, sizeof guids);
    return DataFormat(std::move(bytes));
}

std::vector<std::byte> packed(const std::vector<Message> &messages) {
    std::vector<std::byte> result;
    for (const Message &message : messages) {
        const std::uint32_t head[2] = {message.delta_ms, std::uint32_t(message.bytes.size())};
        const auto start = result.size();
        result.resize(start + sizeof head + (message.bytes.size() + 3) / 4 * 4);
        std::memcpy(result.data() + start, head, sizeof head);
        std::memcpy(result.data() + start + sizeof head, message.bytes.data(),
                    message.bytes.size());
    }
    return result;
}

std::vector<Message> unpacked(const std::vector<std::byte> &bytes) {
    std::vector<Message> messages;
    std::size_t at = 0;
    while (at + 8 <= bytes.size()) {
        std::uint32_t head[2];
        std::memcpy(head, bytes.data() + at, sizeof head);
        at += sizeof head;
        Message message{head[0], std::vector<std::uint8_t>(head[1])};
        std::memcpy(message.bytes.data(), bytes.data() + at,
                    std::min<std::size_t>(head[1], bytes.size() - at));
        at += (head[1] + 3) / 4 * 4;
        messages.push_back(std::move(message));
    }
    EXPECT_EQ(at, bytes.size());
    return messages;
}

class Midi : public testing::Test {
  protected:
    /// Sends the bytes in one frame that ends the stream; what comes back, frame by frame.
    std::vector<ReadFrame> send(const std::vector<std::byte> &bytes, std::size_t room = 1024) {
        Pin in = filter.connect({.pin_id = render, .format = midi_format()});
        Pin out = filter.connect({.pin_id = capture, .format = midi_format()});
        run(out);
        run(in);
        Client::Thread writer =
            client.spawn("writer", [&] { write_all(in, bytes, {.frame_bytes = 4096}); });
        std::vector<ReadFrame> frames = read_frames(out, {.frame_bytes = room});
        writer.join();
        stop(in);
        stop(out);
        return frames;
    }

    Box box;
    Driver &driver = box.load(driver_file("midi"));
    Client &client = box.client("test");
    Filter filter = client.open_filter(driver.filters().at(0).path);
};

const std::vector<Message> tune{{0, {0x90, 60, 100}}, {120, {0x80, 60, 0}}, {5, {0xf8}}};

TEST_F(Midi, BringsMessagesBack) {
    const auto frames = send(packed(tune));
    EXPECT_EQ(unpacked(joined(frames)), tune);
    EXPECT_EQ(frames.back().options & end_of_stream, end_of_stream);
}

TEST_F(Midi, DividesALongMessage) {
    Message dump{40, {}};
    for (int i = 0; i < 50; ++i)
        dump.bytes.push_back(std::uint8_t(i));
    const auto frames = send(packed({{1, {0xfe}}, dump}), 32);
    ASSERT_EQ(frames.size(), 3u);
    const auto messages = unpacked(joined(frames));
    ASSERT_EQ(messages.size(), 4u);
    EXPECT_EQ(messages[0], (Message{1, {0xfe}}));
    // 32 bytes have room for 12 of the first and 12 of the dump, then 24, then the rest.
    EXPECT_EQ(messages[1].delta_ms, 40u);
    EXPECT_EQ(messages[2].delta_ms, 0u);
    std::vector<std::uint8_t> all;
    for (std::size_t i = 1; i < messages.size(); ++i)
        all.insert(all.end(), messages[i].bytes.begin(), messages[i].bytes.end());
    EXPECT_EQ(all, dump.bytes);
    EXPECT_EQ(messages[1].bytes.size(), 12u);
    EXPECT_EQ(messages[2].bytes.size(), 24u);
}

TEST_F(Midi, DropsWhatMakesNoSense) {
    std::vector<std::byte> bytes = packed(tune);
    const std::uint32_t nonsense[2] = {0, 1'000'000};
    const auto *more = reinterpret_cast<const std::byte *>(nonsense);
    bytes.insert(bytes.end(), more, more + sizeof nonsense);
    bytes.resize(bytes.size() + 20, std::byte(0xff));
    EXPECT_EQ(unpacked(joined(send(bytes))), tune);
}

TEST_F(Midi, TellsItsRange) {
    const PinFacts facts = filter.pin_facts(render);
    ASSERT_EQ(facts.ranges.size(), 1u);
    EXPECT_EQ(facts.ranges[0].major, guid("MUSIC", "KSDATAFORMAT_TYPE_"));
    ASSERT_TRUE(facts.ranges[0].music.has_value());
    EXPECT_EQ(facts.ranges[0].music->technology, guid("PORT", "KSMUSIC_TECHNOLOGY_"));
    EXPECT_EQ(facts.ranges[0].music->channels, 0u);
    const auto format = filter.intersect(render, facts.ranges);
    ASSERT_TRUE(format.has_value());
    EXPECT_EQ(format->major(), guid("MUSIC", "KSDATAFORMAT_TYPE_"));
    EXPECT_EQ(format->subtype(), guid("MIDI", "KSDATAFORMAT_SUBTYPE_"));
    EXPECT_EQ(format->bytes().size(), format_bytes);
}

TEST_F(Midi, RefusesAudio) {
    EXPECT_THROW(filter.connect({.pin_id = render, .format = DataFormat::audio({})}), Error);
}

} // namespace
} // namespace ksbox::samples

// The UART card: its way out and its way in are joined by a cable.
#include "cards.h"

namespace ksbox::samples {
namespace {

using namespace ksbox::testing;

class Uart : public InBothModes {
  protected:
    static DataFormat midi_format() {
        std::vector<std::byte> bytes(64); // KSDATAFORMAT
        const std::uint32_t size = 64;
        const Guid guids[3] = {guid_by_name("MUSIC", "KSDATAFORMAT_TYPE_").value(),
                               guid_by_name("MIDI", "KSDATAFORMAT_SUBTYPE_").value(),
                               guid_by_name("NONE", "KSDATAFORMAT_SPECIFIER_").value()};
        std::memcpy(bytes.data(), &size, sizeof size);
        std::memcpy(bytes.data() + 16, guids, sizeof guids);
        return DataFormat(std::move(bytes));
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("uart");
};
KSBOX_IN_BOTH_MODES(Uart);

TEST_P(Uart, WhatIsSentIsHeard) {
    // KSMUSICFORMAT: delta 0, three bytes (filled up to four): a note.
    const std::uint8_t note[12] = {0, 0, 0, 0, 3, 0, 0, 0, 0x90, 60, 100, 0};
    {
        Filter out = open_filter(client, driver, "Uart"),
               in = open_filter(client, driver, "UartIn");
        Pin render = out.connect({.pin_id = 0, .format = midi_format()});
        Pin capture = in.connect({.pin_id = 0, .format = midi_format()});
        run(capture);
        run(render);
        Frame heard{.buffer = Buffer(client, 256)}, sent{.buffer = Buffer(client, sizeof note)};
        std::memcpy(sent.buffer.data(), note, sizeof note);
        sent.used = sizeof note;
        Request read = capture.start_read(heard), write = render.start_write(sent);
        EXPECT_TRUE(Pin::finish(sent, write).success());
        EXPECT_TRUE(Pin::finish(heard, read).success());
        ASSERT_EQ(heard.used, sizeof note);
        EXPECT_EQ(std::memcmp(heard.buffer.data() + 4, note + 4, 7), 0);
        stop(render);
        stop(capture);
    }
    expect_clean_unload(driver);
}

TEST_P(Uart, ItsFiltersHaveTheNamesOfItsInf) {
    std::vector<std::string> names;
    for (const InterfaceFacts &facts : client.interfaces(audio_category))
        names.push_back(facts.name);
    EXPECT_THAT(names, ::testing::UnorderedElementsAre("Sample MPU-401 Out", "Sample MPU-401 In"));
}

} // namespace
} // namespace ksbox::samples

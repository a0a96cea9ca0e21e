// A file as a source: read by a client, and connected to a driver's pin.
#include <fstream>

#include "filters/testing.h"
#include "ksbox/system_driver.h"

namespace ksbox::filters {
namespace {

using media::testing::sound;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::uint32_t file_corrupt = 0xC0000102, buffer_too_small = 0xC0000023;

class FileSource : public FiltersTest {};
KSBOX_IN_BOTH_MODES(FileSource);

TEST_P(FileSource, AClientReadsTheSamplesOfEachKind) {
    const std::pair<std::string, AudioFormat> cases[] = {
        {"a.wav", pcm(16)},           {"b.wav", pcm(24, 1, 44'100)}, {"c.wav", floats()},
        {"d.flac", pcm(16, 1)},       {"e.flac", pcm(24)},           {"f.wav", pcm(8, 2, 8'000)},
        {"g.wav", pcm(32, 6, 96'000)}};
    for (const auto &[name, format] : cases) {
        const std::vector<std::byte> samples = sound(format, 12'345);
        Filter filter = open(add_file_source(box, make(name, format, samples)));
        Pin pin = filter.connect({.pin_id = 0, .format = offered(filter)});
        EXPECT_EQ(pin.format().audio()->frame_bytes(), format.frame_bytes()) << name;
        samples::run(pin);
        const auto frames = samples::read_frames(pin, {.frame_bytes = 4'800, .frames = 10'000});
        EXPECT_EQ(samples::joined(frames), samples) << name;
        EXPECT_TRUE(frames.back().options & frame_option::end_of_stream) << name;
        EXPECT_EQ(filters::bytes_of(filter), samples.size()) << name;
    }
}

TEST_P(FileSource, FramesTellWhenTheyAreAndHowLong) {
    Filter filter = open(add_file_source(box, make("a.wav", pcm(16), sound(pcm(16), 4'800))));
    Pin pin = filter.connect({.pin_id = 0, .format = offered(filter)});
    samples::run(pin);
    const auto frames = samples::read_frames(pin, {.frame_bytes = 480 * 4, .frames = 100});
    ASSERT_EQ(frames.size(), 10u);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        EXPECT_EQ(frames[i].presentation_100ns, std::int64_t(i) * 100'000);
        EXPECT_EQ(frames[i].duration_100ns, 100'000);
        EXPECT_TRUE(frames[i].options & frame_option::time_valid);
        EXPECT_EQ((frames[i].options & frame_option::end_of_stream) != 0, i == 9);
    }
}

TEST_P(FileSource, EachTimeItLeavesStopItBeginsAgain) {
    const std::vector<std::byte> samples = sound(pcm(16), 5'000);
    Filter filter = open(add_file_source(box, make("a.flac", pcm(16), samples)));
    Pin pin = filter.connect({.pin_id = 0, .format = offered(filter)});
    for (int i = 0; i < 3; ++i) {
        samples::run(pin);
        EXPECT_EQ(samples::joined(samples::read_frames(pin, {.frame_bytes = 3'000, .frames = 100})),
                  samples);
        samples::stop(pin);
    }
}

TEST_P(FileSource, ItsRangesAreWhatTheFileHoldsAndNothingElse) {
    Filter filter = open(
        add_file_source(box, make("a b.wav", pcm(24, 1, 44'100), sound(pcm(24, 1, 44'100), 10))));
    const PinFacts facts = filter.pin_facts(0);
    EXPECT_EQ(facts.name, "a b.wav");
    EXPECT_EQ(facts.data_flow, DataFlow::out);
    EXPECT_EQ(facts.communication, Communication::both);
    ASSERT_EQ(facts.ranges.size(), 1u);
    EXPECT_EQ(facts.ranges[0].to_string(), "PCM, 1 to 1 channels, 24 bit, 44100 Hz");
    try {
        (void)filter.connect({.pin_id = 0, .format = DataFormat::audio(pcm(16))});
        ADD_FAILURE() << "another format is taken";
    } catch (const Error &error) {
        EXPECT_THAT(error.reason(), HasSubstr("PCM 16 bit, 2 channels, 48000 Hz in place of PCM 24 "
                                              "bit, 1 channel, 44100 Hz"));
    }
}

TEST_P(FileSource, WhatIsCodedWithLossComesInSixteenBitsOrAsFloats) {
    const std::vector<std::byte> samples = sound(pcm(16), 48'000);
    Filter filter = open(add_file_source(box, make("a.ogg", pcm(16), samples)));
    const PinFacts facts = filter.pin_facts(0);
    ASSERT_EQ(facts.ranges.size(), 2u);
    EXPECT_EQ(offered(filter).to_string(), "PCM 16 bit, 2 channels, 48000 Hz");
    for (const AudioFormat &format : {pcm(16), floats()}) {
        Pin pin = filter.connect({.pin_id = 0, .format = DataFormat::audio(format)});
        samples::run(pin);
        EXPECT_EQ(
            samples::joined(samples::read_frames(pin, {.frame_bytes = 9'600, .frames = 1'000}))
                .size(),
            48'000u * format.frame_bytes());
    }
}

TEST_P(FileSource, ADriverPlaysItSampleForSample) {
    Driver &driver = traced.load("cable");
    for (const std::string name : {"a.wav", "a.flac"}) {
        const std::vector<std::byte> samples = sound(pcm(16), 9'600);
        Filter source = open(add_file_source(box, make(name, pcm(16), samples)));
        Filter cable = client.open_filter(driver.filters().at(0).path);
        const DataFormat format = offered(source);
        Pin capture = cable.connect({.pin_id = 1, .format = format});
        Pin render = cable.connect({.pin_id = 0, .format = format});
        Pin pin = source.connect({.pin_id = 0, .format = format, .pin_to_handle = render.handle()});
        samples::run(capture);
        samples::run(render);
        samples::run(pin);
        EXPECT_EQ(samples::joined(samples::read_frames(capture, {.frames = 1'000})), samples)
            << name;
    }
}

// The card plays into its own capture pin; rtstream stands between it and the files on both sides.
TEST_P(FileSource, AWaveRtCardPlaysItIntoAnotherFile) {
    const std::vector<std::byte> samples = sound(pcm(16), 9'600);
    Filter source = open(add_file_source(box, make("a.wav", pcm(16), samples)));
    Filter sink = open(add_file_sink(box, path("b.wav")));
    const auto filters = load_system_driver(box, SystemDriver::rtstream).filters();
    Filter play = open(filters.at(0)), record = open(filters.at(1));
    Driver &driver = traced.load("speaker");
    const auto waves = driver.filters();
    Filter wave = open(*std::ranges::find(waves, "Wave", &InterfaceFacts::name));
    const DataFormat format = offered(source);
    const auto connect = [&](Filter &filter, std::uint32_t pin_id, const Pin *to) {
        return filter.connect({.pin_id = pin_id,
                               .format = format,
                               .interface = filter.pin_facts(pin_id).interfaces.at(0),
                               .pin_to_handle = to ? to->handle() : 0});
    };
    {
        Pin card_in = connect(wave, 0, nullptr), card_out = connect(wave, 2, nullptr);
        Pin play_out = connect(play, 1, &card_in), play_in = connect(play, 0, nullptr);
        Pin from = connect(source, 0, &play_in);
        Pin record_in = connect(record, 0, &card_out), record_out = connect(record, 1, nullptr);
        Pin to = connect(sink, 0, &record_out);
        for (const PinState state : {PinState::acquire, PinState::pause, PinState::run})
            for (Pin *pin :
                 {&card_out, &record_in, &record_out, &to, &card_in, &play_out, &play_in, &from})
                pin->set_state(state);
        for (int i = 0; i < 200 && filters::bytes_of(sink) < 3 * samples.size(); ++i)
            box.run_for(std::chrono::milliseconds(50));
        for (const PinState state : {PinState::pause, PinState::acquire, PinState::stop})
            for (Pin *pin :
                 {&from, &play_in, &play_out, &card_in, &to, &record_out, &record_in, &card_out})
                pin->set_state(state);
    }
    // On a busy machine the card's two streams have gaps: in real time 10 ms of it, in order, will
    // do.
    const std::vector<std::byte> heard = bytes_of(path("b.wav"));
    const std::size_t piece = GetParam() ? 48 * 4 : samples.size();
    std::size_t found = 0;
    auto from = heard.begin();
    for (std::size_t at = 0; at < samples.size(); at += piece)
        if (const auto place = std::ranges::search(std::ranges::subrange(from, heard.end()),
                                                   std::span(samples).subspan(at, piece));
            !place.empty()) {
            from = place.end();
            ++found;
        }
    EXPECT_GE(found, (samples.size() / piece + 19) / 20) << heard.size();
}

TEST_P(FileSource, DamageEndsTheStreamWithOneClearLine) {
    const std::vector<std::byte> samples = sound(pcm(16), 48'000);
    const auto file = make("a.flac", pcm(16), samples);
    const std::uint64_t whole = std::filesystem::file_size(file);
    for (const std::uint64_t at : {whole * 9 / 10, whole / 2, whole / 4}) {
        std::filesystem::resize_file(file, at);
        Filter filter = open(add_file_source(box, file));
        Pin pin = filter.connect({.pin_id = 0, .format = offered(filter)});
        samples::run(pin);
        std::vector<std::byte> got;
        IoResult result;
        Reason reason;
        for (bool end = false; !end;) {
            Frame frame{.buffer = Buffer(client, 4'800)};
            Request read = pin.start_read(frame);
            result = Pin::finish(frame, read);
            reason = read.refusal();
            const auto data = frame.buffer.bytes().first(frame.used);
            got.insert(got.end(), data.begin(), data.end());
            end = !result.success() || (frame.options & frame_option::end_of_stream) != 0;
        }
        EXPECT_EQ(std::uint32_t(result.status), file_corrupt);
        EXPECT_THAT(reason.sentence, StartsWith(file.string() + ": "));
        EXPECT_EQ(problem_of(filter), reason.sentence);
        EXPECT_EQ(problem_of(filter).find('\n'), std::string::npos);
        ASSERT_GT(got.size(), samples.size() / 16);
        ASSERT_LT(got.size(), samples.size());
        EXPECT_TRUE(std::equal(got.begin(), got.end(), samples.begin()));
    }
}

TEST_P(FileSource, AFileThatIsNoneIsRefusedBeforeThereIsAFilter) {
    std::ofstream(path("text.wav")) << "no sound at all";
    for (const std::string name : {"text.wav", "none.flac"}) {
        try {
            (void)add_file_source(box, path(name));
            ADD_FAILURE() << name;
        } catch (const Error &error) {
            EXPECT_THAT(error.what(), StartsWith(path(name).string() + ": "));
        }
    }
}

TEST_P(FileSource, AFileThatVanishesRefusesThePin) {
    const auto file = make("a.wav", pcm(16), sound(pcm(16), 480));
    Filter filter = open(add_file_source(box, file));
    const DataFormat format = offered(filter);
    std::filesystem::remove(file);
    try {
        (void)filter.connect({.pin_id = 0, .format = format});
        ADD_FAILURE();
    } catch (const Error &error) {
        EXPECT_THAT(error.reason(), StartsWith(file.string() + ": cannot be read: "));
    }
}

TEST_P(FileSource, AFrameTooSmallForASampleSaysSo) {
    Filter filter = open(add_file_source(box, make("a.wav", pcm(16), sound(pcm(16), 480))));
    Pin pin = filter.connect({.pin_id = 0, .format = offered(filter)});
    samples::run(pin);
    Frame frame{.buffer = Buffer(client, 3)};
    Request read = pin.start_read(frame);
    EXPECT_EQ(std::uint32_t(Pin::finish(frame, read).status), buffer_too_small);
    EXPECT_THAT(read.refusal().sentence, HasSubstr("3 bytes"));
}

TEST_P(FileSource, NamesThatAreTakenGetANumber) {
    const auto file = make("a.wav", pcm(16), sound(pcm(16), 480));
    EXPECT_EQ(add_file_source(box, file).name, "a.wav");
    EXPECT_EQ(add_file_source(box, file).name, "a.wav-2");
    EXPECT_EQ(add_file_source(box, file, "music/of mine").name, "music_of_mine");
}

} // namespace
} // namespace ksbox::filters

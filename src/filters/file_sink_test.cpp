// A file as a sink: written by a client, by a driver's pin and by another file.
#include <csignal>
#include <sys/resource.h>

#include "filters/testing.h"
#include "ksbox/system_driver.h"

namespace ksbox::filters {
namespace {

using media::testing::sound;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::uint32_t disk_full = 0xC000007F;

class FileSink : public FiltersTest {
  protected:
    /// On its way to RUN.
    Pin pin_of(Filter &filter, const AudioFormat &format) {
        Pin pin = filter.connect({.pin_id = 0, .format = DataFormat::audio(format)});
        samples::run(pin);
        return pin;
    }
    bool exists(const std::string &name) const { return std::filesystem::exists(path(name)); }
    std::string refusal(Filter &filter, const DataFormat &format) {
        try {
            (void)filter.connect({.pin_id = 0, .format = format});
        } catch (const Error &error) {
            return error.what();
        }
        return "taken";
    }
};
KSBOX_IN_BOTH_MODES(FileSink);

TEST_P(FileSink, WhatAClientWritesIsTheFile) {
    const std::pair<std::string, AudioFormat> cases[] = {
        {"a.wav", pcm(16)}, {"b.wav", floats(1)}, {"c.flac", pcm(24)}, {"d.wav", pcm(24, 6)}};
    for (const auto &[name, format] : cases) {
        const std::vector<std::byte> samples = sound(format, 10'007);
        Filter filter = open(add_file_sink(box, path(name)));
        {
            Pin pin = pin_of(filter, format);
            // Frames that end within a sample are joined.
            samples::write_all(pin, samples, {.frame_bytes = 1'001});
            EXPECT_FALSE(exists(name));
            EXPECT_TRUE(exists(name + ".part"));
        }
        EXPECT_EQ(bytes_of(path(name)), samples) << name;
        EXPECT_FALSE(exists(name + ".part"));
        EXPECT_EQ(filters::bytes_of(filter), samples.size());
        EXPECT_EQ(problem_of(filter), "");
    }
}

TEST_P(FileSink, TheEndIsAnEvent) {
    Filter filter = open(add_file_sink(box, path("a.wav")));
    Pin pin = filter.connect({.pin_id = 0, .format = DataFormat::audio(pcm(16))});
    EndOfStream end(pin);
    samples::run(pin);
    samples::write_all(pin, sound(pcm(16), 480), {.marks_end = false});
    EXPECT_FALSE(end.wait_for(0));
    samples::write_all(pin, sound(pcm(16), 480));
    EXPECT_TRUE(end.wait_for(patience_100ns));
}

TEST_P(FileSink, NothingIsLostWhenTheClientGoes) {
    const std::vector<std::byte> samples = sound(pcm(16), 5'000);
    const InterfaceFacts facts = add_file_sink(box, path("a.wav"));
    Client &other = box.client("other");
    // Its handles are the box's to close.
    alignas(Filter) std::byte filter_place[sizeof(Filter)];
    alignas(Pin) std::byte pin_place[sizeof(Pin)];
    Filter &filter = *new (filter_place) Filter(other.open_filter(facts.path));
    Pin &pin = *new (pin_place) Pin(pin_of(filter, pcm(16)));
    samples::write_all(pin, samples, {.marks_end = false});
    box.destroy(other);
    EXPECT_EQ(bytes_of(path("a.wav")), samples);
}

TEST_P(FileSink, NothingIsLostWhenTheBoxStops) {
    const std::vector<std::byte> samples = sound(pcm(16), 5'000);
    {
        Box own(mode());
        Client &writer = own.client("writer");
        Filter filter = writer.open_filter(add_file_sink(own, path("a.flac")).path);
        Pin pin = pin_of(filter, pcm(16));
        samples::write_all(pin, samples, {.marks_end = false});
        own.request_stop();
        EXPECT_THROW(own.run_for(std::chrono::seconds(1)), BoxStopped);
        EXPECT_FALSE(exists("a.flac"));
    }
    EXPECT_EQ(bytes_of(path("a.flac")), samples);
}

TEST_P(FileSink, AFileBecomesAnotherWithTheSameSamples) {
    const std::vector<std::byte> samples = sound(pcm(24, 1, 44'100), 50'000);
    auto from = make("a.wav", pcm(24, 1, 44'100), samples);
    for (const std::string name : {"b.flac", "c.wav", "d.flac"}) {
        Filter source = open(add_file_source(box, from)),
               sink = open(add_file_sink(box, path(name)));
        ASSERT_TRUE(stream(source, sink));
        EXPECT_EQ(problem_of(source) + problem_of(sink), "");
        ASSERT_EQ(bytes_of(path(name)), samples) << name;
        from = path(name);
    }
}

TEST_P(FileSink, OnlyAFilesBeginningIsInTheOtherOneWhenItIsDamaged) {
    const std::vector<std::byte> samples = sound(pcm(16), 48'000);
    const auto from = make("a.flac", pcm(16), samples);
    std::filesystem::resize_file(from, std::filesystem::file_size(from) / 2);
    Filter source = open(add_file_source(box, from)),
           sink = open(add_file_sink(box, path("b.wav")));
    EXPECT_TRUE(stream(source, sink)) << "the stream ends at the damage";
    EXPECT_THAT(problem_of(source), StartsWith(from.string() + ": "));
    EXPECT_EQ(problem_of(sink), "");
    const auto got = bytes_of(path("b.wav"));
    ASSERT_GT(got.size(), samples.size() / 4);
    ASSERT_LT(got.size(), samples.size());
    EXPECT_TRUE(std::equal(got.begin(), got.end(), samples.begin()));
}

TEST_P(FileSink, ADriversCaptureIsTheFile) {
    Driver &driver = traced.load("cable");
    const std::vector<std::byte> samples = sound(pcm(16), 9'600);
    Filter cable = client.open_filter(driver.filters().at(0).path);
    Filter sink = open(add_file_sink(box, path("a.wav")));
    const DataFormat format = DataFormat::audio(pcm(16));
    {
        Pin in = sink.connect({.pin_id = 0, .format = format});
        EndOfStream end(in);
        Pin capture = cable.connect({.pin_id = 1, .format = format, .pin_to_handle = in.handle()});
        Pin render = cable.connect({.pin_id = 0, .format = format});
        samples::run(in);
        samples::run(capture);
        samples::run(render);
        samples::write_all(render, samples);
        EXPECT_TRUE(end.wait_for(patience_100ns));
    }
    EXPECT_EQ(bytes_of(path("a.wav")), samples);
}

TEST_P(FileSink, TheMixerStandsWhereRangesDoNotMeet) {
    Driver &driver = load_system_driver(box, SystemDriver::kmixer);
    Filter source = open(
        add_file_source(box, make("a.wav", pcm(16, 1, 24'000), sound(pcm(16, 1, 24'000), 24'000))));
    Filter sink = open(add_file_sink(box, path("b.wav")));
    Filter mixer = client.open_filter(driver.filters().at(0).path);
    {
        Pin in = sink.connect({.pin_id = 0, .format = DataFormat::audio(pcm(16))});
        EndOfStream end(in);
        Pin sum = mixer.connect(
            {.pin_id = 1, .format = DataFormat::audio(pcm(16)), .pin_to_handle = in.handle()});
        Pin voice = mixer.connect({.pin_id = 0, .format = offered(source)});
        Pin out = source.connect(
            {.pin_id = 0, .format = offered(source), .pin_to_handle = voice.handle()});
        for (Pin *pin : {&in, &sum, &voice, &out})
            samples::run(*pin);
        EXPECT_TRUE(end.wait_for(patience_100ns));
    }
    EXPECT_NEAR(double(bytes_of(path("b.wav")).size()), 48'000.0 * 4, 64);
}

TEST_P(FileSink, AToneIsAFileToo) {
    Filter source = open(add_tone(box, {.frames = 48'000})),
           sink = open(add_file_sink(box, path("a.flac")));
    const DataFormat format = DataFormat::audio(pcm(24));
    {
        Pin in = sink.connect({.pin_id = 0, .format = format});
        EndOfStream end(in);
        Pin out = source.connect({.pin_id = 0, .format = format, .pin_to_handle = in.handle()});
        samples::run(in);
        samples::run(out);
        EXPECT_TRUE(end.wait_for(patience_100ns));
    }
    EXPECT_EQ(bytes_of(path("a.flac")).size(), 48'000u * 2 * 3);
}

TEST_P(FileSink, AFullDiskIsOneClearLine) {
    std::filesystem::create_symlink("/dev/full", path("a.wav"));
    Filter filter = open(add_file_sink(box, path("a.wav"), {.name = {}, .at_once = true}));
    const std::string line = path("a.wav").string() + " cannot be written: No space left on device";
    // The header is written first: the pin is refused.
    EXPECT_THAT(refusal(filter, DataFormat::audio(pcm(16))), HasSubstr(line));
    EXPECT_EQ(filter.pin_facts(0).instances.current, 0);
}

/// No file of the process grows beyond that, as if the disk were full.
class SmallDisk {
  public:
    explicit SmallDisk(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallDisk() {
        setrlimit(RLIMIT_FSIZE, &before_);
        signal(SIGXFSZ, handler_);
    }
    SmallDisk(const SmallDisk &) = delete;
    SmallDisk &operator=(const SmallDisk &) = delete;

  private:
    rlimit before_;
    sighandler_t handler_;
};

TEST_P(FileSink, ADiskThatFillsUpFailsTheWrites) {
    constexpr rlim_t room = 40'000;
    const std::string line = path("a.wav").string() + " cannot be written: File too large";
    const std::vector<std::byte> samples = samples::noise(192'000);
    std::size_t taken = 0;
    {
        Box own(mode()); // without a trace, which needs the disk too
        Client &writer = own.client("writer");
        Filter filter = writer.open_filter(
            add_file_sink(own, path("a.wav"), {.name = {}, .at_once = true}).path);
        Pin pin = pin_of(filter, pcm(16));
        EndOfStream end(pin);
        const SmallDisk full(room);
        IoResult result;
        Reason reason;
        for (; taken < samples.size(); taken += 4'800) {
            Frame frame{.buffer = Buffer(writer, 4'800)};
            frame.used = 4'800;
            std::ranges::copy(std::span(samples).subspan(taken, 4'800), frame.buffer.data());
            Request write = pin.start_write(frame);
            result = Pin::finish(frame, write);
            reason = write.refusal();
            if (!result.success())
                break;
        }
        EXPECT_EQ(std::uint32_t(result.status), disk_full);
        EXPECT_EQ(reason.sentence, line);
        EXPECT_EQ(problem_of(filter), line);
        EXPECT_TRUE(end.wait_for(patience_100ns)) << "nobody waits for what is never written";
    }
    EXPECT_GT(taken, room / 2);
    EXPECT_FALSE(exists("a.wav"));
    std::filesystem::rename(path("a.wav.part"), path("b.wav"));
    const auto kept = media::testing::read_all(path("b.wav")).samples;
    ASSERT_GE(kept.size(), taken);
    EXPECT_TRUE(std::equal(kept.begin(), kept.end(), samples.begin()));
}

TEST_P(FileSink, OnePinAtATimeHasTheFile) {
    const InterfaceFacts facts = add_file_sink(box, path("a.wav"));
    Filter first = open(facts), second = open(facts);
    const std::vector<std::byte> samples = sound(pcm(16), 480), others = sound(pcm(16), 960);
    {
        Pin pin = pin_of(first, pcm(16));
        EXPECT_THAT(refusal(second, DataFormat::audio(pcm(16))), HasSubstr("by another pin"));
        samples::write_all(pin, samples);
    }
    EXPECT_EQ(bytes_of(path("a.wav")), samples);
    {
        Pin pin = pin_of(second, pcm(16));
        samples::write_all(pin, others);
        EXPECT_EQ(bytes_of(path("a.wav")), samples) << "it is there until the next is whole";
    }
    EXPECT_EQ(bytes_of(path("a.wav")), others);
}

TEST_P(FileSink, WhatIsKeptPartialHasEverything) {
    const std::vector<std::byte> samples = sound(pcm(16), 480);
    Filter filter = open(add_file_sink(box, path("a.flac")));
    {
        Pin pin = pin_of(filter, pcm(16));
        samples::write_all(pin, samples);
        keep_partial(filter);
    }
    EXPECT_FALSE(exists("a.flac"));
    std::filesystem::rename(path("a.flac.part"), path("b.flac"));
    EXPECT_EQ(bytes_of(path("b.flac")), samples);
}

TEST_P(FileSink, WithoutAnythingThereIsNoFile) {
    Filter filter = open(add_file_sink(box, path("a.wav")));
    {
        Pin pin = pin_of(filter, pcm(16));
    }
    EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

TEST_P(FileSink, NamesAndFormatsItCannotHoldAreRefused) {
    for (const std::string name : {"a.txt", "no folder/a.wav"}) {
        try {
            (void)add_file_sink(box, path(name));
            ADD_FAILURE() << name;
        } catch (const Error &error) {
            EXPECT_THAT(error.what(), StartsWith(path(name).string()));
        }
    }
    Filter filter = open(add_file_sink(box, path("a.flac")));
    EXPECT_THAT(refusal(filter, DataFormat::audio(floats())), HasSubstr("FLOAT"));
    EXPECT_THAT(refusal(filter, DataFormat::audio(pcm(32))), HasSubstr("24 bits"));
    EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

} // namespace
} // namespace ksbox::filters

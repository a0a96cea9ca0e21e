// ksbox drive: the documented scenarios, and what comes of scripts that are wrong or not met.
#include <fstream>

#include <gmock/gmock.h>

#include "e2e/command.h"
#include "e2e/wav_file.h"
#include "test_paths.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Drive : public Command {
  protected:
    std::filesystem::path script(const std::string &text) {
        std::ofstream(file("x.drive")) << text;
        return file("x.drive");
    }
    Outcome drive(const std::string &text, const std::string &name = "speaker",
                  std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"drive", script(text), "--driver", driver(name)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return ksbox(arguments);
    }
    /// It ends with that code and one line, which begins with its place.
    void expect_line(const std::string &text, int code, const std::string &place,
                     const std::string &says, const std::string &name = "speaker") {
        SCOPED_TRACE(text);
        const std::string line = refusal({"drive", script(text), "--driver", driver(name)}, code);
        EXPECT_THAT(line, StartsWith("ksbox: " + file("x.drive").string() + ":" + place + ": "));
        EXPECT_THAT(line, HasSubstr(says));
    }
};

TEST_F(Drive, TheDocumentedScenariosAreMetUnderEverySeed) {
    const std::pair<const char *, const char *> scenarios[] = {
        {"volume", "speaker"}, {"jack", "speaker"}, {"removal", "legacycard"}};
    for (const auto &[name, card] : scenarios)
        for (const char *seed : {"1", "2", "3", "6", "15", "25", "32"}) {
            const Outcome outcome = ksbox({"drive",
                                           std::string(KSBOX_TEST_DRIVER_SOURCES) +
                                               "/../../docs/scenarios/" + name + ".drive",
                                           "--driver", driver(card), "--seed", seed});
            EXPECT_EQ(outcome.code, 0) << name << ": " << outcome.err;
            EXPECT_EQ(outcome.err, "");
            EXPECT_THAT(outcome.out, HasSubstr("expectations met"));
        }
}

TEST_F(Drive, TheScriptNamesItsDriver) {
    std::filesystem::copy(driver("cable"), file("cable.sys"));
    const Outcome outcome = ksbox({"drive", script("driver cable.sys\nopen c cable\n")});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(refusal({"drive", script("wait 1 ms")}, 2), HasSubstr("no driver is named"));
    EXPECT_THAT(refusal({"drive", script("driver none.sys")}, 2), HasSubstr("No such file"));
    EXPECT_THAT(refusal({"drive", file("none.drive")}, 2), HasSubstr("cannot be read"));
    EXPECT_THAT(refusal({"drive", file("")}, 2), HasSubstr("a folder"));
}

TEST_F(Drive, WhatItDoesIsShownWithItsTime) {
    const Outcome outcome = drive("wait 1 s # a while\nopen w Wave", "speaker", {"-v"});
    EXPECT_THAT(outcome.out, HasSubstr("] 1: wait 1 s\n"));
    EXPECT_THAT(outcome.out, HasSubstr("] 2: open w Wave\n"));
    EXPECT_THAT(outcome.out, HasSubstr("2 commands, 0 expectations met, 1.0"));
}

TEST_F(Drive, FilesArePlayedRecordedAndCompared) {
    const std::vector<std::byte> data = noise(4 * 9'600);
    write_wav(file("in.wav"), {}, data);
    const Outcome outcome = drive("connect out cable 0 like in.wav -> fails\n", "cable");
    EXPECT_EQ(outcome.code, 2); // 'cable' is not open
    const std::string recorded = file("out.wav").string();
    const Outcome played = drive("open c cable\n"
                                 "connect out c 0 like in.wav\nconnect in c 1 like in.wav\n"
                                 "play out in.wav\nrecord in 200 ms to \"" +
                                     recorded +
                                     "\"\nstate in run\nstate out run\nfinish out\nfinish in\n"
                                     "expect in equals out\nexpect in equals in.wav\n"
                                     "expect in contains in.wav\nexpect in sound\n",
                                 "cable");
    ASSERT_EQ(played.code, 0) << played.err;
    EXPECT_THAT(played.out, HasSubstr("4 expectations met"));
    EXPECT_TRUE(read_wav(file("out.wav")).data == data);
}

// The frames of a queue and the cyclic buffer of a WaveRT pin.
TEST_F(Drive, SoundComesThroughEachKindOfPort) {
    for (const char *card : {"speaker", "legacycard", "pcicard"}) {
        const Outcome outcome =
            drive("connect out endpoint Speakers rate=48000 bits=16\n"
                  "connect in endpoint Legacy rate=48000 bits=16\n"
                  "play out noise 300 ms\nrecord in 400 ms\nstate in run\nstate out run\n"
                  "finish out\nfinish in\nexpect in contains out\n",
                  card);
        EXPECT_EQ(outcome.code, 0) << card << ": " << outcome.err;
    }
}

TEST_F(Drive, UnmetExpectationsEndItWithTheirPlace) {
    const std::string pins = "connect out endpoint Speakers rate=48000 bits=16\n"
                             "connect in endpoint Legacy rate=48000 bits=16\n";
    const std::string heard = pins + "record in 50 ms\nstate in run\nfinish in\n";
    expect_line("open t Topology\nget t Audio.MUTE node=1 is on", 1, "2:1",
                "Audio.MUTE is off, not on");
    expect_line("open t Topology\nget t Audio.MUTE node=1 is-not off", 1, "2:1",
                "Audio.MUTE is off");
    expect_line("open t Topology -> fails", 1, "1:1",
                "it succeeded, and was to end with a failure");
    expect_line("connect x endpoint Speakers rate=1 -> STATUS_DEVICE_BUSY", 1, "1:1",
                "it was to end with STATUS_DEVICE_BUSY, but: pin 0 is not created");
    expect_line("connect x endpoint Speakers rate=1 -> fails \"no such word\"", 1, "1:1",
                "a failure with 'no such word', but:");
    expect_line(heard + "expect in sound", 1, "6:1", "there is only silence");
    expect_line(pins + "play out noise 10 ms\nfinish out", 1, "4:1",
                "the pin took nothing for 10 s; it is not in RUN");
    expect_line("expect Speakers unplugged", 1, "1:1", "Speakers (Sample Speaker) is plugged");
    expect_line("expect order NoSuchEvent", 1, "1:1", "there was no 'NoSuchEvent'");
    expect_line("surprise-remove\nexpect order IRP_MN_SURPRISE_REMOVAL IRP_MN_START_DEVICE", 1,
                "2:1", "'IRP_MN_START_DEVICE' was not behind 'IRP_MN_SURPRISE_REMOVAL'");
    expect_line("insert", 1, "1:1", "STATUS_DEVICE_ALREADY_ATTACHED");
    expect_line("unplug Legacy", 1, "1:1", "still says that it is plugged");
}

TEST_F(Drive, SoundThatDiffersIsSaidWhere) {
    write_wav(file("other.wav"), {}, noise(4 * 2'400, 7));
    const std::string streams = "open c cable\nconnect out c 0 like other.wav\n"
                                "connect in c 1 like other.wav\nplay out silence 50 ms\n"
                                "record in 50 ms\nstate in run\nstate out run\n"
                                "finish out\nfinish in\n";
    expect_line(streams + "expect in contains other.wav", 1, "10:1",
                "nothing of the 9600 bytes is in the 9600 that were recorded", "cable");
    expect_line(streams + "expect in equals other.wav", 1, "10:1", "in place of", "cable");
    EXPECT_EQ(drive(streams + "expect in silence", "cable").code, 0);
}

TEST_F(Drive, WrongScriptsAreRefusedBeforeTheDriverRuns) {
    expect_line("opne w Wave", 2, "1:1", "'opne' is no command; there are driver, open");
    expect_line("wait 10", 2, "1:8", "a unit (us, ms, s, min, h) is missing (wait DURATION)");
    expect_line("open w Wave\nget w Pin.NOPE", 2, "2:7", "no property 'NOPE'");
    expect_line("open w Wave\nget w Pin.CATEGORY", 2, "2:7", "say which with pin=N");
    expect_line("open w Wave\nset w Audio.MUTE maybe node=1", 2, "2:18", "it takes on or off");
    expect_line("open w Wave\nget w Audio.MUTE node=1 is-not onn", 2, "2:32", "it takes on or off");
    expect_line("open w Wave\nget w Pin.DATAFLOW pin=0 is-not inn", 2, "2:33", "it takes in, out");
    expect_line("open w Wave\nget w Pin.CATEGORY pin=0 is-not SPEAKR", 2, "2:33", "a GUID");
    expect_line("connect in endpoint Legacy\nrecord in 50 ms to x.wav\nstate in run\nwait 1 s", 2,
                "2:20", "x.wav is never written");
    expect_line("connect o endpoint Speakers\nplay o none.wav", 2, "2:8", "cannot be read");
    expect_line("unplug Speakers by Nope.NOPE", 2, "1:20", "Nope");
}

TEST_F(Drive, AMistypedNameIsNoExpectedFailure) {
    for (const char *line : {"open w Nope", "connect p endpoint Nope", "unplug Nope"}) {
        expect_line(line + std::string(" -> fails"), 2, "1:1",
                    "it was to end with a failure, but:");
        EXPECT_EQ(drive(line + std::string(" -> fails \"Nope\"")).code, 0) << line;
    }
}

TEST_F(Drive, NothingThatWasRecordedIsNoSilence) {
    expect_line("connect in endpoint Legacy\nrecord in 50 ms\nfinish in -> fails\n"
                "expect in silence",
                1, "4:1", "nothing was recorded");
    write_wav(file("in.wav"), {}, noise(4));
    const Outcome cut =
        drive("open f KSNAME_Filter\nconnect in f 0 like in.wav\nrecord in 5 s to \"" +
                  file("out.wav").string() + "\"\nstate in run\nfinish in -> fails\n",
              "fickle", {"--set", "Frames=xxx"});
    EXPECT_EQ(cut.code, 0) << cut.err;
    EXPECT_EQ(read_wav(file("out.wav.part")).data.size(), 3u * 4 * 480);
    EXPECT_FALSE(exists(file("out.wav")));
}

TEST_F(Drive, WhatTheDriverHasNotIsSaidWithWhatItHas) {
    expect_line("open w Nope", 2, "1:1", "speaker.sys has no filter 'Nope'; it has Wave, Topology");
    expect_line("open w Wave\nconnect p w 9", 2, "2:1", "Wave has pins 0 to 5, no pin 9");
    expect_line("connect p endpoint Nope", 2, "1:1", "it has Speakers (Sample Speaker)");
    expect_line("unplug Speakers", 2, "1:1", "say which property does", "legacycard");
    write_wav(file("in.wav"), {.channels = 1, .rate_hz = 8'000}, noise(160));
    expect_line("connect p endpoint Speakers\nplay p in.wav", 2, "2:1", "connect it 'like in.wav'");
}

// A scenario that ends in the middle of everything leaves nothing behind.
TEST_F(Drive, WhatIsStillOpenAtTheEndIsClosed) {
    const Outcome outcome = drive("open t Topology\nconnect out endpoint Speakers\n"
                                  "connect in endpoint Legacy\nplay out noise 10 s\n"
                                  "record in 10 s\nstate in run\nstate out run\nwait 100 ms\n");
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    const Outcome pulled = drive("connect out endpoint Speakers\nplay out noise 10 s\n"
                                 "state out run\nwait 100 ms\nsurprise-remove\nwait 100 ms\n");
    EXPECT_EQ(pulled.code, 0) << pulled.err;
}

TEST_F(Drive, TheSameSeedTakesTheSameSteps) {
    std::string traces[2];
    for (std::string &trace : traces) {
        EXPECT_EQ(drive("connect out endpoint Speakers\nplay out noise 100 ms\nstate out run\n"
                        "wait 50 ms\nsuspend\nresume\nfinish out\n",
                        "speaker", {"--seed", "5", "--trace", file("trace.json")})
                      .code,
                  0);
        trace = read_text(file("trace.json"));
    }
    EXPECT_FALSE(traces[0].empty());
    EXPECT_EQ(traces[0], traces[1]);
}

} // namespace
} // namespace e2e

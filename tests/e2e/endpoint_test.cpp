// --endpoint: playing and recording by the names that people see, and inspect's list of them.
#include <algorithm>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "e2e/command.h"
#include "e2e/wav_file.h"

namespace e2e {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Endpoints : public Command {
  protected:
    json list(const std::string &name) {
        const Outcome outcome = ksbox({"inspect", driver(name), "--json"});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return json::parse(outcome.out)["endpoints"];
    }
    std::vector<std::string> names(const std::string &driver) {
        std::vector<std::string> names;
        for (const json &one : list(driver))
            names.push_back(one["full_name"]);
        return names;
    }
    std::vector<std::string> play_to(const std::string &endpoint,
                                     const std::vector<std::string> &more = {},
                                     const std::string &name = "speaker") {
        if (!exists(file("in.wav")))
            write_wav(file("in.wav"), {}, noise(4 * 4'801));
        std::vector<std::string> arguments{"play",       file("in.wav"), "--driver",
                                           driver(name), "--endpoint",   endpoint};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
    void expect_into(const std::string &endpoint, const std::string &pin) {
        const Outcome outcome = ksbox(play_to(endpoint));
        EXPECT_EQ(outcome.code, 0) << endpoint << ": " << outcome.err;
        EXPECT_THAT(outcome.out, HasSubstr("into pin " + pin)) << endpoint;
    }
};

TEST_F(Endpoints, AreNamedAfterTheirBridgePinAndTheirDevice) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(names("speaker"),
              (Names{"Speakers (Sample Speaker)", "Digital Audio (S/PDIF) (Sample Speaker)",
                     "Legacy Audio Connector (Sample Speaker)"}));
    EXPECT_EQ(names("legacycard"), (Names{"Speakers (Sample Legacy Card)",
                                          "Legacy Audio Connector (Sample Legacy Card)"}));
    EXPECT_EQ(names("pcicard"),
              (Names{"Speakers (Sample PCI Card)", "Legacy Audio Connector (Sample PCI Card)"}));
    EXPECT_EQ(names("cable"), (Names{"Speakers (cable)", "Microphone (cable)"}));
    EXPECT_EQ(names("uart"), Names{}); // MIDI
    EXPECT_EQ(names("gain"), Names{}); // its way ends at another pin for clients
}

TEST_F(Endpoints, InspectFollowsTheWayToTheJackWithItsControls) {
    const json speakers = list("speaker")[0];
    EXPECT_EQ(speakers["dataflow"], "in");
    EXPECT_EQ(speakers["category"]["name"], "KSNODETYPE_SPEAKER");
    ASSERT_EQ(speakers["pins"].size(), 1u);
    EXPECT_EQ(speakers["pins"][0]["pin"], 0);
    EXPECT_THAT(std::string(speakers["pins"][0]["filter"]), HasSubstr("\\Wave"));
    EXPECT_EQ(speakers["bridge"]["pin"], 3);
    EXPECT_THAT(std::string(speakers["bridge"]["filter"]), HasSubstr("\\Topology"));
    ASSERT_EQ(speakers["volumes"].size(), 1u);
    EXPECT_EQ(speakers["volumes"][0]["level_db"], json::parse("[0.0, 0.0]"));
    EXPECT_EQ(speakers["volumes"][0]["range_db"],
              json::parse(R"({"minimum": -96.0, "maximum": 0.0, "step": 0.5})"));
    ASSERT_EQ(speakers["mutes"].size(), 1u);
    EXPECT_EQ(speakers["mutes"][0]["on"], false);
    ASSERT_EQ(speakers["jacks"].size(), 1u);
    EXPECT_EQ(speakers["jacks"][0]["connection"], "3.5 mm jack");
    EXPECT_EQ(speakers["plugged"], true);

    const std::string text = ksbox({"inspect", driver("speaker")}).out;
    for (const char *line :
         {"Endpoint 0: Speakers (Sample Speaker)", "Plays through         pin 0 of Wave",
          "Jack                  pin 3 of Topology, 3.5 mm jack, rear, plugged in",
          "0 dB, 0 dB (node 0 of Topology; -96 to 0 dB in steps of 0.5 dB)",
          "Mute                  off (node 1 of Topology)",
          "Endpoint 2: Legacy Audio Connector (Sample Speaker)",
          "Records through       pin 2 of Wave"})
        EXPECT_THAT(text, HasSubstr(line));
    EXPECT_TRUE(
        json::parse(ksbox({"inspect", driver("speaker"), "--json", "--no-run"}).out)["endpoints"]
            .is_null());
}

TEST_F(Endpoints, AreFoundByNameByPartOrByNumber) {
    for (const char *name : {"Speakers (Sample Speaker)", "speakers", "SPEAK", "peakers", "0"})
        expect_into(name, "0 of Wave");
}

// "Sample Speaker Wave" is the filter that all of them begin at.
TEST_F(Endpoints, AreFoundByTheFriendlyNamesOfTheirFilters) {
    EXPECT_THAT(ksbox({"inspect", driver("speaker")}).out,
                HasSubstr("Friendly name         Sample Speaker Topology"));
    const Outcome outcome = ksbox(
        {"record", file("out.wav"), "--driver", driver("speaker"), "--endpoint", "speaker wave"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(refusal(play_to("speaker wave"), 2), HasSubstr("is ambiguous"));
}

TEST_F(Endpoints, PlayAndRecordTheirOwnPins) {
    for (const char *name : {"speaker", "legacycard", "pcicard"}) {
        const std::vector<std::byte> data = noise(4 * 12'345);
        write_wav(file("in.wav"), {}, data);
        const Outcome outcome = ksbox(play_to(
            "speakers", {"--record", file("out.wav"), "--record-endpoint", "legacy"}, name));
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        const WavFile out = read_wav(file("out.wav"));
        EXPECT_EQ(std::ranges::search(out.data, data).size(), data.size()) << name;
        EXPECT_EQ(
            ksbox({"record", file("r.wav"), "--driver", driver(name), "--endpoint", "connector"})
                .code,
            0);
    }
}

TEST_F(Endpoints, HaveVolumeAndMute) {
    const auto loudest = [&](const std::vector<std::string> &more) {
        std::vector<std::string> arguments = play_to("speakers", {"--record", file("out.wav")});
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Outcome outcome = ksbox(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        int most = 0;
        const WavFile out = read_wav(file("out.wav"));
        for (std::size_t i = 0; i + 1 < out.data.size(); i += 2)
            most =
                std::max(most, std::abs(std::int16_t(std::to_integer<int>(out.data[i]) |
                                                     std::to_integer<int>(out.data[i + 1]) << 8)));
        return most;
    };
    const int full = loudest({});
    EXPECT_GT(full, 32'000);
    EXPECT_NEAR(loudest({"--volume", "-20 dB"}), full / 10, full / 500);
    EXPECT_EQ(loudest({"--mute", "on"}), 0);
}

TEST_F(Endpoints, ThatAreNotThereAreAnsweredWithThoseThatAre) {
    const std::string unknown = refusal(play_to("headset"), 2);
    EXPECT_THAT(unknown, HasSubstr("speaker.sys has no endpoint 'headset'; it has Speakers (Sample "
                                   "Speaker), Digital Audio (S/PDIF) (Sample Speaker)"));
    const std::string ambiguous = refusal(play_to("sample"), 2);
    EXPECT_THAT(ambiguous, HasSubstr("'sample' is ambiguous: Speakers (Sample Speaker), Digital "
                                     "Audio (S/PDIF) (Sample Speaker)"));
    const std::string other = refusal(play_to("legacy"), 2);
    EXPECT_THAT(other, HasSubstr("Legacy Audio Connector (Sample Speaker) records"));
    EXPECT_THAT(refusal(play_to("x", {}, "uart"), 2), HasSubstr("uart.sys has no audio endpoint"));
    EXPECT_THAT(refusal(play_to("digital", {"--volume", "0"}), 2), HasSubstr("has no volume"));
    EXPECT_THAT(refusal(play_to("speakers", {"--volume", "quiet"}), 2), HasSubstr("decibels"));
    EXPECT_THAT(refusal(play_to("speakers", {"--pin", "0"}), 2), HasSubstr("--endpoint"));
    EXPECT_THAT(
        refusal({"record", file("x.png"), "--driver", driver("speaker"), "--endpoint", "l"}, 2),
        HasSubstr("name a .wav file"));
}

// Exactly the file's format or none: nothing is resampled without a word.
TEST_F(Endpoints, ARefusedFormatIsAnsweredWithThoseThatThePinTakes) {
    write_wav(file("in.wav"), {.rate_hz = 192'000}, noise(4 * 19'200));
    const std::string line = refusal(play_to("speakers"), 2);
    EXPECT_THAT(line, HasSubstr("refuses PCM 16 bit, 2 channels, 192000 Hz"));
    EXPECT_THAT(line, HasSubstr("; pin 0 takes PCM, 1 to 2 channels, 16 to 24 bit, 8000 to 96000 "
                                "Hz; by data intersection it offers PCM 24 bit, 2 channels, "
                                "96000 Hz"));
}

TEST_F(Endpoints, RecordTheBestFormatByDataIntersection) {
    ASSERT_EQ(
        ksbox({"record", file("out.wav"), "--driver", driver("speaker"), "--endpoint", "legacy"})
            .code,
        0);
    const WavFile out = read_wav(file("out.wav"));
    EXPECT_EQ(out.data.size(), 6u * 96'000); // a second of stereo, 24 bit
}

} // namespace
} // namespace e2e

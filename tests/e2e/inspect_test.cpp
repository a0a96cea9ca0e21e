// ksbox inspect, get and set.
#include <nlohmann/json.hpp>

#include "e2e/command.h"
#include "test_paths.h"

namespace e2e {
namespace {

class Inspect : public Command {
  protected:
    nlohmann::json json(const std::string &name, std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"inspect", driver(name), "--json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        Outcome outcome = ksbox(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return nlohmann::json::parse(outcome.out);
    }
    std::string value(std::vector<std::string> arguments, const std::string &name) {
        arguments.insert(arguments.end(), {"--driver", driver(name)});
        Outcome outcome = ksbox(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return outcome.out;
    }
};

TEST_F(Inspect, CableAsJson) {
    nlohmann::json report = json("cable");
    EXPECT_EQ(report["version"], 1);
    EXPECT_EQ(report["image"]["machine"], "x64");
    ASSERT_EQ(report["devices"].size(), 1u);
    ASSERT_EQ(report["devices"][0]["filters"].size(), 1u);
    const nlohmann::json &pins = report["devices"][0]["filters"][0]["pins"];
    ASSERT_EQ(pins.size(), 2u);
    EXPECT_EQ(pins[0]["id"], 0);
    EXPECT_EQ(pins[0]["dataflow"], "in");
    EXPECT_EQ(pins[0]["communication"], "sink");
    EXPECT_EQ(pins[0]["category"]["name"], "KSNODETYPE_SPEAKER");
    EXPECT_TRUE(pins[0].contains("name"));
    EXPECT_EQ(pins[0]["instances"],
              nlohmann::json::parse(R"({"possible": 1, "current": 0, "necessary": 0})"));
    EXPECT_EQ(pins[0]["interfaces"][0]["name"], "KSINTERFACESETID_Standard.STREAMING");
    EXPECT_EQ(pins[0]["mediums"][0]["name"], "KSMEDIUMSETID_Standard.DEVIO");
    EXPECT_EQ(pins[0]["ranges"][0]["subtype"]["name"], "PCM");
    EXPECT_EQ(pins[0]["ranges"][0]["audio"]["maximum_channels"], 8);
    EXPECT_EQ(pins[0]["ranges"][0]["text"],
              "PCM, 1 to 8 channels, 16 to 32 bit, 8000 to 192000 Hz");
    EXPECT_EQ(pins[1]["dataflow"], "out");
    EXPECT_EQ(pins[1]["communication"], "both");
}

TEST_F(Inspect, CameraAsJson) {
    nlohmann::json report = json("camera");
    const nlohmann::json &pin = report["devices"][0]["filters"][0]["pins"][0];
    EXPECT_EQ(pin["dataflow"], "out");
    ASSERT_EQ(pin["ranges"].size(), 9u);
    EXPECT_EQ(pin["ranges"][0]["video"]["width"], 640);
    EXPECT_EQ(pin["ranges"][0]["subtype"]["name"], "YUY2");
    for (const nlohmann::json &module : report["imports"])
        for (const nlohmann::json &function : module["functions"])
            EXPECT_EQ(function["state"], "done") << function;
}

TEST_F(Inspect, GainsNodesAndConnections) {
    const nlohmann::json filter = json("gain")["devices"][0]["filters"][0];
    ASSERT_EQ(filter["nodes"].size(), 2u);
    EXPECT_EQ(filter["nodes"][0]["type"]["name"], "KSNODETYPE_VOLUME");
    ASSERT_EQ(filter["connections"].size(), 3u);
    EXPECT_TRUE(filter["connections"][0]["from"]["node"].is_null());
    EXPECT_EQ(filter["connections"][0]["to"]["node"], 0);
}

TEST_F(Inspect, WithoutRunning) {
    nlohmann::json report = json("cable", {"--no-run"});
    EXPECT_TRUE(report["devices"].is_null());
    EXPECT_FALSE(report["image"]["sections"].empty());
    EXPECT_EQ(report["image"]["pdb"]["path"], "cable.pdb");
}

TEST_F(Inspect, TextHasNoColourInAFileAndNoBareKnownGuid) {
    Outcome outcome = ksbox({"inspect", driver("camera")});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
    EXPECT_NE(outcome.out.find("KSCATEGORY_CAPTURE"), std::string::npos);
    EXPECT_NE(outcome.out.find("YUY2 640x480, 30 fps"), std::string::npos);
    EXPECT_EQ(outcome.out.find("Categories            {"), std::string::npos);
}

TEST_F(Inspect, ReadersWhoLeaveEarlyDoNotMatter) {
    std::string command = std::string(KSBOX_TEST_BINARIES) + "/ksbox inspect " +
                          driver("cable").string() + " 2>" + file("err").string() + " | true";
    EXPECT_EQ(std::system(command.c_str()), 0);
    EXPECT_EQ(read_text(file("err")), "");
}

TEST_F(Inspect, GetOnFilterPinFactoryPinAndNode) {
    EXPECT_EQ(value({"get", "Pin.CTYPES"}, "cable"), "2\n");
    EXPECT_EQ(value({"get", "KSPROPSETID_Pin.KSPROPERTY_PIN_DATAFLOW", "--pin", "1"}, "cable"),
              "out\n");
    EXPECT_EQ(value({"get", "Pin.DATARANGES", "--pin", "0"}, "cable"),
              "PCM, 1 to 8 channels, 16 to 32 bit, 8000 to 192000 Hz\n"
              "IEEE_FLOAT, 1 to 8 channels, 32 bit, 8000 to 192000 Hz\n");
    EXPECT_EQ(value({"get", "Connection.STATE", "--pin", "0"}, "camera"), "stop\n");
    EXPECT_EQ(value({"get", "Topology.NODES"}, "gain"), "KSNODETYPE_VOLUME\nKSNODETYPE_MUTE\n");
    EXPECT_EQ(value({"get", "Audio.VOLUMELEVEL", "--node", "0", "--channel", "1"}, "gain"),
              "0 dB\n");
    EXPECT_EQ(value({"get", "{8C134960-51AD-11CF-878A-94F801C10000}.1"}, "cable"), "2\n");
}

TEST_F(Inspect, SetOnANode) {
    std::string volumes = value({"set", "Audio.VOLUMELEVEL", "-6 dB", "--node", "0"}, "gain");
    EXPECT_TRUE(volumes.starts_with("channel 0: -6 dB\nchannel 1: -6 dB\n")) << volumes;
    EXPECT_EQ(value({"set", "Audio.MUTE", "on", "--node", "1", "--channel", "0"}, "gain"), "on\n");
    EXPECT_EQ(
        value({"set", "Audio.VOLUMELEVEL", "silence", "--node", "0", "--channel", "0"}, "gain"),
        "silence\n");
}

TEST_F(Inspect, CameraPropertiesTravelInTheStructuresOfTheirPages) {
    EXPECT_EQ(value({"get", "VIDCAP_VIDEOPROCAMP.BRIGHTNESS"}, "controls"), "750 (automatic)\n");
    EXPECT_EQ(value({"set", "VIDCAP_VIDEOPROCAMP.BRIGHTNESS", "7000"}, "controls"), "7000\n");
    EXPECT_EQ(value({"set", "VIDCAP_CAMERACONTROL.ZOOM", "40"}, "controls"), "40\n");
    EXPECT_EQ(value({"get", "VIDCAP_VIDEOPROCAMP.CONTRAST", "--node", "0"}, "controls"), "50\n");
    EXPECT_EQ(value({"set", "VIDCAP_VIDEOPROCAMP.CONTRAST", "60", "--node", "0"}, "controls"),
              "60\n");
    EXPECT_NE(
        refusal({"set", "VIDCAP_VIDEOPROCAMP.BRIGHTNESS", "-1", "--driver", driver("controls")}, 2)
            .find("STATUS_INVALID_PARAMETER"),
        std::string::npos);
}

TEST_F(Inspect, FiltersThatFollowPostStartAreThere) {
    for (int seed = 1; seed <= 8; ++seed) {
        const Outcome outcome =
            ksbox({"inspect", driver("controls"), "--seed", std::to_string(seed)});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_NE(outcome.out.find("KSNODETYPE_VIDEO_PROCESSING"), std::string::npos) << seed;
    }
}

TEST_F(Inspect, PropertiesThatDoNotExist) {
    std::string line = refusal({"get", "Pin.NOSUCH", "--driver", driver("cable")}, 2);
    EXPECT_NE(line.find("CTYPES"), std::string::npos) << line;
    line = refusal({"get", "Nosuch.CTYPES", "--driver", driver("cable")}, 2);
    EXPECT_NE(line.find("KSPROPSETID_Pin"), std::string::npos) << line;
    line = refusal({"get", "Pin.CATEGORY", "--pin", "9", "--driver", driver("cable")}, 2);
    EXPECT_NE(line.find("KSPROPERTY_PIN_CATEGORY: STATUS_INVALID_PARAMETER"), std::string::npos)
        << line;
    refusal({"set", "Audio.MUTE", "perhaps", "--node", "1", "--driver", driver("gain")}, 2);
}

} // namespace
} // namespace e2e

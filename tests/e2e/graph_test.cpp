// ksbox graph: the documented picture, and what comes of bad arguments and drivers.
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "e2e/command.h"
#include "test_paths.h"

namespace e2e {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::filesystem::path docs() {
    return std::filesystem::path(KSBOX_TEST_DRIVER_SOURCES) / "../../docs";
}

class Graph : public Command {
  protected:
    /// The running graph of the documentation, with these arguments behind.
    Outcome example(const std::vector<std::string> &more) {
        std::vector<std::string> arguments{"graph", "--script", docs() / "scenarios/graph.drive"};
        for (const char *name : {"tone", "gain", "meter"}) {
            arguments.push_back("--driver");
            arguments.push_back(driver(name));
        }
        arguments.insert(arguments.end(), more.begin(), more.end());
        return ksbox(arguments);
    }
    std::filesystem::path script(const std::string &text) {
        std::ofstream(file("x.drive")) << text;
        return file("x.drive");
    }
};

// docs/graph-example.dot is what docs/graph-example.svg was drawn from.
TEST_F(Graph, TheDocumentedPictureIsWhatIsDrawn) {
    const Outcome outcome = example({"--dot"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.err, HasSubstr("12 commands")) << "not on standard output";
    EXPECT_EQ(outcome.out, read_text(docs() / "graph-example.dot"));
    EXPECT_EQ(example({}).out, outcome.out);
    const std::string svg = read_text(docs() / "graph-example.svg");
    for (const char *text :
         {">tone<", ">gain<", ">meter<", "PCM 48 kHz stereo 16 bit", ">RUN<", "pipe, without IRPs"})
        EXPECT_THAT(svg, HasSubstr(text));
}

TEST_F(Graph, IsTheSameUnderEverySeed) {
    const std::string expected = example({"--dot"}).out;
    for (const char *seed : {"2", "3"})
        EXPECT_EQ(example({"--dot", "--seed", seed}).out, expected);
}

TEST_F(Graph, AsSvgIsDrawnByGraphviz) {
    const Outcome outcome = example({"--svg"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("<svg"));
    EXPECT_THAT(outcome.out, HasSubstr("PCM 48 kHz stereo 16 bit"));
}

TEST_F(Graph, TheFilesNameSaysTheForm) {
    for (const auto &[name, text] :
         {std::pair{"x.svg", "</svg>"}, {"x.dot", "digraph ksbox"}, {"x.json", "\"version\": 1"}}) {
        const Outcome outcome = example({"-o", file(name)});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_THAT(outcome.out, HasSubstr("12 commands"));
        EXPECT_THAT(read_text(file(name)), HasSubstr(text));
    }
    EXPECT_EQ(example({"-o", file("x.txt"), "--json"}).code, 0);
    EXPECT_THAT(read_text(file("x.txt")), HasSubstr("\"version\": 1"));
}

TEST_F(Graph, JsonHasTheRunningGraph) {
    const json graph = json::parse(example({"--json"}).out);
    EXPECT_EQ(graph["filters"].size(), 3u);
    EXPECT_EQ(graph["filters"][1]["name"], "gain");
    EXPECT_EQ(graph["filters"][1]["nodes"].size(), 2u);
    EXPECT_EQ(graph["open_filters"].size(), 3u);
    ASSERT_EQ(graph["open_pins"].size(), 4u);
    for (const json &pin : graph["open_pins"])
        EXPECT_EQ(pin["state"], "run");
    ASSERT_EQ(graph["links"].size(), 2u);
    for (const json &link : graph["links"]) {
        EXPECT_EQ(link["carrier"], "pipe");
        const json &from = graph["open_pins"][link["from"].get<std::size_t>()];
        const json &to = graph["open_pins"][link["to"].get<std::size_t>()];
        EXPECT_EQ(from["dataflow"], "out");
        EXPECT_EQ(to["dataflow"], "in");
        EXPECT_EQ(from["format"]["text"], to["format"]["text"]);
    }
    EXPECT_EQ(graph["unread"].size(), 0u);
}

TEST_F(Graph, WithoutAScriptShowsWhatDriversHave) {
    const Outcome outcome = ksbox({"graph", "--driver", driver("speaker"), "--json"});
    EXPECT_EQ(outcome.code, 0);
    const json graph = json::parse(outcome.out);
    EXPECT_EQ(graph["filters"].size(), 2u);
    EXPECT_EQ(graph["open_filters"].size(), 0u);
    EXPECT_EQ(graph["physical_connections"].size(), 3u);
    EXPECT_THAT(graph["endpoints"].dump(), HasSubstr("\"name\":\"Speakers\""));
    const std::string dot = ksbox({"graph", "--driver", driver("speaker")}).out;
    EXPECT_THAT(dot, HasSubstr("style=dotted"));
    EXPECT_THAT(dot, HasSubstr("Volume → Mute"));
    EXPECT_THAT(dot, HasSubstr("Speakers"));
}

TEST_F(Graph, TheScriptMayNameItsDriversAndComeFromStandardInput) {
    for (const char *name : {"tone.sys", "meter.sys"})
        std::filesystem::copy(driver(std::filesystem::path(name).stem()), file(name));
    const Outcome outcome =
        ksbox({"graph", "--json", "--script",
               script("driver tone.sys\ndriver meter.sys\nopen t tone\nopen m meter\nconnect in m "
                      "0 rate=8000\nconnect out t 0 to in")});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const json graph = json::parse(outcome.out);
    EXPECT_EQ(graph["links"].size(), 1u);
    EXPECT_THAT(graph["open_pins"][0]["format"]["text"].get<std::string>(), HasSubstr("8000 Hz"));
    const Outcome piped =
        ksbox({"graph", "--json", "--script", "-"}, {.folder = file(""), .input = file("x.drive")});
    EXPECT_EQ(piped.out, outcome.out);
    EXPECT_THAT(refusal({"graph", "--script", "-"}, 2), HasSubstr("-:1:1: it has no command"));
}

TEST_F(Graph, ScriptsOfSeveralDriversSayWhoseDevice) {
    const std::filesystem::path two = script("remove");
    EXPECT_THAT(refusal({"drive", two, "--driver", driver("tone"), "--driver", driver("meter")}, 2),
                HasSubstr("say whose device, one of tone.sys, meter.sys"));
    EXPECT_EQ(ksbox({"drive",
                     script("open m meter\nremove tone.sys\nremove meter.sys -> "
                            "STATUS_DEVICE_BUSY"),
                     "--driver", driver("tone"), "--driver", driver("meter")})
                  .code,
              0);
    EXPECT_THAT(refusal({"drive", script("remove gain.sys"), "--driver", driver("tone")}, 2),
                HasSubstr("no driver 'gain.sys', only tone.sys"));
}

TEST_F(Graph, AScenarioThatFailsDrawsNothing) {
    const std::vector<std::string> arguments{
        "graph",      "--script",      script("open m meter\nconnect p m 0 rate=1\n"),
        "--driver",   driver("meter"), "-o",
        file("x.svg")};
    EXPECT_THAT(refusal(arguments, 1), HasSubstr("x.drive:2:1"));
    EXPECT_FALSE(std::filesystem::exists(file("x.svg")));
    EXPECT_FALSE(std::filesystem::exists(file("x.svg.part")));
}

TEST_F(Graph, WithoutAFilterThereIsNothingToDraw) {
    const std::string removed = script("remove");
    const Outcome drawn =
        ksbox({"graph", "--script", removed, "--driver", driver("meter"), "-o", file("x.dot")});
    EXPECT_EQ(drawn.code, 2);
    EXPECT_EQ(drawn.err, "ksbox: meter.sys: there is no filter to draw\n");
    EXPECT_FALSE(std::filesystem::exists(file("x.dot")));
    const Outcome listed =
        ksbox({"graph", "--script", removed, "--driver", driver("meter"), "--json"});
    EXPECT_EQ(listed.code, 0);
    EXPECT_EQ(json::parse(listed.out)["filters"].size(), 0u);
}

TEST_F(Graph, BadArgumentsGetOneLine) {
    EXPECT_THAT(refusal({"graph"}, 2), HasSubstr("no driver is named: give --driver"));
    const std::string meter = driver("meter");
    EXPECT_THAT(refusal({"graph", "--driver", meter, "--svg", "--json"}, 2),
                HasSubstr("--svg excludes --json"));
    EXPECT_THAT(refusal({"graph", "--driver", meter, "-o", file("x.png")}, 2),
                HasSubstr("does not say in which form"));
    EXPECT_THAT(refusal({"graph", "--driver", meter, "-o", file("none") / "x.svg"}, 2),
                HasSubstr("No such file"));
    EXPECT_THAT(refusal({"graph", "--driver", file("none.sys")}, 2), HasSubstr("No such file"));
    EXPECT_THAT(refusal({"graph", "--driver", meter, "--driver", file("none.sys")}, 2),
                HasSubstr("none.sys"));
    std::ofstream(file("text.sys")) << "no driver";
    EXPECT_THAT(refusal({"graph", "--driver", meter, "--driver", file("text.sys")}, 2),
                HasSubstr("text.sys"));
    EXPECT_THAT(refusal({"graph", "--driver", meter, "--script", file("none.drive")}, 2),
                HasSubstr("cannot be read"));
}

TEST_F(Graph, WithoutGraphvizSaysSo) {
    const Outcome outcome = ksbox({"graph", "--driver", driver("meter"), "--svg"},
                                  {.environment = {{"PATH", "/none"}}});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "ksbox: the program dot is not there: install Graphviz, or take --dot "
                           "and draw elsewhere\n");
}

} // namespace
} // namespace e2e

// ksbox graph: the drivers' filters and what is open of them, as a drawing or as JSON.
#include <optional>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/drive_run.h"
#include "cli/drive_scenario.h"
#include "cli/failures.h"
#include "cli/graph_report.h"
#include "cli/graphviz.h"
#include "cli/output_file.h"
#include "cli/session.h"

namespace ksbox::cli {

namespace {

GraphForm form_of(const GraphOptions &options) {
    if (options.form)
        return *options.form;
    if (options.output.empty())
        return GraphForm::dot;
    const std::string extension = lower(options.output.extension().string());
    if (extension == ".dot" || extension == ".gv")
        return GraphForm::dot;
    if (extension == ".svg")
        return GraphForm::svg;
    if (extension == ".json")
        return GraphForm::json;
    throw BadInput(options.output.string() +
                   ": its name does not say in which form: .dot, .svg or .json, or take --dot, "
                   "--svg or --json");
}

std::string report(const GraphFacts &graph, GraphForm form) {
    switch (form) {
    case GraphForm::dot:
        return to_dot(graph);
    case GraphForm::svg:
        return svg_of(to_dot(graph));
    case GraphForm::json:
        break;
    }
    return to_json(graph);
}

} // namespace

int graph(const GraphOptions &options, Worker &worker) {
    const GraphForm form = form_of(options);
    DriveOptions drive{.run = options.run, .script = options.script};
    if (options.output.empty())
        drive.output = stderr;
    std::optional<Scenario> scenario;
    if (!options.script.empty())
        scenario.emplace(drive);
    else if (options.run.driver.empty())
        throw BadInput("no driver is named: give --driver, or --script with one that names it");
    std::optional<OutputFile> file;
    if (!options.output.empty())
        file.emplace(options.output);

    const RunOptions &run = scenario ? scenario->run : options.run;
    Session session(run, worker);
    const std::string drivers = session.names(); // unloaded when it is drawn
    std::optional<GraphFacts> facts;
    const int code = session.run([&] {
        if (!scenario) {
            facts = session.box().graph();
            return int(exit_done);
        }
        DriveRun driving(session, drive, run.trace);
        const int ended = driving.run(scenario->script);
        facts = session.box().graph();
        return ended;
    });
    if (!facts)
        return code;
    for (const std::string &sentence : facts->unread)
        print_finding(sentence);
    if (facts->filters.empty() && form != GraphForm::json)
        throw BadInput(drivers + ": there is no filter to draw");
    const std::string text = report(*facts, form);
    if (file) {
        file->append(std::as_bytes(std::span(text)));
        file->commit();
    } else {
        fmt::print("{}", text);
    }
    return code;
}

} // namespace ksbox::cli

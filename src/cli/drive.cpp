// ksbox drive: a scenario file, checked as far as that goes without a driver, then run line by
// line.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/audio_file.h"
#include "cli/commands.h"
#include "cli/drive_run.h"
#include "cli/drive_scenario.h"
#include "cli/failures.h"
#include "cli/property_value.h"
#include "drive/script.h"
#include "ksbox/property_names.h"

namespace ksbox::cli {

namespace {

drive::Script read_script(const std::filesystem::path &file) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error))
        throw BadInput(file.string() + ": it is a folder, not a scenario");
    std::ifstream stream;
    if (file != "-")
        stream.open(file, std::ios::binary);
    if (!stream)
        throw BadInput(file.string() + ": cannot be read");
    const std::string text(std::istreambuf_iterator<char>(
                               file == "-" ? std::cin : static_cast<std::istream &>(stream)),
                           {});
    auto script = drive::Script::parse(text);
    if (!script)
        throw BadInput(fmt::format("{}:{}:{}: {}", file.string(), script.error().place.line,
                                   script.error().place.column, script.error().text));
    return std::move(*script);
}

// What the driver is not needed for: names of properties, values, files to play.
class Check {
  public:
    explicit Check(std::filesystem::path script) : script_(std::move(script)) {}
    void operator()(const drive::Get &get) const {
        const PropertyName name = property(get.property, get.selectors);
        if (get.value)
            at(get.value->place, [&] { check_value(name.kind, get.value->text); });
    }
    void operator()(const drive::Set &set) const {
        const PropertyName name = property(set.property, set.selectors);
        at(set.value.place, [&] { (void)parse_value(name.kind, set.value.text); });
    }
    void operator()(const drive::MoveJack &move) const {
        if (move.property)
            (void)property(*move.property, {});
    }
    void operator()(const drive::Play &play) const {
        if (play.file)
            file(*play.file);
    }
    void operator()(const drive::Connect &connect) const {
        if (connect.format.like)
            file(*connect.format.like);
    }
    void operator()(const drive::ExpectSound &expect) const {
        if (expect.other && !expect.other_is_pin)
            file(*expect.other);
    }
    template <typename Other> void operator()(const Other &) const {}

  private:
    template <typename Work> void at(drive::Place place, Work work) const {
        try {
            work();
        } catch (const std::runtime_error &error) { // Error, BadInput
            throw BadInput(fmt::format("{}:{}:{}: {}", script_.string(), place.line, place.column,
                                       error.what()));
        }
    }
    PropertyName property(const drive::Word &text, const drive::Selectors &selectors) const {
        PropertyName name;
        at(text.place, [&] {
            name = find_property(text.text);
            if (name.selector == Selector::pin && !selectors.pin)
                throw BadInput(std::string(name.name) +
                               " is about a pin factory: say which with pin=N");
            if (name.selector == Selector::node && !selectors.node)
                throw BadInput(std::string(name.name) + " is about a node: say which with node=N");
        });
        return name;
    }
    void file(const drive::Word &text) const {
        at(text.place, [&] { (void)open_audio(script_.parent_path() / text.text); });
    }

    std::filesystem::path script_;
};

std::filesystem::path make_trace() {
    std::string name = (std::filesystem::temp_directory_path() / "ksbox-drive-XXXXXX").string();
    const int made = mkstemp(name.data());
    if (made < 0)
        throw BadInput("no temporary file for the trace can be made: " + name);
    close(made);
    return name;
}

} // namespace

Scenario::Scenario(const DriveOptions &options)
    : script(read_script(options.script)), run(options.run) {
    for (const drive::Command &command : script.commands)
        std::visit(Check(options.script), command.action);
    std::vector<std::filesystem::path> named;
    for (const drive::Command &command : script.commands)
        if (const auto *driver = std::get_if<drive::LoadDriver>(&command.action))
            named.push_back(options.script.parent_path() / driver->file.text);
    if (run.driver.empty() && named.empty())
        throw BadInput(options.script.string() +
                       ": no driver is named: begin with 'driver FILE', or give --driver");
    if (run.driver.empty()) {
        run.driver = named.front();
        run.more_drivers.assign(named.begin() + 1, named.end());
    }
    for (const drive::Command &command : script.commands)
        if (run.trace.empty() && std::holds_alternative<drive::ExpectOrder>(command.action))
            run.trace = trace_ = make_trace();
}

Scenario::~Scenario() {
    std::error_code error;
    if (!trace_.empty())
        std::filesystem::remove(trace_, error);
}

int drive_script(const DriveOptions &options, Worker &worker) {
    const Scenario scenario(options);
    Session session(scenario.run, worker);
    return session.run(
        [&] { return DriveRun(session, options, scenario.run.trace).run(scenario.script); });
}

} // namespace ksbox::cli

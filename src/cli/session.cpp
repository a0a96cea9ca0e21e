#include "cli/session.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <system_error>

#include <fmt/format.h>

#include "cli/failures.h"
#include "cli/gdb.h"
#include "ksbox/guid_names.h"
#include "ksbox/image.h"
#include "ksbox/system_driver.h"

namespace ksbox::cli {

namespace {

// Of SysAudio's own interface, on which a device is yet to be chosen.
const Guid sysaudio_category = *Guid::parse("A7C7A5B1-5AF3-11D1-9CED-00A024BF0407");

// A missing import does not stop a load; whoever sees the driver stop later wants to have read
// this.
void note_missing_imports(const std::filesystem::path &driver) {
    ImageFacts image = read_image_facts(driver);
    std::string names;
    for (const ImageFacts::Module &module : image.modules)
        for (const ImageFacts::Import &import : module.imports)
            if (import.state == ImportState::missing)
                names +=
                    fmt::format("{}{}!{}", names.empty() ? "" : ", ", module.name, import.name);
    if (!names.empty() && image.refusal.empty())
        fmt::print(stderr,
                   "ksbox: {} imports what ksbox does not know, and stops if it calls it: {}\n",
                   image.file_name, names);
}

void print_debug_line(std::uint64_t now_100ns, std::string_view driver, std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    fmt::print(stderr, "[{:13.7f}] {}: {}\n", double(now_100ns) / 1e7, driver, text);
}

} // namespace

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

bool names_filter(const InterfaceFacts &filter, std::size_t number, const std::string &wanted) {
    std::string name = lower(wanted);
    return std::to_string(number) == name || lower(filter.name) == name ||
           lower(filter_label(filter)) == name ||
           lower(guid_name(filter.category, "KSCATEGORY_")) == name;
}

Session::Session(const RunOptions &options, Worker &worker) : options_(options), worker_(worker) {
    BoxOptions box;
    box.realtime = options.realtime;
    box.seed = options.seed;
    box.processors = options.processors;
    box.trace = options.trace;
    box.file_root = options.file_root;
    box.pool = options.pool;
    box.net = options.net;
    box.quirks = options.quirks;
    if (options.gdb)
        box.watchdog = std::chrono::milliseconds(0); // people think longer than that
    if (options.debug_print)
        box.debug_print = [this](std::string_view driver, std::uint32_t, std::uint32_t level,
                                 std::string_view text) {
            // Above 31 a level is a mask of bits of its own (DbgPrintEx): shown with everything.
            if (level <= 31 ? level <= *options_.debug_print : *options_.debug_print >= 3)
                print_debug_line(box_ ? box_->now_100ns() : 0, driver, text);
        };
    box_ = std::make_unique<Box>(std::move(box));
    watch_.emplace(worker_, *box_);
    box_->fail_allocation(options.fail_allocation);

    if (!options.driver.empty())
        load_drivers();
    client_ = &box_->client("ksbox");
    if (options.sysaudio)
        begin_sysaudio();
}

void Session::load_drivers() {
    note_missing_imports(options_.driver);
    DriverOptions driver;
    driver.parameters = options_.parameters;
    driver.inf = options_.inf;
    driver.registry_files = options_.registry_files;
    driver.coverage = options_.coverage;
    if (options_.gdb)
        driver.before_entry = [this](const LoadedImage &image) {
            wait_for_debugger(image, [this] { return worker_.interrupted() != 0; });
        };
    drivers_.push_back(&box_->load(options_.driver, driver));
    for (const std::filesystem::path &more : options_.more_drivers) {
        note_missing_imports(more);
        drivers_.push_back(&box_->load(more));
    }
    looked_at_ = drivers_;
}

// Its devices come when it hears of the filters: no later than others do.
void Session::begin_sysaudio() {
    constexpr auto look_period = std::chrono::milliseconds(20);
    constexpr int looks = 100;
    load_system_driver(*box_, SystemDriver::kmixer);
    looked_at_ = {&load_system_driver(*box_, SystemDriver::sysaudio)};
    std::size_t known = 0;
    for (int i = 0; i < looks; ++i) {
        box_->run_for(look_period);
        const std::size_t now = interfaces().size();
        if (now != 0 && now == known)
            break;
        known = now;
    }
}

Session::LowResources::~LowResources() {
    const std::uint64_t number = session.options_.fail_allocation;
    if (number == 0 || !session.box_)
        return;
    const std::string failed = session.box_->failed_allocation();
    fmt::print(stderr, "ksbox: allocation {} {}\n", number,
               failed.empty() ? "was not asked for: there were fewer" : "failed: " + failed);
}

Session::Network::~Network() {
    if (!session.box_)
        return;
    for (const std::string &sentence : session.box_->network_refusals())
        print_finding(sentence);
}

std::vector<InterfaceFacts> Session::interfaces() {
    std::vector<InterfaceFacts> all;
    for (Driver *driver : looked_at_)
        for (InterfaceFacts &filter : driver->filters())
            if (!options_.sysaudio || filter.category != sysaudio_category)
                all.push_back(std::move(filter));
    return all;
}

std::string Session::names() const {
    std::string names;
    for (const Driver *driver : looked_at_)
        names += (names.empty() ? "" : ", ") + driver->name();
    return names;
}

std::vector<InterfaceFacts> Session::filters() {
    std::vector<InterfaceFacts> all = interfaces();
    if (all.empty() && options_.sysaudio)
        throw BadInput("SysAudio has no virtual device: no filter of " +
                       options_.driver.filename().string() + " streams sound");
    if (all.empty())
        throw BadInput(names() + " has no filter");
    if (options_.filter.empty())
        return all;
    std::vector<InterfaceFacts> chosen;
    std::string known;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (names_filter(all[i], i, options_.filter))
            chosen.push_back(all[i]);
        known += fmt::format("{}{} ({})", known.empty() ? "" : ", ", i, filter_label(all[i]));
    }
    if (chosen.empty())
        throw BadInput(
            fmt::format("{} has no filter '{}'; it has {}", names(), options_.filter, known));
    return chosen;
}

int Session::run(const std::function<int()> &work) {
    int code = exit_bad_input;
    try {
        code = work();
    } catch (const BoxStopped &) {
        throw;
    } catch (const Finding &finding) {
        print_finding(finding.what());
        code = exit_finding;
    } catch (const BadInput &error) {
        print_finding(error.what());
    } catch (const Error &error) {
        print_finding(error.what());
    } catch (const std::system_error &error) { // standard output on a full disk
        print_finding(error.what());
    }
    return finish(code);
}

int Session::finish(int code) {
    box_->destroy(*client_);
    client_ = nullptr;
    std::vector<std::string> left;
    for (Driver *driver : drivers_)
        for (std::string &sentence : driver->unload())
            left.push_back(std::move(sentence));
    for (const std::string &sentence : left)
        print_finding(sentence);
    if (!options_.save_registry.empty())
        box_->save_registry(options_.save_registry);
    if (!box_->trace_complete())
        throw BadInput(options_.trace.string() + " cannot be written: the trace is incomplete");
    return code == exit_done && !left.empty() ? exit_finding : code;
}

std::string filter_label(const InterfaceFacts &filter) {
    std::optional<Guid> guid = Guid::parse(filter.name);
    if (guid && !guid_symbol(*guid).empty())
        return guid_name(*guid);
    if (!guid && !filter.name.empty())
        return filter.name;
    // A GUID of the driver's own says nothing: the device's name does.
    std::string device = device_of(filter);
    std::size_t first = device.find('\\') + 1;
    return device.substr(first, device.find('\\', first) - first);
}

std::string device_of(const InterfaceFacts &filter) {
    std::string_view path = filter.path;
    if (path.starts_with("\\\\?\\"))
        path.remove_prefix(4);
    if (std::size_t end = path.rfind("#{"); end != std::string_view::npos)
        path = path.substr(0, end);
    std::string text(path);
    std::ranges::replace(text, '#', '\\');
    return text;
}

void print_kept(const std::string &name) {
    if (!name.empty())
        std::fprintf(stderr, "ksbox: what was recorded until then is in %s\n", name.c_str());
}

void print_finding(const std::string &text) {
    fmt::print(stderr, "ksbox: {}\n", text);
}

} // namespace ksbox::cli

#include "support/traced_box.h"

#include <cstdlib>
#include <stdexcept>

#include "test_paths.h"

namespace ksbox::testing {

ScratchFolder::ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "ksbox-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("no folder " + name);
    path_ = name;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path driver_path(const std::string &name) {
    return std::filesystem::path(KSBOX_TEST_DRIVERS) / (name + ".sys");
}

TracedBox::TracedBox(BoxOptions options)
    : box_(with_trace(std::move(options))), client_(box_.client("test")) {
    expect_no_leftovers();
}

BoxOptions TracedBox::with_trace(BoxOptions options) const {
    options.trace = scratch_.path() / "trace.jsonl";
    return options;
}

Driver &TracedBox::load(const std::string &name, const DriverOptions &options) {
    return box_.load(driver_path(name), options);
}

Filter TracedBox::open(const std::string &name, const DriverOptions &options) {
    return client_.open_filter(load(name, options).filters().at(0).path);
}

void TracedBox::mark() {
    mark_ = read_trace(scratch_.path() / "trace.jsonl").size();
}

Events TracedBox::events() const {
    return read_trace(scratch_.path() / "trace.jsonl", mark_);
}

std::size_t TracedBox::irps(const std::string &major) const {
    return count(events(), "irp.dispatch", {{"major", major}});
}

} // namespace ksbox::testing

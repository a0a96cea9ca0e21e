// The export table of ks.sys: what the files of this module implement, then a loud stub for every
// other name that is documented or known to be exported.
#include "ks/exports.h"

#include <cstring>
#include <vector>

#include "ks/data_exports.h"

namespace ksbox::ks {
namespace {

struct KnownName {
    const char *name;
    const char *page;
};

constexpr KnownName known_names[] = {
#include "ks/known_names.inc"
};

using Table = std::span<const Export> (*)();
constexpr Table tables[] = {
    automation_exports,
    bag_exports,
    bus_exports,
    create_exports,
    device_exports,
    dispatch_exports,
    event_exports,
    filter_exports,
    header_exports,
    object_exports,
    pin_exports,
    cache_data_exports,
    resource_exports,
    security_exports,
    unserialize_exports,
    device_profile_exports,
    thermal_exports,
    cached_mdl_exports,
    inline_exports,
    probe_exports,
    cancelable_queue_exports,
    stream_io_exports,
    stream_pointer_exports,
    pin_stream_exports,
    processing_exports,
    worker_exports,
    clock_exports,
    default_clock_exports,
    allocator_exports,
    injection_exports,
};

std::vector<Export> assemble() {
    std::vector<Export> all;
    for (const Table table : tables)
        all.insert(all.end(), table().begin(), table().end());
    for (const KnownName &known : known_names) {
        bool done = false;
        for (const Export &one : all)
            done |= std::strcmp(one.name, known.name) == 0;
        if (!done)
            all.push_back(stub(known.name, known.page));
    }
    return all;
}

} // namespace

std::span<const Export> ks_exports() {
    static const std::vector<Export> all = assemble();
    return all;
}

} // namespace ksbox::ks

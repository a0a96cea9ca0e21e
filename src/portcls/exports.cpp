// The export table of portcls.sys: what the files of this module implement, then a loud stub for
// every other name that is documented or known to be imported.
#include "portcls/exports.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "portcls/part_exports.h"

namespace ksbox::portcls {
namespace {

struct KnownName {
    const char *name;
    const char *page;
};

constexpr KnownName known_names[] = {
#include "portcls/known_names.inc"
};

using Table = std::span<const Export> (*)();
constexpr Table tables[] = {
    adapter_exports,          connection_exports,   content_exports,       dma_channel_exports,
    interrupt_sync_exports,   io_timeout_exports,   irp_exports,           miniport_exports,
    property_request_exports, registry_key_exports, resource_list_exports, service_group_exports,
    stream_resource_exports,  subdevice_exports,    time_exports,
};

std::vector<Export> assemble() {
    std::vector<Export> all;
    for (const Table table : tables)
        all.insert(all.end(), table().begin(), table().end());
    for (const KnownName &known : known_names)
        if (std::ranges::find(all, std::string_view(known.name), &Export::name) == all.end())
            all.push_back(stub(known.name, known.page));
    return all;
}

} // namespace

std::span<const Export> portcls_exports() {
    static const std::vector<Export> exports = assemble();
    return exports;
}

} // namespace ksbox::portcls

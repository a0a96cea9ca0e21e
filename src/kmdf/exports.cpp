// The framework's table: what the files of this module implement, and a loud stub for the rest.
#include "kmdf/exports.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace ksbox::kmdf {
namespace {

constexpr const char *names[] = {
#define WDF_KSBOX_FUNCTION(name) #name,
#include "wdk/include/ksbox/wdf_function_names.inc"
#undef WDF_KSBOX_FUNCTION
};

using Table = std::span<const Export> (*)();
constexpr Table tables[] = {
    collection_exports,       device_exports,         driver_exports, io_target_exports,
    io_target_format_exports, io_target_send_exports, lock_exports,   memory_exports,
    object_exports,           request_exports,        timer_exports,  work_item_exports,
};

std::vector<Export> assemble() {
    std::vector<Export> all;
    for (const Table table : tables)
        all.insert(all.end(), table().begin(), table().end());
    for (const char *name : names)
        if (std::ranges::find(all, std::string_view(name), &Export::name) == all.end())
            all.push_back(stub(name, ""));
    return all;
}

} // namespace

std::span<const Export> framework_exports() {
    static const std::vector<Export> exports = assemble();
    return exports;
}

std::span<const char *const> function_names() {
    return names;
}

} // namespace ksbox::kmdf

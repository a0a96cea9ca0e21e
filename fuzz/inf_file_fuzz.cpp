// Any bytes as a setup information file: refused with a place that the file has, or read; and then
// a device of each service's file is looked for.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inf/inf_device.h"

namespace {

void check(const ksbox::inf::InfError &error, std::string_view bytes) {
    const auto lines = std::ranges::count(bytes, '\n') + std::ranges::count(bytes, '\r') + 1;
    if (error.text.empty() || error.line > lines || error.column > bytes.size() + 1)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    const auto file = ksbox::inf::InfFile::parse(bytes);
    if (!file) {
        check(file.error(), bytes);
        return 0;
    }
    for (const auto &section : file->sections())
        for (const auto &line : section.lines)
            if (const auto value = ksbox::inf::registry_value(line); !value)
                check(value.error(), bytes);
    for (const unsigned version : {1000u, 601u})
        if (const auto device = ksbox::inf::device_for(*file, "card.sys", version); !device)
            check(device.error(), bytes);
    return 0;
}

#include "box/registry_files.h"

#include <fstream>

#include <fmt/format.h>

#include "abi/windows.h"
#include "base/read_file.h"
#include "base/status_names.h"
#include "ksbox/error.h"
#include "nt/cm/registry.h"
#include "nt/kernel.h"

namespace ksbox::box {

void merge_registry_file(Kernel &kernel, const std::filesystem::path &file) {
    const auto content = read_file(file.string());
    if (!content)
        throw Error(std::uint32_t(STATUS_OBJECT_NAME_NOT_FOUND), file.string() + " cannot be read");
    const auto bytes = content->span();
    const auto merged =
        kernel.registry().import_file({reinterpret_cast<const char *>(bytes.data()), bytes.size()});
    if (merged)
        return;
    const cm::RegFileError &error = merged.error();
    throw Error(std::uint32_t(STATUS_INVALID_PARAMETER),
                error.line ? fmt::format("{}:{}: {}", file.string(), error.line, error.text)
                           : fmt::format("{}: {}", file.string(), error.text));
}

void save_registry_file(Kernel &kernel, const std::filesystem::path &file) {
    const auto bytes = kernel.registry().export_file(u"\\Registry");
    if (!bytes)
        throw Error(std::uint32_t(bytes.error().value()),
                    "the registry cannot be saved: " + describe_status(bytes.error().value()));
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
    stream.close();
    if (!stream)
        throw Error(std::uint32_t(STATUS_ACCESS_DENIED), file.string() + " cannot be written");
}

} // namespace ksbox::box

// What an image's imports are bound to. The box answers from its export tables; the
// loader knows no module by name.
#pragma once

#include "loader/ms_abi.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace ksbox::loader {

class SymbolResolver {
  public:
    virtual ~SymbolResolver() = default;

    /// The address of an ms_abi function or a variable, or null when nobody provides it (or only
    /// a stub does): the import then traps when called. `module` is spelled as in the file.
    virtual const void *resolve(std::string_view module, std::string_view name) = 0;
    virtual const void *resolve(std::string_view module, std::uint16_t ordinal) = 0;

    /// Where to count calls of a function that resolves; null (the default): they go there
    /// directly. Must be null for variables. Outlives the image.
    virtual std::uint64_t *call_counter(std::string_view module, std::string_view name) {
        static_cast<void>(module), static_cast<void>(name);
        return nullptr;
    }

    /// Functions that a driver reaches through a table which the import hands out at run time.
    struct FunctionTable {
        std::string_view module;
        std::span<const char *const> names;
    };
    /// Which the import gives; none (the default): no names. They are resolved, and counted, as
    /// imports of the image are: Image::function_table().
    virtual FunctionTable function_table(std::string_view module, std::string_view name) {
        static_cast<void>(module), static_cast<void>(name);
        return {};
    }
};

/// An import that nobody provides. Lives as long as its image; zero-terminated strings, so that a
/// report can be written from a crashed box.
struct ImportRecord {
    const char *image;    ///< "cable.sys"
    const char *module;   ///< "ntoskrnl.exe"
    const char *function; ///< "IoCreateDevice" or "#12"
};

/// Called in place of a missing import, on the caller's stack, with the caller's return address
/// at the top: the driver's call instruction is one frame up. Should not return; if it does, the
/// driver gets rax as it left it.
using MissingImport = void(KSBOX_MS_ABI *)(const ImportRecord *record);

} // namespace ksbox::loader

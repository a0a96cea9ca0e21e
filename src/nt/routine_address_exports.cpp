// MmGetSystemRoutineAddress: how drivers look for functions that newer systems have.
#include <array>
#include <string>

#include "abi/windows.h"

#include "nt/exports.h"
#include "nt/kernel.h"

namespace ksbox {
namespace {

/// Where nothing else is linked in, the executive's own table answers.
const void *find_own(std::string_view name) {
    static const std::vector<Export> own = implemented_exports();
    for (const Export &entry : own)
        if (entry.name == name)
            return entry.address;
    return nullptr;
}

} // namespace

extern "C" {

/// Null for a function that is not implemented: what is a stub is not there. PASSIVE_LEVEL.
/// @doc NF:wdm.MmGetSystemRoutineAddress
PVOID NTAPI MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName) {
    std::string name;
    for (USHORT i = 0; i < SystemRoutineName->Length / sizeof(WCHAR); ++i) {
        const char16_t c = SystemRoutineName->Buffer[i];
        if (c >= 0x80)
            return nullptr;
        name += static_cast<char>(c);
    }
    const auto &find = current_kernel().hooks.find_export;
    return const_cast<void *>(find ? find(name) : find_own(name));
}

} // extern "C"

std::span<const Export> routine_address_exports() {
    static const std::array table{done<&MmGetSystemRoutineAddress>(
        "MmGetSystemRoutineAddress", "NF:wdm.MmGetSystemRoutineAddress")};
    return table;
}

} // namespace ksbox

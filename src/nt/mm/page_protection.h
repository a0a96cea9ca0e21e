// PAGE_* constants as the protections of a range.
#pragma once

#include <optional>

#include "abi/windows.h"

#include "nt/mm/memory.h"

namespace ksbox::mm {

/// Nothing for a value that is no single protection. PAGE_NOCACHE and PAGE_WRITECOMBINE, which say
/// how to cache, are without effect. PAGE_WRITECOPY is none of these: see section.h.
inline std::optional<Protection> protection_from(ULONG protect) {
    switch (protect & ~ULONG(PAGE_NOCACHE | PAGE_WRITECOMBINE)) {
    case PAGE_NOACCESS:
        return Protection::none;
    case PAGE_READONLY:
        return Protection::read;
    case PAGE_READWRITE:
        return Protection::read_write;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
        return Protection::read_execute;
    case PAGE_EXECUTE_READWRITE:
        return Protection::read_write_execute;
    default:
        return std::nullopt;
    }
}

} // namespace ksbox::mm

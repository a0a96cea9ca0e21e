// A line of an add-registry-section: what to write below which key.
// @doc install/inf-addreg-directive
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "inf/inf_file.h"

namespace ksbox::inf {

struct RegistryValue {
    unsigned line = 0;
    std::string root;            ///< "HKR", "HKLM" …, in capitals
    std::string subkey;          ///< below the root; may be empty
    std::string name;            ///< empty: the key's default value
    std::uint32_t type = 1;      ///< REG_*
    std::vector<std::byte> data; ///< as the registry keeps it: strings in UTF-16 with their zeros
    bool key_only = false;       ///< only the key is made
    bool keep = false;           ///< an existing value stays (FLG_ADDREG_NOCLOBBER)
    bool only_if_there = false;  ///< nothing is added (FLG_ADDREG_OVERWRITEONLY)
    bool remove = false;         ///< the value is taken away (FLG_ADDREG_DELVAL)
    bool append = false;         ///< to an existing REG_MULTI_SZ
};

/// Refused: roots, flags and numbers that are none.
std::expected<RegistryValue, InfError> registry_value(const InfLine &line);

/// Decimal, or hexadecimal after 0x. The whole text.
std::expected<std::uint64_t, InfError> number(const InfLine &line, std::size_t index);

} // namespace ksbox::inf

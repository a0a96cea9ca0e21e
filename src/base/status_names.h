// Names of NTSTATUS values, from the table generated out of the public ntstatus.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ksbox {

/// "STATUS_NO_MATCH"; empty for an unknown value.
std::string_view status_name(std::int32_t status);
/// The reverse.
std::optional<std::int32_t> status_by_name(std::string_view name);
/// "STATUS_NO_MATCH (0xC0000272)", or the bare number.
std::string describe_status(std::int32_t status);

} // namespace ksbox

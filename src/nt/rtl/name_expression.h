// File names and patterns with wildcards, as directory scans and FsRtlIsNameInExpression know them.
// Pure functions, any IRQL.
#pragma once

#include <string_view>

namespace ksbox::rtl {

/// `*`, `?` and the DOS forms `<` (DOS_STAR), `>` (DOS_QM) and `"` (DOS_DOT).
/// @doc NF:ntifs._FSRTL_ADVANCED_FCB_HEADER.FsRtlIsNameInExpression
bool name_matches(std::u16string_view expression, std::u16string_view name, bool ignore_case);

bool has_wildcards(std::u16string_view name);

} // namespace ksbox::rtl

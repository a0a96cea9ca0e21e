// FsRtl functions on names. IRQL: that of the strings' memory.
#include <array>

#include "nt/rtl/counted_string.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/name_expression.h"

namespace ksbox::rtl {

extern "C" {

/// The upcase table is the system's own, whatever is passed: there is no other.
/// @doc NF:ntifs._FSRTL_ADVANCED_FCB_HEADER.FsRtlIsNameInExpression
BOOLEAN NTAPI FsRtlIsNameInExpression(PUNICODE_STRING Expression, PUNICODE_STRING Name,
                                      BOOLEAN IgnoreCase, PWCHAR) {
    return name_matches(view(*Expression), view(*Name), IgnoreCase);
}

/// @doc NF:ntifs._FSRTL_ADVANCED_FCB_HEADER.FsRtlDoesNameContainWildCards
BOOLEAN NTAPI FsRtlDoesNameContainWildCards(PUNICODE_STRING Name) {
    return has_wildcards(view(*Name));
}

} // extern "C"

std::span<const Export> name_exports() {
    static const std::array table{
        done<&FsRtlIsNameInExpression>("FsRtlIsNameInExpression",
                                       "NF:ntifs._FSRTL_ADVANCED_FCB_HEADER."
                                       "FsRtlIsNameInExpression"),
        done<&FsRtlDoesNameContainWildCards>("FsRtlDoesNameContainWildCards",
                                             "NF:ntifs._FSRTL_ADVANCED_FCB_HEADER."
                                             "FsRtlDoesNameContainWildCards"),
    };
    return table;
}

} // namespace ksbox::rtl

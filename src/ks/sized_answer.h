// Answers of variable size: how much fits, what the status is (@doc NF:ks.KsHandleSizedListQuery).
#pragma once

#include <cstdint>
#include <functional>

#include "abi/windows.h"

namespace ksbox::ks {

/// What an answer of `needed` bytes into a buffer of `offered` comes to.
struct SizedAnswer {
    NTSTATUS status;
    ULONG information; ///< IoStatus.Information
    bool header_only;  ///< only KSMULTIPLE_ITEM is to be written
    bool all;
};

/// The rule of sized lists (D8): nothing offered gives the size and STATUS_BUFFER_OVERFLOW, exactly
/// a KSMULTIPLE_ITEM gives the header, more but too little STATUS_BUFFER_TOO_SMALL.
constexpr SizedAnswer sized_list_answer(ULONG needed, ULONG offered) {
    if (offered == 0)
        return {STATUS_BUFFER_OVERFLOW, needed, false, false};
    if (offered >= needed)
        return {STATUS_SUCCESS, needed, false, true};
    if (offered == sizeof(KSMULTIPLE_ITEM))
        return {STATUS_SUCCESS, sizeof(KSMULTIPLE_ITEM), true, false};
    return {STATUS_BUFFER_TOO_SMALL, 0, false, false};
}

/// The rule of plain values: as above, without a header of their own.
constexpr SizedAnswer sized_value_answer(ULONG needed, ULONG offered) {
    if (offered == 0)
        return {STATUS_BUFFER_OVERFLOW, needed, false, false};
    if (offered >= needed)
        return {STATUS_SUCCESS, needed, false, true};
    return {STATUS_BUFFER_TOO_SMALL, 0, false, false};
}

/// Answers a request of the IRP's current stack location with a value in `data`; fills
/// IoStatus.Information.
NTSTATUS answer_value(PIRP irp, void *data, const void *value, ULONG bytes);

} // namespace ksbox::ks

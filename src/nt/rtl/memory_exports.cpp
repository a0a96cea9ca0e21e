// The memory functions' rows: the code is assembly (memory.S).
#include <array>

#include "nt/rtl/exports.h"
#include "nt/rtl/memory.h"

namespace ksbox::rtl {

std::span<const Export> crt_memory_exports() {
    static const std::array table{
        done<&ksbox_crt_memcpy>("memcpy", ""),
        done<&ksbox_crt_memmove>("memmove", ""),
        done<&ksbox_crt_memset>("memset", ""),
        done<&ksbox_crt_memcmp>("memcmp", ""),
        done<&ksbox_crt_strlen>("strlen", ""),
        done<&ksbox_crt_wcslen>("wcslen", ""),
        done<&ksbox_rtl_compare_memory>("RtlCompareMemory", "NF:wdm.RtlCompareMemory"),
        done<&ksbox_crt_memmove>("RtlMoveMemory", "NF:wdm.RtlMoveMemory"),
        done<&ksbox_crt_memcpy>("RtlCopyMemory", "NF:wdm.RtlCopyMemory"),
        done<&ksbox_crt_memcpy>("RtlCopyMemoryNonTemporal", "NF:wdm.RtlCopyMemoryNonTemporal"),
        done<&ksbox_rtl_fill_memory>("RtlFillMemory", "NF:wdm.RtlFillMemory"),
        done<&ksbox_rtl_zero_memory>("RtlZeroMemory", "NF:wdm.RtlZeroMemory"),
    };
    return table;
}

} // namespace ksbox::rtl

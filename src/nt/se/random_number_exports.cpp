// ksecdd.sys: of the kernel's cryptography, random numbers. They come from the box's seed, so that
// a run repeats.
#include <algorithm>
#include <array>
#include <cstring>

#include "abi/windows.h"
#include "nt/irql_check.h"
#include "nt/kernel.h"
#include "nt/se/exports.h"

namespace ksbox::se {
namespace {

// bcrypt.h, which is not among the kernel's headers here.
constexpr ULONG entropy_in_buffer = 1; // BCRYPT_RNG_USE_ENTROPY_IN_BUFFER: ignored since Windows 8
constexpr ULONG system_preferred = 2;  // BCRYPT_USE_SYSTEM_PREFERRED_RNG

extern "C" {

/// Fills the buffer. Without an algorithm's handle the flags must ask for the system's generator,
/// and the IRQL be PASSIVE_LEVEL. There are no providers that could be opened: every handle is
/// invalid. @doc https://learn.microsoft.com/windows/win32/api/bcrypt/nf-bcrypt-bcryptgenrandom
NTSTATUS NTAPI BCryptGenRandom(PVOID hAlgorithm, PUCHAR pbBuffer, ULONG cbBuffer, ULONG dwFlags) {
    if ((dwFlags & ~(entropy_in_buffer | system_preferred)) != 0)
        return STATUS_INVALID_PARAMETER;
    if ((dwFlags & system_preferred) == 0)
        return STATUS_INVALID_HANDLE;
    require_irql(PASSIVE_LEVEL, "BCryptGenRandom");
    if (hAlgorithm != nullptr || (pbBuffer == nullptr && cbBuffer != 0))
        return STATUS_INVALID_PARAMETER;
    Kernel &kernel = current_kernel();
    while (cbBuffer != 0) {
        const std::uint64_t value = kernel.random("BCryptGenRandom");
        const ULONG part = std::min<ULONG>(cbBuffer, sizeof(value));
        std::memcpy(pbBuffer, &value, part);
        pbBuffer += part;
        cbBuffer -= part;
    }
    return STATUS_SUCCESS;
}

} // extern "C"

} // namespace

std::span<const Export> ksecdd_exports() {
    static const std::array table{
        done<&BCryptGenRandom>(
            "BCryptGenRandom",
            "https://learn.microsoft.com/windows/win32/api/bcrypt/nf-bcrypt-bcryptgenrandom"),
    };
    return table;
}

} // namespace ksbox::se

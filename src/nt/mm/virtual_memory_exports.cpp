// ZwAllocateVirtualMemory and ZwFreeVirtualMemory: client memory that a driver asks for. Committed
// at once, at an address of the box's choice.
#include <array>

#include "abi/windows.h"

#include "nt/exports.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/mm/memory_state.h"
#include "nt/mm/page_protection.h"
#include "nt/ob/object_manager.h"
#include "nt/ps/process.h"
#include "nt/unimplemented.h"

namespace ksbox::mm {
namespace {

/// The process behind a handle or the pseudo handle.
Result<ps::Process *> process_of(HANDLE handle) {
    Kernel &kernel = current_kernel();
    if (handle == NtCurrentProcess())
        return ps::process_or_system(kernel, ke::current_thread().process)->process;
    auto entry = KS_TRY(kernel.objects().resolve_typed(ob::handle_process(handle), handle,
                                                       ob::ObjectType::process, 0, false));
    kernel.objects().dereference(entry.body); // the handle holds it
    return static_cast<ps::ProcessBody *>(entry.body)->process;
}

constexpr ULONG_PTR most_zero_bits = 20;
constexpr ULONG known_types = MEM_COMMIT | MEM_RESERVE | MEM_TOP_DOWN;

} // namespace

extern "C" {

/// @doc NF:ntifs.ZwAllocateVirtualMemory
NTSTATUS NTAPI ZwAllocateVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits,
                                       PSIZE_T RegionSize, ULONG AllocationType, ULONG Protect) {
    if (ZeroBits > most_zero_bits)
        return STATUS_INVALID_PARAMETER_3;
    if (*RegionSize == 0)
        return STATUS_INVALID_PARAMETER_4;
    if (!(AllocationType & (MEM_COMMIT | MEM_RESERVE | MEM_RESET)))
        return STATUS_INVALID_PARAMETER_5;
    const auto protection = protection_from(Protect);
    if (!protection)
        return STATUS_INVALID_PAGE_PROTECTION;
    if (*BaseAddress != nullptr)
        unimplemented("ZwAllocateVirtualMemory at an address of the caller's");
    if (!(AllocationType & MEM_COMMIT) || (AllocationType & ~known_types))
        unimplemented("ZwAllocateVirtualMemory without MEM_COMMIT");
    auto process = process_of(ProcessHandle);
    if (!process)
        return process.error().value();
    const auto address = (*process)->allocate(*RegionSize);
    if (!address)
        return STATUS_NO_MEMORY;
    const std::size_t bytes = round_to_pages(*RegionSize);
    if (*protection != Protection::read_write)
        (void)current_kernel().memory().protect(*address, bytes, *protection);
    *BaseAddress = *address;
    *RegionSize = bytes;
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.ZwFreeVirtualMemory
NTSTATUS NTAPI ZwFreeVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
                                   ULONG FreeType) {
    if (FreeType != MEM_RELEASE && FreeType != MEM_DECOMMIT)
        return STATUS_INVALID_PARAMETER_4;
    auto process = process_of(ProcessHandle);
    if (!process)
        return process.error().value();
    const auto range = current_kernel().memory().range_of(*BaseAddress);
    if (!range)
        return STATUS_MEMORY_NOT_ALLOCATED;
    const bool whole = range->data() == *BaseAddress &&
                       (*RegionSize == 0 || round_to_pages(*RegionSize) == range->size());
    if (FreeType == MEM_RELEASE && *RegionSize == 0 && range->data() != *BaseAddress)
        return STATUS_FREE_VM_NOT_AT_BASE;
    if (FreeType == MEM_DECOMMIT || !whole)
        unimplemented("ZwFreeVirtualMemory of a part, or with MEM_DECOMMIT");
    const std::size_t bytes = range->size();
    if (!(*process)->free(static_cast<std::byte *>(*BaseAddress)))
        return STATUS_INVALID_PAGE_PROTECTION; // secured, or another's
    *RegionSize = bytes;
    return STATUS_SUCCESS;
}

} // extern "C"
} // namespace ksbox::mm

namespace ksbox {

std::span<const Export> virtual_memory_exports() {
    using namespace mm;
    static const std::array table{
        partial<&ZwAllocateVirtualMemory>("ZwAllocateVirtualMemory",
                                          "NF:ntifs.ZwAllocateVirtualMemory"),
        partial<&ZwFreeVirtualMemory>("ZwFreeVirtualMemory", "NF:ntifs.ZwFreeVirtualMemory"),
    };
    return table;
}

} // namespace ksbox

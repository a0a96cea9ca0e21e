// ZwQuerySystemInformation: the classes whose contents Microsoft documents and drivers ask for.
#include <algorithm>
#include <array>
#include <cstring>

#include "abi/windows.h"

#include "nt/exports.h"
#include "nt/ke/scheduler.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/mm/layout.h"
#include "nt/ob/object_attributes.h"

namespace ksbox::ex {
namespace {

// SYSTEM_INFORMATION_CLASS (winternl.h).
constexpr ULONG basic_information = 0;
constexpr ULONG time_of_day_information = 3;
constexpr ULONG kernel_debugger_information = 35;

/// SYSTEM_BASIC_INFORMATION: winternl.h names the number of processors only.
struct BasicInformation {
    ULONG reserved;
    ULONG timer_resolution;
    ULONG page_size;
    ULONG physical_pages;
    ULONG lowest_page;
    ULONG highest_page;
    ULONG allocation_granularity;
    std::uintptr_t lowest_user_address;
    std::uintptr_t highest_user_address;
    ULONG_PTR processors_mask;
    CCHAR number_of_processors;
};
static_assert(sizeof(BasicInformation) == 64);
static_assert(offsetof(BasicInformation, number_of_processors) == 56);

struct TimeOfDayInformation {
    LONGLONG boot_time;
    LONGLONG current_time;
    LONGLONG time_zone_bias;
    ULONG time_zone_id;
    ULONG reserved;
    ULONGLONG boot_time_bias;
    ULONGLONG sleep_time_bias;
};
static_assert(sizeof(TimeOfDayInformation) == 48);

struct KernelDebuggerInformation {
    BOOLEAN enabled;
    BOOLEAN not_present;
};

BasicInformation basic(Kernel &kernel) {
    const unsigned processors = kernel.options().processors;
    BasicInformation information{};
    information.timer_resolution = kernel.options().clock_period_100ns;
    information.page_size = mm::layout::page_bytes;
    information.physical_pages = mm::layout::pool_bytes / mm::layout::page_bytes;
    information.lowest_page = 0x100;
    information.highest_page = information.lowest_page + information.physical_pages - 1;
    information.allocation_granularity = 0x10000;
    information.lowest_user_address = 0x10000;
    information.highest_user_address = mm::layout::highest_user_address;
    information.processors_mask =
        processors == 64 ? ~ULONG_PTR(0) : (ULONG_PTR(1) << processors) - 1;
    information.number_of_processors = static_cast<CCHAR>(processors);
    return information;
}

TimeOfDayInformation time_of_day(Kernel &kernel) {
    TimeOfDayInformation information{};
    information.boot_time = static_cast<LONGLONG>(kernel.scheduler().system_time_base());
    information.current_time = static_cast<LONGLONG>(kernel.scheduler().system_time());
    return information;
}

template <typename Information>
NTSTATUS answer(const Information &information, PVOID buffer, ULONG length, PULONG needed) {
    const KPROCESSOR_MODE mode = ke::current_thread().previous_mode;
    const auto size = static_cast<ULONG>(sizeof(Information));
    if (needed != nullptr)
        if (auto written = ob::write_caller(needed, &size, sizeof(size), mode); !written)
            return written.error().value();
    if (length < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    const auto written = ob::write_caller(buffer, &information, size, mode);
    return written ? STATUS_SUCCESS : written.error().value();
}

} // namespace

extern "C" {

/// STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_INFO_CLASS for any class but those above.
/// PASSIVE_LEVEL. @doc NF:ntddk.ZwQuerySystemInformation
NTSTATUS NTAPI ksbox_ZwQuerySystemInformation(ULONG SystemInformationClass, PVOID SystemInformation,
                                              ULONG SystemInformationLength, PULONG ReturnLength) {
    Kernel &kernel = current_kernel();
    const auto reply = [&](const auto &information) {
        return answer(information, SystemInformation, SystemInformationLength, ReturnLength);
    };
    switch (SystemInformationClass) {
    case basic_information:
        return reply(basic(kernel));
    case time_of_day_information:
        return reply(time_of_day(kernel));
    case kernel_debugger_information:
        return reply(KernelDebuggerInformation{FALSE, TRUE});
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

} // extern "C"
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> system_information_exports() {
    static const std::array table{
        partial<&ex::ksbox_ZwQuerySystemInformation>("ZwQuerySystemInformation",
                                                     "NF:ntddk.ZwQuerySystemInformation"),
        partial<&ex::ksbox_ZwQuerySystemInformation>("NtQuerySystemInformation",
                                                     "NF:ntddk.ZwQuerySystemInformation"),
    };
    return table;
}

} // namespace ksbox

// KUSER_SHARED_DATA: the page at a fixed address from which compiled drivers read the clock and
// the version without a call. Offsets as in the public ntddk.h.
#include <cstring>

#include "base/assert.h"
#include "nt/ke/scheduler.h"
#include "nt/ke/trap.h"
#include "nt/kernel.h"
#include "nt/mm/layout.h"
#include "nt/mm/memory.h"

namespace ksbox::ke {

namespace {

constexpr std::uint64_t windows_address = 0xfffff780'00000000;

template <typename T> void put(std::byte *page, std::size_t offset, T value) {
    std::memcpy(page + offset, &value, sizeof value);
}

// KSYSTEM_TIME: low part, high part, high part again.
void put_time(std::byte *page, std::size_t offset, std::uint64_t value) {
    put(page, offset, static_cast<std::uint32_t>(value));
    put(page, offset + 4, static_cast<std::uint32_t>(value >> 32));
    put(page, offset + 8, static_cast<std::uint32_t>(value >> 32));
}

} // namespace

SharedData::SharedData(Kernel &kernel) : kernel_(kernel) {
    mm::Memory &memory = kernel.memory();
    auto pages = memory.commit(mm::Region::images, 2 * mm::layout::page_bytes);
    KS_ASSERT(pages.has_value());
    trapping_page_ = *pages;
    shadow_page_ = *pages + mm::layout::page_bytes;
    memory.label(trapping_page_, "KUSER_SHARED_DATA");
    unsigned version = kernel.options().windows_version;
    put<std::uint32_t>(shadow_page_, 0x04, 0x0fa00000);                      // TickCountMultiplier
    put<std::uint32_t>(shadow_page_, 0x260, version >= 1000 ? 19045 : 7601); // NtBuildNumber
    put<std::uint32_t>(shadow_page_, 0x264, 1); // NtProductType: workstation
    put<std::uint8_t>(shadow_page_, 0x268, 1);  // ProductTypeIsValid
    put<std::uint32_t>(shadow_page_, 0x26c, version / 100);
    put<std::uint32_t>(shadow_page_, 0x270, version % 100);
    for (std::size_t feature : {2, 3, 6, 7, 8, 9, 10, 13, 17}) // compare-exchange, MMX, SSE … XSAVE
        put<std::uint8_t>(shadow_page_, 0x274 + feature, 1);
    put<std::uint64_t>(shadow_page_, 0x300, 10'000'000); // QpcFrequency
    put<std::uint32_t>(shadow_page_, 0x3c0, kernel.options().processors);
    auto closed = memory.protect(trapping_page_, mm::layout::page_bytes, mm::Protection::none);
    KS_ASSERT(closed.has_value());
}

std::byte *SharedData::shadow_of(std::uint64_t address) const {
    if (address >= windows_address && address < windows_address + mm::layout::page_bytes)
        return shadow_page_ + (address - windows_address);
    auto trapping = reinterpret_cast<std::uint64_t>(trapping_page_);
    if (address >= trapping && address < trapping + mm::layout::page_bytes)
        return shadow_page_ + (address - trapping);
    return nullptr;
}

void SharedData::refresh(std::uint64_t now_100ns) {
    Scheduler &scheduler = kernel_.scheduler();
    std::uint64_t tick = scheduler.tick_of(now_100ns);
    put_time(shadow_page_, 0x08, tick);
    put_time(shadow_page_, 0x14, scheduler.system_time_base() + tick);
    put_time(shadow_page_, 0x320, tick / 156'250);
}

} // namespace ksbox::ke

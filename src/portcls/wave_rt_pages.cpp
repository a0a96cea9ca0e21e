// Pages for cyclic buffers.
#include "portcls/wave_rt_pages.h"

#include <algorithm>

#include "ks/lint.h"
#include "nt/mm/layout.h"
#include "nt/mm/mdl.h"
#include "nt/mm/pool.h"
#include "nt/spin_guard.h"

namespace ksbox::portcls {

WaveRtPages::~WaveRtPages() {
    if (!runs_driver_code()) // the pages go with the box
        return;
    while (!allocated_.empty()) {
        const PMDL mdl = allocated_.back();
        finding("IPortWaveRTStream: the stream ends without having freed " +
                std::to_string(mm::mdl_pages(*mdl)) +
                " pages (Driver Verifier's rule "
                "PcAllocatedPages)");
        drop_views(mdl);
        free(mdl);
    }
}

void WaveRtPages::finding(std::string sentence) {
    kernel.extension<ks::Findings>().add(driver_, std::move(sentence));
}

PMDL WaveRtPages::allocate(PHYSICAL_ADDRESS low, PHYSICAL_ADDRESS high, SIZE_T bytes,
                           bool contiguous) {
    mm::PhysicalLimits limits;
    limits.lowest = static_cast<std::uint64_t>(low.QuadPart);
    limits.highest = static_cast<std::uint64_t>(high.QuadPart);
    const PMDL mdl = mm::mdl_allocate_pages(kernel.memory(), kernel.pool(), limits, bytes,
                                            contiguous, contiguous, nullptr);
    if (!mdl)
        return nullptr;
    SpinGuard guard(lock_);
    allocated_.push_back(mdl);
    return mdl;
}

STDMETHODIMP_(PMDL)
WaveRtPages::AllocatePagesForMdl(PHYSICAL_ADDRESS high, SIZE_T bytes) noexcept {
    return allocate({}, high, bytes, false);
}

STDMETHODIMP_(PMDL)
WaveRtPages::AllocateContiguousPagesForMdl(PHYSICAL_ADDRESS low, PHYSICAL_ADDRESS high,
                                           SIZE_T bytes) noexcept {
    return allocate(low, high, bytes, true);
}

STDMETHODIMP_(PVOID)
WaveRtPages::MapAllocatedPages(PMDL mdl, MEMORY_CACHING_TYPE type) noexcept {
    if (!mdl || !(mdl->MdlFlags & MDL_PAGES_LOCKED) ||
        (type != MmNonCached && type != MmCached && type != MmWriteCombined)) {
        finding("IPortWaveRTStream::MapAllocatedPages: the MDL has no pages, or the cache type is "
                "not MmNonCached, MmCached or MmWriteCombined (PcAllocateAndMapPages)");
        return nullptr;
    }
    bool mapped;
    {
        SpinGuard guard(lock_);
        mapped = std::ranges::find(views_, mdl, &View::mdl) != views_.end();
    }
    if (mapped)
        finding("IPortWaveRTStream::MapAllocatedPages: the MDL is mapped already "
                "(PcUnmapAllocatedPages)");
    const auto view = mm::mdl_map_system(kernel.memory(), *mdl, mm::Protection::read_write);
    if (!view)
        return nullptr;
    SpinGuard guard(lock_);
    views_.push_back({mdl, *view});
    return *view;
}

STDMETHODIMP_(VOID) WaveRtPages::UnmapAllocatedPages(PVOID address, PMDL mdl) noexcept {
    bool known;
    {
        SpinGuard guard(lock_);
        known = std::erase_if(views_, [&](const View &view) {
                    return view.address == address && view.mdl == mdl;
                }) != 0;
    }
    if (known)
        mm::mdl_unmap(kernel.memory(), *mdl, address);
    else
        finding("IPortWaveRTStream::UnmapAllocatedPages: the MDL is not mapped there "
                "(PcUnmapAllocatedPages)");
}

bool WaveRtPages::drop_views(PMDL mdl) {
    std::vector<View> dropped;
    {
        SpinGuard guard(lock_);
        std::ranges::copy_if(views_, std::back_inserter(dropped),
                             [&](const View &view) { return view.mdl == mdl; });
        std::erase_if(views_, [&](const View &view) { return view.mdl == mdl; });
    }
    for (const View &view : dropped)
        mm::mdl_unmap(kernel.memory(), *mdl, view.address);
    return !dropped.empty();
}

void WaveRtPages::free(PMDL mdl) {
    {
        SpinGuard guard(lock_);
        std::erase(allocated_, mdl);
    }
    mm::mdl_free_pages(kernel.memory(), *mdl);
    mm::mdl_free(kernel.memory(), kernel.pool(), mdl, nullptr);
}

STDMETHODIMP_(VOID) WaveRtPages::FreePagesFromMdl(PMDL mdl) noexcept {
    bool ours;
    {
        SpinGuard guard(lock_);
        ours = std::ranges::find(allocated_, mdl) != allocated_.end();
    }
    if (!ours) {
        finding("IPortWaveRTStream::FreePagesFromMdl: the MDL is not one that this stream has");
        return;
    }
    if (drop_views(mdl))
        finding("IPortWaveRTStream::FreePagesFromMdl: the MDL is still mapped "
                "(PcUnmapAllocatedPages)");
    free(mdl);
}

STDMETHODIMP_(ULONG) WaveRtPages::GetPhysicalPagesCount(PMDL mdl) noexcept {
    return mdl ? static_cast<ULONG>(mm::mdl_pages(*mdl)) : 0;
}

STDMETHODIMP_(PPHYSICAL_ADDRESS)
WaveRtPages::GetPhysicalPageAddress(PPHYSICAL_ADDRESS result, PMDL mdl, ULONG index) noexcept {
    result->QuadPart =
        mdl && index < mm::mdl_pages(*mdl)
            ? static_cast<LONGLONG>(mm::mdl_pfns(*mdl)[index] * mm::layout::page_bytes)
            : 0;
    return result;
}

} // namespace ksbox::portcls

// IPortWaveRTStream: pages for a cyclic buffer. A miniport's stream has one for its whole life.
// @doc NN:portcls.IPortWaveRTStream
#pragma once

#include <string>
#include <vector>

#include "nt/mm/memory.h"
#include "portcls/com.h"

namespace ksbox::portcls {

/// What it gave and did not get back when it goes is a finding, and is freed then (Driver
/// Verifier's PcAllocatedPages and PcUnmapAllocatedPages). IRQL of all: PASSIVE.
class WaveRtPages final : public ComObject<IPortWaveRTStream> {
  public:
    /// `driver`: whose findings they are.
    WaveRtPages(Kernel &kernel, PDRIVER_OBJECT driver) : ComObject(kernel), driver_(driver) {}
    ~WaveRtPages() override;

    /// Fewer pages than asked for when there are no more; null for none.
    STDMETHODIMP_(PMDL)
    AllocatePagesForMdl(PHYSICAL_ADDRESS high, SIZE_T bytes) noexcept override;
    /// All of them, in one piece, or null.
    STDMETHODIMP_(PMDL)
    AllocateContiguousPagesForMdl(PHYSICAL_ADDRESS low, PHYSICAL_ADDRESS high,
                                  SIZE_T bytes) noexcept override;
    /// Null for an MDL without pages, and for another cache type than the page's three [inferred].
    STDMETHODIMP_(PVOID) MapAllocatedPages(PMDL mdl, MEMORY_CACHING_TYPE type) noexcept override;
    STDMETHODIMP_(VOID) UnmapAllocatedPages(PVOID address, PMDL mdl) noexcept override;
    /// An MDL that did not come from here is left alone, with a finding [inferred].
    STDMETHODIMP_(VOID) FreePagesFromMdl(PMDL mdl) noexcept override;
    STDMETHODIMP_(ULONG) GetPhysicalPagesCount(PMDL mdl) noexcept override;
    /// 0 beyond the last page [inferred].
    STDMETHODIMP_(PPHYSICAL_ADDRESS)
    GetPhysicalPageAddress(PPHYSICAL_ADDRESS result, PMDL mdl, ULONG index) noexcept override;

  protected:
    IUnknown *interface_of(const GUID &id) override {
        return id == IID_IPortWaveRTStream ? static_cast<IPortWaveRTStream *>(this) : nullptr;
    }

  private:
    struct View {
        PMDL mdl;
        PVOID address;
    };
    PMDL allocate(PHYSICAL_ADDRESS low, PHYSICAL_ADDRESS high, SIZE_T bytes, bool contiguous);
    /// Takes the MDL's views out of the list, and from the address space. Whether there were any.
    bool drop_views(PMDL mdl);
    void free(PMDL mdl);
    void finding(std::string sentence);

    const PDRIVER_OBJECT driver_;
    KSPIN_LOCK lock_ = 0; ///< guards the lists; a leaf
    std::vector<PMDL> allocated_;
    std::vector<View> views_;
};

} // namespace ksbox::portcls

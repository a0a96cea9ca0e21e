// Section objects: pages that several views share, backed by the box's memory or by a file. A view
// is one more mapping of the pages, in a client's memory or in the system's.
#pragma once

#include <string>
#include <vector>

#include "abi/windows.h"

#include "base/result.h"
#include "nt/ke/host_lock.h"
#include "nt/kernel.h"
#include "nt/mm/memory.h"

namespace ksbox::mm {

/// What a section is made of; `file` null: the paging file, which in a box is memory.
struct SectionRequest {
    std::uint64_t bytes = 0; ///< 0: as long as the file
    ULONG protection = PAGE_READWRITE;
    ULONG attributes = SEC_COMMIT;
    PFILE_OBJECT file = nullptr;
};

struct ViewRequest {
    void *process = nullptr; ///< PEPROCESS; null or the system process: system memory
    std::byte *at = nullptr; ///< null: anywhere
    std::uint64_t offset = 0;
    std::size_t bytes = 0; ///< 0: to the section's end
    ULONG protection = PAGE_READWRITE;
};

/// The views and the secured ranges of one box: kernel.extension<Views>().
class Views : public KernelExtension {
  public:
    explicit Views(Kernel &kernel);

    /// Body of ObjectType::section, one reference. PASSIVE_LEVEL. STATUS_SECTION_TOO_BIG,
    /// STATUS_MAPPED_FILE_SIZE_ZERO, STATUS_INVALID_PAGE_PROTECTION, STATUS_INVALID_PARAMETER_4 (no
    /// size), STATUS_INVALID_FILE_FOR_SECTION, STATUS_INSUFFICIENT_RESOURCES.
    Result<void *> create(const SectionRequest &request);

    /// Maps a part of the section; the view keeps the section alive. `request` comes back rounded.
    /// STATUS_INVALID_VIEW_SIZE, STATUS_SECTION_PROTECTION, STATUS_INVALID_PAGE_PROTECTION,
    /// STATUS_CONFLICTING_ADDRESSES. PASSIVE_LEVEL.
    Result<std::byte *> map(void *section, ViewRequest &request);
    /// The view of the process (null: the system's) that holds the address. A file gets what was
    /// written. STATUS_NOT_MAPPED_VIEW, STATUS_INVALID_PAGE_PROTECTION (it is secured).
    Result<void> unmap(void *process, const void *address);
    /// Process rundown: whatever the process has mapped or secured.
    void unmap_all(void *process);

    /// MmSecureVirtualMemory: nothing when the range is not accessible so. A handle, never null.
    void *secure(void *process, const void *address, std::size_t bytes, bool writable);
    bool unsecure(void *handle);
    /// Whether any byte of the range is secured.
    bool secured(const void *address, std::size_t bytes);

  private:
    struct View {
        void *process;
        std::byte *base;
        std::size_t bytes;
        void *section; ///< referenced
    };
    struct Secured {
        void *handle;
        void *process;
        std::uintptr_t begin;
        std::size_t bytes;
    };
    static void remove_section(Kernel &kernel, void *body);
    void drop(const View &view);

    Kernel &kernel_;
    ke::HostLock lock_; // of what follows
    std::vector<View> views_;
    std::vector<Secured> secured_;
    std::uint64_t next_secured_ = 1;
};

} // namespace ksbox::mm

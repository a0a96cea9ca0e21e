// A box's pages: one memfd holds every page that an MDL can name; the client slot and the image,
// pool and stack parts of the system slot are mappings of it, and MmMapLockedPages is one more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"

namespace ksbox::mm {

using Pfn = std::uint64_t;

enum class Region : std::uint8_t { client, images, pool, stacks, views };
enum class Protection : std::uint8_t { none, read, read_write, read_execute, read_write_execute };

/// Where contiguous memory may lie, in physical addresses (bytes); `boundary` 0: may cross any.
struct PhysicalLimits {
    std::uint64_t lowest = 0;
    std::uint64_t highest = UINT64_MAX; ///< the last byte allowed
    std::uint64_t boundary = 0;
    std::uint64_t alignment = 4096;
};

class Memory {
  public:
    /// Claims the lowest free slot of both windows. STATUS_INSUFFICIENT_RESOURCES if all are taken
    /// or the host refuses the mapping.
    static Result<std::unique_ptr<Memory>> create();
    ~Memory();
    Memory(const Memory &) = delete;
    Memory &operator=(const Memory &) = delete;

    /// Commits `bytes` (rounded up to pages) of zeroed memory, readable and writable, first fit,
    /// with `guard_pages` inaccessible pages on both sides. Not in Region::views.
    Result<std::byte *> commit(Region region, std::size_t bytes, std::size_t guard_pages = 0);
    /// The same in Region::pool, at physical addresses within the limits. Every committed range is
    /// physically contiguous; this one chooses where.
    Result<std::byte *> commit_contiguous(std::size_t bytes, const PhysicalLimits &limits,
                                          std::size_t guard_pages = 0);
    /// Address space without pages, inaccessible: MmAllocateMappingAddress. In Region::views.
    Result<std::byte *> reserve(std::size_t bytes);
    /// Maps pages into a range from reserve() at a byte offset (a multiple of a page), or takes
    /// them out again. STATUS_INVALID_PARAMETER when they do not fit.
    Result<void> map_reserved(std::byte *address, std::size_t offset, std::span<const Pfn> pages,
                              Protection protection);
    struct Reservation {
        std::string label;
        std::size_t mapped_pages;
    };
    /// What begins at the address, if reserve() gave it.
    std::optional<Reservation> reservation(const void *address) const;
    Result<void> unmap_reserved(std::byte *address, std::size_t offset, std::size_t pages);
    /// Returns a range from commit() or map(); its pages become inaccessible and its contents are
    /// dropped. With `reuse` false the range is not handed out again before recycle().
    void release(std::byte *address, bool reuse = true);
    /// Lets a range that was released without reuse be handed out after all.
    void recycle(std::byte *address);
    Result<void> protect(std::byte *address, std::size_t bytes, Protection protection);

    /// The page behind a committed address of this box, or nothing.
    std::optional<Pfn> pfn_of(const void *address) const;
    /// Where the page was committed (not its other views); null when it is not committed.
    std::byte *address_of(Pfn page) const;
    /// Holds the pages of a committed range while an MDL names them (MmProbeAndLockPages): a
    /// release() meanwhile takes the access away, and the pages when the last holder unpins.
    /// False when part of it is not committed.
    bool pin(const void *address, std::size_t bytes);
    /// What locking an MDL's pages takes, in one step: checks that the range can be read (or
    /// written), tells its pages, one for each it touches, and pins it. False: nothing is held.
    bool lock_pages(const void *address, std::size_t bytes, bool write, std::span<Pfn> pages);
    void unpin(const void *address, std::size_t bytes);
    std::size_t pinned_ranges() const;
    /// Where a view goes: at an address, or at the first free multiple of `alignment`.
    struct Placement {
        std::byte *at = nullptr;
        std::size_t alignment = 4096;
    };
    /// Another view of the pages, in order, in Region::views (or in the client slot when
    /// `to_client`). STATUS_CONFLICTING_ADDRESSES when the place asked for is not free.
    Result<std::byte *> map(std::span<const Pfn> pages, bool to_client, Protection protection,
                            const Placement &where);
    Result<std::byte *> map(std::span<const Pfn> pages, bool to_client, Protection protection) {
        return map(pages, to_client, protection, Placement{});
    }

    bool is_client(const void *address, std::size_t bytes) const;
    bool is_system(const void *address) const;
    /// Whether the whole range is committed with at least read (or write) access.
    bool accessible(const void *address, std::size_t bytes, bool write) const;
    /// The committed range that contains the address.
    std::optional<std::span<std::byte>> range_of(const void *address) const;
    /// The view from map() that contains the address.
    std::optional<std::span<std::byte>> view_of(const void *address) const;
    /// Takes that view back; false when there is none.
    bool unmap(const void *address);
    unsigned slot() const { return slot_; }

    /// What the range is, in words, for reports: "stack of system thread 3", "unloaded x.sys" …
    void label(std::byte *address, std::string text);
    /// The label of the range, or of the range whose guard page holds the address ("guard page of
    /// …"); "unmapped" otherwise. Async-signal-unsafe.
    std::string describe(const void *address) const;

    /// What is released from now on stays mapped until the object goes: a crashed box's frozen
    /// frames are looked at by its report, and by destructors. AddressSanitizer keeps it for the
    /// rest of the process: its leak check takes what those frames own for owned.
    void abandon() { abandoned_ = true; }

  private:
    struct State;
    explicit Memory(unsigned slot);
    unsigned slot_;
    bool abandoned_ = false;
    std::unique_ptr<State> state_;
};

/// memcpy between host and memory that may fault: true when all bytes were copied, false at the
/// first inaccessible byte. Does not check whose memory it is. Any IRQL.
bool guarded_copy(void *destination, const void *source, std::size_t bytes) noexcept;

} // namespace ksbox::mm

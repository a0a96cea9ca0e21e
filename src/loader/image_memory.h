// Where images live. The box gives the system window of its address space; tools and
// tests use plain anonymous mappings.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ksbox::loader {

enum class Protection { none, read, read_write, read_execute, read_write_execute };

class ImageMemory {
  public:
    virtual ~ImageMemory() = default;

    /// Page-aligned, zeroed, readable and writable memory for one image or one page of thunks;
    /// null when there is no room. `alignment` is a power of two of at least a page.
    virtual std::byte *reserve(std::size_t bytes, std::size_t alignment) = 0;
    /// `address` and `bytes` are whole pages inside one reservation.
    [[nodiscard]] virtual bool protect(std::byte *address, std::size_t bytes,
                                       Protection protection) = 0;
    /// The whole reservation becomes inaccessible, and should not be handed out again soon: a
    /// late callback into an unloaded driver must fault at an address that still has a name.
    virtual void release(std::byte *address, std::size_t bytes) = 0;
};

/// Anonymous mappings wherever the host kernel puts them. Released ranges stay reserved, without
/// access, until the object is destroyed.
class AnonymousImageMemory final : public ImageMemory {
  public:
    AnonymousImageMemory() = default;
    AnonymousImageMemory(const AnonymousImageMemory &) = delete;
    AnonymousImageMemory &operator=(const AnonymousImageMemory &) = delete;
    ~AnonymousImageMemory() override;

    std::byte *reserve(std::size_t bytes, std::size_t alignment) override;
    [[nodiscard]] bool protect(std::byte *address, std::size_t bytes,
                               Protection protection) override;
    void release(std::byte *address, std::size_t bytes) override;

  private:
    struct Mapping {
        Mapping *next;
        std::byte *address;
        std::size_t bytes;
    };
    Mapping *mappings_ = nullptr;
};

} // namespace ksbox::loader

// AnonymousImageMemory: mmap, mprotect, munmap.
#include "loader/image_memory.h"

#include <sys/mman.h>

namespace ksbox::loader {

namespace {

int host_protection(Protection protection) {
    switch (protection) {
    case Protection::none:
        return PROT_NONE;
    case Protection::read:
        return PROT_READ;
    case Protection::read_write:
        return PROT_READ | PROT_WRITE;
    case Protection::read_execute:
        return PROT_READ | PROT_EXEC;
    case Protection::read_write_execute:
        return PROT_READ | PROT_WRITE | PROT_EXEC;
    }
    __builtin_unreachable();
}

} // namespace

AnonymousImageMemory::~AnonymousImageMemory() {
    while (Mapping *mapping = mappings_) {
        mappings_ = mapping->next;
        munmap(mapping->address, mapping->bytes);
        delete mapping;
    }
}

std::byte *AnonymousImageMemory::reserve(std::size_t bytes, std::size_t alignment) {
    const std::size_t total = bytes + alignment;
    if (total < bytes)
        return nullptr;
    void *mapped =
        mmap(nullptr, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED)
        return nullptr;
    auto *base = static_cast<std::byte *>(mapped);
    mappings_ = new Mapping{mappings_, base, total};
    const auto address = (reinterpret_cast<std::uintptr_t>(base) + alignment - 1) & -alignment;
    auto *aligned = reinterpret_cast<std::byte *>(address);
    return protect(aligned, bytes, Protection::read_write) ? aligned : nullptr;
}

bool AnonymousImageMemory::protect(std::byte *address, std::size_t bytes, Protection protection) {
    return mprotect(address, bytes, host_protection(protection)) == 0;
}

void AnonymousImageMemory::release(std::byte *address, std::size_t bytes) {
    // A fresh mapping over the range gives the pages back and keeps the addresses taken.
    mmap(address, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

} // namespace ksbox::loader

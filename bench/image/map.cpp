// The limit: trusts the file in everything.
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_map>
#include <vector>

#include "image/sides.h"

namespace ksbox::bench {

namespace {

struct Directory {
    std::uint32_t rva, size;
};
struct Section {
    char name[8];
    std::uint32_t size, rva, file_size, file_offset;
    std::uint32_t unused[3], flags;
};
struct ImportModule {
    std::uint32_t names, time, forwarder, name, slots;
};

template <typename T> T &at(std::byte *base, std::size_t offset) {
    return *reinterpret_cast<T *>(base + offset);
}

constexpr std::size_t optional_header = 24; ///< from the PE signature

class Mapping {
  public:
    explicit Mapping(const std::vector<std::byte> &file)
        : pe_(at<std::uint32_t>(const_cast<std::byte *>(file.data()), 0x3c)),
          file_(const_cast<std::byte *>(file.data())),
          size_(at<std::uint32_t>(file_, pe_ + optional_header + 56)) {
        base_ = static_cast<std::byte *>(
            mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (base_ == MAP_FAILED)
            throw std::runtime_error("no memory for the image");
        std::memcpy(base_, file_, at<std::uint32_t>(file_, pe_ + optional_header + 60));
        for (const Section &section : sections())
            std::memcpy(base_ + section.rva, file_ + section.file_offset, section.file_size);
    }
    ~Mapping() { munmap(base_, size_); }
    Mapping(const Mapping &) = delete;
    Mapping &operator=(const Mapping &) = delete;

    std::size_t relocate() {
        const auto delta = reinterpret_cast<std::uint64_t>(base_) -
                           at<std::uint64_t>(file_, pe_ + optional_header + 24);
        const Directory all = directory(5);
        std::size_t count = 0;
        for (std::uint32_t block = all.rva; block < all.rva + all.size;
             block += at<std::uint32_t>(base_, block + 4)) {
            const std::uint32_t page = at<std::uint32_t>(base_, block);
            const std::uint32_t end = block + at<std::uint32_t>(base_, block + 4);
            for (std::uint32_t entry = block + 8; entry < end; entry += 2) {
                const std::uint16_t what = at<std::uint16_t>(base_, entry);
                if (what >> 12 != 10)
                    continue;
                at<std::uint64_t>(base_, page + (what & 0xfff)) += delta;
                ++count;
            }
        }
        return count;
    }

    template <typename Find> std::size_t bind(Find find) {
        std::size_t count = 0;
        for (std::uint32_t at_module = directory(1).rva;; at_module += sizeof(ImportModule)) {
            const auto &module = at<ImportModule>(base_, at_module);
            if (module.slots == 0)
                return count;
            for (std::uint32_t i = 0; at<std::uint64_t>(base_, module.names + i * 8) != 0; ++i) {
                const auto name = at<std::uint64_t>(base_, module.names + i * 8);
                at<std::uint64_t>(base_, module.slots + i * 8) =
                    find(reinterpret_cast<const char *>(base_ + name + 2));
                ++count;
            }
        }
    }

    void protect() {
        for (const Section &section : sections()) {
            const bool writable = section.flags & 0x80000000, code = section.flags & 0x20000000;
            const int access = PROT_READ | (writable ? PROT_WRITE : 0) | (code ? PROT_EXEC : 0);
            if (mprotect(base_ + section.rva, (section.size + 0xfff) & ~0xfffU, access) != 0)
                throw std::runtime_error("a section cannot be protected");
        }
    }

  private:
    Directory directory(std::size_t index) const {
        return at<Directory>(file_, pe_ + optional_header + 112 + index * 8);
    }
    std::span<const Section> sections() const {
        const auto count = at<std::uint16_t>(file_, pe_ + 6);
        const auto header_size = at<std::uint16_t>(file_, pe_ + 20);
        return {&at<Section>(file_, pe_ + optional_header + header_size), count};
    }

    std::size_t pe_;
    std::byte *file_;
    std::size_t size_;
    std::byte *base_;
};

std::vector<std::byte> read_whole(const std::string &path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat facts{};
    if (file < 0 || fstat(file, &facts) != 0)
        throw std::runtime_error(path + " cannot be read");
    std::vector<std::byte> bytes(static_cast<std::size_t>(facts.st_size));
    const bool whole = read(file, bytes.data(), bytes.size()) == facts.st_size;
    close(file);
    if (!whole)
        throw std::runtime_error(path + " cannot be read whole");
    return bytes;
}

} // namespace

Work map_and_unmap() {
    // As many names as the kernel exports, those of the image among them.
    auto names = std::make_shared<std::vector<std::string>>();
    const std::vector<std::byte> file = read_whole(driver_file("big"));
    Mapping(file).bind([&](const char *name) {
        names->push_back(name);
        return 0ULL;
    });
    while (names->size() < 1500)
        names->push_back("Function" + std::to_string(names->size()));
    auto table = std::make_shared<std::unordered_map<std::string_view, std::uint64_t>>();
    for (const std::string &name : *names)
        table->emplace(name, table->size() + 1);

    return [names, table](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::vector<std::byte> bytes = read_whole(driver_file("big"));
            Mapping image(bytes);
            if (image.relocate() < 4000)
                throw std::logic_error("relocations are missing");
            if (image.bind([&](const char *name) { return table->at(name); }) < 300)
                throw std::logic_error("imports are missing");
            image.protect();
        }
    };
}

} // namespace ksbox::bench

// KsLoadResource: a copy of a resource out of a loaded image. The image is untrusted, so every step
// is a guarded read within the bounds that the image itself states.
#include <string_view>

#include "abi/windows.h"
#include "base/result.h"
#include "ks/exports.h"
#include "loader/pe_format.h"
#include "nt/mm/memory.h"

using namespace ksbox;

namespace {

namespace pe = ksbox::loader::pe;

constexpr ULONG pool_tag = 'rRsK';

constexpr ULONG name_bit = 0x80000000;      ///< a name, not a number
constexpr ULONG directory_bit = 0x80000000; ///< a directory, not data

struct Directory {
    ULONG characteristics;
    ULONG time;
    USHORT major;
    USHORT minor;
    USHORT named;
    USHORT numbered;
};
struct DirectoryEntry {
    ULONG name;
    ULONG offset;
};
struct DataEntry {
    ULONG rva;
    ULONG bytes;
    ULONG code_page;
    ULONG reserved;
};

/// The resource section of an image.
class Resources {
  public:
    static Result<Resources> of(const std::byte *image) {
        ULONG header_at = 0;
        std::uint16_t magic = 0;
        if (!mm::guarded_copy(&magic, image, sizeof magic) || magic != pe::dos_magic ||
            !mm::guarded_copy(&header_at, image + pe::lfanew_offset, sizeof header_at))
            return fail(STATUS_INVALID_IMAGE_FORMAT);
        struct {
            ULONG signature;
            pe::FileHeader file;
            pe::OptionalHeader64 optional;
            pe::DataDirectory directories[pe::directory_resource + 1];
        } headers;
        if (!mm::guarded_copy(&headers, image + header_at, sizeof headers) ||
            headers.signature != pe::nt_signature || headers.optional.magic != pe::pe32_plus_magic)
            return fail(STATUS_INVALID_IMAGE_FORMAT);
        const pe::DataDirectory &section = headers.directories[pe::directory_resource];
        if (headers.optional.directory_count <= pe::directory_resource || !section.rva)
            return fail(STATUS_RESOURCE_DATA_NOT_FOUND);
        return Resources(image, image + section.rva, headers.optional.image_size);
    }

    /// The entry of a directory by number or name, or the first one for null; its offset.
    Result<ULONG> find(ULONG directory_at, ULONG_PTR name, NTSTATUS missing) const {
        Directory directory;
        if (!read(directory_at, directory))
            return fail(STATUS_INVALID_IMAGE_FORMAT);
        const ULONG count = ULONG(directory.named) + directory.numbered;
        for (ULONG i = 0; i < count; ++i) {
            DirectoryEntry entry;
            const std::size_t at = directory_at + sizeof directory + i * sizeof entry;
            if (!read(at, entry))
                return fail(STATUS_INVALID_IMAGE_FORMAT);
            if (name == any || matches(entry.name, name))
                return entry.offset;
        }
        return fail(missing);
    }

    Result<DataEntry> data(ULONG at) const {
        DataEntry entry;
        if ((at & directory_bit) || !read(at, entry) || entry.rva > image_bytes_ ||
            entry.bytes > image_bytes_ - entry.rva)
            return fail(STATUS_INVALID_IMAGE_FORMAT);
        return entry;
    }
    static constexpr ULONG_PTR any = 0;

  private:
    Resources(const std::byte *image, const std::byte *root, ULONG image_bytes)
        : image_(image), root_(root), image_bytes_(image_bytes) {}

    template <typename T> bool read(std::size_t at, T &value) const {
        const std::size_t root = static_cast<std::size_t>(root_ - image_);
        return root + at + sizeof value <= image_bytes_ &&
               mm::guarded_copy(&value, root_ + at, sizeof value);
    }

    bool matches(ULONG entry, ULONG_PTR wanted) const {
        constexpr ULONG_PTR first_pointer = 0x10000;
        if (wanted < first_pointer)
            return entry == wanted;
        USHORT length = 0;
        const ULONG at = entry & ~name_bit;
        if (!(entry & name_bit) || !read(at, length))
            return false;
        const std::u16string_view text(reinterpret_cast<PCWSTR>(wanted));
        if (text.size() != length)
            return false;
        for (ULONG i = 0; i < length; ++i) {
            WCHAR character = 0;
            if (!read(at + sizeof length + i * sizeof character, character) || character != text[i])
                return false;
        }
        return true;
    }

    const std::byte *image_;
    const std::byte *root_;
    ULONG image_bytes_;
};

/// Type, name, then the first language.
Result<DataEntry> find_resource(const Resources &resources, ULONG type, ULONG_PTR name) {
    const ULONG names = KS_TRY(resources.find(0, type, STATUS_RESOURCE_TYPE_NOT_FOUND));
    if (!(names & directory_bit))
        return fail(STATUS_INVALID_IMAGE_FORMAT);
    const ULONG languages =
        KS_TRY(resources.find(names & ~directory_bit, name, STATUS_RESOURCE_NAME_NOT_FOUND));
    if (!(languages & directory_bit))
        return resources.data(languages);
    return resources.data(KS_TRY(resources.find(languages & ~directory_bit, Resources::any,
                                                STATUS_RESOURCE_LANG_NOT_FOUND)));
}

} // namespace

extern "C" {

NTSTATUS NTAPI KsLoadResource(PVOID ImageBase, POOL_TYPE PoolType, ULONG_PTR ResourceName,
                              ULONG ResourceType, PVOID *Resource, PULONG ResourceSize) {
    *Resource = nullptr;
    const auto *image = static_cast<const std::byte *>(ImageBase);
    const auto resources = Resources::of(image);
    if (!resources)
        return resources.error().value();
    const auto entry = find_resource(*resources, ResourceType, ResourceName);
    if (!entry)
        return entry.error().value();
    void *const copy = ExAllocatePoolWithTag(PoolType, entry->bytes, pool_tag);
    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!mm::guarded_copy(copy, image + entry->rva, entry->bytes)) {
        ExFreePoolWithTag(copy, pool_tag);
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    *Resource = copy;
    if (ResourceSize)
        *ResourceSize = entry->bytes;
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> ksbox::ks::resource_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsLoadResource),
    };
    return table;
}

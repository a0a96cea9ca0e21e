#include "nt/fs/directory_scan.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>

#include "base/quad.h"
#include "base/unicode.h"
#include "nt/fs/file_facts.h"
#include "nt/fs/host_folder.h"
#include "nt/rtl/name_expression.h"

namespace ksbox::fs {
namespace {

/// Where the name begins in the structure of a class; 0: a class that scans do not have.
ULONG name_offset(FILE_INFORMATION_CLASS information_class) {
    switch (information_class) {
    case FileDirectoryInformation:
        return offsetof(FILE_DIRECTORY_INFORMATION, FileName);
    case FileFullDirectoryInformation:
        return offsetof(FILE_FULL_DIR_INFORMATION, FileName);
    case FileBothDirectoryInformation:
        return offsetof(FILE_BOTH_DIR_INFORMATION, FileName);
    case FileNamesInformation:
        return offsetof(FILE_NAMES_INFORMATION, FileName);
    case FileIdBothDirectoryInformation:
        return offsetof(FILE_ID_BOTH_DIR_INFORMATION, FileName);
    case FileIdFullDirectoryInformation:
        return offsetof(FILE_ID_FULL_DIR_INFORMATION, FileName);
    default:
        return 0;
    }
}

/// The fixed part of an entry; what this drive does not have (short names, EAs) stays 0.
std::vector<std::byte> fixed_part(FILE_INFORMATION_CLASS information_class,
                                  const struct stat &facts, ULONG name_bytes) {
    std::vector<std::byte> bytes(name_offset(information_class));
    if (information_class == FileNamesInformation) {
        std::memcpy(bytes.data() + offsetof(FILE_NAMES_INFORMATION, FileNameLength), &name_bytes,
                    sizeof name_bytes);
        return bytes;
    }
    // All the others begin alike.
    FILE_DIRECTORY_INFORMATION common{};
    // A folder's time is the host's, which moves with what is made in it: 0, "not supported".
    if (!S_ISDIR(facts.st_mode)) {
        common.CreationTime = common.LastAccessTime = common.LastWriteTime = common.ChangeTime =
            written_at(facts);
        common.EndOfFile.QuadPart = facts.st_size;
        common.AllocationSize = allocated(facts);
    }
    common.FileAttributes = attributes_of(facts);
    common.FileNameLength = name_bytes;
    std::memcpy(bytes.data(), &common, offsetof(FILE_DIRECTORY_INFORMATION, FileName));
    const auto put_id = [&](std::size_t offset) {
        const LONGLONG id = static_cast<LONGLONG>(facts.st_ino);
        std::memcpy(bytes.data() + offset, &id, sizeof id);
    };
    if (information_class == FileIdBothDirectoryInformation)
        put_id(offsetof(FILE_ID_BOTH_DIR_INFORMATION, FileId));
    if (information_class == FileIdFullDirectoryInformation)
        put_id(offsetof(FILE_ID_FULL_DIR_INFORMATION, FileId));
    return bytes;
}

} // namespace

Result<void> DirectoryScan::start(const FileDescriptor &folder, std::u16string_view pattern) {
    if (pattern_.empty())
        pattern_ = pattern.empty() ? std::u16string_view(u"*") : pattern;
    entries_.clear();
    next_ = 0;
    const int again = openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again < 0)
        return fail(status_of_errno(errno));
    const std::unique_ptr<DIR, int (*)(DIR *)> listing(fdopendir(again), closedir);
    if (!listing) {
        close(again);
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    while (const dirent *item = readdir(listing.get())) {
        Entry entry{to_utf16(item->d_name), {}};
        if (!rtl::name_matches(pattern_, entry.name, true))
            continue;
        // Links, devices and what went away meanwhile are no files of this drive's.
        if (fstatat(folder.get(), item->d_name, &entry.facts, AT_SYMLINK_NOFOLLOW) == 0 &&
            (S_ISREG(entry.facts.st_mode) || S_ISDIR(entry.facts.st_mode)))
            entries_.push_back(std::move(entry));
    }
    std::ranges::sort(entries_, [](const Entry &a, const Entry &b) {
        return LessIgnoringCase()(a.name, b.name) ||
               (!LessIgnoringCase()(b.name, a.name) && a.name < b.name);
    });
    return {};
}

NTSTATUS DirectoryScan::read(FILE_INFORMATION_CLASS information_class, void *buffer, ULONG length,
                             bool one_only, ULONG *written) {
    *written = 0;
    const ULONG fixed = name_offset(information_class);
    if (fixed == 0)
        return STATUS_INVALID_INFO_CLASS;
    const bool is_first = std::exchange(is_fresh_, false);
    if (is_first && length < fixed)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (next_ == entries_.size())
        return is_first ? STATUS_NO_SUCH_FILE : STATUS_NO_MORE_FILES;
    auto *out = static_cast<std::byte *>(buffer);
    ULONG last = 0, used = 0;
    for (; next_ < entries_.size() && !(one_only && used != 0); ++next_) {
        const Entry &entry = entries_[next_];
        const auto name_bytes = static_cast<ULONG>(entry.name.size() * sizeof(WCHAR));
        const ULONG start = quad_aligned(used);
        const bool fits = start <= length && length - start >= fixed + name_bytes;
        if (!fits && (used != 0 || !is_first))
            break;
        const auto head = fixed_part(information_class, entry.facts, name_bytes);
        std::memcpy(out + start, head.data(), head.size());
        const ULONG kept = std::min(name_bytes, length - start - fixed);
        std::memcpy(out + start + fixed, entry.name.data(), kept);
        if (used != 0) {
            const ULONG distance = start - last; // NextEntryOffset comes first in every class
            std::memcpy(out + last, &distance, sizeof distance);
        }
        last = start;
        used = start + fixed + kept;
        *written = used;
        if (!fits)
            return STATUS_BUFFER_OVERFLOW;
    }
    return STATUS_SUCCESS;
}

} // namespace ksbox::fs

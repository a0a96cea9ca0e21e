#include "nt/fs/file_information.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <sys/stat.h>

#include "base/unicode.h"
#include "nt/fs/file_facts.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"

namespace ksbox::fs {
namespace {

FILE_BASIC_INFORMATION basic(const struct stat &facts) {
    const auto time = written_at(facts);
    return {time, time, time, time, attributes_of(facts)};
}

FILE_STANDARD_INFORMATION standard(const struct stat &facts, const OpenFile &file) {
    return {allocated(facts), large(static_cast<std::uint64_t>(facts.st_size)),
            static_cast<ULONG>(facts.st_nlink), file.node->delete_pending, file.node->is_directory};
}

/// Collects fixed structures, and at the end a name that may be cut.
class Writer {
  public:
    Writer(void *buffer, ULONG length, ULONG *written)
        : buffer_(buffer), length_(length), written_(written) {}

    template <typename Body> NTSTATUS all(const Body &body) { return put(&body, sizeof body, {}); }
    NTSTATUS put(const void *body, std::size_t bytes, std::u16string_view name) {
        *written_ = 0;
        if (length_ < bytes)
            return STATUS_INFO_LENGTH_MISMATCH;
        std::memcpy(buffer_, body, bytes);
        const std::size_t name_bytes =
            std::min<std::size_t>(name.size() * sizeof(WCHAR), length_ - bytes);
        if (name_bytes != 0)
            std::memcpy(static_cast<std::byte *>(buffer_) + bytes, name.data(), name_bytes);
        *written_ = static_cast<ULONG>(bytes + name_bytes);
        return name_bytes < name.size() * sizeof(WCHAR) ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
    }

  private:
    void *buffer_;
    ULONG length_;
    ULONG *written_;
};

NTSTATUS query_all(Writer &writer, const struct stat &facts, const FILE_OBJECT &object,
                   const OpenFile &file) {
    FILE_ALL_INFORMATION all{};
    all.BasicInformation = basic(facts);
    all.StandardInformation = standard(facts, file);
    all.InternalInformation.IndexNumber = large(facts.st_ino);
    all.AccessInformation.AccessFlags = file.access;
    all.PositionInformation.CurrentByteOffset = object.CurrentByteOffset;
    all.NameInformation.FileNameLength = static_cast<ULONG>(file.path.size() * sizeof(WCHAR));
    return writer.put(&all,
                      offsetof(FILE_ALL_INFORMATION, NameInformation) +
                          offsetof(FILE_NAME_INFORMATION, FileName),
                      file.path);
}

/// The structure at the start of a caller's buffer, whatever its alignment.
template <typename Body> Result<Body> body_of(const void *buffer, ULONG length) {
    if (length < sizeof(Body))
        return fail(STATUS_INFO_LENGTH_MISMATCH);
    Body body;
    std::memcpy(&body, buffer, sizeof body);
    return body;
}

Result<void> set_basic(OpenFile &file, const FILE_BASIC_INFORMATION &basic) {
    // 0 and negative values leave a time as it is (NS:wdm._FILE_BASIC_INFORMATION).
    if (basic.LastWriteTime.QuadPart > 0) {
        const auto time = static_cast<std::uint64_t>(basic.LastWriteTime.QuadPart);
        if (time < unix_epoch_100ns)
            return fail(STATUS_INVALID_PARAMETER);
        const std::uint64_t since = time - unix_epoch_100ns;
        const timespec stamp{static_cast<time_t>(since / 10'000'000),
                             static_cast<long>(since % 10'000'000 * 100)};
        const timespec times[] = {stamp, stamp};
        if (futimens(file.file.get(), times) != 0)
            return fail(status_of_errno(errno));
    }
    if (basic.FileAttributes != 0 && !file.node->is_directory) {
        const mode_t mode = basic.FileAttributes & FILE_ATTRIBUTE_READONLY ? 0444 : 0644;
        if (fchmod(file.file.get(), mode) != 0)
            return fail(status_of_errno(errno));
    }
    return {};
}

/// Where FILE_RENAME_INFORMATION leads: a name in the same folder, or a full path on this volume.
Result<std::u16string> rename_target(const OpenFile &file, const void *buffer, ULONG length) {
    constexpr std::size_t head = offsetof(FILE_RENAME_INFORMATION, FileName);
    if (length < head)
        return fail(STATUS_INFO_LENGTH_MISMATCH);
    FILE_RENAME_INFORMATION information;
    std::memcpy(&information, buffer, head);
    if (information.FileNameLength == 0 || information.FileNameLength > length - head ||
        information.FileNameLength % sizeof(WCHAR) != 0)
        return fail(STATUS_INVALID_PARAMETER);
    if (information.RootDirectory)
        return fail(STATUS_NOT_SUPPORTED);
    std::u16string name(information.FileNameLength / sizeof(WCHAR), u'\0');
    std::memcpy(name.data(), static_cast<const std::byte *>(buffer) + head,
                information.FileNameLength);
    if (!name.starts_with(u'\\'))
        return file.path.substr(0, file.path.rfind(u'\\') + 1) + name;
    auto &objects = current_kernel().objects();
    const auto found = KS_TRY(objects.lookup(name));
    const bool is_here = equal_ignoring_case(objects.name_of(found.body), FileSystem::volume_name);
    objects.dereference(found.body);
    if (!is_here)
        return fail(STATUS_NOT_SAME_DEVICE);
    return found.remaining;
}

} // namespace

NTSTATUS query_information(FileSystem &files, const FILE_OBJECT &object, const OpenFile &file,
                           FILE_INFORMATION_CLASS information_class, void *buffer, ULONG length,
                           ULONG *written) {
    struct stat facts{};
    if (fstat(file.file.get(), &facts) != 0)
        return status_of_errno(errno);
    Writer writer(buffer, length, written);
    switch (information_class) {
    case FileBasicInformation:
        return writer.all(basic(facts));
    case FileStandardInformation:
        return writer.all(standard(facts, file));
    case FileInternalInformation:
        return writer.all(FILE_INTERNAL_INFORMATION{large(facts.st_ino)});
    case FileEaInformation:
        return writer.all(FILE_EA_INFORMATION{0});
    case FilePositionInformation:
        return writer.all(FILE_POSITION_INFORMATION{object.CurrentByteOffset});
    case FileNetworkOpenInformation: {
        const auto time = written_at(facts);
        return writer.all(FILE_NETWORK_OPEN_INFORMATION{
            time, time, time, time, allocated(facts),
            large(static_cast<std::uint64_t>(facts.st_size)), attributes_of(facts)});
    }
    case FileAttributeTagInformation:
        return writer.all(FILE_ATTRIBUTE_TAG_INFORMATION{attributes_of(facts), 0});
    case FileNameInformation: {
        const auto bytes = static_cast<ULONG>(file.path.size() * sizeof(WCHAR));
        return writer.put(&bytes, sizeof bytes, file.path);
    }
    case FileAllInformation:
        return query_all(writer, facts, object, file);
    default:
        *written = 0;
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS set_information(FileSystem &files, FILE_OBJECT &object, OpenFile &file,
                         FILE_INFORMATION_CLASS information_class, const void *buffer,
                         ULONG length) {
    const auto set = [&]() -> Result<void> {
        switch (information_class) {
        case FileBasicInformation:
            return set_basic(file, KS_TRY(body_of<FILE_BASIC_INFORMATION>(buffer, length)));
        case FilePositionInformation: {
            const auto body = KS_TRY(body_of<FILE_POSITION_INFORMATION>(buffer, length));
            if (body.CurrentByteOffset.QuadPart < 0)
                return fail(STATUS_INVALID_PARAMETER);
            object.CurrentByteOffset = body.CurrentByteOffset;
            return {};
        }
        case FileEndOfFileInformation: {
            const auto body = KS_TRY(body_of<FILE_END_OF_FILE_INFORMATION>(buffer, length));
            return files.set_size(file, static_cast<std::uint64_t>(body.EndOfFile.QuadPart));
        }
        case FileAllocationInformation: {
            // Less than the file cuts it; more is a hint (NS:ntifs._FILE_ALLOCATION_INFORMATION).
            const auto body = KS_TRY(body_of<FILE_ALLOCATION_INFORMATION>(buffer, length));
            const auto wanted = static_cast<std::uint64_t>(body.AllocationSize.QuadPart);
            if (wanted < KS_TRY(files.size(file)))
                return files.set_size(file, wanted);
            return {};
        }
        case FileDispositionInformation:
            return files.set_delete(
                file,
                KS_TRY(body_of<FILE_DISPOSITION_INFORMATION>(buffer, length)).DeleteFile != FALSE);
        case FileRenameInformation: {
            const auto target = KS_TRY(rename_target(file, buffer, length));
            return files.rename(file, target, *static_cast<const BOOLEAN *>(buffer) != FALSE);
        }
        default:
            return fail(STATUS_INVALID_INFO_CLASS);
        }
    };
    const Result<void> done = set();
    return done ? STATUS_SUCCESS : done.error().value();
}

} // namespace ksbox::fs

#include "nt/fs/host_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include "base/unicode.h"

namespace ksbox::fs {
namespace {

constexpr int common_flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

/// A name that a Windows file can have and that is one name on the host, too.
bool is_valid_name(std::u16string_view name) {
    if (name == u"." || name == u".." || name.size() > 255)
        return false;
    return std::ranges::none_of(name, [](char16_t c) {
        return c < 0x20 || std::u16string_view(u"<>:\"/\\|?*").contains(c);
    });
}

/// The entry of a folder whose name equals `name` ignoring case, the first in byte order.
std::string find_ignoring_case(FileDescriptor folder, std::u16string_view name) {
    std::string found;
    DIR *listing = fdopendir(dup(folder.get()));
    if (!listing)
        return found;
    while (const dirent *entry = readdir(listing)) {
        const std::string_view candidate = entry->d_name;
        if (equal_ignoring_case(to_utf16(candidate), name) && (found.empty() || candidate < found))
            found = candidate;
    }
    closedir(listing);
    return found;
}

std::string join(const std::string &folder, const std::string &name) {
    return folder.empty() ? name : folder + "/" + name;
}

std::string parent_of(const std::string &host_path) {
    const auto slash = host_path.rfind('/');
    return slash == host_path.npos ? std::string() : host_path.substr(0, slash);
}

std::string name_of(const std::string &host_path) {
    return host_path.substr(host_path.rfind('/') + 1); // npos + 1 is 0
}

std::unexpected<Status> fail_errno() {
    return fail(status_of_errno(errno));
}

} // namespace

std::int32_t status_of_errno(int error) {
    switch (error) {
    case ENOENT:
        return STATUS_OBJECT_NAME_NOT_FOUND;
    case ENOTDIR:
        return STATUS_OBJECT_PATH_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EXDEV: // RESOLVE_BENEATH's word for "leads outside"
    case ELOOP:
    case EBUSY:
    case ETXTBSY:
        return STATUS_ACCESS_DENIED;
    case EEXIST:
        return STATUS_OBJECT_NAME_COLLISION;
    case EISDIR:
        return STATUS_FILE_IS_A_DIRECTORY;
    case ENOTEMPTY:
        return STATUS_DIRECTORY_NOT_EMPTY;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return STATUS_DISK_FULL;
    case EROFS:
        return STATUS_MEDIA_WRITE_PROTECTED;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return STATUS_INSUFFICIENT_RESOURCES;
    case ENAMETOOLONG:
    case EILSEQ:
        return STATUS_OBJECT_NAME_INVALID;
    case EINVAL:
        return STATUS_INVALID_PARAMETER;
    case ENOSYS:
        return STATUS_NOT_SUPPORTED;
    default:
        return STATUS_UNEXPECTED_IO_ERROR;
    }
}

Result<std::unique_ptr<HostFolder>> HostFolder::create(const std::string &root) {
    std::unique_ptr<HostFolder> made(new HostFolder);
    made->root_ = root;
    if (root.empty()) {
        std::error_code error;
        std::string name = std::filesystem::temp_directory_path(error) / "ksbox-XXXXXX";
        if (error || !mkdtemp(name.data()))
            return fail_errno();
        made->root_ = name;
        made->is_temporary_ = true;
    }
    made->folder_ = FileDescriptor(::open(made->root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!made->folder_)
        return fail(errno == ENOENT    ? STATUS_OBJECT_PATH_NOT_FOUND
                    : errno == ENOTDIR ? STATUS_NOT_A_DIRECTORY
                                       : status_of_errno(errno));
    KS_TRY(made->open_beneath("", O_PATH)); // whoever cannot even do this shall fail now
    return made;
}

HostFolder::~HostFolder() {
    std::error_code ignored; // what stays behind is in the host's temporary folder
    if (is_temporary_)
        std::filesystem::remove_all(root_, ignored);
}

Result<FileDescriptor> open_name_by_name(const FileDescriptor &folder, std::string_view path,
                                         int flags, unsigned mode) {
    FileDescriptor above;
    while (true) {
        const std::size_t slash = path.find('/');
        const bool is_last = slash == path.npos;
        const int wanted = is_last ? flags : O_PATH | O_DIRECTORY;
        FileDescriptor next(::openat(above ? above.get() : folder.get(),
                                     std::string(path.substr(0, slash)).c_str(),
                                     wanted | O_NOFOLLOW | O_CLOEXEC, mode));
        if (!next)
            return fail_errno();
        if (is_last)
            return next;
        above = std::move(next);
        path.remove_prefix(slash + 1);
    }
}

Result<FileDescriptor> HostFolder::open_beneath(const std::string &host_path, int flags,
                                                unsigned mode) const {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.mode = mode;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const char *path = host_path.empty() ? "." : host_path.c_str();
    long fd;
    do // EAGAIN: a rename went on meanwhile, and the kernel could not vouch for the path
        fd = syscall(SYS_openat2, folder_.get(), path, &how, sizeof how);
    while (fd < 0 && (errno == EAGAIN || errno == EINTR));
    if (fd < 0 && errno == ENOSYS)
        return open_name_by_name(folder_, path, flags, mode);
    if (fd < 0)
        return fail_errno();
    return FileDescriptor(static_cast<int>(fd));
}

Result<FileDescriptor> HostFolder::open_parent(const std::string &host_path) const {
    return open_beneath(parent_of(host_path), O_PATH | O_DIRECTORY);
}

Result<HostFolder::Resolved> HostFolder::resolve(std::u16string_view path) const {
    Resolved resolved{{}, true};
    while (true) {
        path.remove_prefix(std::min(path.find_first_not_of(u'\\'), path.size()));
        if (path.empty())
            return resolved;
        const auto name = path.substr(0, path.find(u'\\'));
        path.remove_prefix(name.size());
        if (!resolved.exists)
            return fail(STATUS_OBJECT_PATH_NOT_FOUND);
        if (!is_valid_name(name))
            return fail(STATUS_OBJECT_NAME_INVALID);
        const std::string exact = to_utf8(name);
        auto there = open_beneath(join(resolved.host_path, exact), O_PATH);
        if (!there && there.error() != Status(STATUS_OBJECT_NAME_NOT_FOUND))
            return std::unexpected(there.error());
        std::string found = exact;
        if (!there) {
            auto folder = open_beneath(resolved.host_path, O_RDONLY | O_DIRECTORY);
            if (!folder)
                return std::unexpected(folder.error());
            found = find_ignoring_case(*std::move(folder), name);
            resolved.exists = !found.empty();
        }
        resolved.host_path = join(resolved.host_path, resolved.exists ? found : exact);
    }
}

Result<HostFolder::Opened> HostFolder::open(const Request &request) {
    Resolved resolved = KS_TRY(resolve(request.path));
    if (!resolved.exists)
        return request.create ? create_new(request, std::move(resolved.host_path))
                              : fail(STATUS_OBJECT_NAME_NOT_FOUND);
    if (!request.may_exist)
        return fail(STATUS_OBJECT_NAME_COLLISION);
    return open_existing(request, std::move(resolved.host_path));
}

Result<HostFolder::Opened> HostFolder::create_new(const Request &request, std::string host_path) {
    if (request.must_be_directory) {
        const FileDescriptor parent = KS_TRY(open_parent(host_path));
        if (mkdirat(parent.get(), name_of(host_path).c_str(), 0777) != 0)
            return fail_errno();
        auto folder = KS_TRY(open_beneath(host_path, O_RDONLY | O_DIRECTORY));
        return Opened{std::move(folder), std::move(host_path), true, true};
    }
    auto file = KS_TRY(open_beneath(host_path, O_RDWR | O_CREAT | O_EXCL | common_flags, 0666));
    return Opened{std::move(file), std::move(host_path), false, true};
}

Result<HostFolder::Opened> HostFolder::open_existing(const Request &request,
                                                     std::string host_path) {
    struct stat facts{};
    if (fstat(KS_TRY(open_beneath(host_path, O_PATH)).get(), &facts) != 0)
        return fail_errno();
    const bool is_directory = S_ISDIR(facts.st_mode);
    // A FIFO, socket or device of the host is none of a driver's business.
    if (!is_directory && !S_ISREG(facts.st_mode))
        return fail(STATUS_ACCESS_DENIED);
    if (is_directory && request.must_not_be_directory)
        return fail(STATUS_FILE_IS_A_DIRECTORY);
    if (!is_directory && request.must_be_directory)
        return fail(STATUS_NOT_A_DIRECTORY);
    const int flags = is_directory          ? O_RDONLY | O_DIRECTORY
                      : request.for_writing ? O_RDWR | common_flags
                                            : O_RDONLY | common_flags;
    auto file = KS_TRY(open_beneath(host_path, flags));
    return Opened{std::move(file), std::move(host_path), is_directory, false};
}

Result<void> HostFolder::make_folders(std::u16string_view path) {
    for (std::size_t end = 0; end != path.npos;) {
        end = path.find(u'\\', end + 1);
        Request request;
        request.path = path.substr(0, end);
        request.create = request.must_be_directory = true;
        KS_TRY(open(request));
    }
    return {};
}

Result<void> HostFolder::remove(const std::string &host_path) {
    if (host_path.empty())
        return fail(STATUS_CANNOT_DELETE);
    const FileDescriptor parent = KS_TRY(open_parent(host_path));
    const std::string name = name_of(host_path);
    if (unlinkat(parent.get(), name.c_str(), 0) == 0)
        return {};
    if (errno != EISDIR)
        return fail_errno();
    if (unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) != 0)
        return fail_errno();
    return {};
}

Result<std::string> HostFolder::rename(const std::string &host_path, std::u16string_view new_path,
                                       bool replace) {
    Resolved target = KS_TRY(resolve(new_path));
    if (host_path.empty() || target.host_path.empty())
        return fail(STATUS_ACCESS_DENIED);
    // A change of case alone renames the file to itself under its new spelling.
    if (target.host_path == host_path)
        target.host_path =
            join(parent_of(host_path), to_utf8(new_path.substr(new_path.find_last_of(u'\\') + 1)));
    else if (target.exists && !replace)
        return fail(STATUS_OBJECT_NAME_COLLISION);
    const FileDescriptor from = KS_TRY(open_parent(host_path));
    const FileDescriptor to = KS_TRY(open_parent(target.host_path));
    const unsigned flags = replace ? 0 : RENAME_NOREPLACE;
    if (target.host_path != host_path &&
        syscall(SYS_renameat2, from.get(), name_of(host_path).c_str(), to.get(),
                name_of(target.host_path).c_str(), flags) != 0)
        return fail_errno();
    return target.host_path;
}

} // namespace ksbox::fs

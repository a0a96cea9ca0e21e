#include "nt/fs/file_system.h"

#include <algorithm>
#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "base/unicode.h"
#include "nt/io/io_manager.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"

namespace ksbox::fs {
namespace {

constexpr std::u16string_view windows_folder = u"\\Windows";
constexpr std::u16string_view driver_data_folder = u"\\Windows\\System32\\drivers\\DriverData";

constexpr ACCESS_MASK reads = FILE_READ_DATA | FILE_EXECUTE;
constexpr ACCESS_MASK writes = FILE_WRITE_DATA | FILE_APPEND_DATA;

bool is_replacing(ULONG disposition) {
    return disposition == FILE_SUPERSEDE || disposition == FILE_OVERWRITE ||
           disposition == FILE_OVERWRITE_IF;
}

std::unexpected<Status> fail_errno() {
    return fail(status_of_errno(errno));
}

Result<void> check_request(const OpenRequest &request) {
    const bool directory = request.options & FILE_DIRECTORY_FILE;
    if (request.disposition > FILE_MAXIMUM_DISPOSITION)
        return fail(STATUS_INVALID_PARAMETER);
    if (directory &&
        ((request.options & FILE_NON_DIRECTORY_FILE) || is_replacing(request.disposition)))
        return fail(STATUS_INVALID_PARAMETER);
    if ((request.options & FILE_DELETE_ON_CLOSE) && !(request.access & DELETE))
        return fail(STATUS_INVALID_PARAMETER);
    return {};
}

} // namespace

/// Holds the file system's mutex: one of ke's, since the host's disk may be waited for meanwhile.
class FileSystem::Locked {
  public:
    explicit Locked(FileSystem &owner) : owner_(owner) {
        KeWaitForSingleObject(&owner_.mutex_, Executive, KernelMode, FALSE, nullptr);
    }
    ~Locked() { KeReleaseMutex(&owner_.mutex_, FALSE); }
    Locked(const Locked &) = delete;
    Locked &operator=(const Locked &) = delete;

  private:
    FileSystem &owner_;
};

FileSystem::FileSystem(Kernel &kernel) : kernel_(kernel) {}
FileSystem::~FileSystem() = default;

Result<void> FileSystem::mount() {
    KeInitializeMutex(&mutex_, 0);
    folder_ = KS_TRY(HostFolder::create(kernel_.options().file_root));
    // A temporary folder looks like a system drive at once, a user's only when drivers write there.
    if (kernel_.options().file_root.empty())
        KS_CHECK(folder_->make_folders(driver_data_folder));
    KS_TRY(kernel_.io().create_driver(u"\\FileSystem\\ksboxfs", initialize_volume_driver));
    auto &objects = kernel_.objects();
    const std::u16string volume(volume_name);
    KS_CHECK(objects.create_link(u"\\??\\C:", volume));
    KS_CHECK(objects.create_link(u"\\SystemRoot", volume + std::u16string(windows_folder)));
    KS_CHECK(objects.create_link(u"\\DriverData", volume + std::u16string(driver_data_folder)));
    return {};
}

Result<FileSystem::Outcome> FileSystem::open(const OpenRequest &request) {
    KS_CHECK(check_request(request));
    const Locked locked(*this);
    HostFolder::Request on_host;
    on_host.path = request.path;
    on_host.may_exist = request.disposition != FILE_CREATE;
    on_host.create = request.disposition != FILE_OPEN && request.disposition != FILE_OVERWRITE;
    on_host.must_be_directory = request.options & FILE_DIRECTORY_FILE;
    on_host.must_not_be_directory = request.options & FILE_NON_DIRECTORY_FILE;
    on_host.for_writing = (request.access & writes) || is_replacing(request.disposition);
    if (on_host.create && starts_ignoring_case(request.path, windows_folder))
        KS_CHECK(folder_->make_folders(driver_data_folder));
    return admit(request, KS_TRY(folder_->open(on_host)));
}

Result<FileSystem::Outcome> FileSystem::admit(const OpenRequest &request,
                                              HostFolder::Opened opened) {
    struct stat facts{};
    if (fstat(opened.file.get(), &facts) != 0)
        return fail_errno();
    if (opened.is_directory && is_replacing(request.disposition))
        return fail(STATUS_OBJECT_NAME_COLLISION);
    // The host lets its superuser write a read-only file; Windows lets nobody.
    const bool is_read_only = !opened.is_new && !opened.is_directory && !(facts.st_mode & 0222);
    const bool changes = (request.access & writes) || is_replacing(request.disposition);
    if (is_read_only && changes)
        return fail(STATUS_ACCESS_DENIED);
    if (is_read_only && (request.options & FILE_DELETE_ON_CLOSE))
        return fail(STATUS_CANNOT_DELETE);

    auto &slot = nodes_[{facts.st_dev, facts.st_ino}];
    auto node = slot.lock();
    if (node && node->delete_pending)
        return fail(STATUS_DELETE_PENDING);
    if (!node)
        slot = node = std::make_shared<Node>();
    node->host_path = opened.host_path;
    node->is_directory = opened.is_directory;
    OpenFile file{node,          std::move(opened.file),
                  request.path,  request.access,
                  request.share, (request.options & FILE_DELETE_ON_CLOSE) != 0,
                  false};
    KS_CHECK(share(file));
    ++node->handles;
    open_files_.push_back(std::move(file));
    OpenFile &made = open_files_.back();
    if (!opened.is_new && !is_replacing(request.disposition))
        return Outcome{&made, FILE_OPENED};
    if (opened.is_new && (request.attributes & FILE_ATTRIBUTE_READONLY) && !node->is_directory)
        fchmod(made.file.get(), 0444);
    touch(made);
    if (opened.is_new)
        return Outcome{&made, FILE_CREATED};
    if (ftruncate(made.file.get(), 0) != 0) {
        const int error = errno;
        made.delete_on_close = false;
        cleanup(made); // the mutex may be taken again by its owner
        open_files_.pop_back();
        return fail(status_of_errno(error));
    }
    return Outcome{&made,
                   static_cast<ULONG>(request.disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED
                                                                            : FILE_OVERWRITTEN)};
}

/// The rule of IoCheckShareAccess's page: who reads, writes or deletes must be let by all earlier
/// opens that do, and must let them.
Result<void> FileSystem::share(OpenFile &file) {
    const bool reading = file.access & reads, writing = file.access & writes,
               deleting = file.access & DELETE;
    if (!reading && !writing && !deleting)
        return {};
    SHARE_ACCESS &share = file.node->share;
    const bool lets_read = file.share & FILE_SHARE_READ, lets_write = file.share & FILE_SHARE_WRITE,
               lets_delete = file.share & FILE_SHARE_DELETE;
    if ((reading && share.SharedRead < share.OpenCount) ||
        (writing && share.SharedWrite < share.OpenCount) ||
        (deleting && share.SharedDelete < share.OpenCount) || (share.Readers && !lets_read) ||
        (share.Writers && !lets_write) || (share.Deleters && !lets_delete))
        return fail(STATUS_SHARING_VIOLATION);
    ++share.OpenCount;
    share.Readers += reading;
    share.Writers += writing;
    share.Deleters += deleting;
    share.SharedRead += lets_read;
    share.SharedWrite += lets_write;
    share.SharedDelete += lets_delete;
    file.is_shared_in = true;
    return {};
}

void FileSystem::cleanup(OpenFile &file) {
    const Locked locked(*this);
    Node &node = *file.node;
    if (file.is_shared_in) {
        SHARE_ACCESS &share = node.share;
        --share.OpenCount;
        share.Readers -= (file.access & reads) != 0;
        share.Writers -= (file.access & writes) != 0;
        share.Deleters -= (file.access & DELETE) != 0;
        share.SharedRead -= (file.share & FILE_SHARE_READ) != 0;
        share.SharedWrite -= (file.share & FILE_SHARE_WRITE) != 0;
        share.SharedDelete -= (file.share & FILE_SHARE_DELETE) != 0;
        file.is_shared_in = false;
    }
    node.delete_pending = node.delete_pending || file.delete_on_close;
    if (--node.handles == 0 && node.delete_pending)
        (void)folder_->remove(node.host_path); // nobody is left to tell
}

void FileSystem::close(OpenFile &file) {
    const Locked locked(*this);
    open_files_.remove_if([&](const OpenFile &other) { return &other == &file; });
    std::erase_if(nodes_, [](const auto &entry) { return entry.second.expired(); });
}

Result<ULONG> FileSystem::read(OpenFile &file, void *buffer, ULONG bytes, std::uint64_t offset) {
    if (file.node->is_directory)
        return fail(STATUS_INVALID_DEVICE_REQUEST);
    if (!(file.access & reads))
        return fail(STATUS_ACCESS_DENIED);
    ULONG done = 0;
    while (done < bytes) {
        const auto got = pread(file.file.get(), static_cast<std::byte *>(buffer) + done,
                               bytes - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_errno();
        if (got == 0)
            break;
        done += static_cast<ULONG>(got);
    }
    if (done == 0 && bytes != 0)
        return fail(STATUS_END_OF_FILE);
    return done;
}

Result<ULONG> FileSystem::write(OpenFile &file, const void *buffer, ULONG bytes,
                                std::uint64_t offset) {
    if (file.node->is_directory)
        return fail(STATUS_INVALID_DEVICE_REQUEST);
    if (!(file.access & writes))
        return fail(STATUS_ACCESS_DENIED);
    ULONG done = 0;
    while (done < bytes) {
        const auto put = pwrite(file.file.get(), static_cast<const std::byte *>(buffer) + done,
                                bytes - done, static_cast<off_t>(offset + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fail_errno();
        done += static_cast<ULONG>(put);
    }
    touch(file);
    return done;
}

Result<std::uint64_t> FileSystem::size(const OpenFile &file) const {
    struct stat facts{};
    if (fstat(file.file.get(), &facts) != 0)
        return fail_errno();
    return static_cast<std::uint64_t>(facts.st_size);
}

Result<void> FileSystem::set_size(OpenFile &file, std::uint64_t bytes) {
    if (file.node->is_directory || bytes > INT64_MAX)
        return fail(STATUS_INVALID_PARAMETER);
    if (ftruncate(file.file.get(), static_cast<off_t>(bytes)) != 0)
        return fail_errno();
    touch(file);
    return {};
}

Result<void> FileSystem::set_delete(OpenFile &file, bool wanted) {
    const Locked locked(*this);
    struct stat facts{};
    if (fstat(file.file.get(), &facts) != 0)
        return fail_errno();
    if (wanted && !file.node->is_directory && !(facts.st_mode & 0222))
        return fail(STATUS_CANNOT_DELETE);
    file.node->delete_pending = wanted;
    return {};
}

Result<void> FileSystem::rename(OpenFile &file, std::u16string_view new_path, bool replace) {
    const Locked locked(*this);
    file.node->host_path = KS_TRY(folder_->rename(file.node->host_path, new_path, replace));
    file.path = new_path;
    return {};
}

NTSTATUS FileSystem::scan(OpenFile &file, const ScanRequest &request, void *buffer, ULONG length,
                          ULONG *written) {
    *written = 0;
    if (!file.node->is_directory)
        return STATUS_INVALID_PARAMETER;
    const Locked locked(*this);
    if (!file.has_scan || request.restart) {
        if (const auto started = file.scan.start(file.file, request.pattern); !started)
            return started.error().value();
        file.has_scan = true;
    }
    return file.scan.read(request.information_class, buffer, length, request.one_only, written);
}

void FileSystem::touch(const OpenFile &file) {
    constexpr std::uint64_t unix_epoch_100ns = 116'444'736'000'000'000;
    auto &scheduler = kernel_.scheduler();
    const std::uint64_t now =
        scheduler.system_time_base() + scheduler.peek_time() - unix_epoch_100ns;
    const timespec time{static_cast<time_t>(now / 10'000'000),
                        static_cast<long>(now % 10'000'000 * 100)};
    const timespec times[] = {time, time};
    (void)futimens(file.file.get(), times); // a host that refuses keeps its own
}

} // namespace ksbox::fs

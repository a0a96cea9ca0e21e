// The drives of one box: a file system driver like any other, with the volume
// \Device\HarddiskVolume1 behind \??\C:, \SystemRoot and \DriverData, on one folder of the host.
// Drivers reach it by ZwCreateFile and IRPs. This part knows files; volume_driver.cpp knows IRPs.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "abi/windows.h"

#include "nt/fs/directory_scan.h"
#include "nt/fs/host_folder.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::fs {

/// What all opens of one file share.
struct Node {
    std::string host_path;
    bool is_directory = false;
    bool delete_pending = false;
    unsigned handles = 0; ///< opens not cleaned up yet
    SHARE_ACCESS share{}; ///< of those that read, write or delete
};

/// One open: what FILE_OBJECT.FsContext points at, from IRP_MJ_CREATE to IRP_MJ_CLOSE.
struct OpenFile {
    std::shared_ptr<Node> node;
    FileDescriptor file;
    std::u16string path; ///< "\Windows\x.ini", as it was opened
    ACCESS_MASK access = 0;
    ULONG share = 0;
    bool delete_on_close = false;
    bool is_shared_in = false; ///< counted in node->share
    DirectoryScan scan{};      ///< of a folder that is being listed
    bool has_scan = false;
};

struct OpenRequest {
    std::u16string path;
    ACCESS_MASK access = 0; ///< specific rights
    ULONG share = 0;
    ULONG disposition = FILE_OPEN;
    ULONG options = 0;
    ULONG attributes = 0;
};

class FileSystem {
  public:
    explicit FileSystem(Kernel &kernel);
    ~FileSystem();
    FileSystem(const FileSystem &) = delete;
    FileSystem &operator=(const FileSystem &) = delete;

    /// Opens the folder that the box's options name, and creates the driver, its volume and the
    /// names that lead there. Once, on a box thread at PASSIVE_LEVEL, when the I/O manager stands.
    /// The host's reason when the folder cannot be used.
    Result<void> mount();

    /// The folder on the host.
    const std::string &root() const { return folder_->root(); }

    // For the volume driver. PASSIVE_LEVEL.

    struct Outcome {
        OpenFile *file;
        ULONG information; ///< FILE_OPENED …
    };
    /// As ZwCreateFile's page says for dispositions, options and sharing; HostFolder::open's
    /// statuses, STATUS_SHARING_VIOLATION, STATUS_DELETE_PENDING, STATUS_INVALID_PARAMETER.
    Result<Outcome> open(const OpenRequest &request);
    /// The last handle is gone: gives up sharing, and deletes the file when that was asked.
    void cleanup(OpenFile &file);
    void close(OpenFile &file);
    /// Bytes moved. STATUS_END_OF_FILE, STATUS_INVALID_DEVICE_REQUEST for a directory,
    /// STATUS_ACCESS_DENIED when the file was not opened for it.
    Result<ULONG> read(OpenFile &file, void *buffer, ULONG bytes, std::uint64_t offset);
    Result<ULONG> write(OpenFile &file, const void *buffer, ULONG bytes, std::uint64_t offset);
    /// FileEndOfFileInformation: cuts, or pads with zeros.
    Result<void> set_size(OpenFile &file, std::uint64_t bytes);
    Result<std::uint64_t> size(const OpenFile &file) const;
    Result<void> set_delete(OpenFile &file, bool wanted);
    /// `new_path` as in OpenFile.
    Result<void> rename(OpenFile &file, std::u16string_view new_path, bool replace);
    struct ScanRequest {
        std::u16string_view pattern;
        FILE_INFORMATION_CLASS information_class;
        bool one_only, restart;
    };
    /// ZwQueryDirectoryFile: DirectoryScan::read()'s statuses, STATUS_INVALID_PARAMETER for a file.
    NTSTATUS scan(OpenFile &file, const ScanRequest &request, void *buffer, ULONG length,
                  ULONG *written);
    /// Stamps the file with the box's time, since the host's would differ in every run.
    void touch(const OpenFile &file);

    static constexpr std::u16string_view volume_name = u"\\Device\\HarddiskVolume1";

  private:
    class Locked;
    Result<Outcome> admit(const OpenRequest &request, HostFolder::Opened opened);
    Result<void> share(OpenFile &file);

    Kernel &kernel_;
    std::unique_ptr<HostFolder> folder_;
    KMUTEX mutex_;
    /// By the host's device and file number.
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::weak_ptr<Node>> nodes_;
    std::list<OpenFile> open_files_;
};

/// Creates the driver object's dispatch table; see IoManager::create_driver. @doc
/// NC:wdm.DRIVER_INITIALIZE
NTSTATUS NTAPI initialize_volume_driver(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path);

} // namespace ksbox::fs

// The folder of the host that a box's drives are made of: Windows paths in, host files out, and
// never anything outside the folder, whatever "..", symbolic links or races say (openat2 with
// RESOLVE_BENEATH; where there is none, name by name without any link). Host side only: no kernel
// objects, no locks, callable from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include "abi/windows.h"

#include "base/file_descriptor.h"
#include "base/result.h"

namespace ksbox::fs {

class HostFolder {
  public:
    /// `root` must be a folder that exists; empty: a new temporary one, removed with this object.
    /// STATUS_OBJECT_PATH_NOT_FOUND, STATUS_NOT_A_DIRECTORY, STATUS_ACCESS_DENIED.
    static Result<std::unique_ptr<HostFolder>> create(const std::string &root);
    ~HostFolder();
    HostFolder(const HostFolder &) = delete;
    HostFolder &operator=(const HostFolder &) = delete;

    struct Request {
        std::u16string_view path;           ///< "\Windows\x.ini"; "\" or "" is the folder itself
        bool may_exist = true;              ///< false: STATUS_OBJECT_NAME_COLLISION when it does
        bool create = false;                ///< makes it when it is missing
        bool must_be_directory = false;     ///< and one is made by `create`
        bool must_not_be_directory = false; ///< FILE_NON_DIRECTORY_FILE
        bool for_writing = false;
    };
    struct Opened {
        FileDescriptor file;
        std::string host_path; ///< relative to the folder, as spelled on the host
        bool is_directory;
        bool is_new;
    };
    /// Names ignore case; where several differ only in that, the exact one wins, then the first in
    /// byte order. STATUS_OBJECT_NAME_NOT_FOUND (the last name), STATUS_OBJECT_PATH_NOT_FOUND (one
    /// before), STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_NAME_INVALID (characters or ".."),
    /// STATUS_FILE_IS_A_DIRECTORY, STATUS_NOT_A_DIRECTORY, STATUS_ACCESS_DENIED (also what leads
    /// outside, and what is neither file nor folder), STATUS_DISK_FULL.
    Result<Opened> open(const Request &request);

    /// A file, or an empty folder: STATUS_DIRECTORY_NOT_EMPTY.
    Result<void> remove(const std::string &host_path);
    /// STATUS_OBJECT_NAME_COLLISION unless `replace`. Returns the new host path.
    Result<std::string> rename(const std::string &host_path, std::u16string_view new_path,
                               bool replace);

    /// Makes the folders of a path that are missing.
    Result<void> make_folders(std::u16string_view path);

    const std::string &root() const { return root_; }

  private:
    /// A path as far as the host knows it.
    struct Resolved {
        std::string host_path;
        bool exists;
    };
    HostFolder() = default;
    Result<Resolved> resolve(std::u16string_view path) const;
    Result<FileDescriptor> open_beneath(const std::string &host_path, int flags,
                                        unsigned mode = 0) const;
    Result<FileDescriptor> open_parent(const std::string &host_path) const;
    Result<Opened> create_new(const Request &request, std::string host_path);
    Result<Opened> open_existing(const Request &request, std::string host_path);

    std::string root_;
    FileDescriptor folder_;
    bool is_temporary_ = false;
};

/// What openat2 does beneath `folder`, for hosts without it (Linux before 5.6, valgrind, some
/// containers): one openat a name, which follows no symbolic link, not even one that stays inside.
/// No name of `path` may be "..".
Result<FileDescriptor> open_name_by_name(const FileDescriptor &folder, std::string_view path,
                                         int flags, unsigned mode);

/// What an errno of a file operation means to a driver.
std::int32_t status_of_errno(int error);

} // namespace ksbox::fs

// One scan of a folder: what matches, in the order of the names, and how far the caller has read.
// Used under the file system's mutex.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

#include "abi/windows.h"

#include "base/file_descriptor.h"
#include "base/result.h"

namespace ksbox::fs {

class DirectoryScan {
  public:
    /// Reads the folder anew, and starts at its first entry. An empty pattern is "*".
    Result<void> start(const FileDescriptor &folder, std::u16string_view pattern);

    /// Writes as many whole entries as fit; `written` bytes. STATUS_NO_SUCH_FILE (the first call
    /// finds nothing), STATUS_NO_MORE_FILES, STATUS_BUFFER_OVERFLOW (the first call's first entry
    /// is cut), STATUS_INFO_LENGTH_MISMATCH (not even its fixed part fits),
    /// STATUS_INVALID_INFO_CLASS. @doc NF:ntifs.NtQueryDirectoryFile
    NTSTATUS read(FILE_INFORMATION_CLASS information_class, void *buffer, ULONG length,
                  bool one_only, ULONG *written);

    /// The pattern of the first call rules all later ones.
    const std::u16string &pattern() const { return pattern_; }

  private:
    struct Entry {
        std::u16string name;
        struct stat facts;
    };
    std::u16string pattern_;
    std::vector<Entry> entries_;
    std::size_t next_ = 0;
    bool is_fresh_ = true;
};

} // namespace ksbox::fs

// A section's file, read and written by IRPs through its device stack. PASSIVE_LEVEL.
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/windows.h"

#include "base/result.h"

namespace ksbox::mm {

/// STATUS_INVALID_FILE_FOR_SECTION when the file's driver knows no sizes.
Result<std::uint64_t> file_size(PFILE_OBJECT file);
Result<void> set_file_size(PFILE_OBJECT file, std::uint64_t bytes);
Result<void> read_file(PFILE_OBJECT file, std::byte *to, std::uint64_t bytes);
Result<void> write_file(PFILE_OBJECT file, std::byte *from, std::uint64_t offset,
                        std::uint64_t bytes);

} // namespace ksbox::mm

// NTSTATUS to what user mode sees: Win32 codes, as RtlNtStatusToDosError maps them, and HRESULTs.
#pragma once

#include <cstdint>

namespace ksbox {

/// ERROR_MR_MID_NOT_FOUND (317) for a status without an equivalent, as on Windows.
std::uint32_t win32_of_status(std::int32_t status);
/// HRESULT_FROM_WIN32 of the equivalent; where there is none HRESULT_FROM_NT, which loses nothing.
std::uint32_t hresult_of_status(std::int32_t status);

} // namespace ksbox

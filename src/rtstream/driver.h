// rtstream as a driver: filters of KSCATEGORY_INTERFACETRANSFORM that stand between clients who
// send streaming requests and WaveRT pins, which take none: whoever streams there shares the
// device's cyclic buffer. A filter renders and one captures; an instance has one pin on each side.
// Windows has no such driver: there the audio engine, a program, writes to the buffer.
// @doc audio/understanding-the-wavert-port-driver
#pragma once

#include "abi/windows.h"

namespace ksbox::rtstream {

/// DriverEntry; see io::IoManager::create_driver().
NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path);

} // namespace ksbox::rtstream

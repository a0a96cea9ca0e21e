// The driver of SysAudio: KSCATEGORY_SYSAUDIO on a device of the root bus.
#pragma once

#include "abi/windows.h"

namespace ksbox::sysaudio {

class SystemAudio;

/// DriverEntry: to be called for a driver object of the runtime's own (IoManager::create_driver).
NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path);

/// Of a device object of that driver.
SystemAudio &system_audio_of(PDEVICE_OBJECT device);

} // namespace ksbox::sysaudio

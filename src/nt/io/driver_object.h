// The private side of driver objects.
#pragma once

#include <string>

#include "abi/windows.h"

#include "base/result.h"
#include "nt/kernel.h"

namespace ksbox::io {

/// IoAllocateDriverObjectExtension: the driver's memory follows.
struct alignas(16) ClientExtension {
    ClientExtension *next;
    PVOID identity;
};

/// Body of ObjectType::driver.
struct DriverBody {
    DRIVER_OBJECT object;
    DRIVER_EXTENSION extension;
    ClientExtension *client_extensions;
    bool own; ///< one of the runtime's
};

inline DriverBody &body_of(PDRIVER_OBJECT driver) {
    return *reinterpret_cast<DriverBody *>(driver);
}

void define_driver_type(Kernel &kernel);

/// Completes with STATUS_INVALID_DEVICE_REQUEST: every major a driver leaves unset.
NTSTATUS NTAPI invalid_device_request(PDEVICE_OBJECT device, PIRP irp);

/// A UNICODE_STRING with a terminated copy of the text in pool memory; empty Buffer: no memory.
UNICODE_STRING pool_string(Kernel &kernel, std::u16string_view text);
void free_pool_string(Kernel &kernel, UNICODE_STRING &string);

} // namespace ksbox::io

// The system services a client's threads call: files, control codes, cancellation, handles. All run
// on a box thread of the client's process with previous mode UserMode: buffers, status blocks and
// names are client addresses, checked and copied under guard.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "abi/windows.h"

#include "base/guid.h"
#include "base/result.h"

namespace ksbox::io {

struct Interface;

/// How a request that pends tells its end. The status block is written, the file object's event
/// set, the file let go, then the routine called and the event set: once, at IRQL <=
/// DISPATCH_LEVEL, on whatever thread completed the IRP; it may signal, not block. Not called when
/// the request fails at once.
struct Completion {
    IO_STATUS_BLOCK *status_block = nullptr; ///< client address; required by the requests below
    HANDLE event = nullptr;                  ///< client handle, reset when the request starts
    void (*routine)(void *context, NTSTATUS status, ULONG_PTR information) = nullptr;
    void *context = nullptr;
};

struct OpenParameters {
    HANDLE root = nullptr; ///< a file: `name` is relative to it, and bytes the driver interprets
    std::u16string_view name;
    ACCESS_MASK access = 0;
    ULONG share = 0;
    ULONG disposition = FILE_OPEN;
    /// FILE_SYNCHRONOUS_IO_NONALERT: requests on the handle are serialised and never pend.
    ULONG options = 0;
    ULONG file_attributes = 0;
};

struct ControlParameters {
    HANDLE file = nullptr;
    ULONG code = 0;
    const void *input = nullptr;
    ULONG input_bytes = 0;
    void *output = nullptr;
    ULONG output_bytes = 0;
};

/// Each function: PASSIVE_LEVEL; STATUS_PROCESS_IS_TERMINATING once the process ends.
namespace user {

/// Opens "\\?\…" or "\??\…" paths, or relative to `root`. Exactly one IRP_MJ_CREATE. The IRP's
/// status on failure; STATUS_INVALID_HANDLE, STATUS_OBJECT_NAME_NOT_FOUND,
/// STATUS_OBJECT_NAME_INVALID before any.
Result<HANDLE> open(const OpenParameters &parameters);

/// STATUS_PENDING: completion follows. An error status at once writes no status block and sets no
/// event; a success or a warning does. STATUS_ACCESS_DENIED when the handle lacks what the control
/// code demands (no IRP), STATUS_ACCESS_VIOLATION for bad client addresses (no IRP).
NTSTATUS device_io_control(const ControlParameters &parameters, const Completion &completion);
NTSTATUS read(HANDLE file, void *buffer, ULONG bytes, const LARGE_INTEGER *offset,
              const Completion &completion);
NTSTATUS write(HANDLE file, const void *buffer, ULONG bytes, const LARGE_INTEGER *offset,
               const Completion &completion);

/// device_io_control() and the wait for its end; for either kind of file. `information` may be
/// null.
NTSTATUS device_io_control_and_wait(const ControlParameters &parameters, ULONG_PTR *information);

/// CancelIoEx: all requests of the process on the file, or the one with that status block.
/// STATUS_NOT_FOUND: there is none.
NTSTATUS cancel(HANDLE file, const IO_STATUS_BLOCK *status_block);
NTSTATUS close(HANDLE handle);
Result<HANDLE> duplicate(HANDLE handle, ACCESS_MASK access, bool same_access);

Result<HANDLE> create_event(bool manual_reset, bool signalled);
Result<HANDLE> create_semaphore(LONG count, LONG limit);
NTSTATUS set_event(HANDLE event);
NTSTATUS reset_event(HANDLE event);
/// `timeout_100ns` as in KeWaitForSingleObject (negative: from now); null: for ever.
NTSTATUS wait(HANDLE handle, const LARGE_INTEGER *timeout);

struct InterfaceFacts {
    std::u16string path; ///< "\\?\ROOT#…"
    Guid category;
    std::u16string instance;      ///< of the device
    std::u16string friendly_name; ///< its own; empty without one
    std::u16string device_name;   ///< of the device: friendly name, else description
};
/// On a box thread, as interfaces().
InterfaceFacts describe(const Interface &interface);
/// The enabled interfaces of a class, in the order of registration.
std::vector<InterfaceFacts> interfaces(const Guid &category);

} // namespace user

} // namespace ksbox::io

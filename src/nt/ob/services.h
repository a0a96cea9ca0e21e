// The object services behind Zw*, Nt* and the client side: the same work for either mode.
#pragma once

#include "abi/windows.h"

#include "base/result.h"

namespace ksbox::ob {

/// The process whose table a new handle goes to: null for OBJ_KERNEL_HANDLE. A handle of the
/// system process made without that attribute has the same table and value.
void *target_process(ULONG attributes);

NTSTATUS close(HANDLE handle, KPROCESSOR_MODE mode);

/// NtDuplicateObject for PEPROCESS values in place of process handles.
Result<HANDLE> duplicate(void *source_process, HANDLE source, void *target_process,
                         bool make_target, ACCESS_MASK access, ULONG attributes, ULONG options);

NTSTATUS create_event(HANDLE *handle, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attributes,
                      EVENT_TYPE type, bool signalled, KPROCESSOR_MODE mode);

/// A semaphore without a name. STATUS_INVALID_PARAMETER: counts that make no sense.
NTSTATUS create_semaphore(HANDLE *handle, ACCESS_MASK access, LONG count, LONG limit);

/// Waits on whatever the handle names. Client threads come back with
/// STATUS_PROCESS_IS_TERMINATING when their process ends.
NTSTATUS wait(HANDLE handle, bool alertable, const LARGE_INTEGER *timeout, KPROCESSOR_MODE mode);

/// As KeWaitForSingleObject, for a wait on behalf of the current thread's client: ends early when
/// the process does.
NTSTATUS wait_for_client(void *object, bool alertable, LARGE_INTEGER *timeout);

} // namespace ksbox::ob

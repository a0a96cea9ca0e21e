// How RtlQueryRegistryValues works through its table: entry by entry, into the driver's callbacks
// or straight into its variables.
#pragma once

#include "abi/windows.h"

#include "nt/cm/key.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::cm {

struct TableQuery {
    Kernel &kernel;
    KeyPointer top; ///< null: the optional key is missing
    void *context;
    void *environment;
    const void *caller; ///< who owns the strings that are allocated for it
};

/// STATUS_INVALID_PARAMETER, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_BUFFER_TOO_SMALL,
/// STATUS_OBJECT_TYPE_MISMATCH, or a callback's error. Bug check 0x139 for a DIRECT entry without
/// TYPECHECK on a value outside the system hives. PASSIVE_LEVEL.
/// @doc NF:wdm.RtlQueryRegistryValues
Result<void> run_query_table(const TableQuery &query, RTL_QUERY_REGISTRY_TABLE *entry);

} // namespace ksbox::cm

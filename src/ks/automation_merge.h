// One automation table out of two (@doc NF:ks.KsMergeAutomationTables).
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

/// A table in one block of pool (ExFreePool frees it): all sets of both, each once; items of `a`
/// before those of `b` with the same identifier. Item sizes are the larger of both; the smaller
/// items are padded with zeros. STATUS_INSUFFICIENT_RESOURCES.
Result<KSAUTOMATION_TABLE *> merge_tables(const KSAUTOMATION_TABLE &a, const KSAUTOMATION_TABLE &b);

} // namespace ksbox::ks

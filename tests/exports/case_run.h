// Runs one export case in a box of its own and says what was wrong.
#pragma once

#include <string>
#include <vector>

#include "exports/case_table.h"

namespace ksbox::exports {

/// One sentence per failure: expectations, exports of the case that it did not call, a box that
/// stopped (or did not, where it should), what the driver left behind. Empty: all is well.
/// `trace`: where the box writes its trace; empty: nowhere.
std::vector<std::string> run_case(const CaseTable &table, const ExportCase &one,
                                  const std::filesystem::path &trace = {}, bool realtime = false);

/// Runs it again and again, with its first, second … allocation of pool failing, until it needs no
/// more. As run_case(), but what it calls is not looked at.
std::vector<std::string> run_case_without_memory(const CaseTable &table, const ExportCase &one);

} // namespace ksbox::exports

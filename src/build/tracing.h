// WPP software tracing without its preprocessor: the header that a source includes as "x.tmh", in
// which every trace function does nothing.
// @doc devtest/adding-wpp-software-tracing-to-a-windows-driver, tracewpp config blocks
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ksbox::build {

/// The names that a source includes, as written.
std::vector<std::string> includes_of(std::string_view source);
/// Those of its .tmh files.
std::vector<std::string> trace_headers_of(std::string_view source);

/// The trace functions that "begin_wpp config" blocks declare: FUNC Name{…}(…).
void add_configured_functions(std::string_view text, std::set<std::string> &functions);
/// Those of a compiler option or a property: "-func:Trace(LEVEL,MSG,...)" or the part behind it.
void add_named_functions(std::string_view options, std::set<std::string> &functions);

/// The header's text. DoTraceMessage and WPP_INIT_TRACING and their kin are always in it.
std::string trace_header(const std::set<std::string> &functions);

} // namespace ksbox::build

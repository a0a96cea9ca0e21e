// Text as project files have it: any of Windows' encodings, lists with semicolons, names without
// regard to case.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ksbox::build {

/// The case of ASCII letters aside.
bool same_text(std::string_view a, std::string_view b);
std::string lower_case(std::string_view text);
std::string_view trimmed(std::string_view text);
/// The parts between `separator`, trimmed, the empty ones left out.
std::vector<std::string> split(std::string_view text, char separator = ';');
/// `text` with every `from` replaced.
std::string replaced(std::string text, std::string_view from, std::string_view to);
/// "%3b" becomes ";", as MSBuild has it.
std::string unescaped(std::string_view text);

enum class Encoding { utf8, utf16 };
/// By its byte order mark; UTF-16 without one is told by its zero bytes.
Encoding encoding_of(std::string_view bytes);
/// UTF-8 without a byte order mark.
std::string decoded(std::string_view bytes);
/// UTF-16LE with a byte order mark, or the text as it is.
std::string encoded(std::string_view utf8, Encoding encoding);

} // namespace ksbox::build

// Property values as people read and type them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ksbox/property_names.h"

namespace ksbox::cli {

/// One line, or several for lists. Falls back to hexadecimal where the bytes do not fit the kind.
std::string describe_value(ValueKind kind, std::span<const std::byte> bytes);

/// The reverse: "-6 dB", "on", "run", "440", "PCM", or "hex:01 02 03" for any kind. Throws
/// BadInput saying what the kind takes.
std::vector<std::byte> parse_value(ValueKind kind, const std::string &text);

/// For a value that is only compared: throws BadInput when none of that kind is shown or typed so,
/// as far as kinds know their values. (Lists, texts and structures are compared as they are shown.)
void check_value(ValueKind kind, const std::string &text);

} // namespace ksbox::cli

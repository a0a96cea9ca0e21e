#include "build/ambiguity.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <tuple>

namespace ksbox::build {

namespace {

constexpr std::string_view ambiguous = "' to 'int' is ambiguous";

bool take(std::string_view &line, std::string_view text) {
    if (!line.starts_with(text))
        return false;
    line.remove_prefix(text.size());
    return true;
}

bool take(std::string_view &line, unsigned &number) {
    const auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    line.remove_prefix(static_cast<std::size_t>(rest - line.data()));
    return error == std::errc();
}

/// "FILE:LINE:COLUMN:{LINE:BEGIN-LINE:END}: error: conversion from 'TYPE' to 'int' is ambiguous"
std::optional<Operand> operand_of(std::string_view line, const std::string &file) {
    Operand operand{{file}};
    unsigned caret = 0, last = 0;
    if (take(line, file) && take(line, ":") && take(line, operand.said.line) && take(line, ":") &&
        take(line, caret) && take(line, ":{") && take(line, operand.line) && take(line, ":") &&
        take(line, operand.begin) && take(line, "-") && take(line, last) && take(line, ":") &&
        take(line, operand.end) && take(line, "}: error: conversion from '") &&
        line.ends_with(ambiguous) && last == operand.line) {
        operand.said.column = operand.begin;
        return operand;
    }
    return std::nullopt;
}

} // namespace

bool has_ambiguity(std::string_view said) {
    return said.contains(ambiguous);
}

std::vector<Operand> ambiguous_operands(const std::string &said, const std::string &file) {
    std::vector<Operand> operands;
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(' ') || !line.contains(" error: "))
            continue; // the source's own line, or a note
        const auto operand = operand_of(line, file);
        if (!operand)
            return {};
        operands.push_back(*operand);
    }
    return operands;
}

std::string with_casts(std::string_view text, std::vector<Operand> operands) {
    // From the back, so that what was written moves nothing that is still to come.
    std::ranges::sort(operands, [](const Operand &a, const Operand &b) {
        return std::tie(a.line, a.begin) > std::tie(b.line, b.begin);
    });
    std::vector<std::size_t> starts{0};
    for (std::size_t at = 0; at < text.size(); ++at)
        if (text[at] == '\n')
            starts.push_back(at + 1);
    std::string result(text);
    for (const Operand &operand : operands) {
        if (operand.line == 0 || operand.line > starts.size() || operand.begin == 0 ||
            operand.end < operand.begin)
            continue;
        const std::size_t start = starts[operand.line - 1];
        if (start + operand.end - 1 > text.size())
            continue;
        result.insert(start + operand.end - 1, ")");
        result.insert(start + operand.begin - 1, "(long)(");
    }
    return result;
}

} // namespace ksbox::build

// What the media functions return: a value, or why not.
#pragma once

#include <expected>
#include <string>

#include "base/result.h"

namespace ksbox::media {

/// One clear line: the file where there is one, and what is wrong.
struct Error {
    std::string text;
};

template <typename T> using Result = std::expected<T, Error>;

inline std::unexpected<Error> refuse(std::string text) {
    return std::unexpected(Error{std::move(text)});
}

} // namespace ksbox::media

// Functions that only a friend declaration declares. Microsoft's compiler has such a name in the
// namespace around the class from there on; to clang it is not there.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ksbox::build {

/// The names that the diagnostics call undeclared.
std::set<std::string> undeclared_names(std::string_view said);

struct Friend {
    std::string name;
    unsigned line = 0; ///< of the friend declaration, 1-based
};

struct WithFriends {
    std::string text;
    std::vector<Friend> declared; ///< none: the text is as it was
};

/// The text with those of `names` that a class declares as its friends declared behind the class
/// too, line for line.
WithFriends with_friends(std::string_view text, const std::set<std::string> &names);

} // namespace ksbox::build

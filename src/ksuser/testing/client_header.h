// One half of the comparison of client_header.inc: included by a file that has either the Windows
// headers or <ksbox/ks.h>.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace ksbox::ksuser {

using HeaderFacts = std::vector<std::pair<std::string, std::string>>;
HeaderFacts client_header_facts();

template <typename G> std::string bytes_of(const G &guid) {
    std::string text(reinterpret_cast<const char *>(&guid), sizeof guid);
    return text;
}

} // namespace ksbox::ksuser

#define SIZE(type)                                                                                 \
    {"size of " #type, std::to_string(sizeof(type)) + "/" + std::to_string(alignof(type))},
#define MEMBER(type, member) {#type "." #member, std::to_string(offsetof(type, member))},
#define VALUE(name) {#name, std::to_string(std::uint32_t(name))},
#define GUID_OF(name) {#name, ksbox::ksuser::bytes_of(name)},

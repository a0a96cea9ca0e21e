// Security descriptors in both of their forms, absolute (pointers) and self-relative (offsets from
// the start). Plain memory: any IRQL while it is resident. @doc NS:ntifs._SECURITY_DESCRIPTOR
#pragma once

#include <cstddef>

#include "abi/windows.h"

namespace ksbox::rtl {

/// What a descriptor of either form says; the pointers lead into the caller's memory.
struct SecurityParts {
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    PSID owner = nullptr;
    PSID group = nullptr;
    PACL sacl = nullptr; ///< null also when SE_SACL_PRESENT is clear
    PACL dacl = nullptr;
};

constexpr ULONG sid_bytes(ULONG sub_authorities) {
    return static_cast<ULONG>(offsetof(SID, SubAuthority) + sub_authorities * sizeof(ULONG));
}
inline ULONG sid_length(PSID sid) {
    return sid_bytes(static_cast<const SID *>(sid)->SubAuthorityCount);
}

bool is_valid_sid(PSID sid);
/// Revision, size, and every entry within it.
bool is_valid_acl(const ACL *acl);

/// Precondition: the descriptor's revision is SECURITY_DESCRIPTOR_REVISION.
SecurityParts parts_of(PSECURITY_DESCRIPTOR descriptor);

/// Bytes that write_self_relative() needs.
ULONG self_relative_bytes(const SecurityParts &parts);
/// Owner, group, SACL and DACL follow the head, each on four bytes.
void write_self_relative(const SecurityParts &parts, void *to);

} // namespace ksbox::rtl

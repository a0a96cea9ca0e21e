#include "nt/rtl/security_descriptor.h"

namespace ksbox::rtl {
namespace {

ULONG rounded(ULONG bytes) {
    return (bytes + 3) & ~3u;
}

template <typename Part> Part *at(SECURITY_DESCRIPTOR_RELATIVE &descriptor, ULONG offset) {
    return offset ? reinterpret_cast<Part *>(reinterpret_cast<std::byte *>(&descriptor) + offset)
                  : nullptr;
}

} // namespace

bool is_valid_sid(PSID sid) {
    const auto *known = static_cast<const SID *>(sid);
    return known && known->Revision == SID_REVISION &&
           known->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

bool is_valid_acl(const ACL *acl) {
    if (!acl || acl->AclRevision < MIN_ACL_REVISION || acl->AclRevision > MAX_ACL_REVISION ||
        acl->AclSize < sizeof(ACL) || acl->AclSize % 4)
        return false;
    ULONG used = sizeof(ACL);
    for (USHORT i = 0; i < acl->AceCount; ++i) {
        if (used + sizeof(ACE_HEADER) > acl->AclSize)
            return false;
        const auto *ace =
            reinterpret_cast<const ACE_HEADER *>(reinterpret_cast<const std::byte *>(acl) + used);
        if (ace->AceSize < sizeof(ACE_HEADER) || ace->AceSize % 4)
            return false;
        used += ace->AceSize;
    }
    return used <= acl->AclSize;
}

SecurityParts parts_of(PSECURITY_DESCRIPTOR descriptor) {
    SecurityParts parts;
    auto &relative = *static_cast<SECURITY_DESCRIPTOR_RELATIVE *>(descriptor);
    parts.control = relative.Control;
    if (relative.Control & SE_SELF_RELATIVE) {
        parts.owner = at<SID>(relative, relative.Owner);
        parts.group = at<SID>(relative, relative.Group);
        parts.sacl = at<ACL>(relative, relative.Sacl);
        parts.dacl = at<ACL>(relative, relative.Dacl);
    } else {
        const auto &absolute = *static_cast<SECURITY_DESCRIPTOR *>(descriptor);
        parts.owner = absolute.Owner;
        parts.group = absolute.Group;
        parts.sacl = absolute.Sacl;
        parts.dacl = absolute.Dacl;
    }
    if (!(parts.control & SE_SACL_PRESENT))
        parts.sacl = nullptr;
    if (!(parts.control & SE_DACL_PRESENT))
        parts.dacl = nullptr;
    return parts;
}

ULONG self_relative_bytes(const SecurityParts &parts) {
    ULONG bytes = sizeof(SECURITY_DESCRIPTOR_RELATIVE);
    for (const PSID sid : {parts.owner, parts.group})
        bytes += sid ? rounded(sid_length(sid)) : 0;
    for (const ACL *acl : {parts.sacl, parts.dacl})
        bytes += acl ? rounded(acl->AclSize) : 0;
    return bytes;
}

void write_self_relative(const SecurityParts &parts, void *to) {
    SECURITY_DESCRIPTOR_RELATIVE head{};
    head.Revision = SECURITY_DESCRIPTOR_REVISION;
    head.Control = parts.control | SE_SELF_RELATIVE;
    ULONG end = sizeof head;
    const auto put = [&](const void *part, ULONG bytes, auto &offset) {
        if (!part)
            return;
        std::memset(static_cast<std::byte *>(to) + end, 0, rounded(bytes));
        std::memcpy(static_cast<std::byte *>(to) + end, part, bytes);
        offset = end;
        end += rounded(bytes);
    };
    put(parts.owner, parts.owner ? sid_length(parts.owner) : 0, head.Owner);
    put(parts.group, parts.group ? sid_length(parts.group) : 0, head.Group);
    put(parts.sacl, parts.sacl ? parts.sacl->AclSize : 0, head.Sacl);
    put(parts.dacl, parts.dacl ? parts.dacl->AclSize : 0, head.Dacl);
    std::memcpy(to, &head, sizeof head);
}

} // namespace ksbox::rtl

// Owner, group and access lists of security descriptors (NS:ntifs._SECURITY_DESCRIPTOR).
#include "ks/security_parts.h"

#include <cstring>

namespace ksbox::ks {
namespace {

constexpr SECURITY_DESCRIPTOR_CONTROL owner_bits = SE_OWNER_DEFAULTED;
constexpr SECURITY_DESCRIPTOR_CONTROL group_bits = SE_GROUP_DEFAULTED;
constexpr SECURITY_DESCRIPTOR_CONTROL dacl_bits = SE_DACL_PRESENT | SE_DACL_DEFAULTED |
                                                  SE_DACL_AUTO_INHERITED | SE_DACL_PROTECTED |
                                                  SE_DACL_AUTO_INHERIT_REQ;
constexpr SECURITY_DESCRIPTOR_CONTROL sacl_bits = SE_SACL_PRESENT | SE_SACL_DEFAULTED |
                                                  SE_SACL_AUTO_INHERITED | SE_SACL_PROTECTED |
                                                  SE_SACL_AUTO_INHERIT_REQ;

ULONG sid_bytes(const void *sid) {
    constexpr ULONG fixed = 8; // revision, count, authority
    return sid ? fixed + 4 * static_cast<const SID *>(sid)->SubAuthorityCount : 0;
}
ULONG acl_bytes(const void *acl) {
    return acl ? static_cast<const ACL *>(acl)->AclSize : 0;
}
constexpr ULONG aligned(ULONG bytes) {
    return (bytes + 3) & ~ULONG(3);
}

SECURITY_DESCRIPTOR_CONTROL bits_of(SECURITY_INFORMATION which) {
    SECURITY_DESCRIPTOR_CONTROL bits = 0;
    if (which & OWNER_SECURITY_INFORMATION)
        bits |= owner_bits;
    if (which & GROUP_SECURITY_INFORMATION)
        bits |= group_bits;
    if (which & DACL_SECURITY_INFORMATION)
        bits |= dacl_bits;
    if (which & SACL_SECURITY_INFORMATION)
        bits |= sacl_bits;
    return bits;
}

} // namespace

SecurityParts::SecurityParts(PSECURITY_DESCRIPTOR descriptor) {
    if (!descriptor)
        return;
    const auto &absolute = *static_cast<const SECURITY_DESCRIPTOR *>(descriptor);
    control_ = absolute.Control & ~SE_SELF_RELATIVE;
    if (absolute.Control & SE_SELF_RELATIVE) {
        const auto &relative = *static_cast<const SECURITY_DESCRIPTOR_RELATIVE *>(descriptor);
        const auto at = [&](ULONG offset) -> const void * {
            return offset ? static_cast<const char *>(descriptor) + offset : nullptr;
        };
        owner_ = at(relative.Owner);
        group_ = at(relative.Group);
        sacl_ = at(relative.Sacl);
        dacl_ = at(relative.Dacl);
    } else {
        owner_ = absolute.Owner;
        group_ = absolute.Group;
        sacl_ = absolute.Sacl;
        dacl_ = absolute.Dacl;
    }
    // Without its flag a list is not there, whatever the pointer says.
    if (!(control_ & SE_SACL_PRESENT))
        sacl_ = nullptr;
    if (!(control_ & SE_DACL_PRESENT))
        dacl_ = nullptr;
}

SecurityParts SecurityParts::replaced_by(const SecurityParts &other,
                                         SECURITY_INFORMATION which) const {
    SecurityParts result = *this;
    const SECURITY_DESCRIPTOR_CONTROL bits = bits_of(which);
    result.control_ = (control_ & ~bits) | (other.control_ & bits);
    if (which & OWNER_SECURITY_INFORMATION)
        result.owner_ = other.owner_;
    if (which & GROUP_SECURITY_INFORMATION)
        result.group_ = other.group_;
    if (which & DACL_SECURITY_INFORMATION)
        result.dacl_ = other.dacl_;
    if (which & SACL_SECURITY_INFORMATION)
        result.sacl_ = other.sacl_;
    return result;
}

SecurityParts SecurityParts::only(SECURITY_INFORMATION which) const {
    return SecurityParts().replaced_by(*this, which);
}

ULONG SecurityParts::bytes() const {
    return sizeof(SECURITY_DESCRIPTOR_RELATIVE) + aligned(sid_bytes(owner_)) +
           aligned(sid_bytes(group_)) + aligned(acl_bytes(sacl_)) + aligned(acl_bytes(dacl_));
}

void SecurityParts::write_self_relative(void *to) const {
    std::memset(to, 0, bytes());
    auto &out = *static_cast<SECURITY_DESCRIPTOR_RELATIVE *>(to);
    out.Revision = SECURITY_DESCRIPTOR_REVISION;
    out.Control = control_ | SE_SELF_RELATIVE;
    ULONG end = sizeof out;
    const auto put = [&](const void *part, ULONG part_bytes) -> ULONG {
        if (!part)
            return 0;
        std::memcpy(static_cast<char *>(to) + end, part, part_bytes);
        const ULONG at = end;
        end += aligned(part_bytes);
        return at;
    };
    out.Sacl = put(sacl_, acl_bytes(sacl_));
    out.Dacl = put(dacl_, acl_bytes(dacl_));
    out.Owner = put(owner_, sid_bytes(owner_));
    out.Group = put(group_, sid_bytes(group_));
}

} // namespace ksbox::ks

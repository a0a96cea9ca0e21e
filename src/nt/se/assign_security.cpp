// Inheritance of access control entries, and what a new object's descriptor is put together from.
#include "nt/se/assign_security.h"

#include <cstring>
#include <vector>

#include "nt/ob/object_manager.h"
#include "nt/rtl/security_descriptor.h"
#include "nt/se/well_known.h"

namespace ksbox::se {
namespace {

/// A list on its way into a new descriptor, and what the descriptor says of it.
struct Assigned {
    std::vector<std::byte> list; ///< empty: none, or a null one
    bool present = false;
    bool defaulted = false;

    PACL acl() { return list.empty() ? nullptr : reinterpret_cast<PACL>(list.data()); }
};

struct Creator {
    PSID owner;
    PSID group;
};

/// The entry types whose SID follows the mask at once.
bool is_plain(const ACE_HEADER &ace) {
    return ace.AceType == ACCESS_ALLOWED_ACE_TYPE || ace.AceType == ACCESS_DENIED_ACE_TYPE ||
           ace.AceType == SYSTEM_AUDIT_ACE_TYPE || ace.AceType == SYSTEM_ALARM_ACE_TYPE;
}
constexpr std::size_t sid_offset = offsetof(ACCESS_ALLOWED_ACE, SidStart);

bool same_sid(PSID a, PSID b) {
    return rtl::sid_length(a) == rtl::sid_length(b) && !std::memcmp(a, b, rtl::sid_length(a));
}

using Entry = std::vector<std::byte>;

ACE_HEADER &header(Entry &entry) {
    return *reinterpret_cast<ACE_HEADER *>(entry.data());
}

/// The entry as it holds for an object: generic rights mapped, CREATOR OWNER and CREATOR GROUP
/// replaced.
Entry effective(Entry entry, const GENERIC_MAPPING &mapping, const Creator &creator) {
    if (entry.size() < sid_offset)
        return entry;
    auto &mask = reinterpret_cast<ACCESS_ALLOWED_ACE *>(entry.data())->Mask;
    constexpr ACCESS_MASK generic = GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL;
    if (mask & generic)
        mask = ob::map_access(mask, mapping);
    if (!is_plain(header(entry)))
        return entry;
    const PSID sid = entry.data() + sid_offset;
    PSID real = nullptr;
    if (same_sid(sid, exports->SeCreatorOwnerSid))
        real = creator.owner;
    else if (same_sid(sid, exports->SeCreatorGroupSid))
        real = creator.group;
    if (!real)
        return entry;
    const ULONG bytes = rtl::sid_length(real);
    entry.resize(sid_offset + bytes);
    std::memcpy(entry.data() + sid_offset, real, bytes);
    header(entry).AceSize = static_cast<USHORT>(entry.size());
    return entry;
}

/// A list that grows by entries.
class List {
  public:
    explicit List(UCHAR revision) : bytes_(sizeof(ACL)), revision_(revision) {}
    void add(Entry entry, UCHAR flags) {
        header(entry).AceFlags = flags;
        bytes_.insert(bytes_.end(), entry.begin(), entry.end());
        ++count_;
    }
    bool empty() const { return count_ == 0; }
    std::vector<std::byte> take() {
        const ACL head{revision_, 0, static_cast<USHORT>(bytes_.size()), count_, 0};
        std::memcpy(bytes_.data(), &head, sizeof head);
        return std::move(bytes_);
    }

  private:
    std::vector<std::byte> bytes_;
    UCHAR revision_;
    USHORT count_ = 0;
};

template <typename F> void each_entry(const ACL &acl, F one) {
    const auto *at = reinterpret_cast<const std::byte *>(&acl + 1);
    for (USHORT i = 0; i < acl.AceCount; ++i) {
        const USHORT bytes = reinterpret_cast<const ACE_HEADER *>(at)->AceSize;
        one(Entry(at, at + bytes));
        at += bytes;
    }
}

class Assignment {
  public:
    Assignment(const NewSecurity &request, const Creator &creator)
        : request_(request), creator_(creator) {}

    /// The page's table for one of the two lists.
    Assigned choose(PACL parent, PACL asked, bool present, bool defaulted) const {
        if (present && !defaulted)
            return {mapped(asked), true, false};
        if (parent) {
            List inherited(parent->AclRevision);
            each_entry(*parent, [&](Entry entry) { inherit(inherited, std::move(entry)); });
            if (!inherited.empty())
                return {inherited.take(), true, false};
        }
        if (present)
            return {mapped(asked), true, true};
        return {};
    }

  private:
    Entry effective(const Entry &entry) const {
        return se::effective(entry, request_.mapping, creator_);
    }
    /// What was asked for, with rights that the object has.
    std::vector<std::byte> mapped(PACL asked) const {
        if (!asked)
            return {};
        List list(asked->AclRevision);
        each_entry(*asked, [&](Entry entry) {
            const UCHAR flags = header(entry).AceFlags;
            list.add(flags & INHERIT_ONLY_ACE ? entry : effective(entry), flags);
        });
        return list.take();
    }
    /// @doc secauthz/ace-inheritance-rules
    void inherit(List &list, Entry entry) const {
        const UCHAR flags = header(entry).AceFlags;
        const auto audit = static_cast<UCHAR>(flags & ~VALID_INHERIT_FLAGS);
        const bool to_objects = flags & OBJECT_INHERIT_ACE;
        const bool to_directories = flags & CONTAINER_INHERIT_ACE;
        const bool further = !(flags & NO_PROPAGATE_INHERIT_ACE);
        constexpr UCHAR to_both = OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE;
        const auto passed_on = static_cast<UCHAR>(audit | (flags & to_both));
        if (!request_.directory) {
            if (to_objects)
                list.add(effective(entry), audit);
        } else if (!to_directories) {
            if (to_objects && further)
                list.add(std::move(entry), passed_on | INHERIT_ONLY_ACE);
        } else if (!further) {
            list.add(effective(entry), audit);
        } else {
            header(entry).AceFlags = 0;
            Entry own = effective(entry);
            if (own == entry) {
                list.add(std::move(entry), passed_on);
            } else {
                // One for itself, and one that stays as it was for what it will contain.
                list.add(std::move(own), audit);
                list.add(std::move(entry), passed_on | INHERIT_ONLY_ACE);
            }
        }
    }

    const NewSecurity &request_;
    const Creator creator_;
};

/// STATUS_UNKNOWN_REVISION, STATUS_INVALID_ACL. Null says nothing.
NTSTATUS read(PSECURITY_DESCRIPTOR descriptor, rtl::SecurityParts &parts) {
    if (!descriptor)
        return STATUS_SUCCESS;
    if (static_cast<PISECURITY_DESCRIPTOR>(descriptor)->Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    parts = rtl::parts_of(descriptor);
    for (const ACL *acl : {parts.dacl, parts.sacl})
        if (acl && !rtl::is_valid_acl(acl))
            return STATUS_INVALID_ACL;
    return STATUS_SUCCESS;
}

} // namespace

NTSTATUS assign_security(const NewSecurity &request, PSECURITY_DESCRIPTOR *result) {
    constexpr ULONG tag = 0x64'53'65'53; // "SeSd"
    rtl::SecurityParts parent, asked;
    for (const auto &[descriptor, parts] :
         {std::pair{request.parent, &parent}, std::pair{request.explicitly, &asked}})
        if (const NTSTATUS status = read(descriptor, *parts); !NT_SUCCESS(status))
            return status;
    // inferred: the token is the local system's, whose objects belong to the administrators.
    const Creator creator{asked.owner ? asked.owner : exports->SeAliasAdminsSid,
                          asked.group ? asked.group : exports->SeLocalSystemSid};
    const Assignment assignment(request, creator);
    Assigned dacl = assignment.choose(parent.dacl, asked.dacl, asked.control & SE_DACL_PRESENT,
                                      asked.control & SE_DACL_DEFAULTED);
    Assigned sacl = assignment.choose(parent.sacl, asked.sacl, asked.control & SE_SACL_PRESENT,
                                      asked.control & SE_SACL_DEFAULTED);
    rtl::SecurityParts made;
    made.owner = creator.owner;
    made.group = creator.group;
    made.dacl = dacl.acl();
    made.sacl = sacl.acl();
    made.control = static_cast<SECURITY_DESCRIPTOR_CONTROL>(
        (dacl.present ? SE_DACL_PRESENT : 0) | (dacl.defaulted ? SE_DACL_DEFAULTED : 0) |
        (sacl.present ? SE_SACL_PRESENT : 0) | (sacl.defaulted ? SE_SACL_DEFAULTED : 0));
    *result = ExAllocatePoolWithTag(PagedPool, rtl::self_relative_bytes(made), tag);
    if (!*result)
        return STATUS_INSUFFICIENT_RESOURCES;
    rtl::write_self_relative(made, *result);
    return STATUS_SUCCESS;
}

} // namespace ksbox::se

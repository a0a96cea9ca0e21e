// Access control lists as plain memory: RtlCreateAcl, RtlAddAccessAllowedAce, RtlGetAce … Any IRQL
// while the memory is resident.
#include <array>

#include "nt/rtl/exports.h"
#include "nt/rtl/security_descriptor.h"

namespace ksbox::rtl {
namespace {

std::byte *bytes_of(PACL acl) {
    return reinterpret_cast<std::byte *>(acl);
}

/// Where the entry with this index begins, or the end of all entries.
ULONG offset_of(PACL acl, ULONG index) {
    ULONG offset = sizeof(ACL);
    for (ULONG i = 0; i < acl->AceCount && i < index; ++i)
        offset += reinterpret_cast<ACE_HEADER *>(bytes_of(acl) + offset)->AceSize;
    return offset;
}

ULONG end_of(PACL acl) {
    return offset_of(acl, acl->AceCount);
}

NTSTATUS add_access_ace(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid,
                        UCHAR type) {
    if (!is_valid_sid(sid))
        return STATUS_INVALID_SID;
    if (acl->AclRevision > MAX_ACL_REVISION || revision > MAX_ACL_REVISION)
        return STATUS_REVISION_MISMATCH;
    if (flags & ~ULONG(VALID_INHERIT_FLAGS))
        return STATUS_INVALID_PARAMETER;
    if (!is_valid_acl(acl))
        return STATUS_INVALID_ACL;
    const ULONG sid_bytes = sid_length(sid), head = offsetof(ACCESS_ALLOWED_ACE, SidStart);
    const ULONG end = end_of(acl);
    if (acl->AclSize - end < head + sid_bytes)
        return STATUS_ALLOTTED_SPACE_EXCEEDED;
    auto *ace = reinterpret_cast<ACCESS_ALLOWED_ACE *>(bytes_of(acl) + end);
    ace->Header = {type, static_cast<UCHAR>(flags), static_cast<USHORT>(head + sid_bytes)};
    ace->Mask = mask;
    std::memcpy(&ace->SidStart, sid, sid_bytes);
    ++acl->AceCount;
    acl->AclRevision = static_cast<UCHAR>(std::max<ULONG>(acl->AclRevision, revision));
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// @doc NF:ntifs.RtlCreateAcl
NTSTATUS NTAPI RtlCreateAcl(PACL Acl, ULONG AclLength, ULONG AclRevision) {
    if (AclLength < sizeof(ACL))
        return STATUS_BUFFER_TOO_SMALL;
    if (AclRevision < MIN_ACL_REVISION || AclRevision > MAX_ACL_REVISION || AclLength > 0xFFFF)
        return STATUS_INVALID_PARAMETER;
    *Acl = {};
    Acl->AclRevision = static_cast<UCHAR>(AclRevision);
    Acl->AclSize = static_cast<USHORT>(AclLength & ~3u);
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlAddAccessAllowedAce
NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask,
                                      PSID Sid) {
    return add_access_ace(Acl, AceRevision, 0, AccessMask, Sid, ACCESS_ALLOWED_ACE_TYPE);
}

/// @doc NF:ntifs.RtlAddAccessAllowedAceEx
NTSTATUS NTAPI RtlAddAccessAllowedAceEx(PACL Acl, ULONG AceRevision, ULONG AceFlags,
                                        ACCESS_MASK AccessMask, PSID Sid) {
    return add_access_ace(Acl, AceRevision, AceFlags, AccessMask, Sid, ACCESS_ALLOWED_ACE_TYPE);
}

/// The list has to be whole entries. @doc NF:ntifs.RtlAddAce
NTSTATUS NTAPI RtlAddAce(PACL Acl, ULONG AceRevision, ULONG StartingAceIndex, PVOID AceList,
                         ULONG AceListLength) {
    if (!is_valid_acl(Acl) || AceRevision < MIN_ACL_REVISION || AceRevision > MAX_ACL_REVISION)
        return STATUS_INVALID_PARAMETER;
    USHORT count = 0;
    ULONG used = 0;
    while (used < AceListLength) {
        if (AceListLength - used < sizeof(ACE_HEADER))
            return STATUS_INVALID_PARAMETER;
        const auto *ace =
            reinterpret_cast<const ACE_HEADER *>(static_cast<std::byte *>(AceList) + used);
        if (ace->AceSize < sizeof(ACE_HEADER) || ace->AceSize > AceListLength - used)
            return STATUS_INVALID_PARAMETER;
        used += ace->AceSize;
        ++count;
    }
    const ULONG end = end_of(Acl), place = offset_of(Acl, StartingAceIndex);
    if (Acl->AclSize - end < AceListLength)
        return STATUS_BUFFER_TOO_SMALL;
    std::memmove(bytes_of(Acl) + place + AceListLength, bytes_of(Acl) + place, end - place);
    std::memcpy(bytes_of(Acl) + place, AceList, AceListLength);
    Acl->AceCount = static_cast<USHORT>(Acl->AceCount + count);
    Acl->AclRevision = static_cast<UCHAR>(std::max<ULONG>(Acl->AclRevision, AceRevision));
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlDeleteAce
NTSTATUS NTAPI RtlDeleteAce(PACL Acl, ULONG AceIndex) {
    if (!is_valid_acl(Acl) || AceIndex >= Acl->AceCount)
        return STATUS_INVALID_PARAMETER;
    const ULONG end = end_of(Acl), place = offset_of(Acl, AceIndex),
                next = offset_of(Acl, AceIndex + 1);
    std::memmove(bytes_of(Acl) + place, bytes_of(Acl) + next, end - next);
    --Acl->AceCount;
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlGetAce
NTSTATUS NTAPI RtlGetAce(PACL Acl, ULONG AceIndex, PVOID *Ace) {
    if (!is_valid_acl(Acl) || AceIndex >= Acl->AceCount)
        return STATUS_INVALID_PARAMETER;
    *Ace = bytes_of(Acl) + offset_of(Acl, AceIndex);
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> acl_exports() {
#define KSBOX_ROW(function) done<&function>(#function, "NF:ntifs." #function)
    static const std::array table{
        KSBOX_ROW(RtlCreateAcl),
        KSBOX_ROW(RtlAddAccessAllowedAce),
        KSBOX_ROW(RtlAddAccessAllowedAceEx),
        KSBOX_ROW(RtlAddAce),
        KSBOX_ROW(RtlDeleteAce),
        KSBOX_ROW(RtlGetAce),
    };
#undef KSBOX_ROW
    return table;
}

} // namespace ksbox::rtl

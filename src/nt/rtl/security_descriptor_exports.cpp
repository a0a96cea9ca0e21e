// RtlCreateSecurityDescriptor and its family: descriptors as plain memory, checked for their form.
// Any IRQL while the memory is resident.
#include <algorithm>
#include <array>

#include "nt/rtl/exports.h"
#include "nt/rtl/security_descriptor.h"

namespace ksbox::rtl {
namespace {

bool is_known(PSECURITY_DESCRIPTOR descriptor) {
    return static_cast<PISECURITY_DESCRIPTOR>(descriptor)->Revision == SECURITY_DESCRIPTOR_REVISION;
}

SECURITY_DESCRIPTOR_CONTROL flag_if(bool set, SECURITY_DESCRIPTOR_CONTROL flag) {
    return set ? flag : SECURITY_DESCRIPTOR_CONTROL(0);
}

/// Only an absolute descriptor can be pointed at something new.
NTSTATUS writable(PSECURITY_DESCRIPTOR descriptor, PISECURITY_DESCRIPTOR &absolute) {
    absolute = static_cast<PISECURITY_DESCRIPTOR>(descriptor);
    if (!is_known(descriptor))
        return STATUS_UNKNOWN_REVISION;
    return absolute->Control & SE_SELF_RELATIVE ? STATUS_INVALID_SECURITY_DESCR : STATUS_SUCCESS;
}

void set_flag(PISECURITY_DESCRIPTOR absolute, SECURITY_DESCRIPTOR_CONTROL flag, bool set) {
    absolute->Control =
        static_cast<SECURITY_DESCRIPTOR_CONTROL>((absolute->Control & ~flag) | flag_if(set, flag));
}

NTSTATUS read_sid(PSECURITY_DESCRIPTOR descriptor, PSID SecurityParts::*part,
                  SECURITY_DESCRIPTOR_CONTROL defaulted_flag, PSID *sid, PBOOLEAN defaulted) {
    if (!is_known(descriptor))
        return STATUS_UNKNOWN_REVISION;
    const SecurityParts parts = parts_of(descriptor);
    *sid = parts.*part;
    *defaulted = (parts.control & defaulted_flag) != 0;
    return STATUS_SUCCESS;
}

NTSTATUS read_acl(PSECURITY_DESCRIPTOR descriptor, PACL SecurityParts::*part,
                  SECURITY_DESCRIPTOR_CONTROL present_flag,
                  SECURITY_DESCRIPTOR_CONTROL defaulted_flag, PBOOLEAN present, PACL *acl,
                  PBOOLEAN defaulted) {
    if (!is_known(descriptor))
        return STATUS_UNKNOWN_REVISION;
    const SecurityParts parts = parts_of(descriptor);
    *present = (parts.control & present_flag) != 0;
    if (*present) {
        *acl = parts.*part;
        *defaulted = (parts.control & defaulted_flag) != 0;
    }
    return STATUS_SUCCESS;
}

bool are_valid(const SecurityParts &parts) {
    return (!parts.owner || is_valid_sid(parts.owner)) &&
           (!parts.group || is_valid_sid(parts.group)) &&
           (!parts.sacl || is_valid_acl(parts.sacl)) && (!parts.dacl || is_valid_acl(parts.dacl));
}

/// Whether the part at `offset` lies in the descriptor as far as its own length is readable there.
bool is_inside(ULONG offset, ULONG head_bytes, ULONG length) {
    return offset == 0 || (offset >= sizeof(SECURITY_DESCRIPTOR_RELATIVE) && offset % 4 == 0 &&
                           offset <= length && length - offset >= head_bytes);
}

/// One component of RtlSelfRelativeToAbsoluteSD: false when its buffer is too small.
bool fits(ULONG bytes, PULONG room) {
    const bool enough = *room >= bytes;
    *room = enough ? *room : bytes;
    return enough;
}

} // namespace

extern "C" {

/// @doc NF:wdm.RtlCreateSecurityDescriptor
NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                           ULONG Revision) {
    if (Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    auto *absolute = static_cast<PISECURITY_DESCRIPTOR>(SecurityDescriptor);
    *absolute = {};
    absolute->Revision = SECURITY_DESCRIPTOR_REVISION;
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlCreateSecurityDescriptorRelative
NTSTATUS NTAPI RtlCreateSecurityDescriptorRelative(PISECURITY_DESCRIPTOR_RELATIVE Descriptor,
                                                   ULONG Revision) {
    if (Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    *Descriptor = {};
    Descriptor->Revision = SECURITY_DESCRIPTOR_REVISION;
    Descriptor->Control = SE_SELF_RELATIVE;
    return STATUS_SUCCESS;
}

/// Head and parts together, of either form. @doc NF:wdm.RtlLengthSecurityDescriptor
ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor) {
    const SecurityParts parts = parts_of(SecurityDescriptor);
    const ULONG bytes = self_relative_bytes(parts);
    if (parts.control & SE_SELF_RELATIVE)
        return bytes;
    return static_cast<ULONG>(bytes - sizeof(SECURITY_DESCRIPTOR_RELATIVE) +
                              sizeof(SECURITY_DESCRIPTOR));
}

/// @doc NF:wdm.RtlValidSecurityDescriptor
BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor) {
    return SecurityDescriptor && is_known(SecurityDescriptor) &&
           are_valid(parts_of(SecurityDescriptor));
}

/// @doc NF:wdm.RtlValidRelativeSecurityDescriptor
BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptorInput,
                                                 ULONG SecurityDescriptorLength,
                                                 SECURITY_INFORMATION RequiredInformation) {
    const ULONG length = SecurityDescriptorLength;
    if (length < sizeof(SECURITY_DESCRIPTOR_RELATIVE) || !is_known(SecurityDescriptorInput))
        return FALSE;
    const auto &head = *static_cast<SECURITY_DESCRIPTOR_RELATIVE *>(SecurityDescriptorInput);
    if (!(head.Control & SE_SELF_RELATIVE))
        return FALSE;
    if (!is_inside(head.Owner, sid_bytes(0), length) ||
        !is_inside(head.Group, sid_bytes(0), length) ||
        !is_inside(head.Sacl, sizeof(ACL), length) || !is_inside(head.Dacl, sizeof(ACL), length))
        return FALSE;
    const SecurityParts parts = parts_of(SecurityDescriptorInput);
    const auto within = [&](ULONG offset, ULONG bytes) { return bytes <= length - offset; };
    if ((parts.owner && !within(head.Owner, sid_length(parts.owner))) ||
        (parts.group && !within(head.Group, sid_length(parts.group))) ||
        (parts.sacl && !within(head.Sacl, parts.sacl->AclSize)) ||
        (parts.dacl && !within(head.Dacl, parts.dacl->AclSize)) || !are_valid(parts))
        return FALSE;
    const bool lacks =
        (RequiredInformation & OWNER_SECURITY_INFORMATION && !parts.owner) ||
        (RequiredInformation & GROUP_SECURITY_INFORMATION && !parts.group) ||
        (RequiredInformation & DACL_SECURITY_INFORMATION && !(head.Control & SE_DACL_PRESENT)) ||
        (RequiredInformation & SACL_SECURITY_INFORMATION && !(head.Control & SE_SACL_PRESENT));
    return !lacks;
}

/// @doc NF:wdm.RtlSetDaclSecurityDescriptor
NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            BOOLEAN DaclPresent, PACL Dacl, BOOLEAN DaclDefaulted) {
    PISECURITY_DESCRIPTOR absolute;
    if (const auto status = writable(SecurityDescriptor, absolute); status != STATUS_SUCCESS)
        return status;
    set_flag(absolute, SE_DACL_PRESENT, DaclPresent);
    if (DaclPresent) {
        absolute->Dacl = Dacl;
        set_flag(absolute, SE_DACL_DEFAULTED, DaclDefaulted);
    }
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlSetOwnerSecurityDescriptor
NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Owner,
                                             BOOLEAN OwnerDefaulted) {
    PISECURITY_DESCRIPTOR absolute;
    if (const auto status = writable(SecurityDescriptor, absolute); status != STATUS_SUCCESS)
        return status;
    absolute->Owner = Owner;
    set_flag(absolute, SE_OWNER_DEFAULTED, OwnerDefaulted);
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlSetGroupSecurityDescriptor
NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Group,
                                             BOOLEAN GroupDefaulted) {
    PISECURITY_DESCRIPTOR absolute;
    if (const auto status = writable(SecurityDescriptor, absolute); status != STATUS_SUCCESS)
        return status;
    absolute->Group = Group;
    set_flag(absolute, SE_GROUP_DEFAULTED, GroupDefaulted);
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlGetOwnerSecurityDescriptor
NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID *Owner,
                                             PBOOLEAN OwnerDefaulted) {
    return read_sid(SecurityDescriptor, &SecurityParts::owner, SE_OWNER_DEFAULTED, Owner,
                    OwnerDefaulted);
}

/// @doc NF:ntifs.RtlGetGroupSecurityDescriptor
NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID *Group,
                                             PBOOLEAN GroupDefaulted) {
    return read_sid(SecurityDescriptor, &SecurityParts::group, SE_GROUP_DEFAULTED, Group,
                    GroupDefaulted);
}

/// @doc NF:ntifs.RtlGetDaclSecurityDescriptor
NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            PBOOLEAN DaclPresent, PACL *Dacl,
                                            PBOOLEAN DaclDefaulted) {
    return read_acl(SecurityDescriptor, &SecurityParts::dacl, SE_DACL_PRESENT, SE_DACL_DEFAULTED,
                    DaclPresent, Dacl, DaclDefaulted);
}

/// @doc NF:ntifs.RtlGetSaclSecurityDescriptor
NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                            PBOOLEAN SaclPresent, PACL *Sacl,
                                            PBOOLEAN SaclDefaulted) {
    return read_acl(SecurityDescriptor, &SecurityParts::sacl, SE_SACL_PRESENT, SE_SACL_DEFAULTED,
                    SaclPresent, Sacl, SaclDefaulted);
}

/// @doc NF:ntifs.RtlAbsoluteToSelfRelativeSD
NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor,
                                           PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor,
                                           PULONG BufferLength) {
    if (!is_known(AbsoluteSecurityDescriptor))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    const SecurityParts parts = parts_of(AbsoluteSecurityDescriptor);
    if (parts.control & SE_SELF_RELATIVE)
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    const ULONG bytes = self_relative_bytes(parts);
    if (*BufferLength < bytes) {
        *BufferLength = bytes;
        return STATUS_BUFFER_TOO_SMALL;
    }
    write_self_relative(parts, SelfRelativeSecurityDescriptor);
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlSelfRelativeToAbsoluteSD
NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor,
                                           PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor,
                                           PULONG AbsoluteSecurityDescriptorSize, PACL Dacl,
                                           PULONG DaclSize, PACL Sacl, PULONG SaclSize, PSID Owner,
                                           PULONG OwnerSize, PSID PrimaryGroup,
                                           PULONG PrimaryGroupSize) {
    if (!is_known(SelfRelativeSecurityDescriptor))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    const SecurityParts parts = parts_of(SelfRelativeSecurityDescriptor);
    if (!(parts.control & SE_SELF_RELATIVE))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    const ULONG owner = parts.owner ? sid_length(parts.owner) : 0;
    const ULONG group = parts.group ? sid_length(parts.group) : 0;
    const ULONG sacl = parts.sacl ? parts.sacl->AclSize : 0;
    const ULONG dacl = parts.dacl ? parts.dacl->AclSize : 0;
    // Every size is told, also when an earlier one is too small.
    const std::array enough{fits(sizeof(SECURITY_DESCRIPTOR), AbsoluteSecurityDescriptorSize),
                            fits(dacl, DaclSize), fits(sacl, SaclSize), fits(owner, OwnerSize),
                            fits(group, PrimaryGroupSize)};
    if (std::ranges::find(enough, false) != enough.end())
        return STATUS_BUFFER_TOO_SMALL;
    auto *absolute = static_cast<PISECURITY_DESCRIPTOR>(AbsoluteSecurityDescriptor);
    *absolute = {};
    absolute->Revision = SECURITY_DESCRIPTOR_REVISION;
    absolute->Control = parts.control & static_cast<USHORT>(~SE_SELF_RELATIVE);
    const auto copy = [](auto *to, const void *from, ULONG bytes) -> decltype(to) {
        if (bytes)
            std::memcpy(static_cast<void *>(to), from, bytes);
        return bytes ? to : nullptr;
    };
    absolute->Owner = copy(static_cast<SID *>(Owner), parts.owner, owner);
    absolute->Group = copy(static_cast<SID *>(PrimaryGroup), parts.group, group);
    absolute->Sacl = copy(Sacl, parts.sacl, sacl);
    absolute->Dacl = copy(Dacl, parts.dacl, dacl);
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> security_descriptor_exports() {
#define KSBOX_ROW(header, function) done<&function>(#function, "NF:" #header "." #function)
    static const std::array table{
        KSBOX_ROW(wdm, RtlCreateSecurityDescriptor),
        KSBOX_ROW(ntifs, RtlCreateSecurityDescriptorRelative),
        KSBOX_ROW(wdm, RtlLengthSecurityDescriptor),
        KSBOX_ROW(wdm, RtlValidSecurityDescriptor),
        KSBOX_ROW(wdm, RtlValidRelativeSecurityDescriptor),
        KSBOX_ROW(wdm, RtlSetDaclSecurityDescriptor),
        KSBOX_ROW(ntifs, RtlSetOwnerSecurityDescriptor),
        KSBOX_ROW(ntifs, RtlSetGroupSecurityDescriptor),
        KSBOX_ROW(ntifs, RtlGetOwnerSecurityDescriptor),
        KSBOX_ROW(ntifs, RtlGetGroupSecurityDescriptor),
        KSBOX_ROW(ntifs, RtlGetDaclSecurityDescriptor),
        KSBOX_ROW(ntifs, RtlGetSaclSecurityDescriptor),
        KSBOX_ROW(ntifs, RtlAbsoluteToSelfRelativeSD),
        KSBOX_ROW(ntifs, RtlSelfRelativeToAbsoluteSD),
    };
#undef KSBOX_ROW
    return table;
}

} // namespace ksbox::rtl

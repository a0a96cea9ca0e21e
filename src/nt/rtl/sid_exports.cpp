// Security identifiers as plain memory: lengths, copies, comparison. Any IRQL while resident.
#include <algorithm>
#include <array>
#include <cstring>

#include "abi/windows.h"
#include "nt/rtl/exports.h"

namespace ksbox::rtl {
namespace {

ULONG length_for(ULONG sub_authorities) {
    return offsetof(SID, SubAuthority) + sub_authorities * sizeof(ULONG);
}
ULONG length_of(const SID &sid) {
    return length_for(sid.SubAuthorityCount);
}

} // namespace

extern "C" {

/// @doc NF:ntifs.RtlLengthRequiredSid
ULONG NTAPI RtlLengthRequiredSid(ULONG SubAuthorityCount) {
    return length_for(SubAuthorityCount);
}

/// @doc NF:ntifs.RtlLengthSid
ULONG NTAPI RtlLengthSid(PSID Sid) {
    return length_of(*static_cast<SID *>(Sid));
}

/// @doc NF:ntifs.RtlValidSid
BOOLEAN NTAPI RtlValidSid(PSID Sid) {
    const auto *sid = static_cast<const SID *>(Sid);
    return sid && sid->Revision == SID_REVISION &&
           sid->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

/// @doc NF:ntifs.RtlEqualSid
BOOLEAN NTAPI RtlEqualSid(PSID Sid1, PSID Sid2) {
    const auto *a = static_cast<const SID *>(Sid1), *b = static_cast<const SID *>(Sid2);
    return a->Revision == b->Revision && a->SubAuthorityCount == b->SubAuthorityCount &&
           std::memcmp(a, b, length_of(*a)) == 0;
}

/// @doc NF:ntifs.RtlCopySid
NTSTATUS NTAPI RtlCopySid(ULONG Length, PSID Destination, PSID Source) {
    const ULONG needed = length_of(*static_cast<SID *>(Source));
    if (needed > Length)
        return STATUS_BUFFER_TOO_SMALL;
    std::memmove(Destination, Source, needed);
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlInitializeSid
NTSTATUS NTAPI RtlInitializeSid(PSID Sid, PSID_IDENTIFIER_AUTHORITY IdentifierAuthority,
                                UCHAR SubAuthorityCount) {
    if (SubAuthorityCount > SID_MAX_SUB_AUTHORITIES)
        return STATUS_INVALID_PARAMETER;
    auto *sid = static_cast<SID *>(Sid);
    sid->Revision = SID_REVISION;
    sid->SubAuthorityCount = SubAuthorityCount;
    sid->IdentifierAuthority = *IdentifierAuthority;
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.RtlSubAuthoritySid
PULONG NTAPI RtlSubAuthoritySid(PSID Sid, ULONG SubAuthority) {
    return &static_cast<SID *>(Sid)->SubAuthority[0] + SubAuthority;
}

} // extern "C"

std::span<const Export> sid_exports() {
#define KSBOX_ROW(function) done<&function>(#function, "NF:ntifs." #function)
    static const std::array table{
        KSBOX_ROW(RtlLengthRequiredSid), KSBOX_ROW(RtlLengthSid), KSBOX_ROW(RtlValidSid),
        KSBOX_ROW(RtlEqualSid),          KSBOX_ROW(RtlCopySid),   KSBOX_ROW(RtlInitializeSid),
        KSBOX_ROW(RtlSubAuthoritySid),
    };
#undef KSBOX_ROW
    return table;
}

} // namespace ksbox::rtl

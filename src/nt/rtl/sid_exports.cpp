// Security identifiers and LUIDs as plain memory: lengths, copies, comparison, text. Any IRQL while
// resident, RtlConvertSidToUnicodeString at PASSIVE_LEVEL.
#include <array>
#include <cstring>
#include <string>

#include "base/unicode.h"
#include "nt/rtl/counted_string.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/security_descriptor.h"

namespace ksbox::rtl {
namespace {

/// "S-1-5-32-544"; an authority beyond 32 bits in hexadecimal. @doc
/// NF:ntifs.RtlConvertSidToUnicodeString
std::string text_of(const SID &sid) {
    std::uint64_t authority = 0;
    for (const UCHAR byte : sid.IdentifierAuthority.Value)
        authority = authority << 8 | byte;
    std::string text = "S-" + std::to_string(sid.Revision) + "-";
    if (authority >> 32) {
        text += "0x";
        for (int shift = 44; shift >= 0; shift -= 4)
            text += "0123456789ABCDEF"[authority >> shift & 0xF];
    } else {
        text += std::to_string(authority);
    }
    const ULONG *parts = &sid.SubAuthority[0];
    for (UCHAR i = 0; i < sid.SubAuthorityCount; ++i)
        text += "-" + std::to_string(parts[i]);
    return text;
}

} // namespace

extern "C" {

/// @doc NF:ntifs.RtlLengthRequiredSid
ULONG NTAPI RtlLengthRequiredSid(ULONG SubAuthorityCount) {
    return sid_bytes(SubAuthorityCount);
}

/// @doc NF:ntifs.RtlLengthSid
ULONG NTAPI RtlLengthSid(PSID Sid) {
    return sid_length(Sid);
}

/// @doc NF:ntifs.RtlValidSid
BOOLEAN NTAPI RtlValidSid(PSID Sid) {
    return is_valid_sid(Sid);
}

/// @doc NF:ntifs.RtlEqualSid
BOOLEAN NTAPI RtlEqualSid(PSID Sid1, PSID Sid2) {
    const auto *a = static_cast<const SID *>(Sid1), *b = static_cast<const SID *>(Sid2);
    return a->Revision == b->Revision && a->SubAuthorityCount == b->SubAuthorityCount &&
           std::memcmp(a, b, sid_length(Sid1)) == 0;
}

/// @doc NF:ntifs.RtlCopySid
NTSTATUS NTAPI RtlCopySid(ULONG Length, PSID Destination, PSID Source) {
    const ULONG needed = sid_length(Source);
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

/// @doc NF:ntifs.RtlSubAuthorityCountSid
PUCHAR NTAPI RtlSubAuthorityCountSid(PSID Sid) {
    return &static_cast<SID *>(Sid)->SubAuthorityCount;
}

/// @doc NF:ntifs.RtlIdentifierAuthoritySid
PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID Sid) {
    return &static_cast<SID *>(Sid)->IdentifierAuthority;
}

/// @doc NF:ntifs.RtlConvertSidToUnicodeString
NTSTATUS NTAPI RtlConvertSidToUnicodeString(PUNICODE_STRING UnicodeString, PSID Sid,
                                            BOOLEAN AllocateDestinationString) {
    if (!is_valid_sid(Sid))
        return STATUS_INVALID_SID;
    const std::u16string text = to_utf16(text_of(*static_cast<SID *>(Sid)));
    if (AllocateDestinationString)
        return RtlCreateUnicodeString(UnicodeString, text.c_str()) ? STATUS_SUCCESS
                                                                   : STATUS_NO_MEMORY;
    return assign(*UnicodeString, text) ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

/// @doc NF:ntifs.RtlCopyLuid
VOID NTAPI RtlCopyLuid(PLUID DestinationLuid, PLUID SourceLuid) {
    *DestinationLuid = *SourceLuid;
}

/// What GENERIC_* bits mean for a type takes their place. @doc NF:ntddk.RtlMapGenericMask
VOID NTAPI RtlMapGenericMask(PACCESS_MASK AccessMask, PGENERIC_MAPPING GenericMapping) {
    ACCESS_MASK mapped = *AccessMask & 0x0FFF'FFFF;
    if (*AccessMask & GENERIC_READ)
        mapped |= GenericMapping->GenericRead;
    if (*AccessMask & GENERIC_WRITE)
        mapped |= GenericMapping->GenericWrite;
    if (*AccessMask & GENERIC_EXECUTE)
        mapped |= GenericMapping->GenericExecute;
    if (*AccessMask & GENERIC_ALL)
        mapped |= GenericMapping->GenericAll;
    *AccessMask = mapped;
}

} // extern "C"

std::span<const Export> sid_exports() {
#define KSBOX_ROW(function) done<&function>(#function, "NF:ntifs." #function)
    static const std::array table{
        KSBOX_ROW(RtlLengthRequiredSid),
        KSBOX_ROW(RtlLengthSid),
        KSBOX_ROW(RtlValidSid),
        KSBOX_ROW(RtlEqualSid),
        KSBOX_ROW(RtlCopySid),
        KSBOX_ROW(RtlInitializeSid),
        KSBOX_ROW(RtlSubAuthoritySid),
        KSBOX_ROW(RtlSubAuthorityCountSid),
        KSBOX_ROW(RtlIdentifierAuthoritySid),
        KSBOX_ROW(RtlConvertSidToUnicodeString),
        KSBOX_ROW(RtlCopyLuid),
        done<&RtlMapGenericMask>("RtlMapGenericMask", "NF:ntddk.RtlMapGenericMask"),
    };
#undef KSBOX_ROW
    return table;
}

} // namespace ksbox::rtl

// SIDs, access control lists, security descriptors.
#include "support/case.h"
#include "support/import.h"

struct TWO_SIDS {
    SID Sid;
    ULONG More[1];
};

static const SID_IDENTIFIER_AUTHORITY NtAuthority = {{0, 0, 0, 0, 0, 5}};

// S-1-5-32-544
static PSID Administrators(TWO_SIDS &Room) {
    RtlInitializeSid(&Room, (PSID_IDENTIFIER_AUTHORITY)&NtAuthority, 2);
    *RtlSubAuthoritySid(&Room, 0) = 32;
    *RtlSubAuthoritySid(&Room, 1) = 544;
    return &Room;
}

EXPORT_CASE(RtlInitializeSid, RtlSubAuthoritySid, RtlSubAuthorityCountSid,
            RtlIdentifierAuthoritySid, RtlLengthRequiredSid, RtlLengthSid, RtlValidSid, RtlEqualSid,
            RtlCopySid) {
    TWO_SIDS A, B;
    PSID Sid = Administrators(A);
    EXPECT_EQ(RtlLengthRequiredSid(2), 16);
    EXPECT_EQ(RtlLengthSid(Sid), 16);
    EXPECT_EQ(*RtlSubAuthorityCountSid(Sid), 2);
    EXPECT_EQ(RtlIdentifierAuthoritySid(Sid)->Value[5], 5);
    EXPECT_TRUE(RtlValidSid(Sid));
    EXPECT_EQ(RtlCopySid(15, &B, Sid), STATUS_BUFFER_TOO_SMALL);
    EXPECT_SUCCESS(RtlCopySid(16, &B, Sid));
    EXPECT_TRUE(RtlEqualSid(&B, Sid));
    *RtlSubAuthoritySid(&B, 1) = 545;
    EXPECT_FALSE(RtlEqualSid(&B, Sid));
    A.Sid.Revision = 2;
    EXPECT_FALSE(RtlValidSid(Sid));
    EXPECT_EQ(RtlInitializeSid(&B, (PSID_IDENTIFIER_AUTHORITY)&NtAuthority, 16),
              STATUS_INVALID_PARAMETER);
}

EXPORT_CASE(RtlConvertSidToUnicodeString) {
    TWO_SIDS Room;
    UNICODE_STRING Text, Expected = CaseString(L"S-1-5-32-544");
    REQUIRE_SUCCESS(RtlConvertSidToUnicodeString(&Text, Administrators(Room), TRUE));
    EXPECT_TRUE(RtlEqualUnicodeString(&Text, &Expected, FALSE));
    Text.MaximumLength = 10;
    EXPECT_EQ(RtlConvertSidToUnicodeString(&Text, &Room, FALSE), STATUS_BUFFER_OVERFLOW);
    RtlFreeUnicodeString(&Text);
}

EXPORT_CASE(RtlCopyLuid, RtlMapGenericMask) {
    LUID From = {7, 8}, To = {};
    RtlCopyLuid(&To, &From);
    EXPECT_TRUE(To.LowPart == 7 && To.HighPart == 8);
    GENERIC_MAPPING Mapping = {1, 2, 4, 7};
    ACCESS_MASK Mask = GENERIC_READ | GENERIC_EXECUTE | 0x100;
    RtlMapGenericMask(&Mask, &Mapping);
    EXPECT_EQ(Mask, 0x105);
    Mask = GENERIC_ALL;
    RtlMapGenericMask(&Mask, &Mapping);
    EXPECT_EQ(Mask, 7);
}

EXPORT_CASE(RtlCreateAcl, RtlAddAccessAllowedAce, RtlAddAccessAllowedAceEx, RtlGetAce, RtlAddAce,
            RtlDeleteAce) {
    union {
        ACL Acl;
        UCHAR Room[8 + 3 * 24 + 4];
    } List;
    TWO_SIDS Room;
    PSID Sid = Administrators(Room);
    EXPECT_EQ(RtlCreateAcl(&List.Acl, 4, ACL_REVISION), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(RtlCreateAcl(&List.Acl, sizeof List, 9), STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(RtlCreateAcl(&List.Acl, sizeof List, ACL_REVISION));
    EXPECT_SUCCESS(RtlAddAccessAllowedAce(&List.Acl, ACL_REVISION, GENERIC_READ, Sid));
    EXPECT_SUCCESS(
        RtlAddAccessAllowedAceEx(&List.Acl, ACL_REVISION, CONTAINER_INHERIT_ACE, GENERIC_ALL, Sid));
    EXPECT_EQ(List.Acl.AceCount, 2);
    PVOID Found = nullptr;
    REQUIRE_SUCCESS(RtlGetAce(&List.Acl, 1, &Found));
    auto *Ace = (ACCESS_ALLOWED_ACE *)Found;
    EXPECT_EQ(Ace->Header.AceType, ACCESS_ALLOWED_ACE_TYPE);
    EXPECT_EQ(Ace->Header.AceFlags, CONTAINER_INHERIT_ACE);
    EXPECT_EQ(Ace->Header.AceSize, 24);
    EXPECT_EQ(Ace->Mask, GENERIC_ALL);
    EXPECT_TRUE(RtlEqualSid(&Ace->SidStart, Sid));
    EXPECT_EQ(RtlGetAce(&List.Acl, 2, &Found), STATUS_INVALID_PARAMETER);
    ACCESS_ALLOWED_ACE Denied[2];
    RtlCopyMemory(Denied, Ace, 24);
    Denied[0].Header.AceType = ACCESS_DENIED_ACE_TYPE;
    EXPECT_SUCCESS(RtlAddAce(&List.Acl, ACL_REVISION, 0, Denied, 24));
    REQUIRE_SUCCESS(RtlGetAce(&List.Acl, 0, &Found));
    EXPECT_EQ(((PACE_HEADER)Found)->AceType, ACCESS_DENIED_ACE_TYPE);
    EXPECT_EQ(RtlAddAccessAllowedAce(&List.Acl, ACL_REVISION, 1, Sid),
              STATUS_ALLOTTED_SPACE_EXCEEDED);
    EXPECT_EQ(RtlAddAce(&List.Acl, ACL_REVISION, MAXULONG, Denied, 24), STATUS_BUFFER_TOO_SMALL);
    EXPECT_SUCCESS(RtlDeleteAce(&List.Acl, 0));
    EXPECT_EQ(List.Acl.AceCount, 2);
    REQUIRE_SUCCESS(RtlGetAce(&List.Acl, 0, &Found));
    EXPECT_EQ(((ACCESS_ALLOWED_ACE *)Found)->Mask, GENERIC_READ);
    EXPECT_EQ(RtlDeleteAce(&List.Acl, 2), STATUS_INVALID_PARAMETER);
}

EXPORT_CASE(RtlCreateSecurityDescriptor, RtlSetDaclSecurityDescriptor,
            RtlSetOwnerSecurityDescriptor, RtlSetGroupSecurityDescriptor,
            RtlGetOwnerSecurityDescriptor, RtlGetGroupSecurityDescriptor,
            RtlGetDaclSecurityDescriptor, RtlGetSaclSecurityDescriptor, RtlValidSecurityDescriptor,
            RtlLengthSecurityDescriptor) {
    SECURITY_DESCRIPTOR Descriptor;
    TWO_SIDS Room;
    ACL List;
    EXPECT_EQ(RtlCreateSecurityDescriptor(&Descriptor, 2), STATUS_UNKNOWN_REVISION);
    REQUIRE_SUCCESS(RtlCreateSecurityDescriptor(&Descriptor, SECURITY_DESCRIPTOR_REVISION));
    EXPECT_EQ(RtlLengthSecurityDescriptor(&Descriptor), sizeof Descriptor);
    BOOLEAN Present = TRUE, Defaulted = FALSE;
    PACL Dacl = nullptr;
    PSID Sid = &Room;
    EXPECT_SUCCESS(RtlGetDaclSecurityDescriptor(&Descriptor, &Present, &Dacl, &Defaulted));
    EXPECT_FALSE(Present);
    EXPECT_SUCCESS(RtlGetSaclSecurityDescriptor(&Descriptor, &Present, &Dacl, &Defaulted));
    EXPECT_FALSE(Present);
    EXPECT_SUCCESS(RtlGetOwnerSecurityDescriptor(&Descriptor, &Sid, &Defaulted));
    EXPECT_EQ(Sid, nullptr);
    REQUIRE_SUCCESS(RtlCreateAcl(&List, sizeof List, ACL_REVISION));
    EXPECT_SUCCESS(RtlSetDaclSecurityDescriptor(&Descriptor, TRUE, &List, TRUE));
    EXPECT_SUCCESS(RtlSetOwnerSecurityDescriptor(&Descriptor, Administrators(Room), FALSE));
    EXPECT_SUCCESS(RtlSetGroupSecurityDescriptor(&Descriptor, &Room, TRUE));
    EXPECT_SUCCESS(RtlGetDaclSecurityDescriptor(&Descriptor, &Present, &Dacl, &Defaulted));
    EXPECT_TRUE(Present && Defaulted);
    EXPECT_EQ(Dacl, &List);
    EXPECT_SUCCESS(RtlGetGroupSecurityDescriptor(&Descriptor, &Sid, &Defaulted));
    EXPECT_TRUE(Defaulted);
    EXPECT_EQ(Sid, &Room);
    EXPECT_EQ(RtlLengthSecurityDescriptor(&Descriptor), sizeof Descriptor + 2 * 16 + sizeof List);
    EXPECT_TRUE(RtlValidSecurityDescriptor(&Descriptor));
    Room.Sid.Revision = 0;
    EXPECT_FALSE(RtlValidSecurityDescriptor(&Descriptor));
}

EXPORT_CASE(RtlAbsoluteToSelfRelativeSD, RtlSelfRelativeToAbsoluteSD,
            RtlCreateSecurityDescriptorRelative, RtlValidRelativeSecurityDescriptor) {
    SECURITY_DESCRIPTOR Absolute, Back;
    TWO_SIDS Room;
    ACL List;
    RtlCreateSecurityDescriptor(&Absolute, SECURITY_DESCRIPTOR_REVISION);
    RtlCreateAcl(&List, sizeof List, ACL_REVISION);
    RtlSetDaclSecurityDescriptor(&Absolute, TRUE, &List, FALSE);
    RtlSetOwnerSecurityDescriptor(&Absolute, Administrators(Room), FALSE);
    ULONG Buffer[32], Bytes = 1;
    EXPECT_EQ(RtlAbsoluteToSelfRelativeSD(&Absolute, nullptr, &Bytes), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Bytes, sizeof(SECURITY_DESCRIPTOR_RELATIVE) + 16 + 8);
    REQUIRE_SUCCESS(RtlAbsoluteToSelfRelativeSD(&Absolute, Buffer, &Bytes));
    const SECURITY_INFORMATION Both = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    EXPECT_TRUE(RtlValidRelativeSecurityDescriptor(Buffer, Bytes, Both));
    EXPECT_FALSE(RtlValidRelativeSecurityDescriptor(Buffer, Bytes, GROUP_SECURITY_INFORMATION));
    EXPECT_FALSE(RtlValidRelativeSecurityDescriptor(Buffer, Bytes - 1, Both));
    EXPECT_EQ(RtlAbsoluteToSelfRelativeSD(Buffer, Buffer, &Bytes), STATUS_BAD_DESCRIPTOR_FORMAT);

    ULONG Head = 0, Dacl = 0, Sacl = 0, Owner = 0, Group = 0;
    EXPECT_EQ(RtlSelfRelativeToAbsoluteSD(Buffer, nullptr, &Head, nullptr, &Dacl, nullptr, &Sacl,
                                          nullptr, &Owner, nullptr, &Group),
              STATUS_BUFFER_TOO_SMALL);
    EXPECT_TRUE(Head == sizeof Back && Dacl == 8 && Sacl == 0 && Owner == 16 && Group == 0);
    TWO_SIDS OtherRoom;
    ACL OtherList;
    EXPECT_SUCCESS(RtlSelfRelativeToAbsoluteSD(Buffer, &Back, &Head, &OtherList, &Dacl, nullptr,
                                               &Sacl, &OtherRoom, &Owner, nullptr, &Group));
    EXPECT_TRUE(RtlEqualSid(Back.Owner, &Room));
    EXPECT_EQ(Back.Dacl, &OtherList);

    SECURITY_DESCRIPTOR_RELATIVE Empty;
    EXPECT_SUCCESS(RtlCreateSecurityDescriptorRelative(&Empty, SECURITY_DESCRIPTOR_REVISION));
    EXPECT_TRUE(Empty.Control & SE_SELF_RELATIVE);
    EXPECT_TRUE(RtlValidRelativeSecurityDescriptor(&Empty, sizeof Empty, 0));
    EXPECT_EQ(RtlSetDaclSecurityDescriptor(&Empty, TRUE, nullptr, FALSE),
              STATUS_INVALID_SECURITY_DESCR);
}

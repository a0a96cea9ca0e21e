// Security descriptors of objects.
#include "support/case.h"
#include "support/import.h"

IMPORT(NTSTATUS, ZwSetSecurityObject, HANDLE, SECURITY_INFORMATION, PSECURITY_DESCRIPTOR);
IMPORT(NTSTATUS, ZwQuerySecurityObject, HANDLE, SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, ULONG,
       PULONG);
IMPORT(NTSTATUS, ObGetObjectSecurity, PVOID, PSECURITY_DESCRIPTOR *, PBOOLEAN);
IMPORT(void, ObReleaseObjectSecurity, PSECURITY_DESCRIPTOR, BOOLEAN);

EXPORT_CASE(ZwSetSecurityObject, ZwQuerySecurityObject, ObGetObjectSecurity,
            ObReleaseObjectSecurity) {
    UNICODE_STRING Name = CaseString(L"\\BaseNamedObjects\\KsboxCase");
    HANDLE Handle = nullptr;
    PKEVENT Event = IoCreateNotificationEvent(&Name, &Handle);
    REQUIRE(Event != nullptr);
    PSECURITY_DESCRIPTOR Descriptor = nullptr;
    BOOLEAN Allocated = TRUE;
    EXPECT_SUCCESS(Import_ObGetObjectSecurity(Event, &Descriptor, &Allocated));
    EXPECT_FALSE(Allocated);
    EXPECT_EQ(Descriptor, nullptr);
    SECURITY_DESCRIPTOR Made;
    SID System = {SID_REVISION, 1, {{0, 0, 0, 0, 0, 5}}, {18}};
    ACL List;
    RtlCreateSecurityDescriptor(&Made, SECURITY_DESCRIPTOR_REVISION);
    RtlCreateAcl(&List, sizeof List, ACL_REVISION);
    RtlSetDaclSecurityDescriptor(&Made, TRUE, &List, FALSE);
    RtlSetOwnerSecurityDescriptor(&Made, &System, FALSE);
    EXPECT_SUCCESS(Import_ZwSetSecurityObject(Handle, DACL_SECURITY_INFORMATION, &Made));
    ULONG Room[32], Needed = 0;
    EXPECT_EQ(Import_ZwQuerySecurityObject(Handle, DACL_SECURITY_INFORMATION, Room, 4, &Needed),
              STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Needed, sizeof(SECURITY_DESCRIPTOR_RELATIVE) + sizeof List);
    EXPECT_SUCCESS(
        Import_ZwQuerySecurityObject(Handle, DACL_SECURITY_INFORMATION | OWNER_SECURITY_INFORMATION,
                                     Room, sizeof Room, &Needed));
    EXPECT_TRUE(RtlValidRelativeSecurityDescriptor(Room, Needed, DACL_SECURITY_INFORMATION));
    EXPECT_FALSE(RtlValidRelativeSecurityDescriptor(Room, Needed, OWNER_SECURITY_INFORMATION));
    EXPECT_SUCCESS(Import_ZwSetSecurityObject(Handle, OWNER_SECURITY_INFORMATION, &Made));
    EXPECT_SUCCESS(Import_ObGetObjectSecurity(Event, &Descriptor, &Allocated));
    REQUIRE(Allocated && Descriptor != nullptr);
    PSID Owner = nullptr;
    BOOLEAN Defaulted = FALSE;
    EXPECT_SUCCESS(RtlGetOwnerSecurityDescriptor(Descriptor, &Owner, &Defaulted));
    EXPECT_TRUE(Owner != nullptr && RtlEqualSid(Owner, &System));
    EXPECT_EQ(RtlLengthSecurityDescriptor(Descriptor),
              sizeof(SECURITY_DESCRIPTOR_RELATIVE) + sizeof List + sizeof System);
    Import_ObReleaseObjectSecurity(Descriptor, Allocated);
    Made.Revision = 9;
    EXPECT_EQ(Import_ZwSetSecurityObject(Handle, OWNER_SECURITY_INFORMATION, &Made),
              STATUS_INVALID_SECURITY_DESCR);
    ZwClose(Handle);
    EXPECT_EQ(Import_ZwSetSecurityObject(Handle, OWNER_SECURITY_INFORMATION, &Made),
              STATUS_INVALID_HANDLE);
}

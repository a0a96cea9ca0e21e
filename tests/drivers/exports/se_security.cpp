// Security. Nobody is refused in a box but a user-mode caller without a descriptor.
#include "support/case.h"

EXPORT_CASE(SeValidSecurityDescriptor) {
    UCHAR Bytes[sizeof(SECURITY_DESCRIPTOR_RELATIVE)] = {};
    SECURITY_DESCRIPTOR_RELATIVE *Descriptor =
        reinterpret_cast<SECURITY_DESCRIPTOR_RELATIVE *>(Bytes);
    Descriptor->Revision = SECURITY_DESCRIPTOR_REVISION;
    Descriptor->Control = SE_SELF_RELATIVE;
    EXPECT_TRUE(SeValidSecurityDescriptor(sizeof Bytes, Descriptor));
    EXPECT_FALSE(SeValidSecurityDescriptor(sizeof Bytes - 1, Descriptor));
    Descriptor->Owner = 4096; // outside
    EXPECT_FALSE(SeValidSecurityDescriptor(sizeof Bytes, Descriptor));
    Descriptor->Owner = 0;
    Descriptor->Control = 0; // absolute
    EXPECT_FALSE(SeValidSecurityDescriptor(sizeof Bytes, Descriptor));
}

EXPORT_CASE(SeAssignSecurity, SeDeassignSecurity) {
    GENERIC_MAPPING Mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                               FILE_ALL_ACCESS};
    SECURITY_SUBJECT_CONTEXT Subject;
    SeCaptureSubjectContext(&Subject);
    PSECURITY_DESCRIPTOR Descriptor = nullptr;
    EXPECT_SUCCESS(SeAssignSecurity(NULL, NULL, &Descriptor, FALSE, &Subject, &Mapping, PagedPool));
    SeReleaseSubjectContext(&Subject);
    EXPECT_NE(Descriptor, nullptr);
    EXPECT_SUCCESS(SeDeassignSecurity(&Descriptor));
    EXPECT_EQ(Descriptor, nullptr);
}

EXPORT_CASE(SeAccessCheck, SeCaptureSubjectContext, SeLockSubjectContext, SeUnlockSubjectContext,
            SeReleaseSubjectContext) {
    GENERIC_MAPPING Mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                               FILE_ALL_ACCESS};
    SECURITY_SUBJECT_CONTEXT Subject;
    SeCaptureSubjectContext(&Subject);
    SeLockSubjectContext(&Subject);
    ACCESS_MASK Granted = 0;
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    EXPECT_TRUE(SeAccessCheck(NULL, &Subject, TRUE, GENERIC_READ, 0, NULL, &Mapping, KernelMode,
                              &Granted, &Status));
    EXPECT_SUCCESS(Status);
    EXPECT_EQ(Granted, FILE_GENERIC_READ);
    EXPECT_FALSE(SeAccessCheck(NULL, &Subject, TRUE, GENERIC_READ, 0, NULL, &Mapping, UserMode,
                               &Granted, &Status));
    EXPECT_EQ(Status, STATUS_ACCESS_DENIED);
    SeUnlockSubjectContext(&Subject);
    SeReleaseSubjectContext(&Subject);
}

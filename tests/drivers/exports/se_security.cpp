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

// What a new object's descriptor is made of.
namespace {
const GENERIC_MAPPING FileMapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                                     FILE_ALL_ACCESS};
const SID World = {SID_REVISION, 1, {{0, 0, 0, 0, 0, 1}}, {0}};
const SID CreatorOwner = {SID_REVISION, 1, {{0, 0, 0, 0, 0, 3}}, {0}};
const SID System = {SID_REVISION, 1, {{0, 0, 0, 0, 0, 5}}, {18}};

// An absolute descriptor with a list that entries are added to.
class Descriptor {
  public:
    explicit Descriptor(BOOLEAN Defaulted = FALSE) {
        EXPECT_SUCCESS(RtlCreateAcl(List(), sizeof Bytes_, ACL_REVISION));
        EXPECT_SUCCESS(RtlCreateSecurityDescriptor(&Absolute, SECURITY_DESCRIPTOR_REVISION));
        EXPECT_SUCCESS(RtlSetDaclSecurityDescriptor(&Absolute, TRUE, List(), Defaulted));
    }
    void Allow(ULONG Flags, ACCESS_MASK Mask, const SID &Who) {
        EXPECT_SUCCESS(
            RtlAddAccessAllowedAceEx(List(), ACL_REVISION, Flags, Mask, const_cast<SID *>(&Who)));
    }
    SECURITY_DESCRIPTOR Absolute;

  private:
    PACL List() { return reinterpret_cast<PACL>(Bytes_); }
    ULONG Bytes_[64];
};

// What SeAssignSecurity made of a parent and a wish.
class Assigned {
  public:
    Assigned(Descriptor *Parent, Descriptor *Wish, BOOLEAN Directory) {
        SECURITY_SUBJECT_CONTEXT Subject;
        GENERIC_MAPPING Mapping = FileMapping;
        SeCaptureSubjectContext(&Subject);
        EXPECT_SUCCESS(SeAssignSecurity(Parent ? &Parent->Absolute : NULL,
                                        Wish ? &Wish->Absolute : NULL, &Made_, Directory, &Subject,
                                        &Mapping, PagedPool));
        SeReleaseSubjectContext(&Subject);
    }
    ~Assigned() { EXPECT_SUCCESS(SeDeassignSecurity(&Made_)); }
    Assigned(const Assigned &) = delete;
    Assigned &operator=(const Assigned &) = delete;

    const SECURITY_DESCRIPTOR_RELATIVE &Head() const {
        return *static_cast<const SECURITY_DESCRIPTOR_RELATIVE *>(Made_);
    }
    PSID Owner() const { return At(Head().Owner); }
    int Entries() const { return Head().Dacl ? static_cast<PACL>(At(Head().Dacl))->AceCount : -1; }
    void Expect(ULONG Index, UCHAR Flags, ACCESS_MASK Mask, const SID &Who) const {
        PVOID Found = NULL;
        if (!EXPECT_SUCCESS(RtlGetAce(static_cast<PACL>(At(Head().Dacl)), Index, &Found)))
            return;
        ACCESS_ALLOWED_ACE *const Entry = static_cast<ACCESS_ALLOWED_ACE *>(Found);
        EXPECT_EQ(Entry->Header.AceFlags, Flags);
        EXPECT_EQ(Entry->Mask, Mask);
        EXPECT_TRUE(RtlEqualSid(&Entry->SidStart, const_cast<SID *>(&Who)));
    }

  private:
    PVOID At(ULONG Offset) const { return static_cast<UCHAR *>(Made_) + Offset; }
    PSECURITY_DESCRIPTOR Made_ = NULL;
};
} // namespace

EXPORT_CASE(SeAssignSecurity, SeDeassignSecurity) {
    Descriptor Parent, Wish, Default(TRUE), Barren;
    Parent.Allow(OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE, GENERIC_READ, World);
    Parent.Allow(0, FILE_ALL_ACCESS, World); // its own alone
    Wish.Allow(0, GENERIC_WRITE, World);
    Default.Allow(0, FILE_READ_DATA, World);
    Barren.Allow(0, FILE_ALL_ACCESS, World);
    // The page's table: explicit, default and no list, with and without something to inherit.
    const Assigned Explicit(&Parent, &Wish, FALSE);
    EXPECT_EQ(Explicit.Head().Control, SE_SELF_RELATIVE | SE_DACL_PRESENT);
    EXPECT_EQ(Explicit.Entries(), 1);
    Explicit.Expect(0, 0, FILE_GENERIC_WRITE, World);
    const Assigned Inherited(&Parent, &Default, FALSE);
    EXPECT_EQ(Inherited.Head().Control, SE_SELF_RELATIVE | SE_DACL_PRESENT);
    EXPECT_EQ(Inherited.Entries(), 1);
    Inherited.Expect(0, 0, FILE_GENERIC_READ, World);
    const Assigned Defaulted(&Barren, &Default, FALSE);
    EXPECT_EQ(Defaulted.Head().Control, SE_SELF_RELATIVE | SE_DACL_PRESENT | SE_DACL_DEFAULTED);
    Defaulted.Expect(0, 0, FILE_READ_DATA, World);
    const Assigned None(&Barren, NULL, FALSE);
    EXPECT_EQ(None.Head().Control, SE_SELF_RELATIVE);
    EXPECT_EQ(None.Entries(), -1);
}

EXPORT_CASE(SeAssignSecurity, SeDeassignSecurity) {
    Descriptor Parent, Wish;
    Parent.Allow(CONTAINER_INHERIT_ACE, FILE_READ_DATA, World);
    Parent.Allow(OBJECT_INHERIT_ACE, FILE_WRITE_DATA, World);
    Parent.Allow(CONTAINER_INHERIT_ACE | OBJECT_INHERIT_ACE | INHERIT_ONLY_ACE, GENERIC_ALL,
                 CreatorOwner);
    Parent.Allow(CONTAINER_INHERIT_ACE | NO_PROPAGATE_INHERIT_ACE, FILE_EXECUTE, World);
    Parent.Allow(OBJECT_INHERIT_ACE | NO_PROPAGATE_INHERIT_ACE, FILE_APPEND_DATA, World);
    EXPECT_SUCCESS(
        RtlSetOwnerSecurityDescriptor(&Wish.Absolute, const_cast<SID *>(&System), FALSE));
    EXPECT_SUCCESS(RtlSetDaclSecurityDescriptor(&Wish.Absolute, FALSE, NULL, FALSE));
    const Assigned File(&Parent, &Wish, FALSE);
    EXPECT_TRUE(RtlEqualSid(File.Owner(), const_cast<SID *>(&System)));
    EXPECT_EQ(File.Entries(), 3);
    File.Expect(0, 0, FILE_WRITE_DATA, World);
    File.Expect(1, 0, FILE_ALL_ACCESS, System);
    File.Expect(2, 0, FILE_APPEND_DATA, World);
    const Assigned Directory(&Parent, &Wish, TRUE);
    EXPECT_EQ(Directory.Entries(), 5);
    Directory.Expect(0, CONTAINER_INHERIT_ACE, FILE_READ_DATA, World);
    Directory.Expect(1, OBJECT_INHERIT_ACE | INHERIT_ONLY_ACE, FILE_WRITE_DATA, World);
    Directory.Expect(2, 0, FILE_ALL_ACCESS, System);
    Directory.Expect(3, CONTAINER_INHERIT_ACE | OBJECT_INHERIT_ACE | INHERIT_ONLY_ACE, GENERIC_ALL,
                     CreatorOwner);
    Directory.Expect(4, 0, FILE_EXECUTE, World);
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

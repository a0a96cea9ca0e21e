// Security descriptors of objects.
#include "ks_fixture.h"

static NTSTATUS SendSecurity(const CasePlainDevice &Plain, const CaseFile &File, UCHAR Major,
                             SECURITY_INFORMATION Which, PVOID Descriptor, ULONG Bytes,
                             ULONG_PTR *Information) {
    CaseIrp Request(Plain.Device, Major);
    Request.Stack->FileObject = File.Object;
    if (Major == IRP_MJ_QUERY_SECURITY) {
        Request.Irp->UserBuffer = Descriptor;
        Request.Stack->Parameters.QuerySecurity.SecurityInformation = Which;
        Request.Stack->Parameters.QuerySecurity.Length = Bytes;
    } else {
        Request.Stack->Parameters.SetSecurity.SecurityInformation = Which;
        Request.Stack->Parameters.SetSecurity.SecurityDescriptor = Descriptor;
    }
    const NTSTATUS Status = Request.Send();
    *Information = Request.Irp->IoStatus.Information;
    return Status;
}

static NTSTATUS NTAPI DispatchSecurity(PDEVICE_OBJECT Device, PIRP Irp) {
    return CaseStack(Irp)->MajorFunction == IRP_MJ_QUERY_SECURITY
               ? KsDispatchQuerySecurity(Device, Irp)
               : KsDispatchSetSecurity(Device, Irp);
}

EXPORT_CASE(KsDispatchQuerySecurity, KsDispatchSetSecurity) {
    CASE_PLAIN Handlers = {};
    Handlers.Security = DispatchSecurity;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    ULONG_PTR Bytes = 0;
    SECURITY_DESCRIPTOR_RELATIVE Found = {};
    const SECURITY_INFORMATION Dacl = DACL_SECURITY_INFORMATION;
    EXPECT_EQ(SendSecurity(Plain, File, IRP_MJ_QUERY_SECURITY, Dacl, &Found, sizeof Found, &Bytes),
              STATUS_NO_SECURITY_ON_OBJECT);
    EXPECT_EQ(SendSecurity(Plain, File, IRP_MJ_SET_SECURITY, Dacl, &Found, sizeof Found, &Bytes),
              STATUS_NO_SECURITY_ON_OBJECT);
    // A descriptor in a piece of pool of its own, without an access list.
    Plain.Item.SecurityDescriptor = ExAllocatePoolWithTag(PagedPool, sizeof Found, 'esaC');
    REQUIRE(Plain.Item.SecurityDescriptor != NULL);
    Found.Revision = SECURITY_DESCRIPTOR_REVISION;
    Found.Control = SE_SELF_RELATIVE;
    RtlCopyMemory(Plain.Item.SecurityDescriptor, &Found, sizeof Found);
    // One with an empty list, which nobody passes.
    struct {
        SECURITY_DESCRIPTOR_RELATIVE Descriptor;
        ACL List;
    } Closed = {};
    Closed.Descriptor = Found;
    Closed.Descriptor.Control = SE_SELF_RELATIVE | SE_DACL_PRESENT;
    Closed.Descriptor.Dacl = sizeof Closed.Descriptor;
    Closed.List.AclRevision = ACL_REVISION;
    Closed.List.AclSize = sizeof Closed.List;
    EXPECT_SUCCESS(
        SendSecurity(Plain, File, IRP_MJ_SET_SECURITY, Dacl, &Closed, sizeof Closed, &Bytes));
    EXPECT_TRUE(Plain.Item.Flags & KSCREATE_ITEM_SECURITYCHANGED);
    EXPECT_EQ(SendSecurity(Plain, File, IRP_MJ_QUERY_SECURITY, Dacl, &Found, sizeof Found, &Bytes),
              STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Bytes, sizeof Closed);
    auto Answer = Closed;
    RtlZeroMemory(&Answer, sizeof Answer);
    EXPECT_SUCCESS(
        SendSecurity(Plain, File, IRP_MJ_QUERY_SECURITY, Dacl, &Answer, sizeof Answer, &Bytes));
    EXPECT_TRUE(Answer.Descriptor.Control & SE_DACL_PRESENT);
    EXPECT_EQ(Answer.List.AclSize, sizeof Answer.List);
    // Nobody keeps the device's lock: another thread gets it.
    EXPECT_FALSE(KeAreApcsDisabled());
    {
        CaseThread Other([&] {
            KsAcquireDeviceSecurityLock(Plain.Header, TRUE);
            KsReleaseDeviceSecurityLock(Plain.Header);
        });
    }
    ExFreePool(Plain.Item.SecurityDescriptor);
    Plain.Item.SecurityDescriptor = NULL;
}

// Every part of a descriptor, and each by itself.
namespace {
struct WHOLE {
    SECURITY_DESCRIPTOR_RELATIVE Head;
    UCHAR Owner[12]; // one subauthority
    UCHAR Group[16]; // two
    ACL Sacl;
    UCHAR Odd[4]; // the list ends within
    ACL Dacl;
};
} // namespace
static void MakeSid(UCHAR *Sid, UCHAR Parts, UCHAR Last) {
    Sid[0] = SID_REVISION;
    Sid[1] = Parts;
    Sid[7] = 5; // SECURITY_NT_AUTHORITY
    for (ULONG Index = 0; Index < Parts; ++Index)
        Sid[8 + 4 * Index] = static_cast<UCHAR>(Last + Index);
}
static void MakeWhole(WHOLE &Whole, UCHAR Mark) {
    RtlZeroMemory(&Whole, sizeof Whole);
    Whole.Head.Revision = SECURITY_DESCRIPTOR_REVISION;
    Whole.Head.Control = SE_SELF_RELATIVE | SE_DACL_PRESENT | SE_SACL_PRESENT | SE_DACL_PROTECTED;
    Whole.Head.Owner = FIELD_OFFSET(WHOLE, Owner);
    Whole.Head.Group = FIELD_OFFSET(WHOLE, Group);
    Whole.Head.Sacl = FIELD_OFFSET(WHOLE, Sacl);
    Whole.Head.Dacl = FIELD_OFFSET(WHOLE, Dacl);
    MakeSid(Whole.Owner, 1, Mark);
    MakeSid(Whole.Group, 2, static_cast<UCHAR>(Mark + 10));
    Whole.Sacl.AclRevision = Whole.Dacl.AclRevision = ACL_REVISION;
    Whole.Sacl.AclSize = sizeof Whole.Sacl + 1;
    Whole.Odd[0] = static_cast<UCHAR>(Mark + 20);
    Whole.Dacl.AclSize = sizeof Whole.Dacl;
    Whole.Dacl.Sbz2 = Mark;
}

namespace {
// What a query answers, with what lies behind it.
struct ANSWER {
    UCHAR Bytes[128];
    ULONG_PTR Information;
    const SECURITY_DESCRIPTOR_RELATIVE &Head() const {
        return *reinterpret_cast<const SECURITY_DESCRIPTOR_RELATIVE *>(Bytes);
    }
    // A part that the answer has, and has whole.
    bool Has(ULONG Offset, const VOID *Part, ULONG PartBytes) const {
        return Offset >= sizeof(SECURITY_DESCRIPTOR_RELATIVE) && Offset % 4 == 0 &&
               Offset + PartBytes <= Information &&
               RtlCompareMemory(Bytes + Offset, Part, PartBytes) == PartBytes;
    }
};
} // namespace

EXPORT_CASE(KsDispatchQuerySecurity, KsDispatchSetSecurity) {
    CASE_PLAIN Handlers = {};
    Handlers.Security = DispatchSecurity;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    WHOLE Whole, Other;
    MakeWhole(Whole, 1);
    MakeWhole(Other, 101);
    Plain.Item.SecurityDescriptor = ExAllocatePoolWithTag(PagedPool, sizeof Whole, 'esaC');
    REQUIRE(Plain.Item.SecurityDescriptor != NULL);
    RtlCopyMemory(Plain.Item.SecurityDescriptor, &Whole, sizeof Whole);
    ANSWER Answer;
    const auto Query = [&](SECURITY_INFORMATION Which, ULONG Bytes) {
        RtlFillMemory(&Answer, sizeof Answer, 0xcd);
        const NTSTATUS Status = SendSecurity(Plain, File, IRP_MJ_QUERY_SECURITY, Which,
                                             Answer.Bytes, Bytes, &Answer.Information);
        // Nothing is written behind it, and nothing at all where it has no room.
        const ULONG_PTR Written = NT_SUCCESS(Status) ? Answer.Information : 0;
        for (ULONG_PTR At = Written; At < sizeof Answer.Bytes; ++At)
            if (Answer.Bytes[At] != 0xcd)
                return STATUS_DATA_OVERRUN;
        return Status;
    };
    const ULONG Head = sizeof(SECURITY_DESCRIPTOR_RELATIVE), SaclBytes = 12, DaclBytes = 8;
    const SECURITY_INFORMATION All = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                     DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION;
    const ULONG AllBytes = Head + sizeof Whole.Owner + sizeof Whole.Group + SaclBytes + DaclBytes;
    EXPECT_EQ(Query(All, AllBytes - 1), STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Answer.Information, AllBytes);
    EXPECT_SUCCESS(Query(All, AllBytes));
    EXPECT_EQ(Answer.Information, AllBytes);
    EXPECT_EQ(Answer.Head().Revision, SECURITY_DESCRIPTOR_REVISION);
    EXPECT_EQ(Answer.Head().Control, Whole.Head.Control);
    EXPECT_TRUE(Answer.Has(Answer.Head().Owner, Whole.Owner, sizeof Whole.Owner));
    EXPECT_TRUE(Answer.Has(Answer.Head().Group, Whole.Group, sizeof Whole.Group));
    EXPECT_TRUE(Answer.Has(Answer.Head().Sacl, &Whole.Sacl, Whole.Sacl.AclSize));
    EXPECT_TRUE(Answer.Has(Answer.Head().Dacl, &Whole.Dacl, DaclBytes));
    // One at a time, replaced one at a time by a descriptor that has them all.
    const struct {
        SECURITY_INFORMATION Which;
        ULONG SECURITY_DESCRIPTOR_RELATIVE::*Place;
        const VOID *Before, *After;
        ULONG Bytes, Room;
        SECURITY_DESCRIPTOR_CONTROL Control;
    } Parts[] = {
        {OWNER_SECURITY_INFORMATION, &SECURITY_DESCRIPTOR_RELATIVE::Owner, Whole.Owner, Other.Owner,
         sizeof Whole.Owner, sizeof Whole.Owner, 0},
        {GROUP_SECURITY_INFORMATION, &SECURITY_DESCRIPTOR_RELATIVE::Group, Whole.Group, Other.Group,
         sizeof Whole.Group, sizeof Whole.Group, 0},
        {SACL_SECURITY_INFORMATION, &SECURITY_DESCRIPTOR_RELATIVE::Sacl, &Whole.Sacl, &Other.Sacl,
         9, SaclBytes, SE_SACL_PRESENT},
        {DACL_SECURITY_INFORMATION, &SECURITY_DESCRIPTOR_RELATIVE::Dacl, &Whole.Dacl, &Other.Dacl,
         DaclBytes, DaclBytes, SE_DACL_PRESENT | SE_DACL_PROTECTED},
    };
    for (const auto &Part : Parts) {
        EXPECT_SUCCESS(Query(Part.Which, sizeof Answer.Bytes));
        EXPECT_EQ(Answer.Information, Head + Part.Room);
        EXPECT_EQ(Answer.Head().Control, SE_SELF_RELATIVE | Part.Control);
        for (const auto &Each : Parts) {
            const ULONG Place = Answer.Head().*Each.Place;
            if (&Each == &Part)
                EXPECT_TRUE(Answer.Has(Place, Part.Before, Part.Bytes));
            else
                EXPECT_EQ(Place, 0u);
        }
        ULONG_PTR Ignored;
        EXPECT_SUCCESS(SendSecurity(Plain, File, IRP_MJ_SET_SECURITY, Part.Which, &Other,
                                    sizeof Other, &Ignored));
        EXPECT_SUCCESS(Query(All, sizeof Answer.Bytes));
        EXPECT_EQ(Answer.Information, AllBytes);
        EXPECT_EQ(Answer.Head().Control, Whole.Head.Control);
        for (const auto &Each : Parts)
            EXPECT_TRUE(Answer.Has(Answer.Head().*Each.Place,
                                   &Each <= &Part ? Each.After : Each.Before, Each.Bytes));
    }
    // By a descriptor of pointers, and one that lacks what it is asked to put there.
    SECURITY_DESCRIPTOR Absolute = {};
    Absolute.Revision = SECURITY_DESCRIPTOR_REVISION;
    Absolute.Control = SE_DACL_PRESENT;
    Absolute.Owner = Whole.Owner;
    Absolute.Group = Whole.Group;
    Absolute.Dacl = &Whole.Dacl;
    Absolute.Sacl = &Whole.Sacl; // without its flag it is not there
    ULONG_PTR Ignored;
    EXPECT_SUCCESS(
        SendSecurity(Plain, File, IRP_MJ_SET_SECURITY, All, &Absolute, sizeof Absolute, &Ignored));
    EXPECT_SUCCESS(Query(All, sizeof Answer.Bytes));
    EXPECT_EQ(Answer.Information, AllBytes - SaclBytes);
    EXPECT_EQ(Answer.Head().Control, SE_SELF_RELATIVE | SE_DACL_PRESENT);
    EXPECT_TRUE(Answer.Has(Answer.Head().Owner, Whole.Owner, sizeof Whole.Owner));
    EXPECT_TRUE(Answer.Has(Answer.Head().Group, Whole.Group, sizeof Whole.Group));
    EXPECT_TRUE(Answer.Has(Answer.Head().Dacl, &Whole.Dacl, DaclBytes));
    EXPECT_EQ(Answer.Head().Sacl, 0u);
    ExFreePool(Plain.Item.SecurityDescriptor);
    Plain.Item.SecurityDescriptor = NULL;
}

// A parent whose list is passed on to what it contains.
namespace {
struct PARENT {
    SECURITY_DESCRIPTOR_RELATIVE Descriptor;
    ACL List;
    ACCESS_ALLOWED_ACE Entry;
    ULONG More[3]; // of a SID with two parts
};
} // namespace

EXPORT_CASE(KsCreateDefaultSecurity) {
    PSECURITY_DESCRIPTOR Made = NULL;
    REQUIRE_SUCCESS(KsCreateDefaultSecurity(NULL, &Made));
    const auto *Bare = static_cast<SECURITY_DESCRIPTOR_RELATIVE *>(Made);
    EXPECT_EQ(Bare->Revision, SECURITY_DESCRIPTOR_REVISION);
    EXPECT_EQ(Bare->Control, SE_SELF_RELATIVE);
    EXPECT_TRUE(Bare->Owner != 0 && Bare->Group != 0);
    EXPECT_EQ(Bare->Dacl, 0u);
    const ULONG Head = sizeof *Bare;
    EXPECT_SUCCESS(SeDeassignSecurity(&Made));
    // Administrators may read: files are what KS objects are.
    PARENT Parent = {};
    Parent.Descriptor.Revision = SECURITY_DESCRIPTOR_REVISION;
    Parent.Descriptor.Control = SE_SELF_RELATIVE | SE_DACL_PRESENT;
    Parent.Descriptor.Dacl = Head;
    Parent.List.AclRevision = ACL_REVISION;
    Parent.List.AclSize = sizeof Parent - Head;
    Parent.List.AceCount = 1;
    Parent.Entry.Header.AceType = ACCESS_ALLOWED_ACE_TYPE;
    Parent.Entry.Header.AceFlags = OBJECT_INHERIT_ACE | INHERIT_ONLY_ACE;
    Parent.Entry.Header.AceSize = sizeof Parent.Entry + sizeof Parent.More;
    Parent.Entry.Mask = GENERIC_READ;
    ULONG *const Sid = &Parent.Entry.SidStart;
    Sid[0] = SID_REVISION | 2 << 8;
    reinterpret_cast<UCHAR *>(Sid)[7] = 5;
    Sid[2] = 32;
    Sid[3] = 544;
    REQUIRE_SUCCESS(KsCreateDefaultSecurity(&Parent, &Made));
    const auto *Found = static_cast<SECURITY_DESCRIPTOR_RELATIVE *>(Made);
    EXPECT_EQ(Found->Control, SE_SELF_RELATIVE | SE_DACL_PRESENT);
    if (EXPECT_TRUE(Found->Dacl != 0)) {
        const ACL *List = reinterpret_cast<ACL *>(static_cast<UCHAR *>(Made) + Found->Dacl);
        const auto *Entry = reinterpret_cast<const ACCESS_ALLOWED_ACE *>(List + 1);
        EXPECT_EQ(List->AceCount, 1);
        EXPECT_EQ(Entry->Header.AceFlags, 0);
        EXPECT_EQ(Entry->Mask, (ACCESS_MASK)FILE_GENERIC_READ);
    }
    EXPECT_SUCCESS(SeDeassignSecurity(&Made));
    Parent.List.AceCount = 9; // more than there is room for
    EXPECT_EQ(KsCreateDefaultSecurity(&Parent, &Made), STATUS_INVALID_ACL);
}

// Se*: in a box every client runs as an administrator and holds every right, so access checks grant
// what is asked; descriptors are checked for their form.
#include <cstring>

#include "abi/export.h"
#include "abi/windows.h"
#include "nt/exports.h"
#include "nt/ob/object_manager.h"
#include "nt/se/assign_security.h"

using namespace ksbox;

namespace {

/// The revision every security descriptor has.
bool is_descriptor(PSECURITY_DESCRIPTOR descriptor) {
    return descriptor &&
           static_cast<PISECURITY_DESCRIPTOR>(descriptor)->Revision == SECURITY_DESCRIPTOR_REVISION;
}

} // namespace

extern "C" {

/// @doc NF:wdm.SeAccessCheck
BOOLEAN NTAPI SeAccessCheck(PSECURITY_DESCRIPTOR SecurityDescriptor, PSECURITY_SUBJECT_CONTEXT,
                            BOOLEAN, ACCESS_MASK DesiredAccess, ACCESS_MASK PreviouslyGrantedAccess,
                            PPRIVILEGE_SET *Privileges, PGENERIC_MAPPING GenericMapping,
                            KPROCESSOR_MODE AccessMode, PACCESS_MASK GrantedAccess,
                            PNTSTATUS AccessStatus) {
    if (Privileges)
        *Privileges = nullptr;
    if (AccessMode != KernelMode && !SecurityDescriptor) {
        *GrantedAccess = 0;
        *AccessStatus = STATUS_ACCESS_DENIED;
        return FALSE;
    }
    *GrantedAccess = ob::map_access(DesiredAccess, *GenericMapping) | PreviouslyGrantedAccess;
    *AccessStatus = STATUS_SUCCESS;
    return TRUE;
}

/// @doc NF:ntddk.SeSinglePrivilegeCheck
BOOLEAN NTAPI SeSinglePrivilegeCheck(LUID, KPROCESSOR_MODE) {
    return TRUE;
}

/// @doc NF:wdm.SeValidSecurityDescriptor
BOOLEAN NTAPI SeValidSecurityDescriptor(ULONG Length, PSECURITY_DESCRIPTOR SecurityDescriptor) {
    if (Length < sizeof(SECURITY_DESCRIPTOR_RELATIVE) || !is_descriptor(SecurityDescriptor))
        return FALSE;
    const auto &relative = *static_cast<SECURITY_DESCRIPTOR_RELATIVE *>(SecurityDescriptor);
    if (!(relative.Control & SE_SELF_RELATIVE))
        return FALSE;
    for (const ULONG offset : {relative.Owner, relative.Group, relative.Sacl, relative.Dacl})
        if (offset && (offset < sizeof relative || offset % 4 || offset >= Length))
            return FALSE;
    return TRUE;
}

/// @doc NF:ntifs.SeCaptureSubjectContext
VOID NTAPI SeCaptureSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext) {
    *SubjectContext = {};
}

/// @doc NF:ntifs.SeLockSubjectContext
VOID NTAPI SeLockSubjectContext(PSECURITY_SUBJECT_CONTEXT) {}
/// @doc NF:ntifs.SeUnlockSubjectContext
VOID NTAPI SeUnlockSubjectContext(PSECURITY_SUBJECT_CONTEXT) {}
/// @doc NF:ntifs.SeReleaseSubjectContext
VOID NTAPI SeReleaseSubjectContext(PSECURITY_SUBJECT_CONTEXT) {}

/// @doc NF:wdm.SeAssignSecurity
NTSTATUS NTAPI SeAssignSecurity(PSECURITY_DESCRIPTOR ParentDescriptor,
                                PSECURITY_DESCRIPTOR ExplicitDescriptor,
                                PSECURITY_DESCRIPTOR *NewDescriptor, BOOLEAN IsDirectoryObject,
                                PSECURITY_SUBJECT_CONTEXT, PGENERIC_MAPPING GenericMapping,
                                POOL_TYPE) {
    return se::assign_security(
        {ParentDescriptor, ExplicitDescriptor, IsDirectoryObject != 0, *GenericMapping},
        NewDescriptor);
}

/// @doc NF:wdm.SeDeassignSecurity
NTSTATUS NTAPI SeDeassignSecurity(PSECURITY_DESCRIPTOR *SecurityDescriptor) {
    if (*SecurityDescriptor)
        ExFreePoolWithTag(*SecurityDescriptor, 0);
    *SecurityDescriptor = nullptr;
    return STATUS_SUCCESS;
}

} // extern "C"

namespace ksbox {

std::span<const Export> security_exports() {
    static const Export table[] = {
        partial<SeAccessCheck>("SeAccessCheck", "NF:wdm.SeAccessCheck"),
        partial<SeSinglePrivilegeCheck>("SeSinglePrivilegeCheck",
                                        "NF:ntddk.SeSinglePrivilegeCheck"),
        done<SeValidSecurityDescriptor>("SeValidSecurityDescriptor",
                                        "NF:wdm.SeValidSecurityDescriptor"),
        partial<SeCaptureSubjectContext>("SeCaptureSubjectContext",
                                         "NF:ntifs.SeCaptureSubjectContext"),
        partial<SeLockSubjectContext>("SeLockSubjectContext", "NF:ntifs.SeLockSubjectContext"),
        partial<SeUnlockSubjectContext>("SeUnlockSubjectContext",
                                        "NF:ntifs.SeUnlockSubjectContext"),
        partial<SeReleaseSubjectContext>("SeReleaseSubjectContext",
                                         "NF:ntifs.SeReleaseSubjectContext"),
        done<SeAssignSecurity>("SeAssignSecurity", "NF:wdm.SeAssignSecurity"),
        done<SeDeassignSecurity>("SeDeassignSecurity", "NF:wdm.SeDeassignSecurity"),
        stub("PsReferencePrimaryToken", "NF:ntifs.PsReferencePrimaryToken"),
        stub("PsDereferencePrimaryToken", "NF:ntifs.PsDereferencePrimaryToken"),
        stub("SeQueryInformationToken", "NF:ntifs.SeQueryInformationToken"),
    };
    return table;
}

} // namespace ksbox

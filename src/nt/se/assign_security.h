// The security descriptor of a new object, from its parent's and from what was asked for.
// @doc NF:wdm.SeAssignSecurity
#pragma once

#include "abi/windows.h"

namespace ksbox::se {

struct NewSecurity {
    PSECURITY_DESCRIPTOR parent;     ///< may be null
    PSECURITY_DESCRIPTOR explicitly; ///< may be null
    bool directory;                  ///< the new object contains others
    const GENERIC_MAPPING &mapping;
};

/// Self-relative, in paged pool. STATUS_INSUFFICIENT_RESOURCES, STATUS_UNKNOWN_REVISION,
/// STATUS_INVALID_ACL; who asks may assign every owner and every list. PASSIVE_LEVEL.
NTSTATUS assign_security(const NewSecurity &request, PSECURITY_DESCRIPTOR *result);

} // namespace ksbox::se

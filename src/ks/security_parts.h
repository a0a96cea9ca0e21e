// A security descriptor taken apart and put together again: what querying and setting the security
// of a create item need. Descriptors are carried, not evaluated.
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

/// Points into the descriptor it was taken from.
class SecurityParts {
  public:
    SecurityParts() = default;
    /// Absolute and self-relative descriptors alike. Null: nothing is in it.
    explicit SecurityParts(PSECURITY_DESCRIPTOR descriptor);

    /// Only what the flags (OWNER_SECURITY_INFORMATION …) name.
    SecurityParts only(SECURITY_INFORMATION which) const;
    /// What the flags name from `other`, the rest from this one.
    SecurityParts replaced_by(const SecurityParts &other, SECURITY_INFORMATION which) const;

    /// Bytes of the self-relative form.
    ULONG bytes() const;
    void write_self_relative(void *to) const;

  private:
    SECURITY_DESCRIPTOR_CONTROL control_ = 0;
    const void *owner_ = nullptr;
    const void *group_ = nullptr;
    const void *sacl_ = nullptr;
    const void *dacl_ = nullptr;
};

} // namespace ksbox::ks

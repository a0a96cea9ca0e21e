// A miniport's WMI data blocks, which its port registers for the adapter's device. The device tells
// WMI which there are; their data have no consumer in a box, and go down the stack unanswered.
// @doc NN:portcls.IPortWMIRegistration, NS:wmilib._WMILIB_CONTEXT
#pragma once

#include <map>

#include "abi/windows.h"
#include "nt/kernel.h"

// clang-format off
#define IN
#define OUT
#define OPTIONAL
#include <wmilib.h>
#include <wmistr.h>
#undef IN
#undef OUT
#undef OPTIONAL
// clang-format on

namespace ksbox::portcls {

/// By the adapter's device. IRQL of all: <= DISPATCH_LEVEL.
class WmiProviders final : public KernelExtension {
  public:
    explicit WmiProviders(Kernel &) {}
    static WmiProviders &current() { return current_kernel().extension<WmiProviders>(); }

    /// The context is the driver's, until it is removed. False when there is one already.
    bool add(PDEVICE_OBJECT fdo, const WMILIB_CONTEXT &context);
    /// Null without.
    const WMILIB_CONTEXT *find(PDEVICE_OBJECT fdo) const;
    /// False when there was none.
    bool remove(PDEVICE_OBJECT fdo);

  private:
    mutable KSPIN_LOCK lock_ = 0; ///< a leaf
    std::map<PDEVICE_OBJECT, const WMILIB_CONTEXT *> contexts_;
};

/// IRP_MJ_SYSTEM_CONTROL of an adapter: answers IRP_MN_REGINFO(_EX) for its provider, as WMILIB
/// does; all else goes down the stack. PASSIVE_LEVEL. @doc kernel/irp-mn-reginfo-ex
NTSTATUS dispatch_wmi(PDEVICE_OBJECT fdo, PIRP irp);

} // namespace ksbox::portcls

// A pin instance's stream: the miniport's stream object and what its kind of port does with it.
// Owned by the pin, from NewStream to the pin's close.
#pragma once

#include "abi/windows.h"

namespace ksbox::portcls {

class Stream {
  public:
    virtual ~Stream() = default;
    /// What PCPROPERTY_REQUEST calls MinorTarget; not referenced for the caller.
    virtual IUnknown *unknown() = 0;
    /// One step (F3). The pin's control mutex held, PASSIVE.
    virtual NTSTATUS set_state(KSSTATE to, KSSTATE from) = 0;
    /// A new format for the stream, not its first. The pin's control mutex held, PASSIVE.
    virtual NTSTATUS set_format(KSDATAFORMAT &format) = 0;
    /// Its client does not depend on the hardware's registers: the device may lose its resources
    /// while the stream is open. The pin's control mutex held.
    virtual bool can_lose_resources() const { return true; }
    /// KSPIN_DISPATCH.Process and Reset, for ports whose pins have a queue.
    virtual NTSTATUS process() { return STATUS_NOT_IMPLEMENTED; }
    virtual void reset() {}

    // As its adapter's idle detection knows it; the pin's control mutex.
    bool runs = false;
    ULONG fx_use = 0; ///< AdapterFx::begin()'s
};

} // namespace ksbox::portcls

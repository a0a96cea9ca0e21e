// Where the control plane meets the data plane: the two halves of a pin's and a filter's data side,
// as filter and pin management sees them. Queues, pipes and processing stand behind it.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

class Filter;
class Pin;

/// A standard-transport pin's queue and place in a pipe. Made before the minidriver's Create (which
/// may attach gates), destroyed after its Close.
class PinTransport {
  public:
    virtual ~PinTransport() = default;

    /// Control mutex held, PASSIVE; nothing of the driver is called.
    static Result<std::unique_ptr<PinTransport>> create(Pin &pin);

    /// The pin has got its peer: called once on the IRP sink's transport after the minidriver's
    /// Connect succeeded, with both pins' `peer` set, no control mutex held. `source` may have no
    /// transport of ours (then this is not called). An error undoes the connection.
    virtual Result<void> connect(Pin &source) = 0;
    /// The reverse, before the minidriver's Disconnect; no control mutex held. Frames on their way
    /// between the two pins have gone home when it returns.
    virtual void disconnect() = 0;

    /// The pin's client asks for a state (abi().DeviceState is already `to`). No control mutex is
    /// held: the pipe takes each pin's filter's in turn around its SetDeviceState (F2, F4, F6) and
    /// sets ClientState. On error every pin is back where it was.
    virtual Status set_state(KSSTATE to, KSSTATE from) = 0;

    /// IOCTL_KS_READ_STREAM and WRITE_STREAM: takes the IRP over (STATUS_PENDING) or completes it
    /// and returns its status. IRQL <= DISPATCH.
    virtual NTSTATUS submit(PIRP irp) = 0;

    /// IOCTL_KS_RESET_STATE; abi().ResetState is already set. Control mutex held.
    virtual void reset(KSRESET reset) = 0;

    /// Last handle closed: cancels what the file object has queued. No mutex held.
    virtual void cleanup(PFILE_OBJECT file) = 0;

    /// Close of the pin begins, before the minidriver's Close: goes to STOP one step at a time if
    /// it is not there, and leaves the pipe. No control mutex held.
    virtual void shut_down() = 0;

    /// Power: D0 is left (true) or reached; processing stands still meanwhile. Device mutex held.
    virtual void set_asleep(bool asleep) = 0;

    /// Takes the pin's pipe to PAUSE while its device is not in D0, and then back to what its
    /// clients want (F12). Got with the control mutex held, called without; the pin may be closed
    /// by then. False: the pin has moved to another pipe meanwhile, ask again.
    virtual std::function<bool(bool asleep)> sleeper() = 0;
};

/// A filter's processing side: its gate and, for a filter-centric filter, its process pins.
class FilterProcessing {
  public:
    virtual ~FilterProcessing() = default;
    static Result<std::unique_ptr<FilterProcessing>> create(Filter &filter);
    /// A pin's transport has been made: room for it (STATUS_INSUFFICIENT_RESOURCES). Control mutex
    /// held.
    virtual Result<void> add_pin(Pin &pin) = 0;
    /// Its Create has succeeded: Process sees it from now on,
    virtual void admit_pin(Pin &pin) = 0;
    /// until its Close is to be called [inferred: a minidriver has its context for a pin from
    /// Create to Close]. Control mutex held, for both.
    virtual void remove_pin(Pin &pin) = 0;
    virtual void set_asleep(bool asleep) = 0;
};

/// KSPROPSETID_Stream as AVStream answers it for pins (allocator, master clock, …).
std::span<const KSPROPERTY_SET> pin_stream_property_sets();

/// KSOBJECT_CREATE_ITEM.Create of clocks and allocators below a pin; the parent file object is the
/// pin's.
NTSTATUS NTAPI pin_clock_create(PDEVICE_OBJECT device, PIRP irp);
NTSTATUS NTAPI pin_allocator_create(PDEVICE_OBJECT device, PIRP irp);

} // namespace ksbox::ks

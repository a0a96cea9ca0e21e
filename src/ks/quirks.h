// Bugs of real systems that a box shows when it is asked to (BoxOptions::quirks), for drivers that
// must live with them.
#pragma once

#include <atomic>
#include <span>
#include <string_view>

#include "nt/kernel.h"

namespace ksbox::ks {

struct Quirks final : KernelExtension {
    explicit Quirks(Kernel &) {}
    static Quirks &of(Kernel &kernel) { return kernel.extension<Quirks>(); }

    /// Switches the quirk of that name on. False: there is none.
    bool enable(std::string_view name);
    static std::span<const std::string_view> names();

    /// "clone-delete-in-cancel": a clone that is deleted in its own cancel callback is not, so that
    /// the cancelled IRP stays in its queue. @observed reported by driver authors
    /// (gdcl.co.uk/avstream.htm): they delete it elsewhere.
    std::atomic<bool> clone_delete_in_cancel = false;

    /// "busy-pin-not-ready": a pin factory without a free instance answers STATUS_DEVICE_NOT_READY,
    /// as a camera in use does, in place of STATUS_INSUFFICIENT_RESOURCES. @observed GStreamer's
    /// winks source tries again on ERROR_NOT_READY.
    std::atomic<bool> busy_pin_not_ready = false;

    /// "constrained-ranges-too-small": PortCls answers an empty query of
    /// KSPROPERTY_PIN_CONSTRAINEDDATARANGES with STATUS_BUFFER_TOO_SMALL, and does not ask the
    /// miniport. @observed Windows 7 to 10 (MicrosoftDocs/windows-driver-docs #538).
    std::atomic<bool> constrained_ranges_too_small = false;
};

} // namespace ksbox::ks

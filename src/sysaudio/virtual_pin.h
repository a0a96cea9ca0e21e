// A pin of a virtual audio device: one file for a client, a graph behind it.
#pragma once

#include <memory>
#include <optional>

#include "sysaudio/virtual_filter.h"

namespace ksbox::sysaudio {

struct VirtualPin : VirtualFile {
    VirtualPin(VirtualFilter &filter, VirtualFilter::Current current, FactoryKey factory)
        : filter(filter), current(std::move(current)), factory(factory) {
        is_pin = true;
    }
    static VirtualPin &of(PIRP irp);

    VirtualFilter &filter; ///< its file stays open for as long as the pin's
    const VirtualFilter::Current current;
    const FactoryKey factory;
    std::unique_ptr<Graph> graph; ///< guarded by the device's lock, but for its entry
    std::optional<ULONG> virtual_source;
};

/// The create item of pins.
NTSTATUS NTAPI create_virtual_pin(PDEVICE_OBJECT device, PIRP irp);
/// IRP_MJ_CLEANUP of a pin. Does not complete the IRP.
void clean_up_virtual_pin(PIRP irp);

} // namespace ksbox::sysaudio

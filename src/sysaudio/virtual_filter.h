// The file of a virtual audio device, or of SysAudio before a device is chosen: a KS filter without
// AVStream.
#pragma once

#include <map>
#include <memory>

#include "abi/windows.h"
#include "sysaudio/system_audio.h"

namespace ksbox::sysaudio {

/// What FsContext of every file of SysAudio's begins with. KS looks for the header there.
struct VirtualFile {
    KSOBJECT_HEADER header = nullptr;
    bool is_pin = false;
    static VirtualFile *of(PIRP irp);
};

struct VirtualFilter : VirtualFile {
    explicit VirtualFilter(SystemAudio &system) : system(system) {}
    static VirtualFilter &of(PIRP irp);

    /// What the file is now: a device, and what it offered when it was chosen.
    struct Current {
        std::shared_ptr<VirtualDevice> device; ///< null: none was chosen yet
        std::shared_ptr<const Plan> plan;
        bool separate = false; ///< SYSAUDIO_FLAGS_DONT_COMBINE_PINS
        const Arrangement &arrangement() const { return plan->arrangement(separate); }
    };
    Current current();
    void choose(std::shared_ptr<VirtualDevice> device, bool separate);

    SystemAudio &system;
    Lock lock; ///< guards the rest; a leaf but for VirtualDevice::plan()
    /// The filter that the next pin's graph has to include, by pin factory.
    std::map<ULONG, std::size_t> selected;
    /// Pins of this file, by factory.
    std::map<FactoryKey, ULONG> pin_counts;

  private:
    Current current_;
};

/// PFNs of create items: the context is null, or a std::shared_ptr<VirtualDevice> *.
NTSTATUS NTAPI create_virtual_filter(PDEVICE_OBJECT device, PIRP irp);

/// The properties of filters (filter_properties.cpp).
NTSTATUS filter_property(PIRP irp);

} // namespace ksbox::sysaudio

// SysAudio's device: the virtual devices of a box, in a stable order, as wave filters come and go;
// and virtual sources. @doc audio/kernel-mode-wdm-audio-components
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"
#include "sysaudio/virtual_device.h"

namespace ksbox::sysaudio {

/// PASSIVE_LEVEL throughout.
class SystemAudio {
  public:
    SystemAudio(PDEVICE_OBJECT self, PDEVICE_OBJECT physical) : self_(self), physical_(physical) {}

    /// Registers interfaces, and wants to hear of filters. IRP_MN_START_DEVICE.
    NTSTATUS start(KSDEVICE_HEADER header);
    /// Takes all of it back. Files that are open stay useful. IRP_MN_REMOVE_DEVICE.
    void stop();

    KSDEVICE_HEADER header() const { return header_; }
    std::size_t device_count();
    /// Null: there is none.
    std::shared_ptr<VirtualDevice> device(ULONG id);
    /// Its place in the order; nothing when its wave filter is gone.
    std::optional<ULONG> id_of(const VirtualDevice &device);

    /// The index of the source with that category and name, a new one if there is none.
    ULONG virtual_source(const GUID &category, const GUID &name);
    bool has_virtual_source(ULONG index);

  private:
    static NTSTATUS NTAPI interface_changed(PVOID notification, PVOID context);
    static NTSTATUS NTAPI reserved_used(PVOID notification, PVOID context);
    NTSTATUS listen(const GUID &category, PDRIVER_NOTIFICATION_CALLBACK_ROUTINE routine);
    /// The filter's description, from before if it is known.
    const FilterFacts *facts_of(const std::u16string &link);
    /// Looks at all filters again; devices whose filter is still there keep their place.
    void rescan();
    std::shared_ptr<const Plan> make_plan(const FilterFacts &wave,
                                          const std::vector<const FilterFacts *> &all);
    void arrive(const FilterFacts &wave, std::shared_ptr<const Plan> plan);
    void leave(VirtualDevice &device);
    void tell(const VirtualDevice &device, const Plan &plan) const;

    const PDEVICE_OBJECT self_, physical_;
    KSDEVICE_HEADER header_ = nullptr;
    UNICODE_STRING interface_{}; ///< of KSCATEGORY_SYSAUDIO
    std::vector<PVOID> notifications_;

    Lock scan_lock_; ///< one scan at a time; guards facts_; taken before lock_
    std::map<std::u16string, std::optional<FilterFacts>, LessIgnoringCase> facts_;

    Lock lock_; ///< guards what follows
    std::vector<std::shared_ptr<VirtualDevice>> devices_;
    std::vector<std::pair<GUID, GUID>> sources_;
};

} // namespace ksbox::sysaudio

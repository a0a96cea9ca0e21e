// A miniport's PCFILTER_DESCRIPTOR as the KSFILTER_DESCRIPTOR that AVStream works on: pin
// factories, nodes, connections, categories, and their automation. @doc
// NS:portcls.PCFILTER_DESCRIPTOR
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "portcls/automation.h"

namespace ksbox::portcls {

inline KSPIN_INTERFACE standard_interface(ULONG id) {
    KSPIN_INTERFACE interface{};
    interface.Set = KSINTERFACESETID_Standard;
    interface.Id = id;
    return interface;
}

/// What a kind of port brings to its filters.
struct PortKind {
    const char *name; ///< "WaveRT", for findings
    /// Where the miniport names none. @doc audio/installing-device-interfaces-for-an-audio-adapter
    std::vector<GUID> categories;
    std::vector<KSPIN_INTERFACE> interfaces; ///< the descriptor's own list is ignored
    OwnSets filter_sets;
    OwnSets pin_sets;
    const KSPIN_DISPATCH *pin_dispatch;
    ULONG pin_flags; ///< KSPIN_FLAG_*
    /// Its subdevices can go and come again while clients have them open.
    bool rebalances = false;
};

class Description {
  public:
    /// `from` and `kind` must outlive this. STATUS_INVALID_PARAMETER for tables that are missing or
    /// have strides below their structures'; `why` says which.
    static Result<std::unique_ptr<Description>> translate(const PCFILTER_DESCRIPTOR &from,
                                                          const PortKind &kind, std::string &why);

    const KSFILTER_DESCRIPTOR &abi() const { return abi_; }
    ULONG pin_count() const { return from_->PinCount; }
    /// Precondition: pin_id < pin_count().
    const PCPIN_DESCRIPTOR &pin(ULONG pin_id) const;

  private:
    explicit Description(const PCFILTER_DESCRIPTOR &from) : from_(&from) {}
    Result<const KSAUTOMATION_TABLE *> automation(const PCAUTOMATION_TABLE *table, OwnSets own);
    Result<void> add_pins(const PortKind &kind);
    Result<void> add_nodes();

    const PCFILTER_DESCRIPTOR *from_;
    std::vector<std::unique_ptr<Automation>> automations_;
    std::vector<KSPIN_DESCRIPTOR_EX> pins_;
    std::vector<KSNODE_DESCRIPTOR> nodes_;
    std::vector<KSTOPOLOGY_CONNECTION> connections_;
    KSFILTER_DESCRIPTOR abi_{};
};

} // namespace ksbox::portcls

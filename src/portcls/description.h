// A miniport's PCFILTER_DESCRIPTOR as the KSFILTER_DESCRIPTOR that AVStream works on: pin
// factories, nodes, connections, categories, and their automation. @doc
// NS:portcls.PCFILTER_DESCRIPTOR
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
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
    ULONG pin_flags;               ///< KSPIN_FLAG_*
    OwnSets more_filter_sets = {}; ///< that other kinds lack
    /// Of nodes of KSNODETYPE_AUDIO_ENGINE, for miniports with IMiniportAudioEngineNode.
    OwnSets engine_node_sets = {};
    /// Its subdevices can go and come again while clients have them open.
    bool rebalances = false;
};

/// What a port answers because its miniport has an optional interface.
struct MiniportSets {
    OwnSets filter;      ///< beside the kind's
    OwnSets engine_node; ///< of nodes of KSNODETYPE_AUDIO_ENGINE
};

class Description {
  public:
    /// `from` and `kind` must outlive this. STATUS_INVALID_PARAMETER for tables that nobody can
    /// work on; `why` gets what is wrong with them, also when it succeeds.
    static Result<std::unique_ptr<Description>> translate(const PCFILTER_DESCRIPTOR &from,
                                                          const PortKind &kind,
                                                          const MiniportSets &sets,
                                                          std::vector<std::string> &why);

    const KSFILTER_DESCRIPTOR &abi() const { return abi_; }
    ULONG pin_count() const { return from_->PinCount; }
    /// Precondition: pin_id < pin_count().
    const PCPIN_DESCRIPTOR &pin(ULONG pin_id) const;

  private:
    explicit Description(const PCFILTER_DESCRIPTOR &from) : from_(&from) {}
    const KSAUTOMATION_TABLE *automation(const PCAUTOMATION_TABLE *table, OwnSets own,
                                         BuiltIn built_in);
    void add_pins(const PortKind &kind);
    void add_nodes(OwnSets engine_node_sets);

    const PCFILTER_DESCRIPTOR *from_;
    std::vector<std::unique_ptr<Automation>> automations_;
    std::vector<KSPIN_DESCRIPTOR_EX> pins_;
    std::vector<KSNODE_DESCRIPTOR> nodes_;
    std::vector<KSTOPOLOGY_CONNECTION> connections_;
    KSFILTER_DESCRIPTOR abi_{};
};

} // namespace ksbox::portcls

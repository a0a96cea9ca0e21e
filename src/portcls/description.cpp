// Filter descriptions of miniports, for AVStream.
#include "portcls/description.h"

#include "abi/guid.h"
#include "portcls/description_check.h"
#include "portcls/pins.h"

namespace ksbox::portcls {
namespace {

template <typename T> const T &element(const T *array, ULONG index, ULONG bytes) {
    return *reinterpret_cast<const T *>(reinterpret_cast<const char *>(array) +
                                        std::size_t(index) * bytes);
}

} // namespace

const PCPIN_DESCRIPTOR &Description::pin(ULONG pin_id) const {
    return element(from_->Pins, pin_id, from_->PinSize);
}

const KSAUTOMATION_TABLE *Description::automation(const PCAUTOMATION_TABLE *table, OwnSets own,
                                                  BuiltIn built_in) {
    automations_.push_back(
        std::make_unique<Automation>(Automation::translate(table, own, built_in)));
    return automations_.back()->abi();
}

void Description::add_pins(const PortKind &kind) {
    for (ULONG id = 0; id < from_->PinCount; ++id) {
        const PCPIN_DESCRIPTOR &from = pin(id);
        KSPIN_DESCRIPTOR_EX made{};
        made.Dispatch = kind.pin_dispatch;
        made.AutomationTable =
            automation(from.AutomationTable, kind.pin_sets, pin_built_in(kind.pin_flags));
        made.PinDescriptor = from.KsPinDescriptor;
        made.PinDescriptor.InterfacesCount = static_cast<ULONG>(kind.interfaces.size());
        made.PinDescriptor.Interfaces = kind.interfaces.data();
        made.Flags = kind.pin_flags;
        made.InstancesPossible = from.MaxFilterInstanceCount; // ULONG(-1) in both: unlimited
        // PortCls tells MinFilterInstanceCount (KSPROPERTY_PIN_NECESSARYINSTANCES), and leaves it
        // to the miniport to refuse. inferred
        made.InstancesNecessary = 0;
        made.IntersectHandler = intersect_pin;
        pins_.push_back(made);
    }
}

void Description::add_nodes(OwnSets engine_node_sets) {
    for (ULONG id = 0; id < from_->NodeCount; ++id) {
        const PCNODE_DESCRIPTOR &from = element(from_->Nodes, id, from_->NodeSize);
        const OwnSets own = *from.Type == KSNODETYPE_AUDIO_ENGINE ? engine_node_sets : OwnSets();
        nodes_.push_back({automation(from.AutomationTable, own, {}), from.Type, from.Name});
    }
    for (ULONG i = 0; i < from_->ConnectionCount; ++i) {
        const PCCONNECTION_DESCRIPTOR &from = from_->Connections[i];
        connections_.push_back({from.FromNode, from.FromNodePin, from.ToNode, from.ToNodePin});
    }
}

Result<std::unique_ptr<Description>> Description::translate(const PCFILTER_DESCRIPTOR &from,
                                                            const PortKind &kind,
                                                            const MiniportSets &sets,
                                                            std::vector<std::string> &why) {
    ks::TableMistakes mistakes = check_description(&from);
    why = std::move(mistakes.findings);
    if (!mistakes.refusal.empty()) {
        why.push_back(std::move(mistakes.refusal));
        return fail(STATUS_INVALID_PARAMETER);
    }
    std::unique_ptr<Description> made(new Description(from));
    KSFILTER_DESCRIPTOR &abi = made->abi_;
    abi.Dispatch = &filter_dispatch;
    std::vector<KSPROPERTY_SET> filter_sets(kind.filter_sets.begin(), kind.filter_sets.end());
    for (const OwnSets more : {kind.more_filter_sets, sets.filter})
        filter_sets.insert(filter_sets.end(), more.begin(), more.end());
    abi.AutomationTable = made->automation(from.AutomationTable, filter_sets, filter_built_in());
    made->add_pins(kind);
    made->add_nodes(sets.engine_node);
    abi.Version = KSFILTER_DESCRIPTOR_VERSION;
    abi.PinDescriptorsCount = static_cast<ULONG>(made->pins_.size());
    abi.PinDescriptorSize = sizeof(KSPIN_DESCRIPTOR_EX);
    abi.PinDescriptors = made->pins_.data();
    abi.NodeDescriptorsCount = static_cast<ULONG>(made->nodes_.size());
    abi.NodeDescriptorSize = sizeof(KSNODE_DESCRIPTOR);
    abi.NodeDescriptors = made->nodes_.data();
    abi.ConnectionsCount = static_cast<ULONG>(made->connections_.size());
    abi.Connections = made->connections_.data();
    const bool own = from.CategoryCount != 0;
    abi.CategoriesCount = own ? from.CategoryCount : static_cast<ULONG>(kind.categories.size());
    abi.Categories = own ? from.Categories : kind.categories.data();
    return made;
}

} // namespace ksbox::portcls

// A PCAUTOMATION_TABLE as the KSAUTOMATION_TABLE that KS works on: each item keeps the miniport's,
// and the handlers make a PCPROPERTY_REQUEST (PCMETHOD_REQUEST, PCEVENT_REQUEST) of what KS hands
// them. @doc audio/audio-property-handlers, NS:portcls.PCAUTOMATION_TABLE
#pragma once

#include <span>
#include <vector>

#include "abi/windows.h"
#include "portcls/built_in.h"

namespace ksbox::portcls {

/// What the port itself answers, whatever the miniport has a handler for.
using OwnSets = std::span<const KSPROPERTY_SET>;

class Automation {
  public:
    /// `table` may be null and must outlive this. Precondition: check_description() lets it pass.
    /// Its handlers for properties of `own` and of `built_in` (KS answers those) are left out.
    static Automation translate(const PCAUTOMATION_TABLE *table, OwnSets own, BuiltIn built_in);
    const KSAUTOMATION_TABLE *abi() const { return &abi_; }

    Automation(Automation &&) = default;
    Automation &operator=(Automation &&) = default;

  private:
    Automation() = default;
    /// KS's item with the miniport's behind it; null for the port's own.
    struct Property {
        KSPROPERTY_ITEM ks;
        const PCPROPERTY_ITEM *item;
    };
    struct Method {
        KSMETHOD_ITEM ks;
        const PCMETHOD_ITEM *item;
    };
    struct Event {
        KSEVENT_ITEM ks;
        const PCEVENT_ITEM *item;
    };
    friend struct AutomationHandlers;

    // Sets point into the items, which do not move once translated.
    std::vector<std::vector<Property>> properties_;
    std::vector<std::vector<Method>> methods_;
    std::vector<std::vector<Event>> events_;
    std::vector<KSPROPERTY_SET> property_sets_;
    std::vector<KSMETHOD_SET> method_sets_;
    std::vector<KSEVENT_SET> event_sets_;
    KSAUTOMATION_TABLE abi_{};
};

/// What IPortEvents.GenerateEventList selects by, kept with each event that a client enables.
struct EventTarget {
    ULONG pin_id;  ///< of the pin, or as a KSE_PIN on the filter says; ULONG(-1): no pin's
    ULONG node_id; ///< ULONG(-1): no node's
};
EventTarget &target_of(KSEVENT_ENTRY &entry);

} // namespace ksbox::portcls

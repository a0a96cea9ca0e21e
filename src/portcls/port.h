// A port: what PortCls implements of a subdevice, with the miniport that implements the rest. The
// C++ side of all kinds; each kind's COM face is PortObject<IPortXxx> (port_object.h).
// @doc NN:portcls.IPort, audio/subdevice-creation
#pragma once

#include <memory>
#include <optional>

#include "ks/event_list.h"
#include "portcls/com.h"
#include "portcls/description.h"

namespace ksbox::ks {
class Filter;
class FilterFactory;
} // namespace ksbox::ks

namespace ksbox::portcls {

class Adapter;
class Stream;

class Port {
  public:
    Port(Kernel &kernel, PortKind kind);
    virtual ~Port();
    Port(const Port &) = delete;
    Port &operator=(const Port &) = delete;

    const PortKind kind;

    // IPort. PASSIVE.
    /// Asks the miniport for its interface, calls its Init, reads its description. On an error the
    /// port is as new. STATUS_INVALID_PARAMETER; what the miniport answers.
    NTSTATUS init(PDEVICE_OBJECT fdo, IUnknown *miniport, IUnknown *adapter,
                  IResourceList *resources);
    NTSTATUS get_device_property(DEVICE_REGISTRY_PROPERTY property, ULONG bytes, PVOID buffer,
                                 PULONG result_bytes);
    NTSTATUS new_registry_key(PREGISTRYKEY *key, IUnknown *outer, ULONG type, ACCESS_MASK access,
                              POBJECT_ATTRIBUTES attributes, ULONG options, PULONG disposition);

    /// The device is removed: a miniport that holds its port would keep both for ever. No filter is
    /// open. PASSIVE.
    void release_miniport();

    /// This port's IUnknown, by which drivers name it; not referenced for the caller.
    virtual IUnknown *identity() = 0;
    /// The stream of a pin that is being created. The pin's control mutex held, PASSIVE.
    virtual Result<std::unique_ptr<Stream>> new_stream(KSPIN &pin, bool capture) = 0;

    /// Null until init() has succeeded.
    Adapter *adapter() const { return adapter_.get(); }
    IMiniport *miniport() const { return miniport_.get(); }
    /// The UnknownMiniport that init() was given.
    IUnknown *miniport_unknown() const { return unknown_.get(); }
    /// Optional interfaces of an initialized miniport; null without.
    IPinName *pin_name() const { return pin_name_.get(); }
    IMiniportAudioSignalProcessing *signal_processing() const { return signal_processing_.get(); }
    IMiniportAudioEngineNode *audio_engine() const { return audio_engine_.get(); }
    const Description &description() const { return *description_; }
    /// Precondition: init() has succeeded.
    const KSFILTER_DESCRIPTOR &filter_descriptor() const { return description_->abi(); }

    // The subdevice. Device mutex.
    /// While registered; null otherwise.
    ks::FilterFactory *factory = nullptr;
    /// The factory's filters find the port from now on, and keep it alive.
    void attach(ks::FilterFactory &made);

    // Pin counts, with the miniport's IPinCount asked (B9). PASSIVE.
    struct PinCounts {
        ULONG necessary, current, possible, global_current, global_possible;
    };
    PinCounts pin_counts(ks::Filter &filter, ULONG pin_id);
    /// For a pin that counts already. STATUS_INSUFFICIENT_RESOURCES.
    NTSTATUS allows_instance(KSPIN &pin);

    // IPortEvents. The list is that of the subdevice's filters and pins.
    const std::shared_ptr<ks::EventList> events;
    /// Unless it is on the list already. IRQL <= DISPATCH_LEVEL.
    void add_event(KSEVENT_ENTRY &entry);
    /// PASSIVE, or at DISPATCH_LEVEL with the list's lock held.
    void remove_event(KSEVENT_ENTRY &entry);
    /// What IPortEvents.GenerateEventList selects; an absent value is a wild card.
    struct EventSelection {
        const GUID *set;
        ULONG event_id;
        std::optional<ULONG> pin_id, node_id;
    };
    /// Any IRQL; above DISPATCH_LEVEL by a DPC that remembers one call.
    void generate_events(const EventSelection &selection);

  protected:
    Kernel &box;
    /// The interface of the miniport that this kind of port works with. Null: it has none.
    virtual ComPtr<IMiniport> query_miniport(IUnknown *unknown) = 0;
    /// Its Init, with this port and what the adapter driver passes on.
    virtual NTSTATUS init_miniport(IUnknown *adapter, IResourceList *resources) = 0;
    /// The kind's own interfaces of an initialized miniport.
    virtual void initialized() {}
    /// Lets go of them.
    virtual void release_interfaces() {}

  private:
    static void NTAPI generate_late(PKDPC dpc, PVOID context, PVOID, PVOID);
    void query_optional_interfaces();
    NTSTATUS describe();
    void forget();

    std::shared_ptr<Adapter> adapter_;
    ComPtr<IUnknown> unknown_;
    ComPtr<IMiniport> miniport_;
    ComPtr<IPinCount> pin_count_;
    ComPtr<IPinName> pin_name_;
    ComPtr<IMiniportAudioSignalProcessing> signal_processing_;
    ComPtr<IMiniportAudioEngineNode> audio_engine_;
    std::unique_ptr<Description> description_;
    KDPC late_events_{};
    EventSelection late_selection_{};
    GUID late_set_{};
};

} // namespace ksbox::portcls

// A KSFILTER: an opened filter. Owns its pins, and the control mutex that guards everything from
// here down. Its processing side is FilterProcessing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ks/mutex.h"
#include "ks/object.h"
#include "ks/pin_list.h"

namespace ksbox::ks {

class FilterFactory;
class FilterProcessing;
class ObjectHeader;
class Pin;

class Filter final : public ObjectWith<KSFILTER> {
  public:
    explicit Filter(FilterFactory &factory);
    ~Filter() override;
    static Filter &from(PKSFILTER filter);
    /// Null when the file object is not an AVStream filter's. Any IRQL.
    static Filter *of(PFILE_OBJECT file);

    FilterFactory &factory();
    const KSFILTER_DISPATCH *dispatch() const { return descriptor().Dispatch; }
    /// Process in the filter's dispatch table makes the filter filter-centric.
    bool filter_centric() const { return dispatch() && dispatch()->Process; }

    /// Guards pins, descriptors, states (stream/filter-control-mutex-in-avstream). Never wait for
    /// another filter's while holding this one.
    Mutex control;
    /// Only for filter-centric filters (stream/processing-mutex-in-avstream).
    Mutex processing_mutex;

    PFILE_OBJECT file = nullptr;
    ObjectHeader *header = nullptr;
    unsigned number = 0; ///< the how-manieth filter of its device, for reports
    std::string name;    ///< name_of(), once there is a number
    unsigned pins_made = 0;

    // Pin factories: they only get more (control mutex), and none ever moves, so that each may be
    // read without the mutex and KSPIN.Descriptor stays what it was.
    ULONG pin_factory_count() const;
    /// Precondition: pin_id < pin_factory_count(). Strides by PinDescriptorSize.
    const KSPIN_DESCRIPTOR_EX &pin_descriptor(ULONG pin_id) const;
    const KSNODE_DESCRIPTOR &node_descriptor(ULONG node_id) const;
    /// Appends a copy of the descriptor and returns its pin ID. @doc NF:ks.KsFilterCreatePinFactory
    Result<ULONG> add_pin_factory(const KSPIN_DESCRIPTOR_EX &descriptor);
    /// @doc NF:ks.KsFilterCreateNode
    Result<ULONG> add_node(const KSNODE_DESCRIPTOR &descriptor);
    /// @doc NF:ks.KsFilterAddTopologyConnections
    Result<void> add_connections(const KSTOPOLOGY_CONNECTION *connections, ULONG count);

    /// Control mutex.
    const PinList &pins() const { return pins_; }
    ULONG instances(ULONG pin_id) const { return pins_.count(pin_id); }
    /// An instance more, or less, here and over all filters of the factory. Control mutex.
    Pin &add_pin(std::unique_ptr<Pin> pin);
    void destroy_pin(Pin &pin);
    /// File objects of open topology nodes. Control mutex.
    std::vector<PFILE_OBJECT> nodes;

    /// As it is now: edit_descriptor() may put another in its place. Any IRQL.
    const KSFILTER_DESCRIPTOR &descriptor() const;
    /// The descriptor as memory of the filter's own (_KsEdit).
    Result<KSFILTER_DESCRIPTOR *> edit_descriptor();

    PFNKSFILTERPOWER sleep = nullptr;
    PFNKSFILTERPOWER wake = nullptr;

    /// The data plane's half; made with the filter, before the minidriver's Create.
    std::unique_ptr<FilterProcessing> processing;

  private:
    Result<KSPIN_DESCRIPTOR_EX *> room_for_pin_factory(const KSFILTER_DESCRIPTOR &own);

    PinList pins_;
    /// The array that add_pin_factory() made, and for how many there is room in it.
    const void *pin_descriptors_ = nullptr;
    ULONG pin_descriptors_room_ = 0;
};

} // namespace ksbox::ks

// A KSFILTERFACTORY: a kind of filter that a device offers, its create item (reference string) and
// the device interfaces of its categories. Owns the filters made from it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ks/camera_profile.h"
#include "ks/object.h"

namespace ksbox::ks {

class EventList;
class Filter;

class FilterFactory final : public ObjectWith<KSFILTERFACTORY> {
  public:
    struct Options {
        /// Null: the descriptor's ReferenceGuid as "{…}".
        const char16_t *reference_string = nullptr;
        PSECURITY_DESCRIPTOR security = nullptr;
        ULONG create_item_flags = 0;
        PFNKSFILTERFACTORYPOWER sleep = nullptr;
        PFNKSFILTERFACTORYPOWER wake = nullptr;
        bool checked = false; ///< the descriptor's tables have been looked at already
    };
    /// Device mutex held. STATUS_INVALID_PARAMETER (descriptor; why is among the driver's
    /// findings), STATUS_OBJECT_NAME_COLLISION (reference string taken),
    /// STATUS_INSUFFICIENT_RESOURCES. @doc NF:ks.KsCreateFilterFactory
    static Result<FilterFactory *> create(Device &device, const KSFILTER_DESCRIPTOR *descriptor,
                                          const Options &options);
    ~FilterFactory() override;
    static FilterFactory &from(PKSFILTERFACTORY factory);

    /// Registers the interfaces once, then switches them. Device mutex.
    /// @doc NF:ks.KsFilterFactorySetDeviceClassesState
    Result<void> set_interfaces_enabled(bool enabled);

    /// A further reference string. STATUS_OBJECT_NAME_COLLISION, STATUS_INSUFFICIENT_RESOURCES.
    /// @doc NF:ks.KsFilterFactoryAddCreateItem
    Result<void> add_create_item(const std::u16string &reference, PSECURITY_DESCRIPTOR security,
                                 ULONG flags);
    ULONG create_items = 0;
    /// All create items are gone: disappears now, or with its last filter.
    void destroy_when_unused();
    bool deleted = false;

    /// One interface of a category and reference string.
    struct Interface {
        GUID category;
        std::u16string reference_string;
        UNICODE_STRING symbolic_link; ///< RtlFreeUnicodeString frees it
        bool enabled;
    };
    std::vector<Interface> interfaces;
    /// Reference strings of the create items, the first one from create().
    std::vector<std::u16string> reference_strings;
    PFNKSFILTERFACTORYPOWER sleep = nullptr;
    PFNKSFILTERFACTORYPOWER wake = nullptr;
    /// One list for the events of all filters and pins, as PortCls keeps one for each subdevice;
    /// null: each has its own. Set before the first filter is opened.
    std::shared_ptr<EventList> shared_events;
    /// The camera profiles, once their store is initialized.
    std::optional<std::vector<CameraProfile>> profiles;

    /// Filters in creation order. Device mutex.
    std::vector<std::unique_ptr<Filter>> filters;

    /// Pins of this pin factory over all filters (KSPROPERTY_PIN_GLOBALCINSTANCES). Any IRQL up to
    /// DISPATCH_LEVEL.
    ULONG global_instances(ULONG pin_id) const;
    /// One more (by: 1) or less (-1).
    void count_pin(ULONG pin_id, int by);

    /// A descriptor that is to become this pin factory of a filter's. STATUS_INVALID_PARAMETER when
    /// its tables cannot be used; the driver's findings say why.
    Result<void> check(ULONG pin_id, const KSPIN_DESCRIPTOR_EX &descriptor);
    /// Adds what is wrong with the pin factory, alone and beside those before it, to the driver's
    /// findings (lint.h). The filter's control mutex, or nobody has the filter yet.
    void lint(const Filter &filter, ULONG pin_id);

  private:
    explicit FilterFactory(Device &device);
    Result<void> register_interfaces(const std::u16string &reference);
    void lint(std::span<const KSPIN_DESCRIPTOR_EX *const> pins, ULONG pin_id);
    void lint_all();

    mutable KSPIN_LOCK instances_lock_ = 0; ///< guards instances_; a leaf
    std::vector<ULONG> instances_;          ///< by pin ID
};

} // namespace ksbox::ks

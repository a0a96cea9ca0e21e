// KSDEVICE_HEADER and KSOBJECT_HEADER: what KS keeps per device object and per file object. The
// first is the first member of the device extension, the second of the file object's FsContext.
#pragma once

#include <cstdint>
#include <vector>

#include "ks/create_items.h"
#include "ks/pool_object.h"
#include "nt/ex/resource.h"

namespace ksbox::ks {

class ObjectHeader;

class DeviceHeader {
  public:
    DeviceHeader(PKSOBJECT_CREATE_ITEM items, ULONG count);
    ~DeviceHeader();
    DeviceHeader(const DeviceHeader &) = delete;
    DeviceHeader &operator=(const DeviceHeader &) = delete;
    static DeviceHeader &from(KSDEVICE_HEADER header);
    /// The header at the start of the device's extension; stops the box if there is none.
    static DeviceHeader &of(PDEVICE_OBJECT device);

    CreateItems items;
    PDEVICE_OBJECT pnp_object = nullptr;  ///< next on the PnP stack
    PDEVICE_OBJECT base_object = nullptr; ///< whose StackSize KsRecalculateStackDepth sets
    std::vector<ObjectHeader *> targets;  ///< with a target device, in order of setting
    std::vector<ObjectHeader *> powered;  ///< with a power dispatch function
    BUS_INTERFACE_REFERENCE bus{};        ///< once referenced
    ULONG bus_references = 0;
    /// Shared while access is validated, exclusive while a descriptor changes.
    /// @doc NF:ks.KsAcquireDeviceSecurityLock
    ERESOURCE security_lock;
    std::size_t place = 0; ///< KsClass's

    /// @doc NF:ks.KsRecalculateStackDepth
    void recalculate_stack_depth(bool reuse_location);

  private:
    static constexpr std::uint64_t expected = 0x765664736bULL;
    std::uint64_t magic_ = expected;
};

class ObjectHeader {
  public:
    ObjectHeader(PKSOBJECT_CREATE_ITEM items, ULONG count, PIRP create,
                 const KSDISPATCH_TABLE *table);
    ~ObjectHeader();
    static ObjectHeader &from(KSOBJECT_HEADER header);
    /// The header of an open KS file object; null when FsContext holds none.
    static ObjectHeader *of(PFILE_OBJECT file);

    CreateItems items;
    const KSDISPATCH_TABLE *const table;
    const PKSOBJECT_CREATE_ITEM create_item; ///< that made this object; may be null
    const ACCESS_MASK access;
    const PDEVICE_OBJECT device;

    void set_target(PDEVICE_OBJECT target);
    PDEVICE_OBJECT target = nullptr;
    KSTARGET_STATE target_state = KSTARGET_STATE_DISABLED;
    void set_power_dispatch(PFNKSCONTEXT_DISPATCH function, void *context);
    PFNKSCONTEXT_DISPATCH power_dispatch = nullptr;
    void *power_context = nullptr;
    std::size_t place = 0; ///< KsClass's

  private:
    static constexpr std::uint64_t expected = 0x765662736bULL;
    std::uint64_t magic_ = expected;
};

} // namespace ksbox::ks

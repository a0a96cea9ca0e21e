// What devices, filter factories, filters and pins have in common: a place in the hierarchy, the
// structure that drivers see (KSDEVICE … KSPIN, in the box's pool), a bag, events, a client
// unknown.
#pragma once

#include <cstdint>
#include <memory>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::ks {

class Device;
class ObjectBag;
class EventList;

/// What a driver holds is the address right behind one of these.
struct ObjectTag {
    static constexpr std::uint64_t expected = 0x6a624f536b73626fULL;
    std::uint64_t magic;
    class Object *object;
};

/// What keeps an object's outer unknown (outer_unknown.cpp).
struct OuterHolder {
    virtual ~OuterHolder() = default;
};

/// Base of the four kinds. C++ side on the host heap, owned by the parent; the ABI side in the
/// box's nonpaged pool, so that the seed fixes its address. Not movable.
class Object {
  public:
    virtual ~Object();
    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;

    /// The object behind a KSDEVICE, KSFILTERFACTORY, KSFILTER or KSPIN. Anything else is the
    /// driver's mistake and stops the box. Any IRQL.
    static Object &from(void *abi);

    Kernel &kernel;
    const KSOBJECTTYPE type;
    Object *const parent; ///< null for a device

    Device &device();
    void *abi_address() const { return abi_; }
    /// False when the pool had no room: the creator gives up with STATUS_INSUFFICIENT_RESOURCES.
    bool allocated() const { return abi_ != nullptr; }
    /// The object's Bag member behaves as this one. Synchronized by the device mutex (device,
    /// factory) or the filter's control mutex (filter, pin).
    ObjectBag &bag() { return *bag_; }
    EventList &events() { return *events_; }
    /// One list for several objects. Before any event is enabled.
    void share_events(std::shared_ptr<EventList> list) { events_ = std::move(list); }

    /// The minidriver's unknown (KsRegisterAggregatedClientUnknown); referenced; may be null.
    PUNKNOWN client_unknown = nullptr;
    std::unique_ptr<OuterHolder> outer; ///< made at first use

    /// A create or close that the minidriver completes above PASSIVE_LEVEL goes on in a worker.
    WORK_QUEUE_ITEM completion_work{};
    PIRP completing = nullptr;

  protected:
    /// `abi_bytes` of zeroed nonpaged pool behind a tag; bag and event list are made too.
    Object(Kernel &kernel, KSOBJECTTYPE type, Object *parent, std::size_t abi_bytes);
    /// Frees the bag's contents (the minidriver's free functions run) before anything else goes.
    void empty_bag();

  private:
    void *abi_ = nullptr;
    std::unique_ptr<ObjectBag> bag_;
    std::shared_ptr<EventList> events_;
};

/// Typed access to the ABI side.
template <typename Abi> class ObjectWith : public Object {
  public:
    Abi &abi() { return *static_cast<Abi *>(abi_address()); }
    const Abi &abi() const { return *static_cast<const Abi *>(abi_address()); }

  protected:
    ObjectWith(Kernel &kernel, KSOBJECTTYPE type, Object *parent)
        : Object(kernel, type, parent, sizeof(Abi)) {}
};

} // namespace ksbox::ks

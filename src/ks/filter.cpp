// A KSFILTER: its descriptors, which grow by _KsEdit, and its pins.
#include "ks/filter.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "ks/alive.h"
#include "ks/file_context.h"
#include "ks/filter_factory.h"
#include "ks/object_bag.h"
#include "ks/pin.h"
#include "ks/transport.h"

namespace ksbox::ks {
namespace {

constexpr ULONG edit_tag = 0x6445734b; // 'KsEd'

/// Appends `item` to the array that a descriptor points at, in memory of the filter's bag.
template <typename T>
Result<void> append(Filter &filter, const T *&array, ULONG &count, ULONG item_bytes,
                    const void *items, ULONG items_count) {
    const std::uint64_t old_bytes = std::uint64_t(count) * item_bytes;
    const std::uint64_t new_bytes = old_bytes + std::uint64_t(items_count) * item_bytes;
    if (new_bytes > std::numeric_limits<ULONG>::max())
        return fail(STATUS_INVALID_PARAMETER);
    auto *pointer = const_cast<T *>(array);
    const NTSTATUS status =
        _KsEdit(&filter.bag(), reinterpret_cast<PVOID *>(&pointer), static_cast<ULONG>(new_bytes),
                static_cast<ULONG>(old_bytes), edit_tag);
    if (!NT_SUCCESS(status))
        return fail(status);
    std::memcpy(reinterpret_cast<char *>(pointer) + old_bytes, items,
                static_cast<std::size_t>(new_bytes - old_bytes));
    array = pointer;
    count += items_count;
    return {};
}

} // namespace

Filter::Filter(FilterFactory &factory)
    : ObjectWith(factory.kernel, KsObjectTypeFilter, &factory),
      control(MutexRank::control, abi_address()),
      processing_mutex(MutexRank::processing, abi_address()) {
    if (!allocated())
        return;
    abi().Descriptor = factory.abi().FilterDescriptor;
    if (factory.shared_events)
        share_events(factory.shared_events);
    abi().Bag = &bag();
    abi().Context = factory.abi().Context;
}

Filter::~Filter() {
    // A device pulled with files open: they stay, without an object behind them.
    if (alive(kernel)) {
        if (file)
            FileContext::destroy(file);
        for (PFILE_OBJECT node : nodes) {
            FileContext::destroy(node);
            ObDereferenceObject(file);
        }
        pins_.for_each([this](Pin &pin) { processing->remove_pin(pin); });
    }
    while (Pin *pin = pins_.first())
        destroy_pin(*pin);
    processing.reset();
    empty_bag();
    if (client_unknown)
        client_unknown->Release();
}

Filter &Filter::from(PKSFILTER filter) {
    return static_cast<Filter &>(Object::from(filter));
}

Filter *Filter::of(PFILE_OBJECT file) {
    const FileContext *context = FileContext::of(file);
    if (!context || context->object->type != KsObjectTypeFilter ||
        context->node_id != KSFILTER_NODE)
        return nullptr;
    return static_cast<Filter *>(context->object);
}

FilterFactory &Filter::factory() {
    return static_cast<FilterFactory &>(*parent);
}

const KSFILTER_DESCRIPTOR &Filter::descriptor() const {
    return *__atomic_load_n(&abi().Descriptor, __ATOMIC_ACQUIRE);
}

ULONG Filter::pin_factory_count() const {
    return __atomic_load_n(&descriptor().PinDescriptorsCount, __ATOMIC_ACQUIRE);
}

const KSPIN_DESCRIPTOR_EX &Filter::pin_descriptor(ULONG pin_id) const {
    const KSFILTER_DESCRIPTOR &own = descriptor();
    const auto *bytes =
        reinterpret_cast<const char *>(__atomic_load_n(&own.PinDescriptors, __ATOMIC_ACQUIRE));
    return *reinterpret_cast<const KSPIN_DESCRIPTOR_EX *>(
        bytes + std::size_t(pin_id) * __atomic_load_n(&own.PinDescriptorSize, __ATOMIC_RELAXED));
}

const KSNODE_DESCRIPTOR &Filter::node_descriptor(ULONG node_id) const {
    const auto *bytes = reinterpret_cast<const char *>(descriptor().NodeDescriptors);
    return *reinterpret_cast<const KSNODE_DESCRIPTOR *>(
        bytes + std::size_t(node_id) * descriptor().NodeDescriptorSize);
}

Result<KSFILTER_DESCRIPTOR *> Filter::edit_descriptor() {
    auto *own = const_cast<KSFILTER_DESCRIPTOR *>(abi().Descriptor);
    const NTSTATUS status =
        _KsEdit(&bag(), reinterpret_cast<PVOID *>(&own), sizeof *own, sizeof *own, edit_tag);
    if (!NT_SUCCESS(status))
        return fail(status);
    if (own != abi().Descriptor)
        __atomic_store_n(&abi().Descriptor, own, __ATOMIC_RELEASE);
    return own;
}

Result<ULONG> Filter::add_pin_factory(const KSPIN_DESCRIPTOR_EX &descriptor) {
    KSFILTER_DESCRIPTOR *own = KS_TRY(edit_descriptor());
    const ULONG id = own->PinDescriptorsCount;
    KS_CHECK(factory().check(id, descriptor));
    if (!id)
        __atomic_store_n(&own->PinDescriptorSize, ULONG(sizeof(KSPIN_DESCRIPTOR_EX)),
                         __ATOMIC_RELAXED);
    KSPIN_DESCRIPTOR_EX *array = KS_TRY(room_for_pin_factory(*own));
    // Larger private descriptors: the tail of the new one is the caller's, as in the table.
    std::memcpy(reinterpret_cast<char *>(array) + std::size_t(id) * own->PinDescriptorSize,
                &descriptor, own->PinDescriptorSize);
    // In this order: who reads the new count finds the new array.
    __atomic_store_n(&own->PinDescriptors, array, __ATOMIC_RELEASE);
    __atomic_store_n(&own->PinDescriptorsCount, id + 1, __ATOMIC_RELEASE);
    factory().lint(*this, id);
    return id;
}

/// The array that has room for one more behind the present ones. The arrays before it stay in the
/// bag: open pins point into them. Each is twice as long as the last.
Result<KSPIN_DESCRIPTOR_EX *> Filter::room_for_pin_factory(const KSFILTER_DESCRIPTOR &own) {
    const ULONG count = own.PinDescriptorsCount;
    if (own.PinDescriptors == pin_descriptors_ && count < pin_descriptors_room_)
        return const_cast<KSPIN_DESCRIPTOR_EX *>(own.PinDescriptors);
    const std::uint64_t room = std::max<std::uint64_t>(4, std::uint64_t(count) * 2);
    const std::uint64_t bytes = room * own.PinDescriptorSize;
    if (bytes > std::numeric_limits<ULONG>::max())
        return fail(STATUS_INVALID_PARAMETER);
    auto *array = static_cast<KSPIN_DESCRIPTOR_EX *>(
        ExAllocatePoolWithTag(NonPagedPool, std::size_t(bytes), edit_tag));
    if (!array)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    std::memset(array, 0, std::size_t(bytes));
    if (count)
        std::memcpy(array, own.PinDescriptors, std::size_t(count) * own.PinDescriptorSize);
    bag().add(array, nullptr);
    pin_descriptors_ = array;
    pin_descriptors_room_ = static_cast<ULONG>(room);
    return array;
}

Result<ULONG> Filter::add_node(const KSNODE_DESCRIPTOR &descriptor) {
    KSFILTER_DESCRIPTOR *own = KS_TRY(edit_descriptor());
    if (!own->NodeDescriptorsCount)
        own->NodeDescriptorSize = sizeof(KSNODE_DESCRIPTOR);
    const ULONG id = own->NodeDescriptorsCount;
    KS_CHECK(append(*this, own->NodeDescriptors, own->NodeDescriptorsCount, own->NodeDescriptorSize,
                    &descriptor, 1));
    return id;
}

Result<void> Filter::add_connections(const KSTOPOLOGY_CONNECTION *connections, ULONG count) {
    KSFILTER_DESCRIPTOR *own = KS_TRY(edit_descriptor());
    return append(*this, own->Connections, own->ConnectionsCount, sizeof(KSTOPOLOGY_CONNECTION),
                  connections, count);
}

Pin &Filter::add_pin(std::unique_ptr<Pin> pin) {
    factory().count_pin(pin->abi().Id, 1);
    return pins_.add(std::move(pin));
}

void Filter::destroy_pin(Pin &pin) {
    factory().count_pin(pin.abi().Id, -1);
    pins_.take(pin).reset();
}

} // namespace ksbox::ks

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
    }
    pins.clear();
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

const KSPIN_DESCRIPTOR_EX &Filter::pin_descriptor(ULONG pin_id) const {
    const auto *bytes = reinterpret_cast<const char *>(abi().Descriptor->PinDescriptors);
    return *reinterpret_cast<const KSPIN_DESCRIPTOR_EX *>(
        bytes + std::size_t(pin_id) * abi().Descriptor->PinDescriptorSize);
}

const KSNODE_DESCRIPTOR &Filter::node_descriptor(ULONG node_id) const {
    const auto *bytes = reinterpret_cast<const char *>(abi().Descriptor->NodeDescriptors);
    return *reinterpret_cast<const KSNODE_DESCRIPTOR *>(
        bytes + std::size_t(node_id) * abi().Descriptor->NodeDescriptorSize);
}

Result<KSFILTER_DESCRIPTOR *> Filter::edit_descriptor() {
    const NTSTATUS status = _KsEdit(
        &bag(), reinterpret_cast<PVOID *>(const_cast<KSFILTER_DESCRIPTOR **>(&abi().Descriptor)),
        sizeof(KSFILTER_DESCRIPTOR), sizeof(KSFILTER_DESCRIPTOR), edit_tag);
    if (!NT_SUCCESS(status))
        return fail(status);
    return const_cast<KSFILTER_DESCRIPTOR *>(abi().Descriptor);
}

Result<ULONG> Filter::add_pin_factory(const KSPIN_DESCRIPTOR_EX &descriptor) {
    KSFILTER_DESCRIPTOR *own = KS_TRY(edit_descriptor());
    if (!own->PinDescriptorsCount)
        own->PinDescriptorSize = sizeof(KSPIN_DESCRIPTOR_EX);
    // Larger private descriptors: the tail of the new one is the caller's, as in the table.
    const ULONG id = own->PinDescriptorsCount;
    KS_CHECK(append(*this, own->PinDescriptors, own->PinDescriptorsCount, own->PinDescriptorSize,
                    &descriptor, 1));
    return id;
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

ULONG Filter::instances(ULONG pin_id) const {
    return static_cast<ULONG>(
        std::ranges::count_if(pins, [pin_id](const auto &pin) { return pin->abi().Id == pin_id; }));
}

} // namespace ksbox::ks

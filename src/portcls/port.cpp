// Ports: their miniport, their subdevice, their pins' counts.
#include "portcls/port.h"

#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/object_bag.h"
#include "ks/pin.h"
#include "ks/refusal.h"
#include "ks/transport.h"
#include "portcls/adapter.h"
#include "portcls/filter_properties.h"
#include "portcls/interface_ids.h"
#include "portcls/port_class.h"
#include "portcls/registry_key.h"
#include "portcls/stream.h"

namespace ksbox::portcls {

Port::Port(Kernel &kernel, PortKind kind)
    : kind(std::move(kind)), events(std::make_shared<ks::EventList>()), box(kernel) {
    KeInitializeDpc(&late_events_, generate_late, this);
    kernel.extension<PortClass>().add(*this);
}

Port::~Port() {
    if (runs_driver_code()) {
        KeRemoveQueueDpc(&late_events_);
        if (adapter_)
            adapter_->connections.remove_all(*this);
    }
    box.extension<PortClass>().remove(*this);
}

NTSTATUS Port::init(PDEVICE_OBJECT fdo, IUnknown *miniport, IUnknown *adapter,
                    IResourceList *resources) {
    if (!miniport || adapter_)
        return STATUS_INVALID_PARAMETER;
    adapter_ = Adapter::of(fdo);
    if (!adapter_)
        return STATUS_INVALID_PARAMETER;
    unknown_ = ComPtr<IUnknown>::share(miniport);
    miniport_ = query_miniport(miniport);
    NTSTATUS status = STATUS_INVALID_PARAMETER; // "the Init call will fail"
    if (miniport_)
        status = init_miniport(adapter, resources);
    else
        adapter_->finding(std::string("IPort::Init: the miniport has no interface for a ") +
                          kind.name + " port");
    if (NT_SUCCESS(status)) {
        query_optional_interfaces();
        status = describe();
    }
    if (!NT_SUCCESS(status)) {
        forget();
        return status;
    }
    initialized();
    return status;
}

void Port::query_optional_interfaces() {
    IUnknown *miniport = unknown_.get();
    pin_count_ = ComPtr<IPinCount>::query(miniport, IID_IPinCount);
    pin_name_ = ComPtr<IPinName>::query(miniport, IID_IPinName);
    signal_processing_ =
        ComPtr<IMiniportAudioSignalProcessing>::query(miniport, IID_IMiniportAudioSignalProcessing);
    if (!kind.engine_node_sets.empty())
        audio_engine_ =
            ComPtr<IMiniportAudioEngineNode>::query(miniport, IID_IMiniportAudioEngineNode);
}

NTSTATUS Port::describe() {
    PPCFILTER_DESCRIPTOR from = nullptr;
    const NTSTATUS status =
        call_method("IMiniport.GetDescription", miniport_.get(), &IMiniport::GetDescription, &from);
    if (!NT_SUCCESS(status))
        return status;
    if (!from) {
        adapter_->finding("IMiniport::GetDescription: it succeeds without a description");
        return STATUS_INVALID_PARAMETER;
    }
    std::vector<std::string> why;
    MiniportSets sets;
    if (signal_processing_)
        sets.filter = signal_processing_sets();
    if (audio_engine_)
        sets.engine_node = kind.engine_node_sets;
    auto made = Description::translate(*from, kind, sets, why);
    for (const std::string &sentence : why)
        adapter_->finding("IMiniport::GetDescription: " + sentence);
    if (!made)
        return made.error().value();
    description_ = std::move(*made);
    return STATUS_SUCCESS;
}

void Port::forget() {
    release_miniport();
    adapter_.reset();
}

void Port::release_miniport() {
    release_interfaces();
    pin_count_.reset();
    pin_name_.reset();
    signal_processing_.reset();
    audio_engine_.reset();
    miniport_.reset();
    unknown_.reset();
}

NTSTATUS Port::get_device_property(DEVICE_REGISTRY_PROPERTY property, ULONG bytes, PVOID buffer,
                                   PULONG result_bytes) {
    if (!adapter_)
        return STATUS_UNSUCCESSFUL;
    return IoGetDeviceProperty(adapter_->pdo, property, bytes, buffer, result_bytes);
}

NTSTATUS Port::new_registry_key(PREGISTRYKEY *key, IUnknown *outer, ULONG type, ACCESS_MASK access,
                                POBJECT_ATTRIBUTES attributes, ULONG options, PULONG disposition) {
    if (!adapter_)
        return STATUS_UNSUCCESSFUL;
    return portcls::new_registry_key(
        current_kernel(), outer,
        {.type = type,
         .access = access,
         .device = adapter_->fdo,
         .attributes = attributes,
         .create_options = options,
         .disposition = disposition,
         .interface_link = factory ? KsFilterFactoryGetSymbolicLink(&factory->abi()) : nullptr},
        key);
}

void Port::attach(ks::FilterFactory &made) {
    factory = &made;
    made.abi().Context = this;
    identity()->AddRef();
    // Goes with the factory, which its last filter may outlive its registration by.
    made.bag().add(this, [](PVOID item) NTAPI {
        auto *port = static_cast<Port *>(item);
        port->factory = nullptr;
        port->identity()->Release();
    });
}

Port::PinCounts Port::pin_counts(ks::Filter &filter, ULONG pin_id) {
    const PCPIN_DESCRIPTOR &pin = description_->pin(pin_id);
    PinCounts counts{pin.MinFilterInstanceCount, 0, pin.MaxFilterInstanceCount,
                     filter.factory().global_instances(pin_id), pin.MaxGlobalInstanceCount};
    counts.current = filter.instances(pin_id);
    if (pin_count_)
        call_method("IPinCount.PinCount", pin_count_.get(), &IPinCount::PinCount, pin_id,
                    &counts.necessary, &counts.current, &counts.possible, &counts.global_current,
                    &counts.global_possible);
    return counts;
}

NTSTATUS Port::allows_instance(KSPIN &pin) {
    const PinCounts counts = pin_counts(ks::Pin::from(&pin).filter(), pin.Id);
    const auto full = [](ULONG current, ULONG possible) {
        return possible != KSINSTANCE_INDETERMINATE && current > possible;
    };
    if (full(counts.current, counts.possible))
        return ks::refused(STATUS_INSUFFICIENT_RESOURCES,
                           "pin factory " + std::to_string(pin.Id) + " allows " +
                               ks::counted(counts.possible, "instance", "instances") +
                               " on a filter");
    if (full(counts.global_current, counts.global_possible))
        return ks::refused(STATUS_INSUFFICIENT_RESOURCES,
                           "pin factory " + std::to_string(pin.Id) + " allows " +
                               ks::counted(counts.global_possible, "instance", "instances") +
                               " over all filters");
    return STATUS_SUCCESS;
}

} // namespace ksbox::portcls

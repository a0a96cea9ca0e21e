// From a request to the miniport's objects.
#include "portcls/request_target.h"

#include "ks/file_context.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/pin.h"
#include "portcls/port.h"
#include "portcls/stream.h"

namespace ksbox::portcls {

Port &port_of(const KSFILTER &filter) {
    // Set when the factory was made (Port::attach), inherited by its filters.
    return *static_cast<Port *>(
        ks::Filter::from(const_cast<PKSFILTER>(&filter)).factory().abi().Context);
}

Port &port_of(PKSPIN pin) {
    return port_of(ks::Pin::from(pin).filter().abi());
}

Stream *stream_of(const KSPIN &pin) {
    return static_cast<Stream *>(pin.Context);
}

IUnknown *RequestTarget::major() const {
    return port->miniport_unknown();
}

IUnknown *RequestTarget::minor() const {
    return stream ? stream->unknown() : nullptr;
}

RequestTarget RequestTarget::of(PFILE_OBJECT file) {
    constexpr ULONG none = ULONG(-1);
    if (ks::Pin *pin = ks::Pin::of(file))
        return {&port_of(&pin->abi()), stream_of(pin->abi()), pin->abi().Id, none};
    if (ks::Filter *filter = ks::Filter::of(file))
        return {&port_of(filter->abi()), nullptr, none, none};
    const ks::FileContext &node = *ks::FileContext::of(file); // a topology node's own handle
    return {&port_of(static_cast<ks::Filter &>(*node.object).abi()), nullptr, none, node.node_id};
}

RequestTarget RequestTarget::of(PIRP irp, const KSIDENTIFIER &request) {
    const auto *stack = IoGetCurrentIrpStackLocation(irp);
    RequestTarget target = of(stack->FileObject);
    if ((request.Flags & KSPROPERTY_TYPE_TOPOLOGY) &&
        stack->Parameters.DeviceIoControl.InputBufferLength >= sizeof(KSNODEPROPERTY))
        target.node_id = reinterpret_cast<const KSNODEPROPERTY &>(request).NodeId;
    return target;
}

} // namespace ksbox::portcls

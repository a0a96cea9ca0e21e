// A KSPIN: what it is made of. Creation and connection: pin_create.cpp, pin_connect.cpp; format and
// state: pin_format.cpp, pin_state.cpp.
#include "ks/pin.h"

#include "ks/alive.h"
#include "ks/data_range.h"
#include "ks/file_context.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/object_bag.h"
#include "ks/start_at.h"
#include "ks/transport.h"

namespace ksbox::ks {

Pin::Pin(Filter &filter, ULONG id)
    : ObjectWith(filter.kernel, KsObjectTypePin, &filter),
      processing_mutex(MutexRank::processing, abi_address()) {
    if (!allocated())
        return;
    if (const auto &shared = filter.factory().shared_events)
        share_events(shared);
    KSPIN &pin = abi();
    pin.Descriptor = &filter.pin_descriptor(id);
    pin.Bag = &bag();
    pin.Context = filter.abi().Context;
    pin.Id = id;
    pin.Communication = pin.Descriptor->PinDescriptor.Communication;
    pin.ConnectionIsExternal = TRUE;
    pin.StreamHeaderSize = sizeof(KSSTREAM_HEADER);
    pin.DataFlow = pin.Descriptor->PinDescriptor.DataFlow;
    pin.DeviceState = pin.ClientState = KSSTATE_STOP;
    pin.ResetState = KSRESET_END;
}

Pin::~Pin() {
    transport.reset();
    if (start_at && !alive(kernel))
        abandon(start_at.get());
    if (alive(kernel)) {
        if (file)
            FileContext::destroy(file);
        if (filter_file)
            ObDereferenceObject(filter_file);
    }
    empty_bag();
    if (client_unknown)
        client_unknown->Release();
}

Pin &Pin::from(PKSPIN pin) {
    return static_cast<Pin &>(Object::from(pin));
}

Pin *Pin::of(PFILE_OBJECT file) {
    const FileContext *context = FileContext::of(file);
    if (!context || context->object->type != KsObjectTypePin)
        return nullptr;
    return static_cast<Pin *>(context->object);
}

Filter &Pin::filter() {
    return static_cast<Filter &>(*parent);
}

Mutex &Pin::control() {
    return filter().control;
}

bool Pin::standard_transport() const {
    if (has_flag(KSPIN_FLAG_USE_STANDARD_TRANSPORT))
        return true; // "overrides all other checks"
    if (has_flag(KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT))
        return false;
    const KSPIN_COMMUNICATION communication = descriptor().PinDescriptor.Communication;
    if (communication == KSPIN_COMMUNICATION_NONE || communication == KSPIN_COMMUNICATION_BRIDGE)
        return false;
    return same_guid(abi().ConnectionInterface.Set, KSINTERFACESETID_Standard) &&
           abi().ConnectionInterface.Id == KSINTERFACE_STANDARD_STREAMING &&
           same_guid(abi().ConnectionMedium.Set, KSMEDIUMSETID_Standard) &&
           abi().ConnectionMedium.Id == KSMEDIUM_STANDARD_DEVIO;
}

} // namespace ksbox::ks

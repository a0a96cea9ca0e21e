// IPowerNotify of miniports and streams.
#include "portcls/power_notify.h"

#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/pin.h"
#include "portcls/adapter.h"
#include "portcls/port.h"
#include "portcls/request_target.h"
#include "portcls/stream.h"

namespace ksbox::portcls {
namespace {

void notify(IUnknown *object, POWER_STATE state) {
    if (const auto power = ComPtr<IPowerNotify>::query(object, IID_IPowerNotify))
        call_method("IPowerNotify.PowerChangeNotify", power.get(), &IPowerNotify::PowerChangeNotify,
                    state);
}

} // namespace

void notify_of_power(Adapter &adapter, DEVICE_POWER_STATE to) {
    POWER_STATE state{};
    state.DeviceState = to;
    for (const auto &factory : adapter.device().factories) {
        notify(static_cast<Port *>(factory->abi().Context)->miniport_unknown(), state);
        for (const auto &filter : factory->filters) {
            ks::MutexGuard guard(filter->control);
            filter->pins().for_each([&](ks::Pin &pin) {
                if (Stream *stream = stream_of(pin.abi()))
                    notify(stream->unknown(), state);
            });
        }
    }
}

} // namespace ksbox::portcls

// KSPROPERTY_CONNECTION_STATE of a pin (@doc stream/ksproperty-connection-state).
#include <atomic>

#include "abi/export.h"
#include "ks/filter.h"
#include "ks/ks_class.h"
#include "ks/object_name.h"
#include "ks/pin.h"
#include "ks/raw_states.h"
#include "ks/refusal.h"
#include "ks/transport.h"
#include "nt/call_driver.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSPINSETDEVICESTATE);

constexpr std::string_view state_names[] = {"stop", "acquire", "pause", "run"};

/// "Any attempt to change the state of a filter that does not have this number of instances of
/// this type of pin fails" (NS:ks._KSPIN_DESCRIPTOR_EX). Going back to STOP is always allowed.
Status necessary_instances(Filter &filter) {
    for (ULONG id = 0; id < filter.pin_factory_count(); ++id) {
        const ULONG necessary = filter.pin_descriptor(id).InstancesNecessary;
        const ULONG current = filter.instances(id);
        if (current >= necessary)
            continue;
        return Status(refused(STATUS_INVALID_DEVICE_STATE,
                              "pin factory " + std::to_string(id) + " needs " +
                                  counted(necessary, "instance", "instances") +
                                  " before a pin of the filter changes its state, and " +
                                  exist(current)));
    }
    return Status(STATUS_SUCCESS);
}

/// A pin outside the standard transport sees the raw jump, and its state is DeviceState. Control
/// mutex held.
Status set_raw_state(Pin &pin, KSSTATE to, KSSTATE from) {
    const PFNKSPINSETDEVICESTATE callback =
        pin.dispatch() ? pin.dispatch()->SetDeviceState : nullptr;
    pin.abi().ClientState = to;
    if (!callback)
        return Status(STATUS_SUCCESS);
    NTSTATUS status =
        call_driver("KSPIN_DISPATCH.SetDeviceState", &pin.abi(), callback, &pin.abi(), to, from);
    if (status == STATUS_PENDING || !NT_SUCCESS(status)) { // pending is forbidden: a failure
        status = driver_refused("SetDeviceState", status, step_text(pin, to, from));
        pin.abi().ClientState = from;
    }
    return Status(status);
}

} // namespace

Status Pin::request_state(KSSTATE to) {
    if (to < KSSTATE_STOP || to > KSSTATE_RUN)
        return Status(
            refused(STATUS_INVALID_PARAMETER,
                    std::to_string(to) + " is no state: they go from 0 (STOP) to 3 (RUN)"));
    KSSTATE from;
    {
        MutexGuard guard(control());
        from = abi().DeviceState;
        if (from == to)
            return Status(STATUS_SUCCESS);
        if (to != KSSTATE_STOP) {
            if (unattached())
                return Status(refused(STATUS_INVALID_DEVICE_STATE,
                                      "the pin is an IRP source that is connected to no pin: it "
                                      "stays in STOP"));
            if (const Status status = necessary_instances(filter()); !status.success())
                return status;
        }
        // Read without the mutex where a connection is claimed.
        std::atomic_ref(abi().DeviceState).store(to, std::memory_order_relaxed);
        resumes = false;
    }
    const Status status = transport ? transport->set_state(to, from) : [&] {
        MutexGuard guard(control());
        return set_raw_state(*this, to, from);
    }();
    if (!status.success()) {
        MutexGuard guard(control());
        std::atomic_ref(abi().DeviceState).store(from, std::memory_order_relaxed);
    }
    kernel.trace().event("ks.state.request", {{"pin", std::string_view(name_of(*this))},
                                              {"from", state_names[from]},
                                              {"to", state_names[to]},
                                              {"status", std::int64_t(status.value())}});
    return status;
}

void Pin::pause_raw(bool asleep) {
    const KSSTATE from = asleep ? KSSTATE_RUN : KSSTATE_PAUSE;
    const KSSTATE to = asleep ? KSSTATE_PAUSE : KSSTATE_RUN;
    if (abi().DeviceState != from || (!asleep && !resumes))
        return;
    abi().DeviceState = to; // which for these pins is what SetDeviceState says
    if (!set_raw_state(*this, to, from).success())
        abi().DeviceState = from;
    resumes = asleep && abi().DeviceState == to;
}

void stop_raw(Pin &pin) {
    const KSSTATE from = pin.abi().DeviceState;
    if (from == KSSTATE_STOP)
        return;
    std::atomic_ref(pin.abi().DeviceState).store(KSSTATE_STOP, std::memory_order_relaxed);
    pin.resumes = false;
    (void)set_raw_state(pin, KSSTATE_STOP, from); // nobody can refuse it
}

} // namespace ksbox::ks

// Power: system transitions sent by the box, device power IRPs asked for by drivers, and what the
// drivers tell the power manager.
#include "abi/export.h"
#include "nt/call_driver.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/interfaces.h"
#include "nt/io/irp.h"
#include "nt/io/pnp.h"
#include "nt/io/root_bus.h"
#include "nt/ke/thread.h"
#include "nt/ob/object_manager.h"
#include "nt/trace.h"

namespace ksbox::io {

Result<void> Pnp::send_power(DeviceNode &node, UCHAR minor, SYSTEM_POWER_STATE state) {
    auto &kernel = io_.kernel();
    auto *top = top_of_stack(kernel, node.physical);
    auto *irp = allocate_irp(kernel, top->StackSize);
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    if (irp) {
        irp->Tail.Overlay.Thread = reinterpret_cast<PETHREAD>(ke::current_thread().body);
        irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
        auto *stack = IoGetNextIrpStackLocation(irp);
        stack->MajorFunction = IRP_MJ_POWER;
        stack->MinorFunction = minor;
        auto &power = stack->Parameters.Power;
        power.Type = SystemPowerState;
        power.State.SystemState = state;
        power.ShutdownType = state == PowerSystemWorking ? PowerActionNone : PowerActionSleep;
        status = send_and_wait(kernel, top, irp);
    }
    kernel.objects().dereference(top);
    if (!NT_SUCCESS(status))
        return fail(status);
    return {};
}

/// Going to sleep asks every stack first and gives up at the first refusal; waking does not ask.
Result<void> Pnp::set_system_power(SYSTEM_POWER_STATE state) {
    return run("PowerTransition", [&]() -> Result<void> {
        const auto list = nodes();
        const bool waking = state == PowerSystemWorking;
        if (!waking)
            for (std::size_t i = 0; i < list.size(); ++i) {
                if (list[i]->state != DeviceState::started)
                    continue;
                auto asked = send_power(*list[i], IRP_MN_QUERY_POWER, state);
                if (asked)
                    continue;
                // Those that agreed are told that the system stays as it is.
                for (std::size_t told = 0; told <= i; ++told)
                    if (list[told]->state == DeviceState::started)
                        (void)send_power(*list[told], IRP_MN_SET_POWER, PowerSystemWorking);
                return asked;
            }
        for (auto *node : list)
            if (node->state == DeviceState::started)
                (void)send_power(*node, IRP_MN_SET_POWER, state); // cannot be refused
        return {};
    });
}

bool Pnp::wake(DeviceNode &node) {
    return end_wait_wake(node, STATUS_SUCCESS);
}

void Pnp::invalidate(PDEVICE_OBJECT physical, bool relations) {
    // Callable at DISPATCH_LEVEL: the IRPs follow from a worker.
    struct Request {
        WORK_QUEUE_ITEM item;
        Pnp *self;
        PDEVICE_OBJECT physical;
        bool relations;
    };
    constexpr ULONG tag = 0x76'49'6f'49; // "IoIv"
    auto *request =
        static_cast<Request *>(ExAllocatePoolWithTag(NonPagedPool, sizeof(Request), tag));
    if (!request)
        return;
    request->self = this;
    request->physical = physical;
    request->relations = relations;
    io_.kernel().objects().reference(physical);
    const PWORKER_THREAD_ROUTINE work = [](PVOID parameter) NTAPI {
        auto *asked = static_cast<Request *>(parameter);
        auto &self = *asked->self;
        auto *device = asked->physical;
        (void)self.run("PnpInvalidate", [&]() -> Result<void> {
            if (auto *node = self.node_below(device); node && node->state == DeviceState::started)
                self.learn_again(*node, asked->relations);
            return {};
        });
        self.io_.kernel().objects().dereference(device);
        ExFreePoolWithTag(asked, tag);
    };
    ExInitializeWorkItem(&request->item, work, request);
    ExQueueWorkItem(&request->item, DelayedWorkQueue);
}

/// A device that says it failed or was disabled is removed, as Windows does.
void Pnp::learn_again(DeviceNode &node, bool relations) {
    if (relations) {
        learn_relations(node);
        return;
    }
    ULONG_PTR state = 0;
    if (!NT_SUCCESS(send(node, IRP_MN_QUERY_PNP_DEVICE_STATE, nullptr, &state)))
        return;
    node.pnp_state = static_cast<PNP_DEVICE_STATE>(state);
    if (!(node.pnp_state & (PNP_DEVICE_FAILED | PNP_DEVICE_REMOVED | PNP_DEVICE_DISABLED)))
        return;
    node.state = DeviceState::surprise_removed;
    auto *physical = node.physical;
    io_.kernel().objects().reference(physical);
    send(node, IRP_MN_SURPRISE_REMOVAL);
    io_.interfaces().device_removed(physical);
    if (physical->ReferenceCount == 0)
        finish_removal(node);
    io_.kernel().objects().dereference(physical);
}

} // namespace ksbox::io

using namespace ksbox;

namespace {

/// A power IRP that PoRequestPowerIrp sent, until the driver's completion function has run.
struct PowerRequest {
    PDEVICE_OBJECT device; ///< as the driver named it
    PDEVICE_OBJECT top;    ///< referenced
    UCHAR minor;
    POWER_STATE state;
    PREQUEST_POWER_COMPLETE function;
    PVOID context;
    PIRP irp;
    WORK_QUEUE_ITEM item;
};
constexpr ULONG power_tag = 0x77'50'6f'50; // "PoPw"

NTSTATUS NTAPI power_done(PDEVICE_OBJECT, PIRP irp, PVOID context) {
    auto *request = static_cast<PowerRequest *>(context);
    auto block = irp->IoStatus;
    if (request->function)
        call_driver("PowerCompletion", irp, request->function, request->device, request->minor,
                    request->state, request->context, &block);
    ObfDereferenceObject(request->top);
    ExFreePoolWithTag(request, power_tag);
    IoFreeIrp(irp);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

void NTAPI send_power_request(PVOID parameter) {
    auto *request = static_cast<PowerRequest *>(parameter);
    IofCallDriver(request->top, request->irp);
}

} // namespace

extern "C" {

/// @doc NF:wdm.PoRequestPowerIrp
NTSTATUS NTAPI PoRequestPowerIrp(PDEVICE_OBJECT DeviceObject, UCHAR MinorFunction,
                                 POWER_STATE PowerState, PREQUEST_POWER_COMPLETE CompletionFunction,
                                 PVOID Context, PIRP *Irp) {
    if (MinorFunction != IRP_MN_SET_POWER && MinorFunction != IRP_MN_QUERY_POWER &&
        MinorFunction != IRP_MN_WAIT_WAKE)
        return STATUS_INVALID_PARAMETER_2;
    auto &kernel = current_kernel();
    auto *request = static_cast<PowerRequest *>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(PowerRequest), power_tag));
    if (!request)
        return STATUS_INSUFFICIENT_RESOURCES;
    auto *top = io::top_of_stack(kernel, DeviceObject);
    auto *irp = io::allocate_irp(kernel, top->StackSize);
    if (!irp) {
        ObfDereferenceObject(top);
        ExFreePoolWithTag(request, power_tag);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *request = {DeviceObject, top, MinorFunction, PowerState, CompletionFunction, Context, irp, {}};
    irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    auto *stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction = IRP_MJ_POWER;
    stack->MinorFunction = MinorFunction;
    if (MinorFunction == IRP_MN_WAIT_WAKE) {
        stack->Parameters.WaitWake.PowerState = PowerState.SystemState;
    } else {
        stack->Parameters.Power.Type = DevicePowerState;
        stack->Parameters.Power.State = PowerState;
        stack->Parameters.Power.ShutdownType = PowerActionNone;
    }
    IoSetCompletionRoutine(irp, power_done, request, TRUE, TRUE, TRUE);
    if (Irp)
        *Irp = irp;
    // Stacks that are DO_POWER_PAGABLE get their power IRPs at PASSIVE_LEVEL.
    if (KeGetCurrentIrql() > PASSIVE_LEVEL && top->Flags & DO_POWER_PAGABLE) {
        ExInitializeWorkItem(&request->item, send_power_request, request);
        ExQueueWorkItem(&request->item, DelayedWorkQueue);
    } else {
        IofCallDriver(top, irp);
    }
    return STATUS_PENDING;
}

/// Since Windows Vista the same as IoCallDriver. @doc NF:ntifs.PoCallDriver
NTSTATUS NTAPI PoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    return IofCallDriver(DeviceObject, Irp);
}

/// Since Windows Vista the power manager needs no telling. @doc NF:ntifs.PoStartNextPowerIrp
VOID NTAPI PoStartNextPowerIrp(PIRP) {}

/// @doc NF:ntifs.PoSetPowerState
POWER_STATE NTAPI PoSetPowerState(PDEVICE_OBJECT DeviceObject, POWER_STATE_TYPE Type,
                                  POWER_STATE State) {
    auto &record = io::record_of(DeviceObject);
    const auto before = record.power_state;
    if (Type == DevicePowerState) {
        record.power_state = State;
        current_kernel().trace().event("power", {{"device", TracedAddress{DeviceObject}},
                                                 {"state", std::uint64_t(State.DeviceState)}});
    }
    return before;
}

} // extern "C"

namespace ksbox {

std::span<const Export> power_exports() {
    static const Export table[] = {
        done<PoRequestPowerIrp>("PoRequestPowerIrp", "NF:wdm.PoRequestPowerIrp"),
        done<PoCallDriver>("PoCallDriver", "NF:ntifs.PoCallDriver"),
        done<PoStartNextPowerIrp>("PoStartNextPowerIrp", "NF:ntifs.PoStartNextPowerIrp"),
        done<PoSetPowerState>("PoSetPowerState", "NF:ntifs.PoSetPowerState"),
    };
    return table;
}

} // namespace ksbox

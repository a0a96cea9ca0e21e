// An IRP's way down and up a device stack: IofCallDriver, IofCompleteRequest, and what the trace
// says about both.
#include <string>
#include <utility>

#include "abi/export.h"
#include "nt/call_driver.h"
#include "nt/exports.h"
#include "nt/io/cancel_flag.h"
#include "nt/io/io_manager.h"
#include "nt/io/irp.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/mm/layout.h"
#include "nt/mm/memory.h"
#include "nt/trace.h"

using namespace ksbox;

namespace {

constexpr NoteKind dispatch_note{
    "irp.dispatch", {"what", nullptr}, nullptr, {"number", nullptr, nullptr}};
constexpr ULONG no_more_irp_stack_locations = 0x35;
constexpr ULONG multiple_irp_complete_requests = 0x44;
constexpr ULONG verifier_iomanager_violation = 0xc9;

std::uint64_t number(const void *pointer) {
    return reinterpret_cast<std::uint64_t>(pointer);
}

/// Memory::is_system, short: this is asked for every hop.
bool is_driver_code(std::uintptr_t address) {
    namespace layout = mm::layout;
    const auto slot = current_kernel().memory().slot();
    return address - (layout::system_window + slot * layout::system_slot_bytes) <
           layout::system_slot_bytes;
}

/// call_driver() for a driver's function. The runtime's own drivers (KS, file system, root bus) are
/// host code: entering them is no callback.
template <typename Function, typename... Arguments>
NTSTATUS enter(const char *name, PIRP irp, Function function, Arguments... arguments) {
    if (!is_driver_code(reinterpret_cast<std::uintptr_t>(function)))
        return function(arguments...);
    return call_driver(name, irp, function, arguments...);
}

void write_dispatch(Trace &trace, PIRP irp, const IO_STACK_LOCATION &stack) {
    const bool control = stack.MajorFunction == IRP_MJ_DEVICE_CONTROL ||
                         stack.MajorFunction == IRP_MJ_INTERNAL_DEVICE_CONTROL;
    const ULONG code = control ? stack.Parameters.DeviceIoControl.IoControlCode : 0;
    const auto detail =
        control
            ? io::control_code_name(code)
            : std::string_view(io::minor_function_name(stack.MajorFunction, stack.MinorFunction));
    const auto name = "irp" + std::to_string(io::irp_number(irp));
    const auto unknown = std::to_string(control ? code : stack.MinorFunction);
    trace.event("irp.dispatch",
                {{"irp", std::string_view(name)},
                 {"major", io::major_function_name(stack.MajorFunction)},
                 {control ? "code" : "minor", detail.empty() ? std::string_view(unknown) : detail},
                 {"device", TracedAddress{stack.DeviceObject}},
                 {"file", TracedAddress{stack.FileObject}}});
}

void write_complete(Trace &trace, PIRP irp) {
    const auto information = std::uint64_t(irp->IoStatus.Information);
    const auto name = "irp" + std::to_string(io::irp_number(irp));
    trace.event("irp.complete",
                {{"irp", std::string_view(name)},
                 {"status", std::uint64_t(static_cast<ULONG>(irp->IoStatus.Status))},
                 // Drivers may pass an address of theirs (device relations).
                 {"information", information >> 32 ? std::uint64_t(0) : information}});
}

/// Back at its owner, and nobody waits for it: it was completed before.
bool has_ended(PIRP irp) {
    const auto *trailer = io::trailer_of(irp);
    return irp->CurrentLocation == irp->StackCount + 1 && IsListEmpty(&irp->ThreadListEntry) &&
           !(trailer && trailer->kernel_block);
}

/// The rules of the page, which Windows enforces with Driver Verifier.
void check_completion(PIRP irp) {
    if (!io::is_irp(irp) || irp->CurrentLocation > irp->StackCount + 1 || has_ended(irp))
        bug_check(multiple_irp_complete_requests, number(irp), 0, 0, 0,
                  "IoCompleteRequest of an IRP that was completed before");
    if (const auto irql = KeGetCurrentIrql(); irql > DISPATCH_LEVEL)
        bug_check(verifier_iomanager_violation, 0x0e, irql, number(irp), 0,
                  "IoCompleteRequest above DISPATCH_LEVEL");
    if (const auto status = irp->IoStatus.Status; status == STATUS_PENDING || status == -1)
        bug_check(verifier_iomanager_violation, 0x06, static_cast<ULONG>(status), number(irp), 0,
                  "IoCompleteRequest with STATUS_PENDING in IoStatus");
    if (const auto routine = io::cancel_routine(irp))
        bug_check(verifier_iomanager_violation, 0x07,
                  number(reinterpret_cast<const void *>(routine)), number(irp), 0,
                  "IoCompleteRequest while the IRP has a cancel routine");
}

} // namespace

extern "C" {

/// @doc NF:wdm.IofCallDriver
NTSTATUS NTAPI IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    if (!io::is_irp(Irp))
        bug_check(verifier_iomanager_violation, 0x03, number(Irp), 0, 0,
                  "IoCallDriver with something that is no IRP, or with one that was freed");
    if (!DeviceObject || DeviceObject->Type != IO_TYPE_DEVICE || !DeviceObject->DriverObject)
        bug_check(verifier_iomanager_violation, 0x04, number(DeviceObject), 0, 0,
                  "IoCallDriver with something that is no device object");
    if (--Irp->CurrentLocation <= 0)
        bug_check(no_more_irp_stack_locations, number(Irp), 0, 0, 0,
                  "IoCallDriver: the IRP has no stack location left for the device below");
    auto *stack = --Irp->Tail.Overlay.CurrentStackLocation;
    stack->DeviceObject = DeviceObject;

    auto &thread = ke::current_thread();
    const UCHAR major = stack->MajorFunction;
    const auto *name = io::major_function_name(major);
    if (auto &trace = thread.kernel.trace(); trace.to_file())
        write_dispatch(trace, Irp, *stack);
    else
        trace.note(dispatch_note, thread.kernel.scheduler().peek_time(), thread.short_name,
                   {name, nullptr}, {io::irp_number(Irp), 0, 0});
    if (major > IRP_MJ_MAXIMUM_FUNCTION)
        bug_check(verifier_iomanager_violation, 0x04, number(DeviceObject), major, number(Irp),
                  "IoCallDriver with a major function code out of range");
    void *outer = std::exchange(thread.current_irp, Irp);
    const auto status =
        enter(name, Irp, DeviceObject->DriverObject->MajorFunction[major], DeviceObject, Irp);
    thread.current_irp = outer;
    return status;
}

/// @doc NF:wdm.IofCompleteRequest
VOID NTAPI IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost) {
    check_completion(Irp);
    auto &kernel = current_kernel();
    if (kernel.trace().to_file())
        write_complete(kernel.trace(), Irp);
    while (Irp->CurrentLocation <= Irp->StackCount) {
        auto *left = IoGetCurrentIrpStackLocation(Irp);
        ++Irp->CurrentLocation;
        ++Irp->Tail.Overlay.CurrentStackLocation;
        Irp->PendingReturned = (left->Control & SL_PENDING_RETURNED) != 0;
        const bool invoke =
            (NT_SUCCESS(Irp->IoStatus.Status) && left->Control & SL_INVOKE_ON_SUCCESS) ||
            (!NT_SUCCESS(Irp->IoStatus.Status) && left->Control & SL_INVOKE_ON_ERROR) ||
            (io::is_cancelled(Irp) && left->Control & SL_INVOKE_ON_CANCEL);
        const bool top = Irp->CurrentLocation > Irp->StackCount;
        if (invoke) {
            // The routine belongs to the driver above, which set it in this location.
            auto *device = top ? nullptr : IoGetCurrentIrpStackLocation(Irp)->DeviceObject;
            const auto routine = left->CompletionRoutine;
            void *context = left->Context;
            left->Control = 0;
            left->CompletionRoutine = nullptr;
            if (enter("IoCompletion", Irp, routine, device, Irp, context) ==
                STATUS_MORE_PROCESSING_REQUIRED)
                return;
        } else if (Irp->PendingReturned && !top) {
            IoMarkIrpPending(Irp);
        }
    }
    io::finish_irp(kernel, Irp, PriorityBoost);
}

} // extern "C"

namespace ksbox {

std::span<const Export> irp_dispatch_exports() {
    static const Export table[] = {
        done<IofCallDriver>("IofCallDriver", "NF:wdm.IofCallDriver"),
        done<IofCompleteRequest>("IofCompleteRequest", "NF:wdm.IofCompleteRequest"),
        done<IofCallDriver>("IoCallDriver", "NF:wdm.IoCallDriver"),
        done<IofCompleteRequest>("IoCompleteRequest", "NF:wdm.IoCompleteRequest"),
    };
    return table;
}

} // namespace ksbox

// WMI for drivers: registering providers, which are asked what they provide, and events. A box has
// no WMI consumers; what would reach them stands in the trace.
#include <array>
#include <cstring>
#include <map>

#include "abi/export.h"
#include "abi/guid.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/driver_object.h"
#include "nt/io/interfaces.h"
#include "nt/io/irp.h"
#include "nt/io/pnp.h"
#include "nt/ke/thread.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"
#include "nt/trace.h"

using namespace ksbox;

namespace {

enum : ULONG { register_action = 1, deregister, reregister, update_guids, block_irps };
/// The "device" is a callback of the driver's: software tracing of Windows 2000's kind.
constexpr ULONG callback_flag = 0x8000'0000;
constexpr ULONG action_bits = 0xffff;
constexpr ULONG largest_answer = 0x10000;
constexpr ULONG wmi_tag = 0x69'6d'57'69; // "iWmi"

/// Numbers that IoWMIAllocateInstanceIds has given out, by GUID.
class Instances : public KernelExtension {
  public:
    explicit Instances(Kernel &) {}
    ULONG take(const Guid &guid, ULONG count) {
        ke::HostLockGuard guard(lock_);
        return std::exchange(next_[guid], next_[guid] + count);
    }

  private:
    ke::HostLock lock_;
    std::map<Guid, ULONG> next_;
};

/// What the beginning of a WMIREGINFO is. @doc NS:wmistr.WMIREGINFOW
struct RegistrationInformation {
    ULONG buffer_bytes;
    ULONG next;
    ULONG registry_path;
    ULONG resource_name;
    ULONG guid_count;
};

/// One IRP_MN_REGINFO(_EX). `information`: bytes of the answer.
NTSTATUS ask(PDEVICE_OBJECT device, UCHAR minor, bool update, void *buffer, ULONG bytes,
             ULONG_PTR &information) {
    auto &kernel = current_kernel();
    auto *top = io::top_of_stack(kernel, device);
    auto *irp = io::allocate_irp(kernel, top->StackSize);
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    if (irp) {
        irp->Tail.Overlay.Thread = reinterpret_cast<PETHREAD>(ke::current_thread().body);
        irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
        auto &stack = *IoGetNextIrpStackLocation(irp);
        stack.MajorFunction = IRP_MJ_SYSTEM_CONTROL;
        stack.MinorFunction = minor;
        auto &wmi = stack.Parameters.WMI;
        wmi.ProviderId = reinterpret_cast<ULONG_PTR>(device);
        wmi.DataPath = reinterpret_cast<PVOID>(ULONG_PTR(update)); // WMIREGISTER or WMIUPDATE
        wmi.BufferSize = bytes;
        wmi.Buffer = buffer;
        status = io::send_and_wait(kernel, top, irp, &information);
    }
    kernel.objects().dereference(top);
    return status;
}

/// Learns what the provider has: asks again with the room that the driver says it needs.
void query_provider(PDEVICE_OBJECT device, bool update) {
    auto &kernel = current_kernel();
    for (UCHAR minor : {UCHAR(IRP_MN_REGINFO_EX), UCHAR(IRP_MN_REGINFO)}) {
        ULONG bytes = 512;
        for (int attempt = 0; attempt < 3; ++attempt) {
            void *buffer = ExAllocatePoolWithTag(NonPagedPool, bytes, wmi_tag);
            if (!buffer)
                return;
            std::memset(buffer, 0, bytes);
            ULONG_PTR information = 0;
            NTSTATUS status = ask(device, minor, update, buffer, bytes, information);
            const auto answer = *static_cast<RegistrationInformation *>(buffer);
            ExFreePoolWithTag(buffer, wmi_tag);
            // Drivers without room say so as a success with a ULONG, or as STATUS_BUFFER_TOO_SMALL.
            const bool more = information == sizeof(ULONG) &&
                              (NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL) &&
                              answer.buffer_bytes > bytes && answer.buffer_bytes <= largest_answer;
            if (more) {
                bytes = answer.buffer_bytes;
                continue;
            }
            const bool known = NT_SUCCESS(status) && information >= sizeof answer;
            kernel.trace().event("wmi.provider",
                                 {{"device", TracedAddress{device}},
                                  {"status", std::uint64_t(static_cast<ULONG>(status))},
                                  {"guids", std::uint64_t(known ? answer.guid_count : 0)}});
            if (known)
                return;
            break;
        }
    }
}

struct Query {
    WORK_QUEUE_ITEM item;
    PDEVICE_OBJECT device;
    bool update;
};

void NTAPI run_query(PVOID parameter) {
    auto *query = static_cast<Query *>(parameter);
    query_provider(query->device, query->update);
    ObfDereferenceObject(query->device);
    ExFreePoolWithTag(query, wmi_tag);
}

/// "This will result in WMI sending" the IRP: from a worker, when the caller is out of the way.
NTSTATUS query_later(PDEVICE_OBJECT device, bool update) {
    auto *query = static_cast<Query *>(ExAllocatePoolWithTag(NonPagedPool, sizeof(Query), wmi_tag));
    if (!query)
        return STATUS_INSUFFICIENT_RESOURCES;
    query->device = device;
    query->update = update;
    ObfReferenceObject(device);
    ExInitializeWorkItem(&query->item, run_query, query);
    ExQueueWorkItem(&query->item, DelayedWorkQueue);
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoWMIRegistrationControl
NTSTATUS NTAPI IoWMIRegistrationControl(PDEVICE_OBJECT DeviceObject, ULONG Action) {
    const ULONG action = Action & action_bits;
    if (action < register_action || action > block_irps)
        return STATUS_INVALID_PARAMETER;
    current_kernel().trace().event("wmi.registration", {{"provider", TracedAddress{DeviceObject}},
                                                        {"action", std::uint64_t(action)}});
    // A callback is asked only by a consumer that turns the tracing on.
    if (Action & callback_flag || action == deregister || action == block_irps)
        return STATUS_SUCCESS;
    return query_later(DeviceObject, action == update_guids);
}

/// Frees the item, as its page says of success. @doc NF:wdm.IoWMIWriteEvent
NTSTATUS NTAPI IoWMIWriteEvent(PVOID WnodeEventItem) {
    // WNODE_HEADER: BufferSize, ProviderId, …, Guid at 24, ClientContext, Flags.
    struct Header {
        ULONG bytes, provider, version, linkage;
        LARGE_INTEGER time;
        GUID guid;
        ULONG client, flags;
    };
    constexpr ULONG is_trace_event = 0x0002'0000; // WNODE_FLAG_TRACED_GUID: not freed
    const auto &header = *static_cast<Header *>(WnodeEventItem);
    current_kernel().trace().event("wmi.event", {{"bytes", std::uint64_t(header.bytes)},
                                                 {"guid", to_guid(header.guid).to_string()}});
    if (!(header.flags & is_trace_event))
        ExFreePool(WnodeEventItem);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoWMIAllocateInstanceIds
NTSTATUS NTAPI IoWMIAllocateInstanceIds(GUID *Guid, ULONG InstanceCount, ULONG *FirstInstanceId) {
    *FirstInstanceId = current_kernel().extension<Instances>().take(to_guid(*Guid), InstanceCount);
    return STATUS_SUCCESS;
}

/// The device's description, the interface's link, or both. The page gives no format: the parts
/// are joined by a blank (inferred). @doc NF:wdm.IoWMISuggestInstanceName
NTSTATUS NTAPI IoWMISuggestInstanceName(PDEVICE_OBJECT PhysicalDeviceObject,
                                        PUNICODE_STRING SymbolicLinkName, BOOLEAN CombineNames,
                                        PUNICODE_STRING SuggestedInstanceName) {
    std::u16string name;
    if (PhysicalDeviceObject) {
        const auto *node = io::record_of(PhysicalDeviceObject).node;
        if (!node)
            return STATUS_NO_SUCH_DEVICE;
        name = node->facts.description;
    }
    if (SymbolicLinkName && (name.empty() || CombineNames)) {
        if (!name.empty())
            name += u' ';
        name.append(reinterpret_cast<const char16_t *>(SymbolicLinkName->Buffer),
                    SymbolicLinkName->Length / 2u);
    }
    *SuggestedInstanceName = io::pool_string(current_kernel(), name);
    return SuggestedInstanceName->Buffer ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

} // extern "C"

namespace ksbox {

std::span<const Export> wmi_exports() {
    static const std::array table{
        done<IoWMIRegistrationControl>("IoWMIRegistrationControl",
                                       "NF:wdm.IoWMIRegistrationControl"),
        done<IoWMIWriteEvent>("IoWMIWriteEvent", "NF:wdm.IoWMIWriteEvent"),
        done<IoWMIAllocateInstanceIds>("IoWMIAllocateInstanceIds",
                                       "NF:wdm.IoWMIAllocateInstanceIds"),
        done<IoWMISuggestInstanceName>("IoWMISuggestInstanceName",
                                       "NF:wdm.IoWMISuggestInstanceName"),
    };
    return table;
}

} // namespace ksbox

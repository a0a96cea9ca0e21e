// Event tracing for Windows: no session listens, so providers stay disabled, as on a quiet Windows;
// what a driver writes all the same lands in the box's trace.
#include <array>
#include <string>
#include <vector>

#include "abi/windows.h"

#include "abi/guid.h"
#include "abi/guid_names.h"
#include "nt/exports.h"
#include "nt/ke/host_lock.h"
#include "nt/kernel.h"
#include "nt/trace.h"

namespace ksbox::ex {
namespace {

/// The providers of one box; a handle is an index and one.
class Providers : public KernelExtension {
  public:
    explicit Providers(Kernel &) {}

    REGHANDLE add(const GUID &id) {
        ke::HostLockGuard guard(lock_);
        ids_.push_back(guid_name(to_guid(id)));
        return ids_.size();
    }
    bool remove(REGHANDLE handle) {
        ke::HostLockGuard guard(lock_);
        if (handle == 0 || handle > ids_.size() || ids_[handle - 1].empty())
            return false;
        ids_[handle - 1].clear();
        return true;
    }
    /// Empty for a handle that is none.
    std::string name_of(REGHANDLE handle) {
        ke::HostLockGuard guard(lock_);
        return handle == 0 || handle > ids_.size() ? std::string() : ids_[handle - 1];
    }

  private:
    ke::HostLock lock_;
    std::vector<std::string> ids_;
};

Providers &providers() {
    return current_kernel().extension<Providers>();
}

std::int64_t signed_of(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

NTSTATUS write(REGHANDLE handle, const EVENT_DESCRIPTOR *event, ULONG pieces) {
    const std::string provider = providers().name_of(handle);
    if (provider.empty())
        return STATUS_INVALID_HANDLE;
    current_kernel().trace().event("etw", {{"provider", std::string_view(provider)},
                                           {"id", signed_of(event->Id)},
                                           {"level", signed_of(event->Level)},
                                           {"pieces", signed_of(pieces)}});
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// The enable callback is not called: nobody enables the provider. @doc NF:wdm.EtwRegister
NTSTATUS NTAPI EtwRegister(LPCGUID ProviderId, PETWENABLECALLBACK, PVOID, PREGHANDLE RegHandle) {
    if (ProviderId == nullptr || RegHandle == nullptr)
        return STATUS_INVALID_PARAMETER;
    *RegHandle = providers().add(*ProviderId);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.EtwUnregister
NTSTATUS NTAPI EtwUnregister(REGHANDLE RegHandle) {
    return providers().remove(RegHandle) ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

/// @doc NF:wdm.EtwEventEnabled
BOOLEAN NTAPI EtwEventEnabled(REGHANDLE, PCEVENT_DESCRIPTOR) {
    return FALSE;
}

/// @doc NF:wdm.EtwProviderEnabled
BOOLEAN NTAPI EtwProviderEnabled(REGHANDLE, UCHAR, ULONGLONG) {
    return FALSE;
}

/// STATUS_INVALID_HANDLE. Any IRQL. @doc NF:wdm.EtwWrite
NTSTATUS NTAPI EtwWrite(REGHANDLE RegHandle, PCEVENT_DESCRIPTOR EventDescriptor, LPCGUID,
                        ULONG UserDataCount, PEVENT_DATA_DESCRIPTOR) {
    return write(RegHandle, EventDescriptor, UserDataCount);
}

/// @doc NF:wdm.EtwWriteTransfer
NTSTATUS NTAPI EtwWriteTransfer(REGHANDLE RegHandle, PCEVENT_DESCRIPTOR EventDescriptor, LPCGUID,
                                LPCGUID, ULONG UserDataCount, PEVENT_DATA_DESCRIPTOR) {
    return write(RegHandle, EventDescriptor, UserDataCount);
}

/// The message's parameters, which only its driver's symbols explain, are not read.
/// @doc NF:wdm.WmiTraceMessage
NTSTATUS NTAPI ksbox_WmiTraceMessage(ULONG64, ULONG, LPCGUID MessageGuid, USHORT MessageNumber,
                                     ...) {
    const std::string message = MessageGuid == nullptr ? "" : guid_name(to_guid(*MessageGuid));
    current_kernel().trace().event(
        "wpp", {{"message", std::string_view(message)}, {"number", signed_of(MessageNumber)}});
    return STATUS_SUCCESS;
}

} // extern "C"
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> event_tracing_exports() {
    static const std::array table{
        done<&EtwRegister>("EtwRegister", "NF:wdm.EtwRegister"),
        done<&EtwUnregister>("EtwUnregister", "NF:wdm.EtwUnregister"),
        done<&EtwEventEnabled>("EtwEventEnabled", "NF:wdm.EtwEventEnabled"),
        done<&EtwProviderEnabled>("EtwProviderEnabled", "NF:wdm.EtwProviderEnabled"),
        done<&EtwWrite>("EtwWrite", "NF:wdm.EtwWrite"),
        done<&EtwWriteTransfer>("EtwWriteTransfer", "NF:wdm.EtwWriteTransfer"),
        done<&ex::ksbox_WmiTraceMessage>("WmiTraceMessage", "NF:wdm.WmiTraceMessage"),
    };
    return table;
}

} // namespace ksbox

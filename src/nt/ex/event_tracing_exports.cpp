// Event tracing for Windows: no session listens, so providers stay disabled, as on a quiet Windows;
// what a driver writes all the same lands in the box's trace.
#include <array>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "abi/windows.h"

#include "abi/guid.h"
#include "abi/guid_names.h"
#include "base/unicode.h"
#include "nt/exports.h"
#include "nt/ke/host_lock.h"
#include "nt/ke/scheduler.h"
#include "nt/ke/thread.h"
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

    /// All zero until a thread sets one.
    GUID activity(std::uint64_t thread) {
        ke::HostLockGuard guard(lock_);
        const auto found = activities_.find(thread);
        return found == activities_.end() ? GUID{} : found->second;
    }
    void set_activity(std::uint64_t thread, const GUID &id) {
        ke::HostLockGuard guard(lock_);
        activities_[thread] = id;
    }

  private:
    ke::HostLock lock_;
    std::vector<std::string> ids_;
    std::map<std::uint64_t, GUID> activities_; ///< by thread
};

/// Unique in the box, and the same in each run of it.
GUID new_activity() {
    const std::uint64_t halves[2] = {current_kernel().random("activity"),
                                     current_kernel().random("activity")};
    GUID id;
    std::memcpy(&id, halves, sizeof id);
    return id;
}

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

void note(std::string_view kind, REGHANDLE handle) {
    const std::string provider = providers().name_of(handle);
    current_kernel().trace().event(kind, {{"provider", std::string_view(provider)}});
}

} // namespace

extern "C" {

/// The enable callback is not called: nobody enables the provider. @doc NF:wdm.EtwRegister
NTSTATUS NTAPI EtwRegister(LPCGUID ProviderId, PETWENABLECALLBACK, PVOID, PREGHANDLE RegHandle) {
    if (ProviderId == nullptr || RegHandle == nullptr)
        return STATUS_INVALID_PARAMETER;
    *RegHandle = providers().add(*ProviderId);
    note("etw.register", *RegHandle);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.EtwUnregister
NTSTATUS NTAPI EtwUnregister(REGHANDLE RegHandle) {
    if (providers().name_of(RegHandle).empty())
        return STATUS_INVALID_HANDLE;
    note("etw.unregister", RegHandle);
    return providers().remove(RegHandle) ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

/// Traits and the like describe the provider to sessions, of which there are none. The classes of
/// EVENT_INFO_CLASS go from 0 to 3. @doc NF:wdm.EtwSetInformation
NTSTATUS NTAPI ksbox_EtwSetInformation(REGHANDLE RegHandle, ULONG InformationClass,
                                       PVOID EventInformation, ULONG InformationLength) {
    constexpr ULONG classes = 4;
    if (providers().name_of(RegHandle).empty())
        return STATUS_INVALID_HANDLE;
    if (InformationLength != 0 && EventInformation == nullptr)
        return STATUS_INVALID_PARAMETER;
    return InformationClass < classes ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
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

/// Filter names sessions that are not to have the event. @doc NF:wdm.EtwWriteEx
NTSTATUS NTAPI ksbox_EtwWriteEx(REGHANDLE RegHandle, PCEVENT_DESCRIPTOR EventDescriptor, ULONG64,
                                ULONG Flags, LPCGUID, LPCGUID, ULONG UserDataCount,
                                PEVENT_DATA_DESCRIPTOR) {
    return Flags != 0 ? STATUS_INVALID_PARAMETER : write(RegHandle, EventDescriptor, UserDataCount);
}

/// @doc NF:wdm.EtwWriteString
NTSTATUS NTAPI ksbox_EtwWriteString(REGHANDLE RegHandle, UCHAR Level, ULONGLONG, LPCGUID,
                                    PCWSTR String) {
    const std::string provider = providers().name_of(RegHandle);
    if (provider.empty())
        return STATUS_INVALID_HANDLE;
    const std::string text = to_utf8(reinterpret_cast<const char16_t *>(String));
    current_kernel().trace().event("etw", {{"provider", std::string_view(provider)},
                                           {"level", signed_of(Level)},
                                           {"text", std::string_view(text)}});
    return STATUS_SUCCESS;
}

/// The identifier that the thread's events carry. @doc NF:wdm.EtwActivityIdControl
NTSTATUS NTAPI ksbox_EtwActivityIdControl(ULONG ControlCode, LPGUID ActivityId) {
    enum : ULONG { get = 1, set, create, get_set, create_set };
    if (ActivityId == nullptr || ControlCode < get || ControlCode > create_set)
        return STATUS_INVALID_PARAMETER;
    if (ControlCode == create) {
        *ActivityId = new_activity();
        return STATUS_SUCCESS;
    }
    const GUID given = *ActivityId;
    if (ControlCode != set)
        *ActivityId = providers().activity(ke::current_thread().id);
    if (ControlCode != get)
        providers().set_activity(ke::current_thread().id,
                                 ControlCode == create_set ? new_activity() : given);
    return STATUS_SUCCESS;
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
        done<&ex::ksbox_EtwWriteEx>("EtwWriteEx", "NF:wdm.EtwWriteEx"),
        done<&ex::ksbox_EtwWriteString>("EtwWriteString", "NF:wdm.EtwWriteString"),
        done<&ex::ksbox_EtwSetInformation>("EtwSetInformation", "NF:wdm.EtwSetInformation"),
        done<&ex::ksbox_EtwActivityIdControl>("EtwActivityIdControl",
                                              "NF:wdm.EtwActivityIdControl"),
        done<&ex::ksbox_WmiTraceMessage>("WmiTraceMessage", "NF:wdm.WmiTraceMessage"),
    };
    return table;
}

} // namespace ksbox

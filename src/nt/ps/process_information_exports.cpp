// Processes by handle: ZwOpenProcess and what ZwQueryInformationProcess says. PASSIVE_LEVEL.
#include <cstring>

#include "abi/export.h"
#include "base/unicode.h"
#include "nt/exports.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"
#include "nt/ob/services.h"
#include "nt/ps/process.h"

using namespace ksbox;

namespace {

constexpr KPRIORITY normal_priority = 8;

/// Referenced. STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH.
Result<ps::ProcessBody *> process_of(HANDLE handle) {
    auto &kernel = current_kernel();
    if (handle == NtCurrentProcess()) {
        auto *body = ps::process_or_system(kernel, ke::current_thread().process);
        kernel.objects().reference(body);
        return body;
    }
    const auto entry = KS_TRY(kernel.objects().resolve_typed(ob::handle_process(handle), handle,
                                                             ob::ObjectType::process, 0, false));
    return static_cast<ps::ProcessBody *>(entry.body);
}

struct Answer {
    void *buffer;
    ULONG length;
    PULONG needed;

    template <typename Body> NTSTATUS operator()(const Body &body) const {
        if (needed)
            *needed = sizeof body;
        if (length != sizeof body)
            return STATUS_INFO_LENGTH_MISMATCH;
        std::memcpy(buffer, &body, sizeof body);
        return STATUS_SUCCESS;
    }

    /// A UNICODE_STRING with its text behind it.
    NTSTATUS text(std::u16string_view text) const {
        const auto bytes = static_cast<ULONG>(text.size() * sizeof(WCHAR));
        const auto all = static_cast<ULONG>(sizeof(UNICODE_STRING) + bytes + sizeof(WCHAR));
        if (needed)
            *needed = all;
        if (length < all)
            return STATUS_INFO_LENGTH_MISMATCH;
        auto *string = static_cast<PUNICODE_STRING>(buffer);
        auto *out = reinterpret_cast<WCHAR *>(string + 1);
        std::memcpy(out, text.data(), bytes);
        out[text.size()] = 0;
        *string = {static_cast<USHORT>(bytes), static_cast<USHORT>(bytes + sizeof(WCHAR)), out};
        return STATUS_SUCCESS;
    }
};

NTSTATUS answer(const ps::ProcessBody &body, PROCESSINFOCLASS information_class,
                const Answer &reply) {
    auto &kernel = current_kernel();
    const unsigned processors = kernel.options().processors;
    switch (information_class) {
    case ProcessBasicInformation: {
        PROCESS_BASIC_INFORMATION basic{};
        basic.ExitStatus = body.process->exit_status;
        basic.AffinityMask = processors == 64 ? ~ULONG_PTR(0) : (ULONG_PTR(1) << processors) - 1;
        basic.BasePriority = normal_priority;
        basic.UniqueProcessId = body.process->id;
        return reply(basic);
    }
    case ProcessHandleCount:
        return reply(static_cast<ULONG>(kernel.objects().open_handles(
            ps::is_system_process(&body) ? nullptr : const_cast<ps::ProcessBody *>(&body))));
    case ProcessSessionInformation:
    case ProcessDebugPort:
    case ProcessWow64Information:
        // Session 0; no debugger; never a 32-bit process.
        return information_class == ProcessSessionInformation ? reply(ULONG(0))
                                                              : reply(ULONG_PTR(0));
    case ProcessImageFileName:
        return reply.text(u"\\Device\\HarddiskVolume1\\Clients\\" + to_utf16(body.process->name) +
                          u".exe");
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

} // namespace

extern "C" {

/// STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_INFO_CLASS for any class but those above.
/// @doc winternl/nf-winternl-ntqueryinformationprocess
NTSTATUS NTAPI ZwQueryInformationProcess(HANDLE ProcessHandle,
                                         PROCESSINFOCLASS ProcessInformationClass,
                                         PVOID ProcessInformation, ULONG ProcessInformationLength,
                                         PULONG ReturnLength) {
    const auto body = process_of(ProcessHandle);
    if (!body)
        return body.error().value();
    const NTSTATUS status = answer(**body, ProcessInformationClass,
                                   {ProcessInformation, ProcessInformationLength, ReturnLength});
    current_kernel().objects().dereference(*body);
    return status;
}

/// @doc NF:ntddk.ZwOpenProcess
NTSTATUS NTAPI ZwOpenProcess(PHANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes, PCLIENT_ID ClientId) {
    if (ObjectAttributes->ObjectName)
        return ClientId ? STATUS_INVALID_PARAMETER_MIX : STATUS_INVALID_PARAMETER;
    if (!ClientId)
        return STATUS_INVALID_PARAMETER_MIX;
    auto &kernel = current_kernel();
    const auto found = kernel.extension<ps::Processes>().find(
        reinterpret_cast<std::uint64_t>(ClientId->UniqueProcess));
    if (!found)
        return found.error().value();
    const auto made =
        kernel.objects().create_handle(ob::target_process(ObjectAttributes->Attributes), *found,
                                       DesiredAccess, ObjectAttributes->Attributes);
    kernel.objects().dereference(*found);
    if (!made)
        return made.error().value();
    *ProcessHandle = *made;
    return STATUS_SUCCESS;
}

} // extern "C"

namespace ksbox {

std::span<const Export> process_information_exports() {
    static const Export table[] = {
        partial<ZwQueryInformationProcess>("ZwQueryInformationProcess", ""),
        done<ZwOpenProcess>("ZwOpenProcess", "NF:ntddk.ZwOpenProcess"),
    };
    return table;
}

} // namespace ksbox

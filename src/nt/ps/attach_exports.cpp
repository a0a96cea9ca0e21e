// Attaching to a process, and what drivers ask of the system they run on.
#include <array>

#include "abi/windows.h"

#include "nt/exports.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ps/process.h"
#include "nt/rtl/version.h"

namespace ksbox::ps {

extern "C" {

/// Client memory of a box is one address space, so only the identity of the thread's process
/// changes. IRQL <= APC_LEVEL. @doc NF:ntifs.KeStackAttachProcess
VOID NTAPI KeStackAttachProcess(PKPROCESS Process, PRKAPC_STATE ApcState) {
    ke::Thread &thread = ke::current_thread();
    *ApcState = {};
    ApcState->Process = static_cast<PKPROCESS>(thread.process);
    thread.process = is_system_process(Process) ? nullptr : static_cast<void *>(Process);
}

/// @doc NF:ntifs.KeUnstackDetachProcess
VOID NTAPI KeUnstackDetachProcess(PRKAPC_STATE ApcState) {
    ke::current_thread().process = ApcState->Process;
}

/// FALSE: a box is no checked build. @doc NF:wdm.PsGetVersion
BOOLEAN NTAPI PsGetVersion(PULONG MajorVersion, PULONG MinorVersion, PULONG BuildNumber,
                           PUNICODE_STRING CSDVersion) {
    const auto version = rtl::windows_version(current_kernel().options().windows_version);
    if (MajorVersion != nullptr)
        *MajorVersion = version.major;
    if (MinorVersion != nullptr)
        *MinorVersion = version.minor;
    if (BuildNumber != nullptr)
        *BuildNumber = version.build;
    if (CSDVersion != nullptr)
        *CSDVersion = {};
    return FALSE;
}

/// @doc NF:ntifs.PsIsThreadTerminating
BOOLEAN NTAPI PsIsThreadTerminating(PETHREAD Thread) {
    const ke::Thread *thread = reinterpret_cast<const ke::ThreadBody *>(Thread)->thread;
    return thread == nullptr || thread->terminating;
}

} // extern "C"
} // namespace ksbox::ps

namespace ksbox {

std::span<const Export> process_attach_exports() {
    static const std::array table{
        done<&KeStackAttachProcess>("KeStackAttachProcess", "NF:ntifs.KeStackAttachProcess"),
        done<&KeUnstackDetachProcess>("KeUnstackDetachProcess", "NF:ntifs.KeUnstackDetachProcess"),
        done<&PsGetVersion>("PsGetVersion", "NF:wdm.PsGetVersion"),
        done<&PsIsThreadTerminating>("PsIsThreadTerminating", "NF:ntifs.PsIsThreadTerminating"),
    };
    return table;
}

} // namespace ksbox

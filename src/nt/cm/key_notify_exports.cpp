// ZwNotifyChangeKey. PASSIVE_LEVEL.
#include <array>

#include "nt/cm/registry.h"
#include "nt/exports.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"

namespace ksbox::cm {
namespace {

constexpr ULONG known_changes = REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_ATTRIBUTES |
                                REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_CHANGE_SECURITY;

struct Asked {
    HANDLE key, event;
    PVOID routine, context;
    PIO_STATUS_BLOCK block;
    ULONG filter;
    bool whole_tree;
};

/// Registers the watch. The caller's event is referenced until it is told.
Result<void> watch_key(const Asked &asked, PIO_STATUS_BLOCK own_block, PKEVENT own_event) {
    auto &kernel = current_kernel();
    auto &objects = kernel.objects();
    auto &registry = kernel.registry();
    KeyWatch watch;
    watch.key = KS_TRY(registry.key_of_handle(asked.key, KEY_NOTIFY));
    const auto entry = KS_TRY(objects.resolve_typed(ob::handle_process(asked.key), asked.key,
                                                    ob::ObjectType::key, KEY_NOTIFY, true));
    watch.body = entry.body;
    objects.dereference(entry.body); // its handle holds it, and closing that ends the watch
    watch.filter = asked.filter;
    watch.whole_tree = asked.whole_tree;
    watch.block = own_event ? own_block : asked.block;
    watch.event = own_event;
    if (asked.event) {
        const auto event =
            KS_TRY(objects.resolve_typed(ob::handle_process(asked.event), asked.event,
                                         ob::ObjectType::event, EVENT_MODIFY_STATE, true));
        KeClearEvent(static_cast<PKEVENT>(event.body));
        if (own_event) {
            objects.dereference(event.body); // set by the waiting caller itself
        } else {
            watch.event = static_cast<PKEVENT>(event.body);
            watch.event_referenced = true;
        }
    }
    if (asked.routine) {
        watch.item = static_cast<PWORK_QUEUE_ITEM>(asked.routine);
        watch.queue = static_cast<WORK_QUEUE_TYPE>(reinterpret_cast<std::uintptr_t>(asked.context));
    }
    const Registry::Locked locked(registry);
    registry.watches().add(std::move(watch));
    return {};
}

/// Waits for the one change, then tells as the asynchronous form does.
NTSTATUS watch_and_wait(Asked asked) {
    KEVENT event;
    IO_STATUS_BLOCK result{};
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    if (auto watched = watch_key(asked, &result, &event); !watched)
        return watched.error().value();
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
    *asked.block = result;
    if (asked.event)
        ZwSetEvent(asked.event, nullptr);
    return result.Status;
}

extern "C" {

/// From the kernel ApcRoutine is a WORK_QUEUE_ITEM, since ApcContext is its WORK_QUEUE_TYPE
/// (inferred: the page says the latter only). @doc NF:ntifs.ZwNotifyChangeKey
NTSTATUS NTAPI ZwNotifyChangeKey(HANDLE KeyHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                                 PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
                                 ULONG CompletionFilter, BOOLEAN WatchTree, PVOID Buffer,
                                 ULONG BufferSize, BOOLEAN Asynchronous) {
    if (CompletionFilter == 0 || CompletionFilter & ~known_changes)
        return STATUS_INVALID_PARAMETER;
    const auto queue = reinterpret_cast<std::uintptr_t>(ApcContext);
    if (ApcRoutine && queue != CriticalWorkQueue && queue != DelayedWorkQueue)
        return STATUS_INVALID_PARAMETER;
    const Asked asked{KeyHandle,         Event,         reinterpret_cast<PVOID>(ApcRoutine),
                      ApcContext,        IoStatusBlock, CompletionFilter,
                      WatchTree != FALSE};
    if (!Asynchronous)
        return watch_and_wait(asked);
    const auto watched = watch_key(asked, nullptr, nullptr);
    return watched ? STATUS_PENDING : watched.error().value();
}

} // extern "C"
} // namespace
} // namespace ksbox::cm

namespace ksbox {

std::span<const Export> key_notify_exports() {
    static const std::array table{
        done<&cm::ZwNotifyChangeKey>("ZwNotifyChangeKey", "NF:ntifs.ZwNotifyChangeKey"),
    };
    return table;
}

} // namespace ksbox

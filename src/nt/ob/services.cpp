// Closing, duplicating, creating events, waiting: system services on handles.
#include "nt/ob/services.h"

#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ob/object_attributes.h"
#include "nt/ob/object_manager.h"
#include "nt/ps/process.h"

namespace ksbox::ob {

namespace {

ObjectManager &objects() {
    return current_kernel().objects();
}

/// Kernel handles are invisible to user mode.
bool visible(HANDLE handle, KPROCESSOR_MODE mode) {
    return mode == KernelMode || reinterpret_cast<LONG_PTR>(handle) >= 0;
}

} // namespace

void *target_process(ULONG attributes) {
    return attributes & OBJ_KERNEL_HANDLE ? nullptr : ke::current_thread().process;
}

NTSTATUS close(HANDLE handle, KPROCESSOR_MODE mode) {
    if (handle == NtCurrentProcess() || handle == NtCurrentThread())
        return STATUS_SUCCESS;
    if (!visible(handle, mode))
        return STATUS_INVALID_HANDLE;
    auto closed = objects().close_handle(handle_process(handle), handle);
    return closed ? STATUS_SUCCESS : closed.error().value();
}

Result<HANDLE> duplicate(void *source_process, HANDLE source, void *target_process,
                         bool make_target, ACCESS_MASK access, ULONG attributes, ULONG options) {
    auto entry = KS_TRY(objects().resolve(source_process, source));
    Result<HANDLE> made = HANDLE(nullptr);
    if (make_target) {
        const auto &mapping = objects().operations(objects().type_of(entry.body)).mapping;
        const auto wanted =
            options & DUPLICATE_SAME_ACCESS ? entry.access : map_access(access, mapping);
        made = objects().create_handle(
            attributes & OBJ_KERNEL_HANDLE ? nullptr : target_process, entry.body, wanted,
            options & DUPLICATE_SAME_ATTRIBUTES ? entry.attributes : attributes);
    }
    objects().dereference(entry.body);
    // "regardless of any error status returned": the source goes even when the copy failed.
    if (options & DUPLICATE_CLOSE_SOURCE)
        (void)objects().close_handle(source_process, source);
    return made;
}

NTSTATUS create_event(HANDLE *handle, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attributes,
                      EVENT_TYPE type, bool signalled, KPROCESSOR_MODE mode) {
    auto captured = capture_attributes(attributes, mode);
    if (!captured)
        return captured.error().value();
    auto body = objects().allocate(ObjectType::event, sizeof(KEVENT));
    if (!body)
        return body.error().value();
    KeInitializeEvent(static_cast<PKEVENT>(*body), type, signalled);
    NTSTATUS status = STATUS_SUCCESS;
    void *event = *body;
    if (captured->has_name && !captured->name.empty()) {
        const bool permanent = captured->attributes & OBJ_PERMANENT;
        auto named = objects().insert_name(captured->name, event, permanent);
        if (!named) {
            objects().dereference(event);
            if (named.error() != Status(STATUS_OBJECT_NAME_COLLISION) ||
                !(captured->attributes & OBJ_OPENIF))
                return named.error().value();
            auto existing = objects().open(captured->name, ObjectType::event);
            if (!existing)
                return existing.error().value();
            event = *existing;
            status = STATUS_OBJECT_NAME_EXISTS;
        }
    }
    auto made = objects().create_handle(target_process(captured->attributes), event, access,
                                        captured->attributes);
    objects().dereference(event);
    if (!made)
        return made.error().value();
    *handle = *made;
    return status;
}

NTSTATUS create_semaphore(HANDLE *handle, ACCESS_MASK access, LONG count, LONG limit) {
    if (count < 0 || limit <= 0 || count > limit)
        return STATUS_INVALID_PARAMETER;
    auto body = objects().allocate(ObjectType::semaphore, sizeof(KSEMAPHORE));
    if (!body)
        return body.error().value();
    KeInitializeSemaphore(static_cast<PKSEMAPHORE>(*body), count, limit);
    auto made = objects().create_handle(target_process(0), *body, access, 0);
    objects().dereference(*body);
    if (!made)
        return made.error().value();
    *handle = *made;
    return STATUS_SUCCESS;
}

NTSTATUS wait_for_client(void *object, bool alertable, LARGE_INTEGER *timeout) {
    auto &thread = ke::current_thread();
    if (ps::is_system_process(thread.process))
        return KeWaitForSingleObject(object, UserRequest, KernelMode, alertable, timeout);
    auto *process = static_cast<ps::ProcessBody *>(thread.process)->process;
    if (process->is_exiting)
        return STATUS_PROCESS_IS_TERMINATING;
    PVOID both[] = {object, &process->exiting};
    const auto status = KeWaitForMultipleObjects(2, both, WaitAny, UserRequest, UserMode, alertable,
                                                 timeout, nullptr);
    return status == STATUS_WAIT_1 ? STATUS_PROCESS_IS_TERMINATING : status;
}

NTSTATUS wait(HANDLE handle, bool alertable, const LARGE_INTEGER *timeout, KPROCESSOR_MODE mode) {
    if (!visible(handle, mode))
        return STATUS_INVALID_HANDLE;
    LARGE_INTEGER due;
    if (timeout)
        if (auto read = read_caller(&due, timeout, sizeof due, mode); !read)
            return read.error().value();
    auto entry = objects().resolve(handle_process(handle), handle);
    if (!entry)
        return entry.error().value();
    const auto type = objects().type_of(entry->body);
    NTSTATUS status;
    if (mode != KernelMode && !(entry->access & SYNCHRONIZE)) {
        status = STATUS_ACCESS_DENIED;
    } else if (const auto offset = objects().operations(type).wait_offset; offset < 0) {
        status = STATUS_OBJECT_TYPE_MISMATCH;
    } else {
        void *object = static_cast<std::byte *>(entry->body) + offset;
        auto *until = timeout ? &due : nullptr;
        status = mode == KernelMode
                     ? KeWaitForSingleObject(object, UserRequest, KernelMode, alertable, until)
                     : wait_for_client(object, alertable, until);
    }
    objects().dereference(entry->body);
    return status;
}

} // namespace ksbox::ob

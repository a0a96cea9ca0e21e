// The object manager's handles: open, resolve, close, and what closing sets off.
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ob/object_header.h"
#include "nt/ob/state.h"
#include "nt/ps/process.h"

namespace ksbox::ob {

namespace {

constexpr std::uint64_t kernel_handle_bits = 0xffff'ffff'8000'0000;
/// OBJ_PROTECT_CLOSE, which the headers leave out.
constexpr ULONG protect_close = 0x1;

bool is_kernel_value(HANDLE handle) {
    return (reinterpret_cast<std::uint64_t>(handle) & kernel_handle_bits) == kernel_handle_bits;
}

/// The number in the table, or 0 for a value that cannot be in it.
std::uint64_t table_value(void *process, HANDLE handle) {
    const auto value = reinterpret_cast<std::uint64_t>(handle);
    if (!is_kernel_value(handle))
        return value;
    return process ? 0 : value & ~kernel_handle_bits;
}

HandleTable &table_of(HandleTable &kernel_table, void *process) {
    return process ? *static_cast<ps::ProcessBody *>(process)->handles : kernel_table;
}

/// How many handles the table has left of an object that one was just removed of, and is counted
/// still. Only an object with more than that one has to be searched for. Under the handle lock.
std::uint32_t others_in(const HandleTable &table, const void *body) {
    return __atomic_load_n(&header_of(body)->handles, __ATOMIC_RELAXED) > 1 ? table.count(body) : 0;
}

} // namespace

void *handle_process(HANDLE handle) {
    if (is_kernel_value(handle))
        return nullptr;
    void *process = ke::current_thread().process;
    return ps::is_system_process(process) ? nullptr : process;
}

ACCESS_MASK map_access(ACCESS_MASK access, const GENERIC_MAPPING &mapping) {
    if (access & GENERIC_READ)
        access |= mapping.GenericRead;
    if (access & GENERIC_WRITE)
        access |= mapping.GenericWrite;
    if (access & GENERIC_EXECUTE)
        access |= mapping.GenericExecute;
    if (access & (GENERIC_ALL | MAXIMUM_ALLOWED))
        access |= mapping.GenericAll;
    return access &
           ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL | MAXIMUM_ALLOWED);
}

Result<HANDLE> ObjectManager::create_handle(void *process, void *body, ACCESS_MASK access,
                                            ULONG attributes) {
    auto *header = header_of(body);
    const auto granted = map_access(access, operations(header->type).mapping);
    if (ps::is_system_process(process))
        process = nullptr;
    reference(body);
    std::optional<std::uint32_t> value;
    {
        ke::HostLockGuard guard(state_->handle_lock);
        value = table_of(state_->kernel_handles, process).insert({body, granted, attributes});
        if (value)
            __atomic_add_fetch(&header->handles, 1, __ATOMIC_RELAXED);
    }
    if (!value) {
        dereference(body);
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    return reinterpret_cast<HANDLE>(process ? std::uint64_t(*value) : *value | kernel_handle_bits);
}

Result<ObjectManager::HandleEntry> ObjectManager::resolve(void *process, HANDLE handle) {
    if (ps::is_system_process(process))
        process = nullptr;
    HandleEntry entry;
    std::int64_t before;
    {
        ke::HostLockGuard guard(state_->handle_lock);
        const auto *found =
            table_of(state_->kernel_handles, process).find(table_value(process, handle));
        if (!found)
            return fail(STATUS_INVALID_HANDLE);
        entry = *found;
        before = add_reference(entry.body);
    }
    check_reference(entry.body, before);
    return entry;
}

Result<ObjectManager::HandleEntry> ObjectManager::resolve_typed(void *process, HANDLE handle,
                                                                ObjectType type, ACCESS_MASK access,
                                                                bool check_access) {
    auto entry = KS_TRY(resolve(process, handle));
    const auto wanted = map_access(access, operations(type).mapping);
    Status status;
    if (type_of(entry.body) != type)
        status = Status(STATUS_OBJECT_TYPE_MISMATCH);
    else if (check_access && (wanted & ~entry.access))
        status = Status(STATUS_ACCESS_DENIED);
    if (!status.success()) {
        dereference(entry.body);
        return fail(status);
    }
    return entry;
}

Result<void> ObjectManager::close_handle(void *process, HANDLE handle) {
    if (ps::is_system_process(process))
        process = nullptr;
    std::optional<HandleEntry> entry;
    std::uint32_t left_in_process = 0;
    {
        ke::HostLockGuard guard(state_->handle_lock);
        auto &table = table_of(state_->kernel_handles, process);
        const auto value = table_value(process, handle);
        const auto *found = table.find(value);
        if (found && found->attributes & protect_close)
            return fail(STATUS_HANDLE_NOT_CLOSABLE);
        entry = table.remove(value);
        if (entry)
            left_in_process = others_in(table, entry->body);
    }
    if (!entry)
        return fail(STATUS_INVALID_HANDLE);
    return close_entry(process, *entry, left_in_process);
}

Result<void> ObjectManager::close_entry(void *process, HandleEntry entry,
                                        std::uint32_t left_in_process) {
    auto *header = header_of(entry.body);
    const auto left = __atomic_sub_fetch(&header->handles, 1, __ATOMIC_ACQ_REL);
    if (auto close = operations(header->type).close)
        close(kernel_, entry.body, process, left_in_process, left);
    if (left == 0 && header->name && !header->permanent)
        make_temporary(entry.body);
    dereference(entry.body);
    return {};
}

void ObjectManager::close_all(void *process) {
    if (ps::is_system_process(process))
        process = nullptr;
    for (std::uint32_t next = 0;;) {
        std::optional<HandleEntry> entry;
        std::uint32_t left_in_process = 0;
        {
            ke::HostLockGuard guard(state_->handle_lock);
            auto &table = table_of(state_->kernel_handles, process);
            if (const auto value = table.first(next)) {
                next = *value;
                entry = table.remove(*value);
                left_in_process = others_in(table, entry->body);
            }
        }
        if (!entry)
            return;
        (void)close_entry(process, *entry, left_in_process);
    }
}

std::size_t ObjectManager::open_handles(void *process) const {
    if (ps::is_system_process(process))
        process = nullptr;
    ke::HostLockGuard guard(state_->handle_lock);
    return table_of(state_->kernel_handles, process).size();
}

} // namespace ksbox::ob

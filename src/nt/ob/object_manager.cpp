// Objects from birth to death: memory, references, types.
#include "nt/ob/object_manager.h"

#include <cstring>

#include "base/assert.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_header.h"
#include "nt/ob/state.h"

namespace ksbox::ob {

namespace {

constexpr ULONG reference_by_pointer = 0x18;

void NTAPI run_deferred(void *parameter);

/// Bug check REFERENCE_BY_POINTER: parameter 4 is the count.
[[noreturn]] void bad_reference(const void *body, std::int64_t references) {
    bug_check(reference_by_pointer, 0, reinterpret_cast<std::uint64_t>(body), 2,
              static_cast<std::uint64_t>(references),
              "an object was referenced or dereferenced after its last reference was gone");
}

} // namespace

void check_reference(const void *body, std::int64_t before) {
    if (before <= 0)
        bad_reference(body, before);
}

ObjectManager::ObjectManager(Kernel &kernel) : kernel_(kernel), state_(std::make_unique<State>()) {
    TypeOperations directory;
    directory.mapping = {
        STANDARD_RIGHTS_READ | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
        STANDARD_RIGHTS_WRITE | DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY,
        STANDARD_RIGHTS_EXECUTE | DIRECTORY_QUERY | DIRECTORY_TRAVERSE, DIRECTORY_ALL_ACCESS};
    directory.remove = [](Kernel &, void *body) { delete static_cast<Directory *>(body)->names; };
    define_type(ObjectType::directory, directory);
    TypeOperations link;
    link.mapping = {STANDARD_RIGHTS_READ | SYMBOLIC_LINK_QUERY, STANDARD_RIGHTS_WRITE,
                    STANDARD_RIGHTS_EXECUTE | SYMBOLIC_LINK_QUERY, SYMBOLIC_LINK_ALL_ACCESS};
    link.remove = [](Kernel &, void *body) { delete static_cast<SymbolicLink *>(body)->target; };
    define_type(ObjectType::symbolic_link, link);
    TypeOperations event;
    event.mapping = {STANDARD_RIGHTS_READ | EVENT_QUERY_STATE,
                     STANDARD_RIGHTS_WRITE | EVENT_MODIFY_STATE,
                     STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, EVENT_ALL_ACCESS};
    event.wait_offset = 0;
    define_type(ObjectType::event, event);
    TypeOperations dispatcher;
    dispatcher.wait_offset = 0;
    dispatcher.mapping.GenericAll = STANDARD_RIGHTS_ALL | 0x3;
    define_type(ObjectType::semaphore, dispatcher);
    define_type(ObjectType::mutant, dispatcher);
    define_type(ObjectType::timer, dispatcher);
    dispatcher.mapping.GenericAll = STANDARD_RIGHTS_ALL | 0xffff;
    define_type(ObjectType::thread, dispatcher);
    define_type(ObjectType::process, dispatcher);
    plant_tree();
}

/// The tree as Windows has it, as far as drivers look at it.
void ObjectManager::plant_tree() {
    for (auto path : {u"\\", u"\\GLOBAL??", u"\\Device", u"\\Driver", u"\\FileSystem",
                      u"\\Callback", u"\\BaseNamedObjects", u"\\KernelObjects"})
        KS_ASSERT(create_directory(path));
    KS_ASSERT(create_link(u"\\??", u"\\GLOBAL??"));
    KS_ASSERT(create_link(u"\\DosDevices", u"\\GLOBAL??"));
    KS_ASSERT(create_link(u"\\GLOBAL??\\GLOBALROOT", u"\\"));
    KS_ASSERT(create_link(u"\\GLOBAL??\\Global", u"\\GLOBAL??"));
}

namespace {

/// The host's memory behind a tree of names. The bodies are the pool's and go with it.
void fell(Directory *directory) {
    for (const auto &[name, entry] : *directory->names) {
        const auto type = header_of(entry->body)->type;
        if (type == ObjectType::directory)
            fell(static_cast<Directory *>(entry->body));
        else if (type == ObjectType::symbolic_link)
            delete static_cast<SymbolicLink *>(entry->body)->target;
    }
    delete directory->names;
}

} // namespace

ObjectManager::~ObjectManager() {
    fell(state_->root);
}

void ObjectManager::define_type(ObjectType type, const TypeOperations &operations) {
    state_->types[std::size_t(type)] = operations;
}

const TypeOperations &ObjectManager::operations(ObjectType type) const {
    return state_->types[std::size_t(type)];
}

Result<void *> ObjectManager::allocate(ObjectType type, std::size_t bytes) {
    void *memory = kernel_.pool().allocate(mm::PoolKind::nonpaged, sizeof(ObjectHeader) + bytes,
                                           ObjectHeader::tag, nullptr, true);
    if (!memory)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    auto *header = static_cast<ObjectHeader *>(memory);
    header->magic = ObjectHeader::live;
    header->references = 1;
    header->id = __atomic_fetch_add(&state_->next_id, 1, __ATOMIC_RELAXED);
    header->kernel = &kernel_;
    header->type = type;
    return body_of(header);
}

std::int64_t ObjectManager::reference(void *body) {
    const auto before = add_reference(body);
    check_reference(body, before);
    return before + 1;
}

std::int64_t ObjectManager::dereference(void *body) {
    auto *header = header_of(body);
    if (!is_live(header))
        bad_reference(body, 0);
    const auto left = ke::add_shared(header->references, std::int64_t(-1)) - 1;
    if (left < 0)
        bad_reference(body, left);
    if (left > 0)
        return left;
    // While a kernel is put together or taken apart there is no box thread, and no IRQL.
    if (operations(header->type).passive_remove && ke::current_thread_or_null() &&
        KeGetCurrentIrql() > PASSIVE_LEVEL) {
        ExInitializeWorkItem(&header->deferred, run_deferred, header);
        ExQueueWorkItem(&header->deferred, CriticalWorkQueue);
    } else {
        run_down(body);
    }
    return 0;
}

void ObjectManager::run_down(void *body) {
    auto *header = header_of(body);
    KS_ASSERT(!header->name);
    if (auto remove = operations(header->type).remove)
        remove(kernel_, body);
    if (header->has_security) {
        const ke::HostLockGuard guard(state_->security_lock);
        state_->security.erase(header->id);
    }
    header->magic = ObjectHeader::dead;
    kernel_.pool().free(header, ObjectHeader::tag, nullptr);
}

namespace {
void NTAPI run_deferred(void *parameter) {
    auto *header = static_cast<ObjectHeader *>(parameter);
    // The count is 0 already: one reference lets dereference() end it here, at PASSIVE_LEVEL.
    __atomic_store_n(&header->references, 1, __ATOMIC_RELEASE);
    header->kernel->objects().dereference(body_of(header));
}
} // namespace

std::int64_t ObjectManager::reference_count(const void *body) const {
    return __atomic_load_n(&header_of(body)->references, __ATOMIC_RELAXED);
}

std::uint32_t ObjectManager::handle_count(const void *body) const {
    return __atomic_load_n(&header_of(body)->handles, __ATOMIC_RELAXED);
}

ObjectType ObjectManager::type_of(const void *body) const {
    return header_of(body)->type;
}

std::vector<std::byte> ObjectManager::security(const void *body) const {
    const ke::HostLockGuard guard(state_->security_lock);
    const auto found = state_->security.find(id_of(body));
    return found == state_->security.end() ? std::vector<std::byte>() : found->second;
}

void ObjectManager::set_security(void *body, std::vector<std::byte> descriptor) {
    const ke::HostLockGuard guard(state_->security_lock);
    state_->security[id_of(body)] = std::move(descriptor);
    header_of(body)->has_security = true;
}

std::uint64_t ObjectManager::id_of(const void *body) const {
    return header_of(body)->id;
}

bool ObjectManager::is_object(const void *body) const {
    if (reinterpret_cast<std::uintptr_t>(body) < sizeof(ObjectHeader))
        return false;
    auto *header = header_of(body);
    const auto block = kernel_.pool().find(header);
    return block && block->address == header && block->tag == ObjectHeader::tag && is_live(header);
}

} // namespace ksbox::ob

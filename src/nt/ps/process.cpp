// Creating, finding and running down processes.
#include "nt/ps/process.h"

#include <algorithm>

#include "base/assert.h"
#include "nt/io/io_manager.h"
#include "nt/ke/thread.h"
#include "nt/mm/memory.h"
#include "nt/mm/section.h"
#include "nt/ob/handle_table.h"
#include "nt/ob/object_manager.h"

namespace ksbox::ps {

namespace {

// What Windows waits for a request to be cancelled before it gives the thread up: five minutes.
constexpr std::int64_t rundown_timeout_100ns = 5ll * 60 * 10'000'000;

void remove_process(Kernel &, void *body) {
    auto *process = static_cast<ProcessBody *>(body);
    delete process->handles;
    delete process->process;
}

} // namespace

Process::Process(Kernel &kernel, std::string name, std::uint64_t id, ProcessBody *body)
    : kernel(kernel), name(std::move(name)), id(id), body(body) {
    KeInitializeEvent(&exiting, NotificationEvent, FALSE);
    KeInitializeEvent(&finished_, SynchronizationEvent, FALSE);
    InitializeListHead(&irps);
}

Result<std::byte *> Process::allocate(std::size_t bytes) {
    auto *address = KS_TRY(kernel.memory().commit(mm::Region::client, bytes, 1));
    ke::HostLockGuard guard(lock_);
    memory_.push_back(address);
    return address;
}

bool Process::free(std::byte *address) {
    const auto range = kernel.memory().range_of(address);
    if (range && kernel.extension<mm::Views>().secured(range->data(), range->size()))
        return false;
    {
        ke::HostLockGuard guard(lock_);
        auto found = std::find(memory_.begin(), memory_.end(), address);
        if (found == memory_.end())
            return false;
        memory_.erase(found);
    }
    kernel.memory().release(address);
    return true;
}

void Process::free_all() {
    for (auto *address : memory_)
        kernel.memory().release(address);
    memory_.clear();
}

void Process::request_finished() {
    // A process that ends may be gone as soon as its last request is.
    kernel.objects().reference(body);
    if (ke::add_shared(requests_, std::int64_t(-1)) == 1 && is_exiting)
        KeSetEvent(&finished_, IO_NO_INCREMENT, FALSE);
    kernel.objects().dereference(body);
}

bool Process::wait_for_requests(std::int64_t timeout_100ns) {
    LARGE_INTEGER timeout;
    timeout.QuadPart = -timeout_100ns;
    while (requests() > 0)
        if (KeWaitForSingleObject(&finished_, Executive, KernelMode, FALSE, &timeout) ==
            STATUS_TIMEOUT)
            return false;
    return true;
}

Processes::Processes(Kernel &kernel) : kernel_(kernel) {
    ob::TypeOperations operations = kernel.objects().operations(ob::ObjectType::process);
    operations.remove = remove_process;
    operations.wait_offset = 0;
    operations.mapping.GenericAll = STANDARD_RIGHTS_ALL | SPECIFIC_RIGHTS_ALL;
    kernel.objects().define_type(ob::ObjectType::process, operations);
    auto made = make("System", true);
    KS_ASSERT(made);
    system_ = *made;
}

Processes::~Processes() {
    for (auto *body : bodies_) {
        delete body->handles;
        delete body->process;
    }
}

Result<ProcessBody *> Processes::make(std::string name, bool system) {
    auto *body = static_cast<ProcessBody *>(
        KS_TRY(kernel_.objects().allocate(ob::ObjectType::process, sizeof(ProcessBody))));
    // Waited for like a notification event: signalled for good once the process has ended.
    KeInitializeEvent(reinterpret_cast<PKEVENT>(&body->Header), NotificationEvent, FALSE);
    ke::HostLockGuard guard(lock_);
    body->process = new Process(kernel_, std::move(name), next_id_, body);
    next_id_ += 4;
    if (!system)
        body->handles = new ob::HandleTable;
    bodies_.push_back(body);
    return body;
}

Result<Process *> Processes::create(std::string name) {
    auto *body = KS_TRY(make(std::move(name), false));
    kernel_.objects().reference(body); // one for the list, one for the caller
    return body->process;
}

void Processes::run_down(Process &process, NTSTATUS exit_status) {
    auto *body = process.body;
    {
        ke::HostLockGuard guard(lock_);
        if (process.is_exiting)
            return;
        process.is_exiting = true;
    }
    process.exit_status = exit_status;
    KeSetEvent(&process.exiting, IO_NO_INCREMENT, FALSE);
    auto &io = kernel_.io();
    io.cancel_process_io(process);
    // Cleanup of the files cancels what a driver parks without a cancel routine.
    kernel_.objects().close_all(body);
    if (!process.wait_for_requests(rundown_timeout_100ns))
        io.abandon_process_io(process);
    kernel_.extension<mm::Views>().unmap_all(body);
    process.free_all();
    KeSetEvent(reinterpret_cast<PKEVENT>(&body->Header), IO_NO_INCREMENT, FALSE);
    {
        ke::HostLockGuard guard(lock_);
        bodies_.erase(std::find(bodies_.begin(), bodies_.end(), body));
    }
    kernel_.objects().dereference(body);
}

Result<ProcessBody *> Processes::find(std::uint64_t id) {
    ke::HostLockGuard guard(lock_);
    for (auto *body : bodies_)
        if (body->process->id == id) {
            kernel_.objects().reference(body);
            return body;
        }
    return fail(STATUS_INVALID_CID);
}

bool is_system_process(const void *process) {
    return !process || !static_cast<const ProcessBody *>(process)->handles;
}

ProcessBody *process_or_system(Kernel &kernel, void *process) {
    return process ? static_cast<ProcessBody *>(process) : kernel.extension<Processes>().system();
}

Process *current_client() {
    void *process = ke::current_thread().process;
    return is_system_process(process) ? nullptr : static_cast<ProcessBody *>(process)->process;
}

} // namespace ksbox::ps

#include "nt/kernel.h"

#include "abi/windows.h"

#include "base/sanitizer.h"
#include "nt/cm/registry.h"
#include "nt/ex/executive.h"
#include "nt/fs/file_system.h"
#include "nt/io/io_manager.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/random.h"
#include "nt/ke/scheduler.h"
#include "nt/ke/trap.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"
#include "nt/ps/process.h"
#include "nt/rtl/version.h"
#include "nt/trace.h"

namespace ksbox {

Kernel::Kernel(KernelOptions options) : options_(std::move(options)) {}

Result<std::unique_ptr<Kernel>> Kernel::create(KernelOptions options) {
    if (options.processors < 1 || options.processors > 64 || options.clock_period_100ns == 0)
        return fail(STATUS_INVALID_PARAMETER);
    start_sanitizer_symbolizer();
    std::unique_ptr<Kernel> kernel(new Kernel(std::move(options)));
    kernel->processor_count_ = static_cast<signed char>(kernel->options_.processors);
    // Its upper bits say that the system is no checked build. @observed
    kernel->build_number_ =
        0xf0000000 | rtl::windows_version(kernel->options_.windows_version).build;
    kernel->trace_ = KS_TRY(Trace::create(kernel->options_.trace_file));
    kernel->memory_ = KS_TRY(mm::Memory::create());
    kernel->pool_ = std::make_unique<mm::Pool>(*kernel);
    kernel->bug_check_ = std::make_unique<ke::BugCheck>(*kernel);
    kernel->shared_data_ = std::make_unique<ke::SharedData>(*kernel);
    kernel->scheduler_ = std::make_unique<ke::Scheduler>(*kernel);
    kernel->trace_->now_100ns = [&scheduler = *kernel->scheduler_] {
        return scheduler.peek_time();
    };
    kernel->trace_->thread_name = [] {
        ke::Thread *thread = ke::current_thread_or_null();
        return thread == nullptr ? std::string_view("host") : std::string_view(thread->name);
    };
    kernel->objects_ = std::make_unique<ob::ObjectManager>(*kernel);
    KS_CHECK(kernel->scheduler_->start());
    kernel->executive_ = std::make_shared<ex::Executive>(*kernel);
    kernel->registry_ = std::make_unique<cm::Registry>(*kernel);
    kernel->system_process_ = kernel->extension<ps::Processes>().system();
    kernel->files_ = std::make_unique<fs::FileSystem>(*kernel);
    kernel->io_ = std::make_unique<io::IoManager>(*kernel);
    kernel->trace_->name_of = [&io = *kernel->io_](const void *address) {
        return io.describe(address);
    };
    return kernel;
}

Kernel::~Kernel() {
    // Threads go before what they use; a stopped box's have gone already.
    if (scheduler_)
        scheduler_->shut_down();
    while (KernelExtension *const newest = newest_extension_) {
        newest_extension_ = newest->older_;
        delete newest;
    }
}

KernelExtension &Kernel::add_extension(const void *key, std::unique_ptr<KernelExtension> made) {
    ke::HostLockGuard guard(lock_);
    if (KernelExtension *first = find_extension(key))
        return *first;
    made->key_ = key;
    made->older_ = newest_extension_;
    newest_extension_.store(made.get(), std::memory_order_release);
    return *made.release();
}

std::uint64_t Kernel::random(std::string_view purpose) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (char c : purpose)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    ke::HostLockGuard guard(lock_);
    std::uint64_t call = random_counters_[std::string(purpose)]++;
    return ke::Random(options_.seed ^ hash ^ (call * 0x9e3779b97f4a7c15)).next();
}

const void *Kernel::box_data(std::string_view export_name) const {
    if (export_name == "KeNumberProcessors")
        return &processor_count_;
    if (export_name == "NtBuildNumber")
        return &build_number_;
    if (export_name == "PsInitialSystemProcess")
        return &system_process_;
    return nullptr;
}

} // namespace ksbox

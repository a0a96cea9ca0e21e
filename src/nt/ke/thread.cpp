#include "nt/ke/thread.h"

#include "nt/ke/bug_check.h"
#include "nt/ke/dispatcher.h"
#include "nt/ke/gs_base.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/mm/layout.h"
#include "nt/mm/memory.h"
#include "nt/ob/object_manager.h"
#include "nt/trace.h"

#include "base/sanitizer.h"

namespace ksbox::ke {

namespace {
// Windows gives 24 KiB; ours also carry the runtime's own C++ frames, larger under sanitizers.
constexpr std::size_t stack_bytes = (KSBOX_ASAN || KSBOX_TSAN ? 1024 : 512) * 1024;
} // namespace

Thread::Thread(Kernel &kernel, ThreadOptions options, std::uint64_t id)
    : kernel(kernel), name(std::move(options.name)), short_name(ksbox::short_name(name)),
      kind(options.kind), id(id), process(options.process), priority(options.priority),
      entry(std::move(options.entry)) {
    InitializeListHead(&irps);
}

Result<std::unique_ptr<Thread>> Thread::create(Kernel &kernel, ThreadOptions options,
                                               std::uint64_t id) {
    std::unique_ptr<Thread> thread(new Thread(kernel, std::move(options), id));
    mm::Memory &memory = kernel.memory();
    thread->stack_base = KS_TRY(memory.commit(mm::Region::stacks, stack_bytes, 2));
    thread->stack_limit = thread->stack_base + stack_bytes;
    memory.label(thread->stack_base, "stack of " + thread->name);
    thread->control_region = reinterpret_cast<ProcessorControlRegion *>(
        KS_TRY(memory.commit(mm::Region::stacks, sizeof(ProcessorControlRegion))));
    memory.label(reinterpret_cast<std::byte *>(thread->control_region),
                 "processor control region of " + thread->name);

    auto *body = static_cast<ThreadBody *>(
        KS_TRY(kernel.objects().allocate(ob::ObjectType::thread, sizeof(ThreadBody))));
    body->Header.Type = ThreadObject;
    body->Header.Size = static_cast<UCHAR>(offsetof(ThreadBody, opaque) / sizeof(ULONG));
    body->Header.SignalState = 0;
    InitializeListHead(&body->Header.WaitListHead);
    body->thread = thread.get();
    thread->body = body;

    ProcessorControlRegion &region = *thread->control_region;
    region.self = &region;
    region.current_prcb = &region.reserved1[0x180 - 0x28];
    region.current_thread = body;
    region.host_thread = thread.get();
    auto number = static_cast<std::uint32_t>(id / 4 % kernel.options().processors);
    region.number = number;
    region.legacy_number = static_cast<std::uint8_t>(number);
    return thread;
}

Thread::~Thread() {
    host.reset();
    // A stopped box's frames live on: what they point at must stay reachable.
    if (kernel.bug_check().stopped())
        return;
    if (control_region != nullptr)
        kernel.memory().release(reinterpret_cast<std::byte *>(control_region));
    if (stack_base != nullptr)
        kernel.memory().release(stack_base);
}

} // namespace ksbox::ke

namespace ksbox {
Kernel &current_kernel() {
    return ke::current_thread().kernel;
}
} // namespace ksbox

// A default allocator: frames up to a number, recycled; who asks when all are out waits.
#include "ks/allocator/allocator_file.h"
#include "base/status_names.h"
#include "ks/misuse.h"
#include "ks/refusal.h"

#include <algorithm>
#include <vector>

#include "ks/create_parameters.h"
#include "ks/data_exports.h"
#include "ks/pin.h"
#include "ks/transport.h"
#include "nt/call_driver.h"
#include "nt/io/cancel_flag.h"
#include "nt/spin_guard.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

constexpr ULONG pool_tag = 'lAsK';

/// What FsContext points at: the object header first, as KS demands.
struct AllocatorFile {
    KSOBJECT_HEADER header = nullptr;
    KSALLOCATOR_FRAMING framing;
    ExternalAllocator external;
    PVOID context = nullptr;
    KSPIN_LOCK lock = 0;
    ULONG allocated = 0;       ///< frames that clients hold, and those being made for them
    std::vector<PVOID> held;   ///< the frames that clients hold
    std::vector<PVOID> unused; ///< frames that came back
    struct Waiting {
        PIRP irp;
        PVOID *answer;
    };
    std::vector<Waiting> waiting; ///< oldest first

    static AllocatorFile &of(PFILE_OBJECT file) {
        return *static_cast<AllocatorFile *>(file->FsContext);
    }
    static AllocatorFile &of(PIRP irp) { return of(IoGetCurrentIrpStackLocation(irp)->FileObject); }

    ~AllocatorFile() {
        for (PVOID frame : unused)
            release(frame);
        for (PVOID frame : held) // by a client that is gone
            release(frame);
        if (external.remove)
            call_driver("KSALLOCATOR_DISPATCH.DeleteAllocator", this, external.remove, context);
    }

    PVOID make() {
        if (external.allocate)
            return call_driver("KSALLOCATOR_DISPATCH.Allocate", this, external.allocate, context);
        // The pool aligns to 16 bytes, and from a page on to pages.
        const ULONG bytes = framing.FileAlignment > 15
                                ? std::max<ULONG>(framing.FrameSize, PAGE_SIZE)
                                : framing.FrameSize;
        return ExAllocatePoolWithTag(framing.PoolType, bytes, pool_tag);
    }
    void release(PVOID frame) {
        if (external.free)
            call_driver("KSALLOCATOR_DISPATCH.Free", this, external.free, context, frame);
        else
            ExFreePoolWithTag(frame, pool_tag);
    }

    /// A frame; null when memory is short, or when all are out: then `wait`, if there is one, has
    /// been queued and is pending.
    PVOID allocate(const Waiting *wait, bool &pending) {
        pending = false;
        {
            SpinGuard guard(lock);
            if (allocated == framing.Frames) {
                pending = wait && queue(*wait);
                return nullptr;
            }
            ++allocated;
            if (!unused.empty()) {
                PVOID const frame = unused.back();
                unused.pop_back();
                held.push_back(frame);
                return frame;
            }
        }
        PVOID const frame = make();
        SpinGuard guard(lock);
        if (frame)
            held.push_back(frame);
        else
            --allocated;
        return frame;
    }

    /// The lock is held. False: the IRP has been cancelled meanwhile, and nobody else knows of it.
    bool queue(const Waiting &wait) {
        IoSetCancelRoutine(wait.irp, &AllocatorFile::cancel);
        if (io::is_cancelled(wait.irp) && IoSetCancelRoutine(wait.irp, nullptr))
            return false;
        IoMarkIrpPending(wait.irp);
        waiting.push_back(wait);
        return true;
    }

    /// To whoever waits longest, else to the frames that are unused. False: it is no frame that
    /// this allocator has given away.
    bool free(PVOID frame) {
        Waiting served{};
        {
            SpinGuard guard(lock);
            const auto one = std::ranges::find(held, frame);
            if (one == held.end())
                return false;
            while (!served.irp && !waiting.empty()) {
                const Waiting first = waiting.front();
                waiting.erase(waiting.begin());
                // Without a cancel routine left, the IRP is being cancelled.
                if (IoSetCancelRoutine(first.irp, nullptr))
                    served = first;
            }
            if (!served.irp) {
                held.erase(one);
                unused.push_back(frame);
                --allocated;
            }
        }
        if (!served.irp)
            return true;
        *served.answer = frame;
        served.irp->IoStatus.Information = sizeof(PVOID);
        served.irp->IoStatus.Status = STATUS_SUCCESS;
        IoCompleteRequest(served.irp, IO_NO_INCREMENT);
        return true;
    }

    static void NTAPI cancel(PDEVICE_OBJECT, PIRP irp) {
        IoReleaseCancelSpinLock(irp->CancelIrql);
        AllocatorFile &self = of(irp);
        {
            SpinGuard guard(self.lock);
            std::erase_if(self.waiting, [irp](const Waiting &each) { return each.irp == irp; });
        }
        irp->IoStatus.Information = 0;
        irp->IoStatus.Status = STATUS_CANCELLED;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
    }
};

NTSTATUS complete(PIRP irp, NTSTATUS status) {
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

// The direct calls, at IRQL <= DISPATCH_LEVEL.

NTSTATUS NTAPI allocate_frame(PFILE_OBJECT file, PVOID *frame) {
    bool pending = false;
    *frame = AllocatorFile::of(file).allocate(nullptr, pending);
    return *frame ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

void NTAPI free_frame(PFILE_OBJECT file, PVOID frame) {
    if (!AllocatorFile::of(file).free(frame))
        misuse(Rule::foreign_object, frame,
               "a driver freed a frame that its allocator has not given away");
}

NTSTATUS NTAPI allocate_method(PIRP irp, PKSIDENTIFIER, PVOID data) {
    auto *const answer = static_cast<PVOID *>(data);
    const AllocatorFile::Waiting wait{irp, answer};
    bool pending = false;
    PVOID const frame = AllocatorFile::of(irp).allocate(&wait, pending);
    if (pending)
        return STATUS_PENDING; // the IRP may be gone already
    *answer = frame;
    irp->IoStatus.Information = frame ? sizeof(PVOID) : 0;
    if (frame)
        return STATUS_SUCCESS;
    return io::is_cancelled(irp) ? STATUS_CANCELLED : STATUS_INSUFFICIENT_RESOURCES;
}

/// What is no frame of this allocator is refused (inferred): a client's pointer must not end in the
/// pool.
NTSTATUS NTAPI free_method(PIRP irp, PKSIDENTIFIER, PVOID data) {
    return AllocatorFile::of(irp).free(*static_cast<PVOID *>(data)) ? STATUS_SUCCESS
                                                                    : STATUS_INVALID_PARAMETER;
}

NTSTATUS NTAPI function_table_handler(PIRP irp, PKSIDENTIFIER, PVOID data) {
    if (irp->RequestorMode != KernelMode)
        return STATUS_INVALID_DEVICE_REQUEST;
    *static_cast<PKSSTREAMALLOCATOR_FUNCTIONTABLE>(data) = {allocate_frame, free_frame};
    irp->IoStatus.Information = sizeof(KSSTREAMALLOCATOR_FUNCTIONTABLE);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI status_handler(PIRP irp, PKSIDENTIFIER, PVOID data) {
    AllocatorFile &self = AllocatorFile::of(irp);
    KSSTREAMALLOCATOR_STATUS status{};
    status.Framing = self.framing;
    {
        SpinGuard guard(self.lock);
        status.AllocatedFrames = self.allocated;
    }
    *static_cast<PKSSTREAMALLOCATOR_STATUS>(data) = status;
    irp->IoStatus.Information = sizeof status;
    return STATUS_SUCCESS;
}

constexpr KSPROPERTY_ITEM property(ULONG id, PFNKSHANDLER handler, ULONG bytes) {
    KSPROPERTY_ITEM item{};
    item.PropertyId = id;
    item.GetPropertyHandler = handler;
    item.MinProperty = sizeof(KSPROPERTY);
    item.MinData = bytes;
    return item;
}

constexpr KSMETHOD_ITEM method(ULONG id, ULONG flags, PFNKSHANDLER handler) {
    KSMETHOD_ITEM item{};
    item.MethodId = id;
    item.Flags = flags;
    item.MethodHandler = handler;
    item.MinMethod = sizeof(KSMETHOD);
    item.MinData = sizeof(PVOID);
    return item;
}

const KSPROPERTY_ITEM allocator_properties[] = {
    property(KSPROPERTY_STREAMALLOCATOR_FUNCTIONTABLE, function_table_handler,
             sizeof(KSSTREAMALLOCATOR_FUNCTIONTABLE)),
    property(KSPROPERTY_STREAMALLOCATOR_STATUS, status_handler, sizeof(KSSTREAMALLOCATOR_STATUS)),
};
const KSPROPERTY_SET property_sets[] = {{&KSPROPSETID_StreamAllocator,
                                         std::size(allocator_properties), allocator_properties, 0,
                                         nullptr}};

const KSMETHOD_ITEM allocator_methods[] = {
    method(KSMETHOD_STREAMALLOCATOR_ALLOC, KSMETHOD_TYPE_WRITE, allocate_method),
    method(KSMETHOD_STREAMALLOCATOR_FREE, KSMETHOD_TYPE_READ, free_method),
};
const KSMETHOD_SET method_sets[] = {
    {&KSMETHODSETID_StreamAllocator, std::size(allocator_methods), allocator_methods, 0, nullptr}};

NTSTATUS NTAPI control(PDEVICE_OBJECT device, PIRP irp) {
    NTSTATUS status;
    switch (IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_KS_PROPERTY:
        status = KsPropertyHandler(irp, std::size(property_sets), property_sets);
        break;
    case IOCTL_KS_METHOD:
        status = KsMethodHandler(irp, std::size(method_sets), method_sets);
        break;
    default:
        return KsDefaultDeviceIoCompletion(device, irp);
    }
    return status == STATUS_PENDING ? status : complete(irp, status);
}

NTSTATUS NTAPI close(PDEVICE_OBJECT, PIRP irp) {
    PFILE_OBJECT const file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    AllocatorFile *const context = &AllocatorFile::of(file);
    KsFreeObjectHeader(context->header);
    delete context;
    return complete(irp, STATUS_SUCCESS);
}

const KSDISPATCH_TABLE allocator_table = {
    control,
    KsDispatchInvalidDeviceRequest,
    KsDispatchInvalidDeviceRequest,
    KsDispatchInvalidDeviceRequest,
    close,
    KsDispatchInvalidDeviceRequest,
    KsDispatchInvalidDeviceRequest,
    KsDispatchFastIoDeviceControlFailure,
    KsDispatchFastReadFailure,
    KsDispatchFastReadFailure,
};

} // namespace

NTSTATUS ksbox::ks::create_allocator_file(PIRP irp, const KSALLOCATOR_FRAMING &framing,
                                          const ExternalAllocator &external) {
    const bool own = external.allocate && external.free;
    if (!own && !(framing.OptionsFlags & KSALLOCATOR_OPTIONF_SYSTEM_MEMORY))
        return refused(
            irp, STATUS_INVALID_PARAMETER,
            "the framing does not have KSALLOCATOR_OPTIONF_SYSTEM_MEMORY, and the driver "
            "has no allocator of its own");
    if (framing.Frames == 0 || framing.FrameSize == 0)
        return refused(irp, STATUS_INVALID_PARAMETER,
                       "the framing asks for " + std::to_string(framing.Frames) + " frames of " +
                           std::to_string(framing.FrameSize) + " bytes; neither may be 0");
    if (!own && framing.FileAlignment >= PAGE_SIZE)
        return refused(irp, STATUS_INVALID_PARAMETER,
                       "the framing asks for frames aligned by " +
                           std::to_string(std::uint64_t(framing.FileAlignment) + 1) +
                           " bytes; a page of " + std::to_string(PAGE_SIZE) + " is the most");
    auto file = std::make_unique<AllocatorFile>();
    file->framing = framing;
    if (own) {
        if (external.initialize) {
            const NTSTATUS status = call_driver(
                "KSALLOCATOR_DISPATCH.InitializeAllocator", file.get(), external.initialize,
                external.initialize_context, &file->framing, &file->context);
            if (!NT_SUCCESS(status))
                return refused(irp, status,
                               "the driver's InitializeAllocator returned " +
                                   describe_status(status));
        }
        file->external = external;
    }
    const NTSTATUS status =
        KsAllocateObjectHeader(&file->header, 0, nullptr, irp, &allocator_table);
    if (!NT_SUCCESS(status))
        return status;
    IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext = file.release();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ksbox::ks::pin_allocator_create(PDEVICE_OBJECT, PIRP irp) {
    Pin *const pin = Pin::of(IoGetCurrentIrpStackLocation(irp)->FileObject->RelatedFileObject);
    PKSALLOCATOR_FRAMING framing = nullptr;
    NTSTATUS status = KsValidateAllocatorCreateRequest(irp, &framing);
    if (NT_SUCCESS(status) && !pin)
        status = STATUS_INVALID_DEVICE_REQUEST;
    if (NT_SUCCESS(status)) {
        ExternalAllocator external;
        // "A kernel-mode allocator is only chosen if the connection is in kernel mode"
        // (stream/avstream-allocators): not for a pin whose frames are a client's.
        if (!pin->abi().ConnectionIsExternal && pin->dispatch() && pin->dispatch()->Allocator) {
            const KSALLOCATOR_DISPATCH &dispatch = *pin->dispatch()->Allocator;
            // AVStream's own variant gets the pin, which is what a PVOID context is to the callee.
            external = {&pin->abi(), dispatch.Allocate, dispatch.Free,
                        reinterpret_cast<PFNKSINITIALIZEALLOCATOR>(dispatch.InitializeAllocator),
                        dispatch.DeleteAllocator};
        }
        status =
            create_allocator_file(irp, copy_parameters<KSALLOCATOR_FRAMING>(framing), external);
    }
    return complete(irp, status);
}

extern "C" {

NTSTATUS NTAPI KsCreateDefaultAllocatorEx(PIRP Irp, PVOID InitializeContext,
                                          PFNKSDEFAULTALLOCATE DefaultAllocate,
                                          PFNKSDEFAULTFREE DefaultFree,
                                          PFNKSINITIALIZEALLOCATOR InitializeAllocator,
                                          PFNKSDELETEALLOCATOR DeleteAllocator) {
    PKSALLOCATOR_FRAMING framing;
    if (const NTSTATUS status = KsValidateAllocatorCreateRequest(Irp, &framing);
        !NT_SUCCESS(status))
        return status;
    // "If an external allocator is not provided, this parameter must be set to NULL."
    if (!DefaultAllocate &&
        (InitializeContext || DefaultFree || InitializeAllocator || DeleteAllocator))
        return STATUS_INVALID_PARAMETER;
    return create_allocator_file(
        Irp, copy_parameters<KSALLOCATOR_FRAMING>(framing),
        {InitializeContext, DefaultAllocate, DefaultFree, InitializeAllocator, DeleteAllocator});
}

NTSTATUS NTAPI KsCreateDefaultAllocator(PIRP Irp) {
    return KsCreateDefaultAllocatorEx(Irp, nullptr, nullptr, nullptr, nullptr, nullptr);
}

NTSTATUS NTAPI KsValidateAllocatorCreateRequest(PIRP Irp, PKSALLOCATOR_FRAMING *AllocatorFraming) {
    const auto found = create_parameters(Irp, sizeof(KSALLOCATOR_FRAMING));
    if (!found)
        return found.error().value();
    const auto framing = copy_parameters<KSALLOCATOR_FRAMING>(*found);
    if (framing.OptionsFlags & ~KSALLOCATOR_OPTIONF_VALID)
        return refused(Irp, STATUS_INVALID_PARAMETER,
                       "KSALLOCATOR_FRAMING.OptionsFlags is " +
                           std::to_string(framing.OptionsFlags) + "; the valid flags are " +
                           std::to_string(KSALLOCATOR_OPTIONF_VALID));
    if (framing.PoolType > PagedPool)
        return refused(Irp, STATUS_INVALID_PARAMETER,
                       "KSALLOCATOR_FRAMING.PoolType is " + std::to_string(framing.PoolType) +
                           "; it goes from 0 (nonpaged) to 1 (paged)");
    *AllocatorFraming = static_cast<PKSALLOCATOR_FRAMING>(*found);
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> ksbox::ks::allocator_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(done, KsCreateDefaultAllocator),
        KS_DATA_EXPORT(done, KsCreateDefaultAllocatorEx),
        KS_DATA_EXPORT(done, KsValidateAllocatorCreateRequest),
        // "Reserved for system use only": its page says neither what is valid nor what comes back.
        ksbox::stub("KsValidateAllocatorFramingEx", "NF:ks.KsValidateAllocatorFramingEx"),
    };
    return table;
}

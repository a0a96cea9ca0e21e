// Opening and closing files.
#include "nt/io/file_object.h"

#include <cstring>

#include "base/assert.h"
#include "base/status_names.h"
#include "base/unicode.h"
#include "nt/io/device_object.h"
#include "nt/io/driver_object.h"
#include "nt/io/irp.h"
#include "nt/io/reasons.h"
#include "nt/io/state.h"
#include "nt/ke/thread.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"
#include "nt/ob/services.h"
#include "nt/ps/process.h"

namespace ksbox::io {

namespace {

/// Where a name leads: a device, what is left of the name, and the file it was relative to.
struct Target {
    PDEVICE_OBJECT device; ///< referenced
    PFILE_OBJECT related;  ///< referenced; may be null
    std::u16string name;
};

/// Before there is an IRP.
std::unexpected<Status> refuse(Status status, std::string sentence) {
    Reasons::say_for_thread(status.value(), {std::move(sentence), {}});
    return fail(status);
}

/// The driver's own refusal, where it has given no other reason.
void say_if_silent(Kernel &kernel, PDEVICE_OBJECT device, NTSTATUS status) {
    if (!Reasons::silent())
        return;
    const UNICODE_STRING &driver = device->DriverObject->DriverName;
    Reasons::say_for_thread(status, {to_utf8({driver.Buffer, driver.Length / sizeof(WCHAR)}) +
                                         " ended IRP_MJ_CREATE with " + describe_status(status) +
                                         " and no reason",
                                     {}});
}

Result<Target> find_target(Kernel &kernel, const FileOpen &request) {
    auto &objects = kernel.objects();
    void *directory = nullptr;
    const auto &attributes = request.attributes;
    if (attributes.root) {
        const auto resolved = objects.resolve(ob::handle_process(attributes.root), attributes.root);
        if (!resolved)
            return refuse(resolved.error(),
                          "the handle below which the object was to be created is not open: " +
                              describe_status(resolved.error().value()));
        const auto root = *resolved;
        const auto type = objects.type_of(root.body);
        if (type == ob::ObjectType::file) {
            auto *related = static_cast<PFILE_OBJECT>(root.body);
            objects.reference(related->DeviceObject);
            return Target{related->DeviceObject, related, attributes.name};
        }
        if (type != ob::ObjectType::directory) {
            objects.dereference(root.body);
            return refuse(Status(STATUS_OBJECT_TYPE_MISMATCH),
                          "the handle below which the object was to be created is no file's");
        }
        directory = root.body;
    }
    auto found = objects.lookup(attributes.name, directory);
    if (directory)
        objects.dereference(directory);
    if (!found)
        return refuse(found.error(), "nothing is called " + to_utf8(attributes.name));
    if (objects.type_of(found->body) != ob::ObjectType::device) {
        objects.dereference(found->body);
        return fail(STATUS_OBJECT_TYPE_MISMATCH);
    }
    return Target{static_cast<PDEVICE_OBJECT>(found->body), nullptr, std::move(found->remaining)};
}

ULONG file_flags(const FileOpen &request) {
    ULONG flags = 0;
    const auto take = [&](ULONG option, ULONG flag) {
        if (request.options & option)
            flags |= flag;
    };
    take(FILE_SYNCHRONOUS_IO_ALERT, FO_SYNCHRONOUS_IO | FO_ALERTABLE_IO);
    take(FILE_SYNCHRONOUS_IO_NONALERT, FO_SYNCHRONOUS_IO);
    take(FILE_NO_INTERMEDIATE_BUFFERING, FO_NO_INTERMEDIATE_BUFFERING);
    take(FILE_WRITE_THROUGH, FO_WRITE_THROUGH);
    take(FILE_SEQUENTIAL_ONLY, FO_SEQUENTIAL_ONLY);
    take(FILE_RANDOM_ACCESS, FO_RANDOM_ACCESS);
    take(FILE_DELETE_ON_CLOSE, FO_DELETE_ON_CLOSE);
    if (!(request.attributes.attributes & OBJ_CASE_INSENSITIVE))
        flags |= FO_OPENED_CASE_SENSITIVE;
    return flags;
}

/// A file object on the target, which it takes over; no IRP has seen it yet.
Result<PFILE_OBJECT> make_file(Kernel &kernel, const FileOpen &request, const Target &target) {
    auto *file = static_cast<PFILE_OBJECT>(
        KS_TRY(kernel.objects().allocate(ob::ObjectType::file, sizeof(FILE_OBJECT))));
    file->Type = IO_TYPE_FILE;
    file->Size = sizeof(FILE_OBJECT);
    file->RelatedFileObject = target.related;
    file->Flags = file_flags(request);
    KeInitializeEvent(&file->Lock, SynchronizationEvent, FALSE);
    KeInitializeEvent(&file->Event, NotificationEvent, FALSE);
    KeInitializeSpinLock(&file->IrpListLock);
    InitializeListHead(&file->IrpList);
    if (!target.name.empty()) {
        file->FileName = pool_string(kernel, target.name);
        if (!file->FileName.Buffer) {
            file->RelatedFileObject = nullptr;
            kernel.objects().dereference(file);
            return fail(STATUS_INSUFFICIENT_RESOURCES);
        }
    }
    return file;
}

PIRP create_irp(Kernel &kernel, PFILE_OBJECT file, PDEVICE_OBJECT top, const FileOpen &request,
                IO_SECURITY_CONTEXT &security) {
    auto *irp = allocate_irp(kernel, top->StackSize);
    if (!irp)
        return nullptr;
    irp->RequestorMode = request.mode;
    irp->Flags = IRP_CREATE_OPERATION | IRP_SYNCHRONOUS_API | IRP_DEFER_IO_COMPLETION;
    irp->Tail.Overlay.OriginalFileObject = file;
    irp->AssociatedIrp.SystemBuffer = request.ea;
    irp->Overlay.AllocationSize.QuadPart = request.allocation_size;
    auto *stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction = IRP_MJ_CREATE;
    stack->Flags = file->Flags & FO_OPENED_CASE_SENSITIVE ? SL_CASE_SENSITIVE : 0;
    stack->FileObject = file;
    auto &create = stack->Parameters.Create;
    create.SecurityContext = &security;
    create.Options = (request.disposition << 24) | (request.options & 0x00ff'ffff);
    create.FileAttributes = static_cast<USHORT>(request.file_attributes);
    create.ShareAccess = static_cast<USHORT>(request.share);
    create.EaLength = request.ea_bytes;
    return irp;
}

/// Sends IRP_MJ_CREATE to the top of the stack and waits for its end.
NTSTATUS send_create(Kernel &kernel, PFILE_OBJECT file, const FileOpen &request, ACCESS_MASK access,
                     ULONG_PTR *information) {
    auto *top = top_of_stack(kernel, file->DeviceObject);
    ACCESS_STATE state{};
    state.OriginalDesiredAccess = request.access;
    state.RemainingDesiredAccess = access;
    IO_SECURITY_CONTEXT security{nullptr, &state, access, request.options};
    auto *irp = create_irp(kernel, file, top, request, security);
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    if (irp) {
        IO_STATUS_BLOCK block{};
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        irp->UserIosb = &block;
        irp->UserEvent = &event;
        const auto number = irp_number(irp);
        trailer_of(irp)->kernel_block = true;
        queue_to_thread(kernel, irp, request.mode == UserMode ? ps::current_client() : nullptr);
        status = IofCallDriver(top, irp);
        if (status == STATUS_PENDING) {
            wait_for_irp(kernel, &event, irp, number, request.mode);
            status = block.Status;
        }
        *information = block.Information;
    }
    kernel.objects().dereference(top);
    return status;
}

/// CLEANUP and CLOSE: cannot fail, whatever the driver says.
void send_plain(Kernel &kernel, PFILE_OBJECT file, UCHAR major) {
    auto *top = top_of_stack(kernel, file->DeviceObject);
    auto *irp = allocate_essential_irp(kernel, top->StackSize);
    KS_ASSERT(irp);
    irp->Flags = IRP_CLOSE_OPERATION | IRP_SYNCHRONOUS_API;
    irp->Tail.Overlay.OriginalFileObject = file;
    irp->Tail.Overlay.Thread = reinterpret_cast<PETHREAD>(ke::current_thread().body);
    auto *stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction = major;
    stack->FileObject = file;
    send_and_wait(kernel, top, irp);
    kernel.objects().dereference(top);
}

void close_file(Kernel &kernel, void *body, void *, std::uint32_t, std::uint32_t handles_left) {
    auto *file = static_cast<PFILE_OBJECT>(body);
    if (handles_left > 0 || !file->DeviceObject)
        return;
    const bool synchronous = file->Flags & FO_SYNCHRONOUS_IO;
    if (synchronous)
        lock_file(file, KernelMode);
    file->Flags |= FO_CLEANUP_COMPLETE;
    send_plain(kernel, file, IRP_MJ_CLEANUP);
    if (synchronous)
        unlock_file(file);
}

void remove_file(Kernel &kernel, void *body) {
    auto *file = static_cast<PFILE_OBJECT>(body);
    auto *device = file->DeviceObject;
    if (device) {
        send_plain(kernel, file, IRP_MJ_CLOSE);
        count_close(kernel, device);
        kernel.objects().dereference(device);
    }
    free_pool_string(kernel, file->FileName);
    if (file->RelatedFileObject)
        kernel.objects().dereference(file->RelatedFileObject);
}

std::u16string name_of_file(Kernel &kernel, const void *body) {
    return file_name(kernel, *static_cast<const FILE_OBJECT *>(body));
}

} // namespace

std::u16string file_name(Kernel &kernel, const FILE_OBJECT &file) {
    std::u16string name;
    if (file.RelatedFileObject)
        name = file_name(kernel, *file.RelatedFileObject) + u"\\";
    else if (file.DeviceObject)
        name = kernel.objects().name_of(file.DeviceObject);
    if (file.FileName.Buffer)
        name.append(reinterpret_cast<const char16_t *>(file.FileName.Buffer),
                    file.FileName.Length / 2u);
    return name;
}

void define_file_type(Kernel &kernel) {
    ob::TypeOperations operations;
    operations.close = close_file;
    operations.remove = remove_file;
    operations.name = name_of_file;
    operations.passive_remove = true;
    operations.mapping = *IoGetFileObjectGenericMapping();
    operations.wait_offset = offsetof(FILE_OBJECT, Event);
    kernel.objects().define_type(ob::ObjectType::file, operations);
}

bool lock_file(PFILE_OBJECT file, KPROCESSOR_MODE mode) {
    // Busy says whether it is taken, Waiters whether anybody must be woken.
    __atomic_add_fetch(&file->Waiters, 1, __ATOMIC_ACQ_REL);
    bool taken = true;
    while (__atomic_exchange_n(&file->Busy, 1, __ATOMIC_ACQ_REL)) {
        const auto status = mode == UserMode ? ob::wait_for_client(&file->Lock, false, nullptr)
                                             : KeWaitForSingleObject(&file->Lock, Executive,
                                                                     KernelMode, FALSE, nullptr);
        if (status == STATUS_PROCESS_IS_TERMINATING) {
            taken = false;
            break;
        }
    }
    __atomic_sub_fetch(&file->Waiters, 1, __ATOMIC_ACQ_REL);
    return taken;
}

void unlock_file(PFILE_OBJECT file) {
    __atomic_store_n(&file->Busy, 0, __ATOMIC_RELEASE);
    if (__atomic_load_n(&file->Waiters, __ATOMIC_ACQUIRE))
        KeSetEvent(&file->Lock, IO_NO_INCREMENT, FALSE);
}

void wait_for_irp(Kernel &kernel, void *object, PIRP irp, std::uint64_t number,
                  KPROCESSOR_MODE mode) {
    if (mode == UserMode) {
        if (ob::wait_for_client(object, false, nullptr) == STATUS_SUCCESS)
            return;
        kernel.io().cancel_own_irp(irp, number);
    }
    KeWaitForSingleObject(object, Executive, KernelMode, FALSE, nullptr);
}

Result<OpenedFile> open_file(Kernel &kernel, const FileOpen &request) {
    constexpr ULONG both = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;
    Reasons::forget();
    if ((request.options & both) == both || request.disposition > FILE_MAXIMUM_DISPOSITION)
        return fail(STATUS_INVALID_PARAMETER);
    const auto access = ob::map_access(request.access, *IoGetFileObjectGenericMapping());
    // The page asks it of everybody; drivers get along without [observed: the kernel's own callers
    // are not checked].
    if (request.mode == UserMode && request.options & both && !(access & SYNCHRONIZE))
        return fail(STATUS_INVALID_PARAMETER);
    auto target = KS_TRY(find_target(kernel, request));
    auto &objects = kernel.objects();
    const auto give_up = [&](Status status) {
        objects.dereference(target.device);
        if (target.related)
            objects.dereference(target.related);
        return fail(status);
    };
    if (auto counted = count_open(kernel, target.device, request.attach_only); !counted)
        return give_up(counted.error());
    auto made = make_file(kernel, request, target);
    if (!made) {
        count_close(kernel, target.device);
        return give_up(made.error());
    }
    auto *file = *made;
    file->DeviceObject = target.device;
    ULONG_PTR information = 0;
    const auto status = send_create(kernel, file, request, access, &information);
    if (!NT_SUCCESS(status)) {
        say_if_silent(kernel, target.device, status);
        // No CLEANUP or CLOSE for a file that no driver opened.
        file->DeviceObject = nullptr;
        objects.dereference(file);
        count_close(kernel, target.device);
        objects.dereference(target.device);
        return fail(status);
    }
    file->Flags |= FO_FILE_OPEN | FO_HANDLE_CREATED;
    auto handle = objects.create_handle(ob::target_process(request.attributes.attributes), file,
                                        access, request.attributes.attributes);
    if (!handle) // never a handle: CLEANUP is due by hand
        close_file(kernel, file, nullptr, 0, 0);
    objects.dereference(file);
    if (!handle)
        return fail(handle.error());
    return OpenedFile{*handle, information};
}

} // namespace ksbox::io

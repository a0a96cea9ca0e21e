// From a handle and the caller's buffers to an IRP on its way, and back.
#include "nt/io/file_services.h"

#include <string>

#include "base/status_names.h"
#include "nt/io/device_object.h"
#include "nt/io/file_object.h"
#include "nt/io/irp.h"
#include "nt/io/irp_buffers.h"
#include "nt/io/reasons.h"
#include "nt/ke/thread.h"
#include "nt/mm/memory.h"
#include "nt/ob/object_manager.h"
#include "nt/ps/process.h"

namespace ksbox::io {

namespace {

bool writable(Kernel &kernel, const void *address, std::size_t bytes, KPROCESSOR_MODE mode) {
    return mode == KernelMode || bytes == 0 ||
           (kernel.memory().is_client(address, bytes) &&
            kernel.memory().accessible(address, bytes, true));
}

bool readable(Kernel &kernel, const void *address, std::size_t bytes, KPROCESSOR_MODE mode) {
    return mode == KernelMode || bytes == 0 ||
           (kernel.memory().is_client(address, bytes) &&
            kernel.memory().accessible(address, bytes, false));
}

/// A request on its way: owns references to the file and the top of its stack.
class Request {
  public:
    Request(Kernel &kernel, const RequestEnd &end, KPROCESSOR_MODE mode)
        : kernel_(kernel), end_(end), mode_(mode) {}
    /// STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED (any bit of
    /// `access` missing), STATUS_PROCESS_IS_TERMINATING, STATUS_ACCESS_VIOLATION (status block).
    Result<void> start(HANDLE handle, ACCESS_MASK access) {
        const bool is_user = mode_ == UserMode;
        if (const auto *client = ps::current_client(); is_user && client && client->is_exiting)
            return fail(STATUS_PROCESS_IS_TERMINATING);
        if (is_user && reinterpret_cast<LONG_PTR>(handle) < 0)
            return fail(STATUS_INVALID_HANDLE);
        if (!end_.kernel_block) {
            if (is_user && reinterpret_cast<std::uintptr_t>(end_.block) % 4)
                return fail(STATUS_DATATYPE_MISALIGNMENT);
            if (!writable(kernel_, end_.block, sizeof *end_.block, mode_))
                return fail(STATUS_ACCESS_VIOLATION);
        }
        auto &objects = kernel_.objects();
        const auto entry = objects.resolve_typed(ob::handle_process(handle), handle,
                                                 ob::ObjectType::file, access, is_user);
        if (!entry)
            return refuse(entry.error(), access);
        file_ = static_cast<PFILE_OBJECT>(entry->body);
        granted_ = entry->access;
        device_ = top_of_stack(kernel_, file_->DeviceObject);
        if (end_.event) {
            const auto event =
                KS_TRY(objects.resolve_typed(ob::handle_process(end_.event), end_.event,
                                             ob::ObjectType::event, EVENT_MODIFY_STATE, is_user));
            event_ = static_cast<PKEVENT>(event.body);
        }
        irp_ = allocate_irp(kernel_, device_->StackSize);
        if (!irp_)
            return fail(STATUS_INSUFFICIENT_RESOURCES);
        irp_->RequestorMode = mode_;
        irp_->Tail.Overlay.OriginalFileObject = file_;
        irp_->Tail.Overlay.Thread = reinterpret_cast<PETHREAD>(ke::current_thread().body);
        IoGetNextIrpStackLocation(irp_)->FileObject = file_;
        return {};
    }
    ~Request() {
        if (irp_)
            discard_irp(kernel_, irp_);
        for (void *object : {static_cast<void *>(event_), static_cast<void *>(device_),
                             static_cast<void *>(file_)})
            if (object)
                kernel_.objects().dereference(object);
    }
    Request(const Request &) = delete;
    Request &operator=(const Request &) = delete;

    /// Before there is an IRP.
    std::unexpected<Status> refuse(Status status, ACCESS_MASK access) {
        std::string sentence = "the handle is no open file's: " + describe_status(status.value());
        if (status == Status(STATUS_ACCESS_DENIED))
            sentence = std::string("the request ") +
                       (access & FILE_WRITE_DATA ? "writes" : "reads") +
                       ", and the handle was opened without that access";
        if (!end_.kernel_block)
            Reasons::say_for_request(end_.block, status.value(), {std::move(sentence), {}});
        return fail(status);
    }

    PFILE_OBJECT file() const { return file_; }
    PDEVICE_OBJECT device() const { return device_; }
    PIRP irp() const { return irp_; }
    IO_STACK_LOCATION &stack() const { return *IoGetNextIrpStackLocation(irp_); }
    bool synchronous() const { return file_->Flags & FO_SYNCHRONOUS_IO; }

    /// Sends the IRP; waits for its end on a synchronous file. `done`: what is signalled then.
    NTSTATUS send(PKEVENT done = nullptr) {
        const bool wait = synchronous();
        if (wait && !lock_file(file_, mode_))
            return STATUS_PROCESS_IS_TERMINATING;
        KeClearEvent(&file_->Event);
        if (event_)
            KeClearEvent(event_);
        auto *irp = std::exchange(irp_, nullptr);
        auto *trailer = trailer_of(irp);
        irp->UserIosb = end_.block;
        irp->UserEvent = event_;
        trailer->block = end_.block;
        trailer->routine = end_.routine;
        trailer->granted = granted_;
        trailer->context = end_.context;
        trailer->event_referenced = std::exchange(event_, nullptr) != nullptr;
        trailer->kernel_block = end_.kernel_block;
        kernel_.objects().reference(file_); // the IRP's own
        const auto number = trailer->number;
        queue_to_thread(kernel_, irp, mode_ == UserMode ? ps::current_client() : nullptr);
        auto status = IofCallDriver(device_, irp);
        if (wait) {
            if (status == STATUS_PENDING) {
                wait_for_irp(kernel_, done ? done : &file_->Event, irp, number, mode_);
                status = file_->FinalStatus;
            }
            unlock_file(file_);
        }
        return status;
    }

    /// send() and the wait for its end on either kind of file; end.block must be the runtime's.
    NTSTATUS send_and_wait() {
        KEVENT done;
        KeInitializeEvent(&done, NotificationEvent, FALSE);
        end_.routine = [](void *context, NTSTATUS, ULONG_PTR) {
            KeSetEvent(static_cast<PKEVENT>(context), IO_NO_INCREMENT, FALSE);
        };
        end_.context = &done;
        auto *irp = irp_;
        const auto number = irp_number(irp);
        const auto status = send(&done);
        if (status != STATUS_PENDING)
            return status;
        wait_for_irp(kernel_, &done, irp, number, mode_);
        return end_.block->Status;
    }

  private:
    Kernel &kernel_;
    RequestEnd end_;
    KPROCESSOR_MODE mode_;
    PFILE_OBJECT file_ = nullptr;
    PDEVICE_OBJECT device_ = nullptr;
    PKEVENT event_ = nullptr;
    ACCESS_MASK granted_ = 0;
    PIRP irp_ = nullptr;
};

/// The rights that a control code's access bits demand of the handle.
/// @doc kernel/defining-i-o-control-codes
ACCESS_MASK rights_of(ULONG code) {
    const ULONG bits = (code >> 14) & 3;
    return (bits & FILE_READ_ACCESS ? FILE_READ_DATA : 0) |
           (bits & FILE_WRITE_ACCESS ? FILE_WRITE_DATA : 0);
}

} // namespace

namespace {

/// Probes, resolves and fills a control request that is ready to send.
Result<void> prepare_control(Kernel &kernel, Request &request, const ControlRequest &asked,
                             KPROCESSOR_MODE mode) {
    const auto method = asked.code & 3;
    if (method != METHOD_NEITHER) {
        const bool output_is_input = method == METHOD_IN_DIRECT;
        if (!readable(kernel, asked.input, asked.input_bytes, mode) ||
            !(output_is_input ? readable(kernel, asked.output, asked.output_bytes, mode)
                              : writable(kernel, asked.output, asked.output_bytes, mode)))
            return fail(STATUS_ACCESS_VIOLATION);
    }
    KS_CHECK(request.start(asked.file, rights_of(asked.code)));
    request.stack().MajorFunction = asked.major;
    const ControlBuffers buffers{asked.code,   asked.input,        asked.input_bytes,
                                 asked.output, asked.output_bytes, mode};
    return attach_control_buffers(kernel, request.irp(), request.stack(), buffers);
}

} // namespace

NTSTATUS control(Kernel &kernel, const ControlRequest &asked, const RequestEnd &end,
                 KPROCESSOR_MODE mode) {
    Request request(kernel, end, mode);
    const auto ready = prepare_control(kernel, request, asked, mode);
    return ready ? request.send() : ready.error().value();
}

NTSTATUS control_and_wait(Kernel &kernel, const ControlRequest &asked, IO_STATUS_BLOCK &result,
                          KPROCESSOR_MODE mode) {
    const RequestEnd end{.block = &result, .kernel_block = true};
    Request request(kernel, end, mode);
    const auto ready = prepare_control(kernel, request, asked, mode);
    return ready ? request.send_and_wait() : ready.error().value();
}

NTSTATUS transfer(Kernel &kernel, const TransferRequest &asked, const RequestEnd &end,
                  KPROCESSOR_MODE mode) {
    if (!(asked.read ? writable(kernel, asked.buffer, asked.bytes, mode)
                     : readable(kernel, asked.buffer, asked.bytes, mode)))
        return STATUS_ACCESS_VIOLATION;
    LARGE_INTEGER offset{};
    ULONG key = 0;
    if (asked.offset)
        if (auto read = ob::read_caller(&offset, asked.offset, sizeof offset, mode); !read)
            return read.error().value();
    if (asked.key)
        if (auto read = ob::read_caller(&key, asked.key, sizeof key, mode); !read)
            return read.error().value();
    Request request(kernel, end, mode);
    const auto started = request.start(asked.file, asked.read ? FILE_READ_DATA : FILE_WRITE_DATA);
    if (!started)
        return started.error().value();
    constexpr LONG use_position = -2; // FILE_USE_FILE_POINTER_POSITION
    const bool use_current = !asked.offset || (offset.HighPart == -1 &&
                                               static_cast<LONG>(offset.LowPart) == use_position);
    if (use_current) {
        if (!request.synchronous())
            return STATUS_INVALID_PARAMETER;
        offset = request.file()->CurrentByteOffset;
    }
    auto &stack = request.stack();
    stack.MajorFunction = asked.read ? IRP_MJ_READ : IRP_MJ_WRITE;
    // Read and Write share their layout.
    stack.Parameters.Read.Length = asked.bytes;
    stack.Parameters.Read.Key = key;
    stack.Parameters.Read.ByteOffset = offset;
    if (auto ready = attach_transfer_buffer(kernel, request.irp(), request.device()->Flags,
                                            asked.read, asked.buffer, asked.bytes, mode);
        !ready)
        return ready.error().value();
    return request.send();
}

namespace {

/// FilePositionInformation is the I/O manager's own. @doc NF:ntifs.NtQueryInformationFile
NTSTATUS position(PFILE_OBJECT file, const InformationRequest &asked, IO_STATUS_BLOCK &result,
                  KPROCESSOR_MODE mode) {
    if (asked.bytes < sizeof(FILE_POSITION_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!(file->Flags & FO_SYNCHRONOUS_IO))
        return STATUS_INVALID_PARAMETER;
    if (asked.major == IRP_MJ_QUERY_INFORMATION) {
        auto written =
            ob::write_caller(asked.buffer, &file->CurrentByteOffset, sizeof(LARGE_INTEGER), mode);
        if (!written)
            return written.error().value();
        result.Information = sizeof(LARGE_INTEGER);
        return STATUS_SUCCESS;
    }
    LARGE_INTEGER wanted;
    if (auto read = ob::read_caller(&wanted, asked.buffer, sizeof wanted, mode); !read)
        return read.error().value();
    if (wanted.QuadPart < 0)
        return STATUS_INVALID_PARAMETER;
    file->CurrentByteOffset = wanted;
    return STATUS_SUCCESS;
}

void fill_information(Request &request, const InformationRequest &asked) {
    auto &stack = request.stack();
    stack.MajorFunction = asked.major;
    const auto file_class = static_cast<FILE_INFORMATION_CLASS>(asked.information_class);
    switch (asked.major) {
    case IRP_MJ_QUERY_INFORMATION:
        stack.Parameters.QueryFile.Length = asked.bytes;
        stack.Parameters.QueryFile.FileInformationClass = file_class;
        break;
    case IRP_MJ_SET_INFORMATION:
        stack.Parameters.SetFile.Length = asked.bytes;
        stack.Parameters.SetFile.FileInformationClass = file_class;
        break;
    default:
        stack.Parameters.QueryVolume.Length = asked.bytes;
        stack.Parameters.QueryVolume.FsInformationClass =
            static_cast<FS_INFORMATION_CLASS>(asked.information_class);
    }
}

} // namespace

NTSTATUS information(Kernel &kernel, const InformationRequest &asked, IO_STATUS_BLOCK *block,
                     KPROCESSOR_MODE mode) {
    const bool set = asked.major == IRP_MJ_SET_INFORMATION;
    if (!(set ? readable(kernel, asked.buffer, asked.bytes, mode)
              : writable(kernel, asked.buffer, asked.bytes, mode)) ||
        !writable(kernel, block, sizeof *block, mode))
        return STATUS_ACCESS_VIOLATION;
    IO_STATUS_BLOCK result{};
    const RequestEnd end{.block = &result, .kernel_block = true};
    Request request(kernel, end, mode);
    if (const auto started = request.start(asked.file, 0); !started)
        return started.error().value();
    NTSTATUS status;
    const bool volume = asked.major == IRP_MJ_QUERY_VOLUME_INFORMATION;
    if (!volume && asked.major != IRP_MJ_FLUSH_BUFFERS &&
        asked.information_class == FilePositionInformation) {
        status = position(request.file(), asked, result, mode);
    } else {
        fill_information(request, asked);
        const auto attached = attach_transfer_buffer(kernel, request.irp(), DO_BUFFERED_IO, !set,
                                                     asked.buffer, asked.bytes, mode);
        if (!attached)
            return attached.error().value();
        request.irp()->Flags &= ~(IRP_READ_OPERATION | IRP_WRITE_OPERATION);
        status = request.send_and_wait();
    }
    if (NT_ERROR(status))
        return status;
    result.Status = status;
    if (auto written = ob::write_caller(block, &result, sizeof result, mode); !written)
        return written.error().value();
    return status;
}

NTSTATUS query_directory(Kernel &kernel, const DirectoryRequest &asked, IO_STATUS_BLOCK *block,
                         KPROCESSOR_MODE mode) {
    if (!writable(kernel, asked.buffer, asked.bytes, mode) ||
        !writable(kernel, block, sizeof *block, mode))
        return STATUS_ACCESS_VIOLATION;
    IO_STATUS_BLOCK result{};
    const RequestEnd end{.block = &result, .event = asked.event, .kernel_block = true};
    Request request(kernel, end, mode);
    if (const auto started = request.start(asked.file, FILE_LIST_DIRECTORY); !started)
        return started.error().value();
    auto &stack = request.stack();
    stack.MajorFunction = IRP_MJ_DIRECTORY_CONTROL;
    stack.MinorFunction = IRP_MN_QUERY_DIRECTORY;
    stack.Flags = static_cast<UCHAR>((asked.one_only ? SL_RETURN_SINGLE_ENTRY : 0) |
                                     (asked.restart ? SL_RESTART_SCAN : 0));
    stack.Parameters.QueryDirectory.Length = asked.bytes;
    stack.Parameters.QueryDirectory.FileName = asked.pattern;
    stack.Parameters.QueryDirectory.FileInformationClass =
        static_cast<FILE_INFORMATION_CLASS>(asked.information_class);
    if (const auto attached = attach_transfer_buffer(kernel, request.irp(), DO_BUFFERED_IO, true,
                                                     asked.buffer, asked.bytes, mode);
        !attached)
        return attached.error().value();
    request.irp()->Flags &= ~(IRP_READ_OPERATION | IRP_WRITE_OPERATION);
    const NTSTATUS status = request.send_and_wait();
    if (NT_ERROR(status))
        return status;
    result.Status = status;
    const auto written = ob::write_caller(block, &result, sizeof result, mode);
    return written ? status : written.error().value();
}

} // namespace ksbox::io

#include "kmdf/request.h"

#include "kmdf/framework.h"
#include "kmdf/io_target.h"
#include "nt/call_driver.h"
#include "nt/io/irp.h"
#include "nt/ke/thread.h"

namespace ksbox::kmdf {

Request::Request(Client &client, const void *caller)
    : Object(client, handle_type), caller_(caller) {
    KeInitializeTimerEx(&timer_, NotificationTimer);
    KeInitializeDpc(&timer_dpc_, &Request::timed_out, this);
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&params_);
}

Request::Request(Client &client, PIRP irp) : Request(client, static_cast<const void *>(nullptr)) {
    irp_ = irp;
    drivers_ = true;
    frees_irp_ = false;
}

Request::~Request() {
    if (irp_ && frees_irp_ && ke::current_thread_or_null())
        IoFreeIrp(irp_);
}

bool Request::is_sent() const {
    const SpinGuard guard(lock_);
    return state_ != State::idle;
}

NTSTATUS Request::make_room(CCHAR stack_size) {
    if (irp_ && irp_->CurrentLocation > stack_size)
        return STATUS_SUCCESS;
    if (drivers_)
        return STATUS_REQUEST_NOT_ACCEPTED;
    PIRP irp = io::allocate_irp(client().kernel(), stack_size, caller_);
    if (irp == nullptr)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (irp_)
        IoFreeIrp(irp_);
    irp_ = irp;
    return STATUS_SUCCESS;
}

NTSTATUS Request::reuse(const WDF_REQUEST_REUSE_PARAMS &params) {
    if (is_sent())
        return STATUS_WDF_REQUEST_INVALID_STATE;
    if (params.Flags & WDF_REQUEST_REUSE_SET_NEW_IRP) {
        if (!drivers_)
            return STATUS_WDF_REQUEST_INVALID_STATE;
        if (irp_ && frees_irp_ && irp_ != params.NewIrp)
            IoFreeIrp(irp_);
        irp_ = params.NewIrp;
    }
    transfer_ = Transfer();
    formatted_ = false;
    completion_ = nullptr;
    context_ = nullptr;
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&params_);
    status_ = params.Status;
    if (irp_ && !(params.Flags & WDF_REQUEST_REUSE_SET_NEW_IRP))
        IoReuseIrp(irp_, params.Status);
    return STATUS_SUCCESS;
}

NTSTATUS Request::format(WDF_REQUEST_TYPE type, const IO_STACK_LOCATION &stack, Transfer transfer) {
    if (is_sent())
        return STATUS_INVALID_DEVICE_REQUEST;
    transfer_ = std::move(transfer);
    stack_ = stack;
    formatted_ = true;
    own_buffers_ = type != WdfRequestTypeNoFormat;
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&params_);
    params_.Type = type;
    const auto handle_of = [](const Part &part) {
        return static_cast<WDFMEMORY>(part.memory ? part.memory->handle() : nullptr);
    };
    const Part &input = transfer_.input(), &output = transfer_.output();
    auto &parameters = params_.Parameters;
    if (type == WdfRequestTypeRead) {
        parameters.Read.Buffer = handle_of(output);
        parameters.Read.Offset = output.offset;
    } else if (type == WdfRequestTypeWrite) {
        parameters.Write.Buffer = handle_of(input);
        parameters.Write.Offset = input.offset;
    } else if (type == WdfRequestTypeDeviceControl || type == WdfRequestTypeDeviceControlInternal) {
        parameters.Ioctl.IoControlCode = stack.Parameters.DeviceIoControl.IoControlCode;
        parameters.Ioctl.Input = {handle_of(input), input.offset};
        parameters.Ioctl.Output = {handle_of(output), output.offset, 0};
    }
    return STATUS_SUCCESS;
}

void Request::begin(IoTarget &target, const WDF_REQUEST_SEND_OPTIONS *options, PKEVENT done) {
    reference(); // its journey's, as is the target's; its end gives them back
    target.reference();
    target_ = &target;
    done_ = done;
    const ULONG flags = options ? options->Flags : 0;
    ignores_state_ = (flags & WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE) != 0;
    timeout_ = flags & WDF_REQUEST_SEND_OPTION_TIMEOUT ? options->Timeout : 0;
    status_ = STATUS_PENDING;
    submitted_ = true;
    irp_->IoStatus = {};
    if (!drivers_)
        irp_->Cancel = FALSE; // from here on it may be set: the device looks at it
    const SpinGuard guard(lock_);
    state_ = State::sent;
    by_timer_ = false;
    holds_ = timeout_ ? 2 : 1;
    if (timeout_) { // also of a request that waits for its target to be started
        LARGE_INTEGER due;
        due.QuadPart = timeout_;
        KeSetTimer(&timer_, due, &timer_dpc_);
    }
}

void Request::submit() {
    PIO_STACK_LOCATION next = IoGetNextIrpStackLocation(irp_);
    *next = stack_;
    if (next->FileObject == nullptr)
        next->FileObject = target_->file();
    if (own_buffers_)
        transfer_.put(*irp_, *next);
    IoSetCompletionRoutine(irp_, &Request::completed, this, TRUE, TRUE, TRUE);
    IofCallDriver(target_->device_object(), irp_);
}

bool Request::hold() {
    const SpinGuard guard(lock_);
    if (state_ != State::sent)
        return false;
    ++holds_;
    return true;
}

// The IRP of a request that has come back meanwhile stays, and has no cancel routine.
bool Request::cancel_held() {
    const bool cancelled = target_->cancel_waiting(*this) || IoCancelIrp(irp_);
    let_go();
    return cancelled;
}

void Request::timed_out(PKDPC, PVOID request, PVOID, PVOID) {
    auto &self = *static_cast<Request *>(request);
    {
        const SpinGuard guard(self.lock_);
        self.by_timer_ = self.state_ == State::sent;
    }
    (void)self.cancel();
    self.let_go();
}

NTSTATUS Request::completed(PDEVICE_OBJECT, PIRP, PVOID request) {
    static_cast<Request *>(request)->come_back();
    return STATUS_MORE_PROCESSING_REQUIRED;
}

void Request::end_unsent(NTSTATUS status) {
    submitted_ = false;
    irp_->IoStatus.Status = status;
    come_back();
}

void Request::come_back() {
    {
        const SpinGuard guard(lock_);
        state_ = State::back;
    }
    if (timeout_ && KeCancelTimer(&timer_))
        let_go(); // else its DPC does
    let_go();
}

void Request::let_go() {
    bool last = false;
    {
        const SpinGuard guard(lock_);
        last = --holds_ == 0;
    }
    if (last)
        finish();
}

void Request::finish() {
    if (by_timer_ && irp_->IoStatus.Status == STATUS_CANCELLED)
        irp_->IoStatus.Status = STATUS_IO_TIMEOUT;
    status_ = irp_->IoStatus.Status;
    transfer_.finish(status_, irp_->IoStatus.Information);
    if (own_buffers_)
        Transfer().put(*irp_, stack_); // they are the transfer's to free
    params_.IoStatus = irp_->IoStatus;
    const ULONG_PTR bytes = params_.IoStatus.Information;
    if (params_.Type == WdfRequestTypeRead)
        params_.Parameters.Read.Length = bytes;
    else if (params_.Type == WdfRequestTypeWrite)
        params_.Parameters.Write.Length = bytes;
    else if (params_.Type == WdfRequestTypeDeviceControl ||
             params_.Type == WdfRequestTypeDeviceControlInternal)
        params_.Parameters.Ioctl.Output.Length = bytes;
    const PKEVENT done = done_;
    IoTarget &target = *target_;
    const bool submitted = submitted_, ignores_state = ignores_state_;
    {
        const SpinGuard guard(lock_);
        state_ = State::idle;
    }
    if (completion_ && !done)
        call_driver("EvtRequestCompletionRoutine", handle(), completion_,
                    static_cast<WDFREQUEST>(handle()), static_cast<WDFIOTARGET>(target.handle()),
                    &params_, context_);
    if (submitted) // else the target has taken it out of its queue
        target.ended(*this, ignores_state);
    target.release();
    release();
    if (done)
        KeSetEvent(done, IO_NO_INCREMENT, FALSE);
}

} // namespace ksbox::kmdf

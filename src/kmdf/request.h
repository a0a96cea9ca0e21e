// Requests: an IRP of the framework's or the driver's, what it was formatted with, and where it is.
// @doc wdf/sending-i-o-requests-asynchronously
#pragma once

#include <cstdint>

#include "kmdf/object.h"
#include "kmdf/transfer.h"
#include "nt/spin_guard.h"

namespace ksbox::kmdf {

class IoTarget;

class Request final : public Object {
  public:
    static constexpr Type handle_type = Type::request;
    /// Of the framework's own, made when it is formatted. `caller`: in the driver, for leaks.
    Request(Client &client, const void *caller);
    /// Of the driver's, which frees it unless own_irp() is called.
    Request(Client &client, PIRP irp);
    void own_irp() { frees_irp_ = true; }
    ~Request() override;

    PIRP irp() const { return irp_; }
    bool is_sent() const;
    NTSTATUS status() const { return status_; }
    void set_status(NTSTATUS status) { status_ = status; }
    ULONG_PTR information() const { return irp_ ? irp_->IoStatus.Information : 0; }
    const WDF_REQUEST_COMPLETION_PARAMS &params() const { return params_; }

    /// Room for the target's stack; the IRP is allocated or grown if it is the framework's.
    /// STATUS_REQUEST_NOT_ACCEPTED: the driver's has too little.
    NTSTATUS make_room(CCHAR stack_size);
    /// Forgets what it was formatted with, and why it last ended.
    NTSTATUS reuse(const WDF_REQUEST_REUSE_PARAMS &params);
    /// The buffers of its next journey, and the stack location that describes it. Of type NoFormat
    /// it travels with the buffers that its IRP has.
    NTSTATUS format(WDF_REQUEST_TYPE type, const IO_STACK_LOCATION &stack, Transfer transfer);
    bool is_formatted() const { return formatted_; }
    void set_completion(PFN_WDF_REQUEST_COMPLETION_ROUTINE routine, WDFCONTEXT context) {
        completion_ = routine;
        context_ = context;
    }

    /// The target takes it: nobody may send it again. Called inside the target's lock.
    void begin(IoTarget &target, const WDF_REQUEST_SEND_OPTIONS *options, PKEVENT done);
    /// Hands the IRP to the target's device.
    void submit();
    /// Ends without having been submitted.
    void end_unsent(NTSTATUS status);
    /// False: it is not on its way, or had no cancel routine. IRQL <= DISPATCH_LEVEL.
    bool cancel() { return hold() && cancel_held(); }
    /// Keeps its journey from ending until cancel_held(). False: it is not on its way.
    bool hold();
    bool cancel_held();

  private:
    enum class State : std::uint8_t { idle, sent, back };
    static NTSTATUS NTAPI completed(PDEVICE_OBJECT, PIRP, PVOID request);
    static void NTAPI timed_out(PKDPC, PVOID request, PVOID, PVOID);
    void come_back();
    void let_go();
    void finish();

    const void *caller_ = nullptr;
    PIRP irp_ = nullptr;
    bool drivers_ = false; ///< the IRP came from the driver
    bool frees_irp_ = true;
    bool formatted_ = false;
    bool own_buffers_ = false; ///< the IRP's buffers are `transfer_`'s
    IO_STACK_LOCATION stack_{};
    Transfer transfer_;
    WDF_REQUEST_COMPLETION_PARAMS params_{};
    PFN_WDF_REQUEST_COMPLETION_ROUTINE completion_ = nullptr;
    WDFCONTEXT context_ = nullptr;
    NTSTATUS status_ = STATUS_SUCCESS;

    IoTarget *target_ = nullptr; ///< the last one
    bool ignores_state_ = false;
    bool submitted_ = false; ///< it did not come back from the target's queue
    PKEVENT done_ = nullptr; ///< of who waits
    LONGLONG timeout_ = 0;
    KTIMER timer_{};
    KDPC timer_dpc_{};

    mutable KSPIN_LOCK lock_ = 0; ///< of what follows; taken inside the target's
    State state_ = State::idle;
    /// Who may still touch the IRP and the journey: what it is sent for, its timer while that is
    /// set, and everybody who cancels it. Whoever lets go last finishes it.
    unsigned holds_ = 0;
    bool by_timer_ = false; ///< the timer cancelled it
};

} // namespace ksbox::kmdf

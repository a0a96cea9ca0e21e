#include "kmdf/io_target.h"

#include <algorithm>

#include "kmdf/device.h"
#include "kmdf/request.h"
#include "nt/io/io_manager.h"
#include "nt/io/pnp.h"
#include "nt/spin_guard.h"

namespace ksbox::kmdf {

IoTarget::IoTarget(Client &client, Device &owner, bool local)
    : Object(client, handle_type), owner_(owner), local_(local),
      state_(local ? WdfIoTargetStarted : WdfIoTargetClosed) {
    if (local) {
        device_ = owner.attached();
        physical_ = owner.physical();
    }
}

WDF_IO_TARGET_STATE IoTarget::state() {
    const SpinGuard guard(lock_);
    return state_;
}

void IoTarget::on_cleanup() {
    close(WdfIoTargetDeleted);
}

NTSTATUS IoTarget::start() {
    std::vector<Request *> waiting;
    {
        const SpinGuard guard(lock_);
        if (state_ != WdfIoTargetStopped && state_ != WdfIoTargetPurged &&
            state_ != WdfIoTargetStarted)
            return STATUS_INVALID_DEVICE_STATE;
        state_ = WdfIoTargetStarted;
        waiting = std::exchange(waiting_, {});
        for (Request *request : waiting)
            sent_.add(*request);
    }
    for (Request *request : waiting)
        request->submit();
    return STATUS_SUCCESS;
}

void IoTarget::stop(WDF_IO_TARGET_SENT_IO_ACTION action) {
    {
        const SpinGuard guard(lock_);
        if (state_ == WdfIoTargetStarted || state_ == WdfIoTargetPurged)
            state_ = WdfIoTargetStopped;
    }
    if (action == WdfIoTargetCancelSentIo)
        cancel(sent_);
    if (action != WdfIoTargetLeaveSentIoPending)
        sent_.pending.wait();
}

void IoTarget::purge(bool wait) {
    {
        const SpinGuard guard(lock_);
        if (state_ == WdfIoTargetStarted || state_ == WdfIoTargetStopped)
            state_ = WdfIoTargetPurged;
    }
    end_waiting();
    cancel(sent_);
    if (wait)
        sent_.pending.wait();
}

void IoTarget::end_waiting() {
    while (true) {
        Request *request = nullptr;
        {
            const SpinGuard guard(lock_);
            if (waiting_.empty())
                return;
            request = waiting_.front();
            waiting_.erase(waiting_.begin());
        }
        request->end_unsent(STATUS_CANCELLED);
    }
}

// Each is held while it is cancelled: it may come back, and be deleted, at once.
void IoTarget::cancel(Sent &sent) {
    std::vector<Request *> held;
    {
        const SpinGuard guard(lock_);
        for (Request *request : sent.requests)
            if (request->hold())
                held.push_back(request);
    }
    for (Request *request : held)
        request->cancel_held();
}

bool IoTarget::send(Request &request, const WDF_REQUEST_SEND_OPTIONS *options, PKEVENT done) {
    const bool ignores_state =
        options && (options->Flags & WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE);
    bool submits = false, waits = false;
    {
        const SpinGuard guard(lock_);
        submits = device_ && (ignores_state || state_ == WdfIoTargetStarted);
        waits = !ignores_state && state_ == WdfIoTargetStopped;
        if (waits)
            waiting_.push_back(&request);
        if (submits)
            (ignores_state ? ignored_ : sent_).add(request);
        if (submits || waits)
            request.begin(*this, options, done);
    }
    if (submits)
        request.submit();
    else if (!waits)
        request.set_status(STATUS_INVALID_DEVICE_STATE);
    return submits || waits;
}

bool IoTarget::cancel_waiting(Request &request) {
    {
        const SpinGuard guard(lock_);
        if (std::erase(waiting_, &request) == 0)
            return false;
    }
    request.end_unsent(STATUS_CANCELLED);
    return true;
}

void IoTarget::ended(Request &request, bool ignored_state) {
    Sent &sent = ignored_state ? ignored_ : sent_;
    {
        const SpinGuard guard(lock_);
        std::vector<Request *> &requests = sent.requests;
        requests.erase(std::ranges::find(requests, &request)); // one: it may have been sent again
    }
    sent.pending.remove();
}

} // namespace ksbox::kmdf

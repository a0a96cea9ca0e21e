// I/O targets: the device below the driver's own (local), or one that is opened by name (remote).
// @doc wdf/using-i-o-targets, wdf/controlling-a-general-i-o-target-s-state
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kmdf/object.h"
#include "kmdf/pending.h"

namespace ksbox::kmdf {

class Request;

class IoTarget final : public Object {
  public:
    static constexpr Type handle_type = Type::io_target;
    IoTarget(Client &client, Device &owner, bool local);

    Device &owner() const { return owner_; }
    bool is_local() const { return local_; }
    WDF_IO_TARGET_STATE state();
    /// Null while it is not open.
    PDEVICE_OBJECT device_object() const { return device_; }
    PDEVICE_OBJECT physical_device() const { return physical_; }
    PFILE_OBJECT file() const { return file_; }
    HANDLE file_handle() const { return file_handle_; }

    /// PASSIVE_LEVEL.
    NTSTATUS open(WDF_IO_TARGET_OPEN_PARAMS &params);
    void close(WDF_IO_TARGET_STATE state);
    NTSTATUS start();
    void stop(WDF_IO_TARGET_SENT_IO_ACTION action);
    void purge(bool wait);

    /// Sends, or keeps until it is started. False, with the request's status: it is refused.
    bool send(Request &request, const WDF_REQUEST_SEND_OPTIONS *options, PKEVENT done);
    /// A request that waited here was cancelled.
    bool cancel_waiting(Request &request);
    /// A request that the device had has come back, and its routine has run.
    void ended(Request &request, bool ignored_state);

  protected:
    void on_cleanup() override;
    bool is_passive() const override { return true; }

  private:
    void remember(const WDF_IO_TARGET_OPEN_PARAMS &params);
    NTSTATUS open_by_name(WDF_IO_TARGET_OPEN_PARAMS &params);
    void take_device(PDEVICE_OBJECT device);
    void watch();
    static NTSTATUS NTAPI notified(PVOID notification, PVOID target);
    NTSTATUS target_changed(const TARGET_DEVICE_REMOVAL_NOTIFICATION &notification);
    struct Sent {
        std::vector<Request *> requests; ///< the oldest first; each is referenced by its journey
        Pending pending;                 ///< each of them
        void add(Request &request) {
            requests.push_back(&request);
            pending.add();
        }
    };
    void cancel(Sent &sent);
    void end_waiting();
    PDEVICE_OBJECT wait_for_all(); ///< the device, which nothing is sent to any more

    Device &owner_;
    bool local_;
    PDEVICE_OBJECT device_ = nullptr, physical_ = nullptr;
    PFILE_OBJECT file_ = nullptr;
    bool file_referenced_ = false;
    HANDLE file_handle_ = nullptr;
    PVOID watch_ = nullptr;              ///< notification entry
    WDF_IO_TARGET_OPEN_PARAMS opened_{}; ///< for WdfIoTargetOpenReopen
    std::u16string name_;
    LONGLONG allocation_ = 0;           ///< `opened_` points here, as to the next one
    std::vector<std::byte> attributes_; ///< extended ones

    KSPIN_LOCK lock_ = 0; ///< of what follows
    WDF_IO_TARGET_STATE state_;
    std::vector<Request *> waiting_; ///< the oldest first; each is referenced by its journey
    Sent sent_;
    Sent ignored_; ///< those that ignore the state: only closing and deletion mind them
};

} // namespace ksbox::kmdf

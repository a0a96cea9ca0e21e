// KSPROPERTY_CONNECTION_STARTAT: a paused pin that goes to RUN when an event of some object is
// signalled (@doc stream/ksproperty-connection-startat, NS:ks.KSRELATIVEEVENT).
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

class Pin;

/// One start that waits for its event. The pin has one at most; it ends when the event comes, with
/// any other request for a state, with another STARTAT and with the pin's last handle.
class StartAt : public std::enable_shared_from_this<StartAt> {
  public:
    /// The whole property. The pages leave it to each filter; AVStream does it for all [inferred].
    /// STATUS_INVALID_BUFFER_SIZE, STATUS_INVALID_PARAMETER (the structure),
    /// STATUS_INVALID_DEVICE_STATE (the pin is not in PAUSE), those of the handle and of the
    /// object's IOCTL_KS_ENABLE_EVENT. PASSIVE, no mutex held.
    static NTSTATUS request(Pin &pin, std::span<const std::byte> value, KPROCESSOR_MODE mode);
    /// Takes the pin's start back, if there is one; one that has begun goes on. PASSIVE, no mutex
    /// held.
    static void cancel(Pin &pin);

    ~StartAt();

  private:
    StartAt(Pin &pin, PFILE_OBJECT object, std::span<const std::byte> event_data);
    NTSTATUS enable(KSEVENT event);
    NTSTATUS disable();
    void withdraw();
    static void NTAPI signalled(PVOID context);

    enum class Phase : std::uint8_t { waiting, cancelled, starting };

    Pin &pin_;                         ///< its file object is referenced
    const PFILE_OBJECT object_;        ///< that has the event; referenced
    std::vector<std::uint64_t> event_; ///< KSEVENTDATA and what follows it; the event's name
    std::size_t event_bytes_;
    WORK_QUEUE_ITEM item_;
    std::atomic<Phase> phase_ = Phase::waiting;
    std::shared_ptr<StartAt> kept_; ///< by the work item that the event queues
};

} // namespace ksbox::ks

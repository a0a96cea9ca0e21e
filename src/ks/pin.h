// A KSPIN: an instance of a pin factory. This is its control side (creation, connection, format,
// state requests); frames are the transport's matter.
#pragma once

#include <memory>
#include <string>

#include "ks/data_range.h"
#include "ks/mutex.h"
#include "ks/object.h"

namespace ksbox::ks {

class Filter;
class ObjectHeader;
class PinTransport;
class StartAt;

class Pin final : public ObjectWith<KSPIN> {
  public:
    Pin(Filter &filter, ULONG id);
    ~Pin() override;
    static Pin &from(PKSPIN pin);
    /// Null when the file object is not an AVStream pin's. Any IRQL.
    static Pin *of(PFILE_OBJECT file);

    Filter &filter();
    /// abi().Descriptor: the pin factory's, or the minidriver's edited copy (_KsEdit).
    const KSPIN_DESCRIPTOR_EX &descriptor() const { return *abi().Descriptor; }
    const KSPIN_DISPATCH *dispatch() const { return descriptor().Dispatch; }
    bool has_flag(ULONG flag) const { return (descriptor().Flags & flag) != 0; }
    /// A Process in the pin's dispatch table makes the pin pin-centric.
    bool pin_centric() const { return dispatch() && dispatch()->Process; }
    /// Standard interface and medium (or the flags that override): the pin belongs to a pipe and
    /// sees states one step at a time. @doc NS:ks._KSPIN_DESCRIPTOR_EX
    bool standard_transport() const;

    /// The filter's control mutex.
    Mutex &control();
    /// Only used by pin-centric pins.
    Mutex processing_mutex;

    PFILE_OBJECT file = nullptr;
    PFILE_OBJECT filter_file = nullptr; ///< referenced while the pin is open
    ObjectHeader *header = nullptr;
    unsigned number = 0; ///< the how-manieth pin that this filter made, for reports
    std::string name;    ///< name_of(), once there is a number

    // The connection, fixed when its second pin is created; guarded by KsClass::connections.
    /// The other pin if it is AVStream's too; null for a client's or an unattached pin.
    Pin *peer = nullptr;
    /// IRP-source pins: the IRP sink they feed, AVStream's or not; referenced until the source
    /// closes. Null for IRP sinks and unattached pins.
    PFILE_OBJECT connected_file = nullptr;
    bool irp_source() const { return abi().Communication == KSPIN_COMMUNICATION_SOURCE; }
    /// An IRP source that nobody has been connected to: it stays in STOP.
    bool unattached() const { return irp_source() && !connected_file; }

    /// Offers the format to the minidriver range by range, until it takes one or fails with other
    /// than STATUS_NO_MATCH. On error the old format is in force again. Control mutex held.
    /// @doc NC:ks.PFNKSPINSETDATAFORMAT
    Result<void> set_data_format(const ClientFormat &format, const std::vector<PinRange> &ranges);
    /// Refuses a change of format: KSPIN_FLAG_FIXED_FORMAT. STATUS_INVALID_DEVICE_REQUEST.
    NTSTATUS refuse_format_change();
    /// A new format for an existing connection: STATUS_INVALID_DEVICE_REQUEST for a fixed format,
    /// STATUS_NO_MATCH, the minidriver's status. Control mutex held.
    Result<void> change_data_format(const ClientFormat &format);

    /// KSPROPERTY_CONNECTION_STATE; no control mutex held. Errors: the minidriver's,
    /// STATUS_INVALID_DEVICE_STATE for an unattached pin.
    Status request_state(KSSTATE to);

    /// Pins outside the standard transport: RUN is left while the device is not in D0. Control
    /// mutex held. The others: PinTransport::sleeper().
    void pause_raw(bool asleep);

    PFNKSPINPOWER sleep = nullptr;
    PFNKSPINPOWER wake = nullptr;
    PFNKSPINHANDSHAKE handshake = nullptr;
    bool closing = false; ///< IRP_MJ_CLOSE has begun
    bool resumes = false; ///< pause_raw() has taken it out of RUN; control mutex

    /// KSPROPERTY_CONNECTION_STARTAT that waits for its event; guarded as `peer` is.
    std::shared_ptr<StartAt> start_at;

    /// A pin being created that has named this one as its other end; guarded as `peer` is.
    Pin *claimed_by = nullptr;
    /// While the create IRP runs: the file object named by PinToHandle, referenced.
    PFILE_OBJECT pin_to_file = nullptr;
    /// The create has failed after the minidriver's Create; what its Close is followed by.
    NTSTATUS create_error = STATUS_SUCCESS;

    /// Null for pins that do not use the standard transport.
    std::unique_ptr<PinTransport> transport;
};

} // namespace ksbox::ks

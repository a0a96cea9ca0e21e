// Creating and closing pins.
#include "ks/pin_create.h"

#include <algorithm>
#include <utility>

#include "abi/export.h"
#include "base/status_names.h"
#include "ks/automation_dispatch.h"
#include "ks/connect_request.h"
#include "ks/device.h"
#include "ks/dispatch.h"
#include "ks/events.h"
#include "ks/explain.h"
#include "ks/file_context.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/headers.h"
#include "ks/object_name.h"
#include "ks/pin.h"
#include "ks/pin_connect.h"
#include "ks/quirks.h"
#include "ks/refusal.h"
#include "ks/transport.h"
#include "ks/why_not.h"
#include "nt/call_driver.h"
#include "nt/io/reasons.h"
#include "nt/trace.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSPINIRP);

NTSTATUS NTAPI pin_close(PDEVICE_OBJECT device_object, PIRP irp);

const KSDISPATCH_TABLE pin_table = {
    pin_ioctl,                      // DeviceIoControl
    KsDispatchInvalidDeviceRequest, // Read
    KsDispatchInvalidDeviceRequest, // Write
    KsDispatchInvalidDeviceRequest, // Flush
    pin_close,
    KsDispatchQuerySecurity,
    KsDispatchSetSecurity,
    KsDispatchFastIoDeviceControlFailure,
    KsDispatchFastReadFailure,
    KsDispatchFastReadFailure,
};

const KSOBJECT_CREATE_ITEM pin_children[] = {
    {pin_clock_create, nullptr, ksname(u"{53172480-4791-11D0-A5D6-28DB04C10000}"), nullptr, 0},
    {pin_allocator_create, nullptr, ksname(u"{642F5D00-4791-11D0-A5D6-28DB04C10000}"), nullptr, 0},
};

/// What the pin factory allows, before a pin exists. Control mutex held.
Result<std::vector<PinRange>> check(Filter &filter, const ConnectRequest &request,
                                    KPROCESSOR_MODE mode) {
    const ULONG id = request.connect().PinId;
    if (std::string why = no_such_factory(filter, id); !why.empty())
        return refuse(STATUS_INVALID_PARAMETER, std::move(why));
    if (mode != KernelMode)
        if (std::string why = denied_to_user_mode(filter, id); !why.empty()) // as ks.h's macro
            return refuse(STATUS_INVALID_DEVICE_REQUEST, std::move(why));
    const KSPIN_DESCRIPTOR_EX &descriptor = filter.pin_descriptor(id);
    auto ranges =
        KS_TRY(match_connection(descriptor.PinDescriptor, request.connect(), request.format()));
    if (std::string why = no_more_instances(filter, id); !why.empty())
        return refuse(Quirks::of(filter.kernel).busy_pin_not_ready ? STATUS_DEVICE_NOT_READY
                                                                   : STATUS_INSUFFICIENT_RESOURCES,
                      std::move(why));
    return ranges;
}

void leave_processing(Pin &pin) {
    if (pin.transport && pin.filter().processing)
        pin.filter().processing->remove_pin(pin);
}

/// Control mutex held. The pin leaves its filter and is gone; the filter's file object is the
/// caller's to dereference, without a mutex.
void destroy(Pin &pin) {
    Filter &filter = pin.filter();
    leave_processing(pin);
    pin.transport.reset();
    FileContext::destroy(pin.file);
    filter.destroy_pin(pin);
}

Result<void> build(Pin &pin, const ConnectRequest &request, const std::vector<PinRange> &ranges,
                   PIRP irp) {
    FileContext *context =
        KS_TRY(FileContext::create(irp, pin, KSFILTER_NODE, pin_children, &pin_table));
    pin.header = &ObjectHeader::from(context->header);
    KS_CHECK(pin.set_data_format(request.format(), ranges));
    if (pin.standard_transport()) {
        pin.transport = KS_TRY(PinTransport::create(pin));
        KS_CHECK(pin.filter().processing->add_pin(pin));
    }
    return {};
}

/// The pin with everything but the minidriver's Create. Control mutex held.
Result<Pin *> make_pin(Filter &filter, const ConnectRequest &request,
                       const Result<PFILE_OBJECT> &peer, PIRP irp) {
    const auto ranges = KS_TRY(check(filter, request, irp->RequestorMode));
    const KSPIN_CONNECT &connect = request.connect();
    auto owner = std::make_unique<Pin>(filter, connect.PinId);
    if (!owner->allocated())
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    Pin &pin = *owner;
    pin.number = ++filter.pins_made;
    pin.name = name_of(pin);
    pin.file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    pin.abi().ConnectionInterface = connect.Interface;
    pin.abi().ConnectionMedium = connect.Medium;
    pin.abi().ConnectionPriority = connect.Priority;
    if (!peer)
        return refuse(peer.error().value(), "PinToHandle is no handle of an open file: " +
                                                describe_status(peer.error().value()));
    KS_CHECK(claim_peer(pin, *peer));
    filter.add_pin(std::move(owner));
    if (auto built = build(pin, request, ranges, irp); !built) {
        static_cast<void>(release_claim(pin)); // the caller still has it
        destroy(pin);
        return std::unexpected(built.error());
    }
    return &pin;
}

NTSTATUS call_close(Pin &pin, PIRP irp) {
    leave_processing(pin);
    if (!pin.dispatch() || !pin.dispatch()->Close)
        return STATUS_SUCCESS;
    return call_driver("KSPIN_DISPATCH.Close", &pin.abi(), pin.dispatch()->Close, &pin.abi(), irp);
}

void trace_create(Kernel &kernel, const std::string &name, NTSTATUS status) {
    kernel.trace().event("ks.pin.create",
                         {{"pin", std::string_view(name)}, {"status", std::int64_t(status)}});
}

/// The pin goes away and with it, perhaps, the last reference on its filter.
void finish(Pin &pin) {
    const PFILE_OBJECT filter_file = std::exchange(pin.filter_file, nullptr);
    {
        MutexGuard guard(pin.control());
        destroy(pin);
    }
    ObDereferenceObject(filter_file);
}

/// Create has succeeded: the connection to the other pin, and the end of the request. No mutex.
NTSTATUS connect_and_complete(Pin &pin, PIRP irp) {
    Kernel &kernel = pin.kernel;
    const std::string name = name_of(pin);
    if (pin.transport) {
        MutexGuard guard(pin.control());
        pin.filter().processing->admit_pin(pin);
    }
    const auto connected = connect_pins(pin);
    if (connected) {
        trace_create(kernel, name, STATUS_SUCCESS);
        return complete(irp, STATUS_SUCCESS);
    }
    // The minidriver has made its side of the pin: it unmakes it.
    pin.create_error = connected.error().value();
    trace_create(kernel, name, pin.create_error);
    free_events(pin);
    NTSTATUS status;
    {
        MutexGuard guard(pin.control());
        status = call_close(pin, irp);
    }
    if (status == STATUS_PENDING)
        return status; // finish_pin_create ends it
    status = pin.create_error;
    finish(pin);
    return complete(irp, status);
}

/// Makes the pin and calls the minidriver's Create. Control mutex held. On an error the pin is gone
/// and the peer's reference is the caller's again.
Result<Pin *> make_and_call(Filter &filter, const ConnectRequest &request,
                            const Result<PFILE_OBJECT> &peer, PIRP irp, NTSTATUS &created) {
    auto made = make_pin(filter, request, peer, irp);
    if (!made) {
        trace_create(filter.kernel, name_of(filter) + "/" + std::to_string(request.connect().PinId),
                     made.error().value());
        return made;
    }
    Pin &pin = **made;
    ObReferenceObject(filter.file);
    pin.filter_file = filter.file;
    if (pin.dispatch() && pin.dispatch()->Create)
        created = call_driver("KSPIN_DISPATCH.Create", &pin.abi(), pin.dispatch()->Create,
                              &pin.abi(), irp);
    if (created == STATUS_PENDING || NT_SUCCESS(created))
        return made;
    if (!io::Reasons::said(irp, created)) // a port knows better, or what the driver called
        driver_refused("Create", created,
                       observation(pin.descriptor().PinDescriptor, *pin.abi().ConnectionFormat));
    trace_create(filter.kernel, name_of(pin), created);
    static_cast<void>(release_claim(pin));
    destroy(pin); // lets go of the filter's file object, which its opener still holds
    return fail(created);
}

NTSTATUS create(Filter &filter, const ConnectRequest &request, PIRP irp) {
    const auto peer = reference_peer(request.connect().PinToHandle, irp->RequestorMode);
    NTSTATUS created = STATUS_SUCCESS;
    Result<Pin *> made = nullptr;
    {
        MutexGuard guard(filter.control);
        made = make_and_call(filter, request, peer, irp, created);
    }
    if (!made) {
        if (peer && *peer)
            ObDereferenceObject(*peer);
        return complete(irp, made.error().value());
    }
    if (created == STATUS_PENDING)
        return created; // KsCompletePendingRequest comes to finish_pin_create
    return connect_and_complete(**made, irp);
}

NTSTATUS NTAPI pin_close(PDEVICE_OBJECT device_object, PIRP irp) {
    Pin *pin = Pin::of(IoGetCurrentIrpStackLocation(irp)->FileObject);
    if (!pin)
        return complete(irp, STATUS_SUCCESS);
    pin->closing = true;
    if (pin->transport)
        pin->transport->shut_down();
    else if (pin->abi().DeviceState != KSSTATE_STOP)
        (void)pin->request_state(KSSTATE_STOP);
    disconnect_source(*pin);
    free_events(*pin);
    NTSTATUS status;
    {
        MutexGuard guard(pin->control());
        status = call_close(*pin, irp);
    }
    if (status == STATUS_PENDING)
        return status;
    finish_pin_close(*pin, irp);
    return STATUS_SUCCESS;
}

} // namespace

NTSTATUS NTAPI pin_create(PDEVICE_OBJECT device_object, PIRP irp) {
    const PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    Filter *filter = Filter::of(file->RelatedFileObject);
    if (!filter)
        return complete(irp, refused(STATUS_INVALID_PARAMETER,
                                     "the file that the pin was to be created on is no filter's"));
    auto request = ConnectRequest::capture(irp);
    if (!request)
        return complete(irp, request.error().value());
    return create(*filter, *request, irp);
}

void finish_pin_create(Pin &pin, PIRP irp) {
    NTSTATUS status = irp->IoStatus.Status;
    if (NT_SUCCESS(status) && NT_SUCCESS(pin.create_error)) {
        connect_and_complete(pin, irp);
        return;
    }
    if (!NT_SUCCESS(pin.create_error))
        status = pin.create_error; // the minidriver's pending Close after a failed connection
    else
        refused(irp, status,
                "the driver completed the create that its Create had left pending with " +
                    describe_status(status));
    const PFILE_OBJECT peer_file = release_claim(pin);
    finish(pin);
    if (peer_file)
        ObDereferenceObject(peer_file);
    complete(irp, status);
}

void finish_pin_close(Pin &pin, PIRP irp) {
    pin.kernel.trace().event("ks.pin.close", {{"pin", std::string_view(name_of(pin))}});
    finish(pin);
    complete(irp, STATUS_SUCCESS);
}

} // namespace ksbox::ks

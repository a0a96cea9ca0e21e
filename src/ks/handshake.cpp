// Protocol handshakes between pins.
#include "ks/handshake.h"

#include "abi/export.h"
#include "ks/dispatch.h"
#include "ks/pin.h"
#include "nt/call_driver.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSPINHANDSHAKE);

NTSTATUS answer(Pin &pin, KSHANDSHAKE *in, KSHANDSHAKE *out) {
    if (!pin.handshake)
        return STATUS_INVALID_DEVICE_REQUEST; // as a callback answers that knows no such protocol
    return call_driver("KsPinRegisterHandshakeCallback.Callback", &pin.abi(), pin.handshake,
                       &pin.abi(), in, out);
}

} // namespace

NTSTATUS handshake_ioctl(Pin &pin, PIRP irp) {
    const auto &parameters = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl;
    if (irp->RequestorMode != KernelMode)
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    if (parameters.InputBufferLength != sizeof(KSHANDSHAKE) ||
        parameters.OutputBufferLength != sizeof(KSHANDSHAKE))
        return complete(irp, STATUS_INVALID_BUFFER_SIZE);
    const NTSTATUS status = answer(pin, static_cast<KSHANDSHAKE *>(parameters.Type3InputBuffer),
                                   static_cast<KSHANDSHAKE *>(irp->UserBuffer));
    if (NT_SUCCESS(status))
        irp->IoStatus.Information = sizeof(KSHANDSHAKE);
    return complete(irp, status);
}

NTSTATUS handshake_with_peer(Pin &pin, KSHANDSHAKE *in, KSHANDSHAKE *out) {
    if (pin.peer)
        return answer(*pin.peer, in, out);
    if (!pin.connected_file)
        return STATUS_UNSUCCESSFUL;
    ULONG returned = 0;
    return KsSynchronousIoControlDevice(pin.connected_file, KernelMode, IOCTL_KS_HANDSHAKE, in,
                                        sizeof *in, out, sizeof *out, &returned);
}

} // namespace ksbox::ks

// Sending requests, checked. @doc NF:wdfrequest.WdfRequestSend
#pragma once

#include "kmdf/wdf.h"

namespace ksbox::kmdf {

class IoTarget;
class Request;

/// STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER; null options are fine.
NTSTATUS check_options(const WDF_REQUEST_SEND_OPTIONS *options);

/// False, with the request's status: it was not sent. Bug check when it is on its way already.
/// IRQL <= DISPATCH_LEVEL.
bool send(Request &request, IoTarget &target, const WDF_REQUEST_SEND_OPTIONS *options);
/// Returns when it has ended. PASSIVE_LEVEL.
bool send_and_wait(Request &request, IoTarget &target, const WDF_REQUEST_SEND_OPTIONS *options);

} // namespace ksbox::kmdf

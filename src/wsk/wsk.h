// Winsock Kernel's structures as host code sees them: those of the driver kit.
#pragma once

#include "abi/windows.h"

#include "wdk/include/ksbox/winsock.h"

#include "wdk/include/ksbox/winsock_options.h"

using NPIID = GUID;
using PNPIID = GUID *;

#include "wdk/include/ksbox/wsk_socket.h"

#include "wdk/include/ksbox/wsk_client.h"

#include "base/result.h"
#include "wsk/address.h"

namespace ksbox::wsk {

/// An address of the family. STATUS_INVALID_PARAMETER: null, or of another one.
Result<Address> read_address(const SOCKADDR *from, bool ipv6);
/// Into a buffer that is large enough for the address's family; null: nowhere.
void write_address(const Address &address, PSOCKADDR to);
/// Bytes of the structure of a family.
std::size_t sockaddr_bytes(bool ipv6);

} // namespace ksbox::wsk

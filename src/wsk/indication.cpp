// Datagrams into buffers, and indications in pool with an MDL of their own.
#include "wsk/indication.h"

#include <algorithm>
#include <cstring>

#include "abi/export.h"
#include "nt/call_driver.h"
#include "nt/kernel.h"
#include "nt/mm/mdl.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"

namespace ksbox::wsk {
namespace {

KS_ASSERT_MS_ABI(PFN_WSK_RECEIVE_FROM_EVENT);

struct Indication {
    static constexpr std::uint64_t expected = 0x6369'646e'696b'7731;
    std::uint64_t magic;
    std::uint64_t socket;
    bool kept;
    WSK_DATAGRAM_INDICATION public_part;
    SOCKADDR_STORAGE from;
    // The bytes follow.
};

constexpr std::uint32_t indication_tag = 0x496b'7357; // 'WskI'

void free_indication(Kernel &kernel, Indication *indication) {
    indication->magic = 0;
    mm::mdl_free(kernel.memory(), kernel.pool(), indication->public_part.Buffer.Mdl, nullptr);
    kernel.pool().free(indication, indication_tag, nullptr);
}

Indication *make_indication(Kernel &kernel, std::uint64_t socket, const Datagram &datagram) {
    const std::size_t bytes = sizeof(Indication) + std::max<std::size_t>(datagram.bytes.size(), 1);
    auto *made = static_cast<Indication *>(
        kernel.pool().allocate(mm::PoolKind::nonpaged, bytes, indication_tag, nullptr, true));
    if (!made)
        return nullptr;
    std::byte *payload = reinterpret_cast<std::byte *>(made + 1);
    std::ranges::copy(datagram.bytes, payload);
    MDL *mdl = mm::mdl_allocate(kernel.pool(), payload,
                                std::max<std::size_t>(datagram.bytes.size(), 1), nullptr);
    if (!mdl || !mm::mdl_build_nonpaged(kernel.memory(), *mdl)) {
        if (mdl)
            mm::mdl_free(kernel.memory(), kernel.pool(), mdl, nullptr);
        kernel.pool().free(made, indication_tag, nullptr);
        return nullptr;
    }
    made->magic = Indication::expected;
    made->socket = socket;
    made->public_part.Buffer = {mdl, 0, datagram.bytes.size()};
    made->public_part.RemoteAddress = reinterpret_cast<PSOCKADDR>(&made->from);
    write_address(datagram.from, made->public_part.RemoteAddress);
    return made;
}

} // namespace

/// @doc NC:wsk.PFN_WSK_RECEIVE_FROM. A datagram that is cut is a success with MSG_TRUNC (inferred:
/// the page lists the flag, and no status of its own).
NTSTATUS complete_receive(const Receive &receive, const Datagram &datagram) {
    const auto copied = scatter(receive.buffer, datagram.bytes);
    if (!copied)
        return complete(receive.irp, copied.error().value());
    write_address(datagram.from, receive.remote);
    if (receive.control_length)
        *receive.control_length = 0;
    if (receive.flags)
        *receive.flags = (*copied < datagram.bytes.size() ? MSG_TRUNC : 0) |
                         (datagram.multicast ? MSG_MCAST : 0);
    return complete(receive.irp, STATUS_SUCCESS, *copied);
}

NTSTATUS indicate_datagram(Kernel &kernel, PWSK_SOCKET handle, std::uint64_t socket,
                           PFN_WSK_RECEIVE_FROM_EVENT event, PVOID context,
                           const Datagram &datagram) {
    Indication *indication = make_indication(kernel, socket, datagram);
    if (!indication)
        return STATUS_SUCCESS;
    // The driver may release it before it has answered.
    indication->kept = true;
    const ULONG flags = WSK_FLAG_AT_DISPATCH_LEVEL | (datagram.multicast ? MSG_MCAST : 0);
    const NTSTATUS answer =
        call_driver("WskReceiveFromEvent", handle, event, context, flags, &indication->public_part);
    if (answer != STATUS_PENDING)
        free_indication(kernel, indication);
    return answer;
}

NTSTATUS release_indication(Kernel &kernel, std::uint64_t socket,
                            PWSK_DATAGRAM_INDICATION indication) {
    auto *whole = indication ? CONTAINING_RECORD(indication, Indication, public_part) : nullptr;
    Indication copy{};
    if (!whole || !mm::guarded_copy(&copy, whole, sizeof copy) ||
        copy.magic != Indication::expected || copy.socket != socket || !copy.kept)
        return STATUS_INVALID_PARAMETER;
    free_indication(kernel, whole);
    return STATUS_SUCCESS;
}

} // namespace ksbox::wsk

// A client: a driver's registration with Winsock Kernel. Everything here is under the network's
// lock.
#pragma once

#include "wsk/irps.h"
#include "wsk/wsk.h"

namespace ksbox::wsk {

/// In nonpaged pool: what WSK_CLIENT points at.
struct ClientBlock {
    static constexpr std::uint64_t expected = 0x746e'6569'6c63'7731;
    std::uint64_t magic;
    std::uint64_t id;
};

struct Client {
    explicit Client(std::uint64_t number) : id(number), list_changes(number) {
        KeInitializeEvent(&idle, NotificationEvent, TRUE);
    }

    const std::uint64_t id;
    ClientBlock *block = nullptr;
    USHORT version = 0;    ///< that it wants
    unsigned captures = 0; ///< of the provider, not released yet
    unsigned sockets = 0;  ///< not closed yet
    unsigned busy = 0;
    ULONG static_events = 0;
    PendingIrps list_changes; ///< WSK_TRANSPORT_LIST_CHANGE
    KEVENT idle;              ///< WskDeregister waits for it

    bool is_idle() const {
        return captures == 0 && sockets == 0 && busy == 0 && list_changes.empty();
    }
};

} // namespace ksbox::wsk

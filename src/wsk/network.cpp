// Clients and sockets of a box: how they are found, and how they go.
#include "wsk/network.h"

#include <algorithm>
#include <utility>

#include "nt/ke/bug_check.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"

namespace ksbox::wsk {
namespace {

/// Rules from 0x82000 on are ksbox's own.
constexpr std::uint32_t verifier_detected_violation = 0xc4;
constexpr std::uint64_t foreign_client = 0x82001;
constexpr std::uint64_t foreign_socket = 0x82002;

/// The number in a block of a driver's; 0: it is none.
template <typename Block> std::uint64_t id_of(const void *address) {
    Block block{};
    if (!address || !mm::guarded_copy(&block, address, sizeof block) ||
        block.magic != Block::expected)
        return 0;
    return block.id;
}

} // namespace

void Socket::keep(Datagram datagram) {
    backlog_bytes += datagram.bytes.size();
    backlog.push_back(std::move(datagram));
}

Datagram Socket::take_oldest() {
    Datagram oldest = std::move(backlog.front());
    backlog.pop_front();
    backlog_bytes -= oldest.bytes.size();
    return oldest;
}

Network::Network(Kernel &kernel) : kernel_(kernel) {
    KeInitializeDpc(&dpc_, &Network::deliver, this);
}

Network::~Network() = default;

void Network::add(std::unique_ptr<Client> client) {
    clients_.emplace(client->id, std::move(client));
}

void Network::add(std::unique_ptr<Socket> socket) {
    sockets_.emplace(socket->id, std::move(socket));
}

Client *Network::find_client(std::uint64_t id) {
    const auto found = clients_.find(id);
    return found == clients_.end() ? nullptr : found->second.get();
}

Socket *Network::find_socket(std::uint64_t id) {
    const auto found = sockets_.find(id);
    return found == sockets_.end() ? nullptr : found->second.get();
}

Client &Network::client_of(PWSK_CLIENT client, const char *function) {
    Client *found = find_client(id_of<ClientBlock>(client));
    if (!found)
        bug_check(verifier_detected_violation, foreign_client,
                  reinterpret_cast<std::uint64_t>(client), 0, 0,
                  std::string(function) + " with something that is no WSK_CLIENT, or one that was "
                                          "deregistered");
    return *found;
}

Socket &Network::socket_of(PWSK_SOCKET socket, const char *function) {
    Socket *found = find_socket(id_of<SocketBlock>(socket));
    if (!found || found->closing)
        bug_check(verifier_detected_violation, foreign_socket,
                  reinterpret_cast<std::uint64_t>(socket), 0, 0,
                  std::string(function) +
                      " with something that is no WSK_SOCKET, or one that was closed");
    return *found;
}

void Network::forget_pending(std::uint64_t owner, PIRP irp) {
    SpinGuard guard(lock_);
    if (Socket *socket = find_socket(owner)) {
        ++socket->busy;
        socket->receives.remove(irp);
    } else if (Client *client = find_client(owner)) {
        ++client->busy;
        client->list_changes.remove(irp);
    }
}

void Network::leave(std::uint64_t owner) {
    std::unique_ptr<Socket> closed;
    {
        SpinGuard guard(lock_);
        if (Socket *socket = find_socket(owner)) {
            --socket->busy;
            closed = take_if_closed(*socket);
        } else if (Client *client = find_client(owner)) {
            --client->busy;
            if (client->is_idle())
                KeSetEvent(&client->idle, IO_NO_INCREMENT, FALSE);
        }
    }
    if (closed)
        finish_close(std::move(closed));
}

void Network::remove_client(std::uint64_t id) {
    std::unique_ptr<Client> removed;
    {
        SpinGuard guard(lock_);
        const auto found = clients_.find(id);
        if (found == clients_.end())
            return;
        removed = std::move(found->second);
        clients_.erase(found);
        removed->block->magic = 0;
    }
    kernel_.pool().free(removed->block, 0, nullptr);
}

std::unique_ptr<Socket> Network::take_if_closed(Socket &socket) {
    if (!socket.closing || socket.busy != 0 || !socket.receives.empty())
        return nullptr;
    const auto found = sockets_.find(socket.id);
    std::unique_ptr<Socket> taken = std::move(found->second);
    sockets_.erase(found);
    taken->block->magic = 0;
    return taken;
}

// Its client stays as long as a close IRP is not completed.
void Network::finish_close(std::unique_ptr<Socket> socket) {
    kernel_.trace().event("wsk.close", {{"socket", socket->id}});
    kernel_.pool().free(socket->block, 0, nullptr);
    const std::uint64_t owner = socket->client;
    const PIRP irp = socket->closing;
    socket.reset();
    {
        SpinGuard guard(lock_);
        Client *client = find_client(owner);
        --client->sockets;
        ++client->busy;
    }
    complete(irp, STATUS_SUCCESS);
    leave(owner);
}

NTSTATUS Network::close(PWSK_SOCKET socket, PIRP irp) {
    std::uint64_t id;
    std::vector<PIRP> abandoned;
    std::unique_ptr<Socket> closed;
    {
        SpinGuard guard(lock_);
        Socket &found = socket_of(socket, "WskCloseSocket");
        id = found.id;
        found.closing = irp;
        ++found.busy; // this function itself
        abandoned = found.receives.take_all();
        IoMarkIrpPending(irp);
    }
    for (PIRP one : abandoned)
        complete(one, STATUS_CANCELLED);
    leave(id);
    return STATUS_PENDING;
}

void Network::refuse(const void *caller, const std::string &what, Access needed) {
    const std::string_view driver = kernel_.hooks.driver_of ? kernel_.hooks.driver_of(caller) : "";
    const std::string sentence =
        std::string(driver.empty() ? "a driver" : driver) + ": " + what +
        (needed == Access::all
             ? "; --net all allows it"
             : "; --net loopback allows it within this machine, --net all to all");
    {
        const ke::HostLockGuard guard(refusals_lock_);
        if (std::ranges::find(refusals_, sentence) != refusals_.end())
            return;
        refusals_.push_back(sentence);
    }
    kernel_.trace().event("wsk.refused", {{"what", std::string_view(sentence)}});
}

std::vector<std::string> Network::refusals() const {
    const ke::HostLockGuard guard(refusals_lock_);
    return refusals_;
}

} // namespace ksbox::wsk

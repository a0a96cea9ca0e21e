// What Winsock Kernel is in one box: its clients and sockets, and the network that they see. In
// simulated time that is inside the box; in real time it is the host's.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nt/ke/host_lock.h"
#include "nt/kernel.h"
#include "wsk/client.h"
#include "wsk/socket.h"

namespace ksbox::wsk {

enum class Access : std::uint8_t { off, loopback, all };

class Network final : public KernelExtension {
  public:
    explicit Network(Kernel &kernel);
    ~Network() override;
    static Network &current() { return current_kernel().extension<Network>(); }

    Kernel &kernel() const { return kernel_; }
    /// Whom drivers may reach. Before the first of them is loaded.
    void allow(Access access) { access_ = access; }
    Access access() const { return access_; }
    bool simulated() const { return kernel_.options().time == TimeMode::simulated; }

    /// Of all clients and sockets. Nothing is completed or called while it is held.
    KSPIN_LOCK &lock() { return lock_; }

    // Lock held.
    std::uint64_t next_id() { return ++last_id_; }
    void add(std::unique_ptr<Client> client);
    void add(std::unique_ptr<Socket> socket);
    Client *find_client(std::uint64_t id);
    Socket *find_socket(std::uint64_t id);
    /// The one behind what a driver hands over; bug check for anything else.
    Client &client_of(PWSK_CLIENT client, const char *function);
    Socket &socket_of(PWSK_SOCKET socket, const char *function);
    /// An address that the socket may have; its own port where it has none. STATUS_ACCESS_DENIED,
    /// STATUS_ADDRESS_ALREADY_EXISTS, STATUS_INVALID_ADDRESS_COMPONENT,
    /// STATUS_INSUFFICIENT_RESOURCES.
    NTSTATUS bind(Socket &socket, const Address &wanted, const void *caller);
    /// Applies to the host's socket what the driver has said, if there is one.
    void apply(Socket &socket, HostOption option, ULONG value);

    // Lock not held. IRQL <= DISPATCH_LEVEL.

    /// Sends one datagram. STATUS_NETWORK_UNREACHABLE, STATUS_ACCESS_DENIED,
    /// STATUS_INVALID_ADDRESS_COMPONENT, STATUS_INVALID_BUFFER_SIZE.
    NTSTATUS send(Socket &socket, const Address &to, std::vector<std::byte> bytes,
                  const void *caller);
    /// Hands on what has arrived at a socket: to IRPs first, then to its callback.
    void pump(std::uint64_t socket);
    /// Whoever was counted in `busy` leaves: the last one ends what waits for that.
    void leave(std::uint64_t owner);
    /// An IRP of that socket or client is being cancelled; leave() follows.
    void forget_pending(std::uint64_t owner, PIRP irp);
    void remove_client(std::uint64_t id);
    /// Closes: STATUS_PENDING when something still runs.
    NTSTATUS close(PWSK_SOCKET socket, PIRP irp);

    /// Something was refused that BoxOptions::net would allow: `what` the driver asked for.
    void refuse(const void *caller, const std::string &what, Access needed);
    /// One sentence each, in the order they came. Any thread.
    std::vector<std::string> refusals() const;

  private:
    struct Flight {
        Address to;
        Datagram datagram;
    };
    NTSTATUS bind_in_box(Socket &socket, Address wanted);
    NTSTATUS bind_on_host(Socket &socket, Address wanted);
    bool is_taken(const Socket &socket, const Address &address);
    NTSTATUS judge(Socket &socket, const Address &to, std::size_t bytes, const void *caller);
    void send_in_box(Socket &socket, const Address &to, std::vector<std::byte> bytes);
    NTSTATUS send_from_host(Socket &socket, const Address &to, std::span<const std::byte> bytes);
    NTSTATUS open_host(Socket &socket);
    Socket *receiver_of(const Address &to);
    bool arrive(Socket &socket, Datagram datagram);
    static VOID NTAPI deliver(PKDPC dpc, PVOID context, PVOID, PVOID);
    void deliver_all();
    NTSTATUS start_receiving();
    [[noreturn]] void receive_from_host();
    std::optional<Datagram> read_host(std::uint64_t socket);
    void indicate(std::uint64_t socket, Datagram datagram);
    /// The socket when nobody is in it any more, and it is being closed. Lock held.
    std::unique_ptr<Socket> take_if_closed(Socket &socket);
    void finish_close(std::unique_ptr<Socket> socket);

    Kernel &kernel_;
    Access access_ = Access::off;
    KSPIN_LOCK lock_ = 0; // of what follows
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, std::unique_ptr<Client>> clients_;
    std::map<std::uint64_t, std::unique_ptr<Socket>> sockets_; ///< in the order of creation
    std::deque<Flight> in_flight_;                             ///< inside the box, oldest first
    bool delivering_ = false;
    KDPC dpc_;
    std::uint16_t last_port_ = 0; ///< that bind_in_box found
    HostPoll host_poll_;
    bool receiving_ = false; ///< the thread for the host's sockets is there
    mutable ke::HostLock refusals_lock_;
    std::vector<std::string> refusals_;
};

} // namespace ksbox::wsk

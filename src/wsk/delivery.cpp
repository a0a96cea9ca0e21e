// The way of a datagram to its reader: from the box's own network by a DPC, from the host's by a
// thread that waits for it; then to a receive IRP, or to the driver's callback, at DISPATCH_LEVEL.
#include "nt/ke/host_wait.h"
#include "nt/ke/scheduler.h"
#include "nt/ob/object_manager.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"
#include "wsk/indication.h"
#include "wsk/network.h"

namespace ksbox::wsk {
namespace {

/// At DISPATCH_LEVEL for a scope.
class AtDispatchLevel {
  public:
    AtDispatchLevel() : irql_(KeGetCurrentIrql()) {
        if (irql_ < DISPATCH_LEVEL)
            KfRaiseIrql(DISPATCH_LEVEL);
    }
    ~AtDispatchLevel() {
        if (irql_ < DISPATCH_LEVEL)
            KeLowerIrql(irql_);
    }
    AtDispatchLevel(const AtDispatchLevel &) = delete;
    AtDispatchLevel &operator=(const AtDispatchLevel &) = delete;

  private:
    KIRQL irql_;
};

} // namespace

VOID NTAPI Network::deliver(PKDPC, PVOID context, PVOID, PVOID) {
    static_cast<Network *>(context)->deliver_all();
}

// The DPC may be queued to a second processor while it runs: one of them delivers, in order.
void Network::deliver_all() {
    {
        SpinGuard guard(lock_);
        if (delivering_)
            return;
        delivering_ = true;
    }
    for (;;) {
        std::uint64_t reader = 0;
        {
            SpinGuard guard(lock_);
            if (in_flight_.empty()) {
                delivering_ = false;
                return;
            }
            Flight flight = std::move(in_flight_.front());
            in_flight_.pop_front();
            if (Socket *socket = receiver_of(flight.to);
                socket && arrive(*socket, std::move(flight.datagram)))
                reader = socket->id;
        }
        if (reader != 0)
            pump(reader);
    }
}

/// False: nobody will see it. As on every network, that is no error.
bool Network::arrive(Socket &socket, Datagram datagram) {
    const bool expected = !socket.remote || (socket.remote->same_host(datagram.from) &&
                                             socket.remote->port == datagram.from.port);
    const bool fits = socket.backlog.empty() ||
                      socket.backlog_bytes + datagram.bytes.size() <= socket.receive_buffer;
    kernel_.trace().event(expected && fits ? "wsk.arrive" : "wsk.drop",
                          {{"socket", socket.id},
                           {"from", std::string_view(datagram.from.text())},
                           {"bytes", std::uint64_t(datagram.bytes.size())}});
    if (!expected || !fits)
        return false;
    socket.keep(std::move(datagram));
    return true;
}

void Network::pump(std::uint64_t id) {
    AtDispatchLevel dispatch;
    {
        SpinGuard guard(lock_);
        Socket *socket = find_socket(id);
        if (!socket || socket->pumping)
            return;
        socket->pumping = true;
        ++socket->busy;
    }
    for (;;) {
        Receive receive;
        Datagram datagram;
        {
            SpinGuard guard(lock_);
            Socket &socket = *find_socket(id); // counted in busy: it stays
            if (!socket.closing && !socket.backlog.empty())
                receive = socket.receives.next();
            const bool to_event =
                !receive.irp && socket.event_enabled && !socket.closing && !socket.backlog.empty();
            if (!receive.irp && !to_event) {
                socket.pumping = false;
                break;
            }
            datagram = socket.take_oldest();
            socket.in_event = to_event;
        }
        if (receive.irp)
            complete_receive(receive, datagram);
        else
            indicate(id, std::move(datagram));
    }
    leave(id);
}

void Network::indicate(std::uint64_t id, Datagram datagram) {
    PWSK_SOCKET handle;
    PFN_WSK_RECEIVE_FROM_EVENT event;
    PVOID context;
    {
        SpinGuard guard(lock_);
        Socket &socket = *find_socket(id);
        handle = &socket.block->socket;
        event = socket.event;
        context = socket.context;
    }
    const NTSTATUS answer = indicate_datagram(kernel_, handle, id, event, context, datagram);
    std::vector<PIRP> disabled;
    {
        SpinGuard guard(lock_);
        Socket &socket = *find_socket(id);
        socket.in_event = false;
        if (answer == STATUS_DATA_NOT_ACCEPTED && !socket.event_static) {
            // @doc NC:wsk.PFN_WSK_RECEIVE_FROM_EVENT: kept until the callback is enabled again
            socket.event_enabled = false;
            socket.backlog_bytes += datagram.bytes.size();
            socket.backlog.push_front(std::move(datagram));
        }
        if (socket.disable_event)
            socket.event_enabled = socket.disable_event = false;
        disabled.swap(socket.disabling);
    }
    for (PIRP irp : disabled)
        complete(irp, STATUS_SUCCESS);
}

// Lock held; the thread is made once, and lives as long as the box.
NTSTATUS Network::start_receiving() {
    if (receiving_)
        return STATUS_SUCCESS;
    auto opened = HostPoll::open();
    if (!opened)
        return STATUS_INSUFFICIENT_RESOURCES;
    host_poll_ = std::move(*opened);
    receiving_ = true;
    ke::ThreadOptions options;
    options.name = "network";
    options.entry = [this] { receive_from_host(); };
    auto thread = kernel_.scheduler().create_thread(std::move(options));
    if (!thread) {
        receiving_ = false;
        return thread.error().value();
    }
    kernel_.objects().dereference((*thread)->body);
    return STATUS_SUCCESS;
}

void Network::receive_from_host() {
    for (;;) {
        ke::wait_for_host(host_poll_.descriptor());
        for (const std::uint64_t id : host_poll_.ready()) {
            while (auto datagram = read_host(id)) {
                bool taken = false;
                {
                    SpinGuard guard(lock_);
                    if (Socket *socket = find_socket(id))
                        taken = arrive(*socket, std::move(*datagram));
                }
                if (taken)
                    pump(id);
            }
        }
    }
}

// Under the lock, or the descriptor could be another socket's by now.
std::optional<Datagram> Network::read_host(std::uint64_t id) {
    SpinGuard guard(lock_);
    Socket *socket = find_socket(id);
    if (!socket || !socket->host || socket->closing)
        return std::nullopt;
    auto datagram = socket->host.receive();
    // An ICMP error of an earlier datagram is read the same way: the next one may be a datagram.
    if (!datagram)
        return std::nullopt;
    return std::move(*datagram);
}

} // namespace ksbox::wsk

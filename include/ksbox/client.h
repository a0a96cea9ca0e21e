// A client: a user-mode process of the box, with its handles, memory and threads. All calls may be
// made from the host thread that owns the box, or from the client's own threads (spawn()).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ksbox/error.h"
#include "ksbox/facts.h"
#include "ksbox/format.h"
#include "ksbox/guid.h"

namespace ksbox {

class Client;
class Filter;
class Pin;

/// A handle value of a client.
using Handle = std::uint64_t;

/// Memory of a client, in its address window. Freed with the object or with the client.
class Buffer {
  public:
    Buffer(Client &client, std::size_t bytes);
    ~Buffer();
    Buffer(Buffer &&) noexcept;
    Buffer &operator=(Buffer &&) noexcept;
    std::span<std::byte> bytes() const { return bytes_; }
    std::byte *data() const { return bytes_.data(); }
    std::size_t size() const { return bytes_.size(); }
    Client &client() const { return *client_; }

  private:
    Client *client_;
    std::span<std::byte> bytes_;
};

/// What an I/O call came to: its NTSTATUS and IO_STATUS_BLOCK.Information.
struct IoResult {
    std::int32_t status = 0;
    std::uint64_t information = 0;
    bool success() const { return status >= 0; }
};

/// An I/O request under way. Destroying it cancels and waits.
class Request {
  public:
    Request(Request &&) noexcept;
    Request &operator=(Request &&) noexcept;
    ~Request();
    /// Whether it has ended; does not wait.
    bool done() const;
    /// Blocks (and runs the box) until the request has ended; throws BoxStopped.
    IoResult wait();
    /// As wait(), for at most so long; nothing when it still runs.
    std::optional<IoResult> wait_for(std::uint64_t time_100ns);
    void cancel();
    /// Why it was refused, when it has ended with an error; empty when nobody said why.
    Reason refusal() const;

    struct State;
    explicit Request(std::unique_ptr<State> state);

  private:
    std::unique_ptr<State> state_;
};

struct ClientState;

class Client {
  public:
    explicit Client(std::unique_ptr<ClientState> state);
    ~Client();
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    const std::string &name() const;

    /// Enabled device interfaces of a class, in the order of registration.
    std::vector<InterfaceFacts> interfaces(const Guid &category);
    /// Throws Error with the NTSTATUS.
    Filter open_filter(const std::string &path);

    /// CoInitializeEx for the calling thread: the *2 functions demand it. The host thread's calls
    /// do it by themselves unless `automatic_com(false)` was called.
    void automatic_com(bool on);

    Handle create_event(bool manual_reset);
    Handle create_semaphore(std::int32_t count, std::int32_t limit);
    /// WaitForSingleObject on an event or semaphore, for at most so long (0: just looks): whether
    /// it was signalled. Runs the box; throws Error for a handle that cannot be waited for.
    bool wait(Handle handle, std::uint64_t time_100ns);
    void close(Handle handle);

    /// Runs `work` on a new thread of the client. join() it before the client goes, or let the
    /// client's end cancel what it waits for.
    class Thread {
      public:
        Thread(Thread &&) noexcept;
        Thread &operator=(Thread &&) noexcept;
        ~Thread(); ///< joins
        void join();
        struct State;
        explicit Thread(std::unique_ptr<State> state);

      private:
        std::unique_ptr<State> state_;
    };
    Thread spawn(std::string name, std::function<void()> work);

    /// Runs `work` on a box thread as this client (previous mode user); throws what it throws.
    void run(const std::function<void()> &work);

    /// DeviceIoControl. Client memory (a Buffer's) goes to the driver as it is, which matters where
    /// its address counts; foreign spans are copied in and out. Waits.
    IoResult control(Handle file, std::uint32_t code, std::span<const std::byte> input,
                     std::span<std::byte> output);
    /// Why the calling thread's last control() or create (KsCreatePin2 and its kin) was refused, as
    /// GetLastError tells the code. Empty when it was not, or nobody said why.
    Reason last_refusal();
    /// control() without waiting; `output` must be client memory (a Buffer's) and outlive it.
    Request start_control(Handle file, std::uint32_t code, std::span<const std::byte> input,
                          std::span<std::byte> output);

    ClientState &state() { return *state_; }

  private:
    std::unique_ptr<ClientState> state_;
};

} // namespace ksbox

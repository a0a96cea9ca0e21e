// What a client's thread carries for ksuser: its COM apartment, and the way to its client's
// transport and broker. Hangs on the box thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "broker/transport.h"
#include "nt/ke/thread.h"

namespace ksbox::ksuser {

/// The client as ksuser sees it; the box implements it.
class ClientContext {
  public:
    virtual ~ClientContext() = default;
    virtual broker::Transport &transport() = 0;
    /// What the device broker says to creating an object on `file` with this access: "" for yes, or
    /// why not.
    virtual std::string broker_refusal(broker::Handle file, std::uint32_t access) = 0;
    /// An object was created on `parent`: the broker takes it for the same device.
    virtual void created(broker::Handle parent, broker::Handle child) = 0;
    /// Threads of the client in a multithreaded apartment now; changed by CoInitializeEx.
    virtual std::atomic<int> &multithreaded_threads() = 0;
    /// Major * 100 + minor.
    virtual unsigned windows_version() = 0;
};

class ClientThread final : public ke::ThreadExtension {
  public:
    explicit ClientThread(ClientContext &client) : client(client) {}
    ClientContext &client;
    int initialisations = 0;
    bool multithreaded = false;
    /// Why the thread's last call was refused; empty when it was not, or nobody said why.
    Reason refusal;

    /// Whether COM works on this thread: its own apartment, or the client's implicit one.
    bool has_com() { return initialisations > 0 || client.multithreaded_threads() > 0; }
    /// The thread ends: so does its apartment, however often it was entered.
    void leave_apartment() {
        if (initialisations > 0 && multithreaded)
            --client.multithreaded_threads();
        initialisations = 0;
    }
};

/// Null when the current thread is no client's.
ClientThread *current_client_thread();

} // namespace ksbox::ksuser

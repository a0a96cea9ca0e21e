// The insides of Box, Client and their like, shared by the files of this folder.
#pragma once

#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abi/windows.h"

#include "box/client_heap.h"
#include "box/host_driver.h"
#include "box/installation.h"
#include "box/opened_files.h"
#include "box/request_state.h"
#include "broker/broker.h"
#include "broker/transport.h"
#include "ks/open_objects.h"
#include "ksbox/box.h"
#include "ksbox/client.h"
#include "ksuser/client_thread.h"
#include "loader/image.h"
#include "nt/io/io_manager.h"
#include "nt/ke/bug_check.h"
#include "nt/kernel.h"
#include "nt/ps/process.h"

namespace ksbox {

class DriverState;
class HostDriverState;

/// An Error with the status, in words.
[[noreturn]] void throw_status(Status status, const std::string &what);

struct Box::State {
    BoxOptions options;
    std::unique_ptr<Kernel> kernel;
    broker::Broker broker;
    std::vector<std::unique_ptr<Client>> clients;
    std::vector<std::unique_ptr<DriverState>> drivers;
    std::vector<std::unique_ptr<HostDriverState>> host_drivers;
    mutable std::string report; ///< rendered once, at the first question after the stop

    /// Runs `work` on a box thread; rethrows what it throws; throws BoxStopped.
    void run(const std::function<void()> &work);
    [[noreturn]] void throw_stopped() const;
    std::string render_report() const;
};

struct ClientState final : ksuser::ClientContext {
    static std::unique_ptr<ClientState> create(Box::State &box, const std::string &name);
    explicit ClientState(Box::State &owner) : box(owner) {}
    ~ClientState() override;

    Box::State &box;
    std::string name;
    ps::Process *process = nullptr;
    bool automatic_com = true;
    /// What the host thread's box thread carries while it runs as this client.
    std::unique_ptr<ke::ThreadExtension> host_thread;
    box::OpenedFiles files;
    box::ClientHeap heap;
    /// Requests that have ended, for the next ones.
    std::vector<std::unique_ptr<Request::State>> idle_requests;
    ke::HostLock idle_requests_lock;

    /// Runs `work` as this client, from any thread; rethrows.
    template <typename Work> void run(Work &&work) {
        if (current() == this)
            work();
        else
            run_as_client(std::ref(work));
    }
    /// The client whose thread runs; null on others.
    static ClientState *current();

    broker::Transport &transport() override { return *transport_; }
    std::string broker_refusal(broker::Handle file, std::uint32_t access) override;
    void created(broker::Handle parent, broker::Handle child) override {
        files.add_child(parent, child);
    }
    std::atomic<int> &multithreaded_threads() override { return multithreaded_threads_; }
    unsigned windows_version() override;

  private:
    void run_as_client(const std::function<void()> &work);

    std::unique_ptr<broker::Transport> transport_;
    std::atomic<int> multithreaded_threads_ = 0;
};

/// A driver object with its device on the root bus: what drivers of files and of host code have in
/// common.
class LoadedDriver : public Driver {
  public:
    const std::string &name() const override { return name_; }
    std::vector<InterfaceFacts> filters() override;
    std::vector<std::string> findings() override;
    void surprise_remove() override;
    void remove() override;
    void insert() override;
    /// What is open of its devices. On a box thread.
    ks::OpenObjects open_objects();
    /// Whether it is a device object of its own, or the bottom of a stack that it drives. On a box
    /// thread.
    bool owns(const DEVICE_OBJECT *device);

  protected:
    LoadedDriver(Box::State &box, std::string name) : box_(box), name_(std::move(name)) {}
    /// On a box thread: the device, started. On failure nothing of it is left; throws Error.
    virtual void make_device() = 0;
    /// Returns when AVStream has called PostStart, or a second later.
    void await_post_start();
    /// On a box thread: the driver object goes. Whether it did, and what is left, a sentence each.
    bool take_down_object(std::vector<std::string> &left);

    Box::State &box_;
    std::string name_;
    PDRIVER_OBJECT object_ = nullptr;

  private:
    bool has_device() const;
    /// On a box thread; throws Error: it has none.
    io::DeviceNode &device();
};

class HostDriverState final : public LoadedDriver {
  public:
    HostDriverState(Box::State &box, const HostDriver &which);
    /// Throws Error, and then nothing of it is left.
    void start();
    std::vector<std::string> unload() override;
    PDRIVER_OBJECT object() const { return object_; }

    const HostDriver which;

  private:
    void make_device() override;
};

class DriverState final : public LoadedDriver {
  public:
    DriverState(Box::State &box, std::filesystem::path file, DriverOptions options);
    /// Loads, enters and starts it; throws Error, and then nothing of it is left.
    void start();
    std::vector<std::string> unload() override;
    bool unloaded() const { return image_ == nullptr; }
    /// The file of DriverOptions::coverage, if that was asked for; once. "" or what went wrong.
    std::string write_coverage();

  private:
    void find_installation();
    void write_registry();
    std::u16string service_key() const;
    LoadedImage describe_image() const;
    void add_device();
    /// With what setup says of it.
    void make_device() override;
    /// Takes down what there is; throws Error with the message and what was left behind.
    [[noreturn]] void fail_start(std::uint32_t status, std::string message, Reason reason = {});
    Error not_started(std::int32_t status) const;
    std::vector<std::string> take_down();
    void unmap();
    /// Keeps the counts before the image goes.
    void take_profile();
    std::vector<std::string> leaks_of_image();
    std::vector<std::string> sanitizer_errors();

    std::filesystem::path file_;
    DriverOptions options_;
    std::optional<box::Installation> installation_;
    std::u16string service_;
    loader::Image *image_ = nullptr;
    std::optional<std::vector<std::byte>> profile_;
};

} // namespace ksbox

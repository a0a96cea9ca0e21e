// Clients: processes of the box, their threads, memory and I/O requests.
#include "ksbox/client.h"

#include <cstring>
#include <exception>

#include "base/status_names.h"
#include "base/unicode.h"
#include "box/state.h"
#include "broker/in_process_transport.h"
#include "ksbox/filter.h"
#include "ksuser/ksuser.h"
#include "nt/io/interfaces.h"
#include "nt/io/reasons.h"
#include "nt/io/user_services.h"
#include "nt/ke/scheduler.h"
#include "nt/ob/object_manager.h"

namespace ksbox {

namespace {

// The host thread's box thread becomes a thread of the client for a while.
class AsClient {
  public:
    explicit AsClient(ClientState &client)
        : thread_(ke::current_thread()), process_(thread_.process), mode_(thread_.previous_mode),
          extension_(std::exchange(thread_.extension, std::move(client.host_thread))),
          client_(client) {
        thread_.process = client.process->body;
        thread_.previous_mode = UserMode;
    }
    ~AsClient() {
        client_.host_thread = std::exchange(thread_.extension, std::move(extension_));
        thread_.process = process_;
        thread_.previous_mode = mode_;
    }

  private:
    ke::Thread &thread_;
    void *process_;
    KPROCESSOR_MODE mode_;
    std::unique_ptr<ke::ThreadExtension> extension_;
    ClientState &client_;
};

} // namespace

std::unique_ptr<ClientState> ClientState::create(Box::State &box, const std::string &name) {
    auto client = std::make_unique<ClientState>(box);
    client->name = name;
    client->transport_ = std::make_unique<broker::InProcessTransport>();
    client->host_thread = std::make_unique<ksuser::ClientThread>(*client);
    box.run([&] {
        auto process = box.kernel->extension<ps::Processes>().create(name);
        if (!process)
            throw_status(process.error(), "client " + name + " cannot be made");
        client->process = *process;
    });
    return client;
}

ClientState::~ClientState() {
    if (process == nullptr || box.kernel->bug_check().stopped())
        return;
    try {
        box.run([&] {
            box.kernel->extension<ps::Processes>().run_down(*process, STATUS_SUCCESS);
            box.kernel->objects().dereference(process->body);
        });
    } catch (const BoxStopped &) {
        // The driver crashed while the client was run down; the box says so to whoever asks.
    }
}

ClientState *ClientState::current() {
    ksuser::ClientThread *thread = ksuser::current_client_thread();
    return thread == nullptr ? nullptr : static_cast<ClientState *>(&thread->client);
}

void ClientState::run_as_client(const std::function<void()> &work) {
    box.run([&] {
        AsClient scope(*this);
        if (automatic_com && !ksuser::current_client_thread()->has_com())
            ksuser::CoInitializeEx(nullptr, 0);
        work();
    });
}

std::string ClientState::broker_refusal(broker::Handle file, std::uint32_t access) {
    const std::optional<ksbox::box::OpenedFiles::Origin> origin = files.find(file);
    broker::AccessQuestion question{.client = name, .writes = (access & GENERIC_WRITE) != 0};
    if (origin) {
        question.path = origin->path;
        question.category = origin->category;
    }
    if (box.broker.allows(question))
        return {};
    return "the device broker's policy does not let client '" + name + "' " +
           (question.writes ? "write to " : "read from ") +
           (origin ? origin->path : std::string("a file that it did not see opened"));
}

unsigned ClientState::windows_version() {
    return box.options.windows_version;
}

Buffer::Buffer(Client &client, std::size_t bytes) : client_(&client) {
    client.state().run([&] {
        auto address = client.state().heap.allocate_zeroed(client.state().transport(), bytes);
        if (!address)
            throw_status(address.error(), "client memory");
        bytes_ = {*address, bytes};
    });
}

Buffer::Buffer(Buffer &&other) noexcept
    : client_(std::exchange(other.client_, nullptr)), bytes_(std::exchange(other.bytes_, {})) {}

Buffer &Buffer::operator=(Buffer &&other) noexcept {
    std::swap(client_, other.client_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

Buffer::~Buffer() {
    if (client_ == nullptr || bytes_.data() == nullptr ||
        client_->state().box.kernel->bug_check().stopped())
        return;
    try {
        client_->state().run([&] {
            client_->state().heap.free(client_->state().transport(), bytes_.data(), bytes_.size());
        });
    } catch (const BoxStopped &) {
        // Gone with the box.
    }
}

Client::Client(std::unique_ptr<ClientState> state) : state_(std::move(state)) {}
Client::~Client() = default;
const std::string &Client::name() const {
    return state_->name;
}
void Client::automatic_com(bool on) {
    state_->automatic_com = on;
}
void Client::run(const std::function<void()> &work) {
    state_->run(work);
}

std::vector<InterfaceFacts> Client::interfaces(const Guid &category) {
    std::vector<InterfaceFacts> facts;
    state_->run([&] {
        for (const io::user::InterfaceFacts &one : io::user::interfaces(category))
            facts.push_back(
                {to_utf8(one.path),
                 to_utf8(one.friendly_name.empty() ? one.device_name : one.friendly_name),
                 one.category, to_utf8(one.friendly_name), to_utf8(one.device_name)});
    });
    return facts;
}

Filter Client::open_filter(const std::string &path) {
    Handle handle = 0;
    state_->run([&] {
        std::u16string name = to_utf16(path);
        auto opened = state_->transport().open(
            {.name = std::as_bytes(std::span(name)), .access = GENERIC_READ | GENERIC_WRITE});
        if (!opened)
            throw Error(std::uint32_t(opened.error().value()),
                        path + " cannot be opened: " + describe_status(opened.error().value()),
                        state_->transport().take_reason(0));
        handle = *opened;
        io::Interface *interface = state_->box.kernel->io().interfaces().find(name);
        state_->files.add(handle, {path, interface == nullptr ? Guid{} : interface->category});
    });
    return Filter(*this, handle);
}

Reason Client::last_refusal() {
    Reason reason;
    state_->run([&] { reason = ksuser::current_client_thread()->refusal; });
    return reason;
}

Handle Client::create_event(bool manual_reset) {
    Handle handle = 0;
    state_->run([&] {
        auto event = io::user::create_event(manual_reset, false);
        if (!event)
            throw_status(event.error(), "event");
        handle = reinterpret_cast<Handle>(*event);
    });
    return handle;
}

Handle Client::create_semaphore(std::int32_t count, std::int32_t limit) {
    Handle handle = 0;
    state_->run([&] {
        auto semaphore = io::user::create_semaphore(count, limit);
        if (!semaphore)
            throw_status(semaphore.error(), "semaphore");
        handle = reinterpret_cast<Handle>(*semaphore);
    });
    return handle;
}

bool Client::wait(Handle handle, std::uint64_t time_100ns) {
    NTSTATUS status = STATUS_SUCCESS;
    state_->run([&] {
        LARGE_INTEGER timeout;
        timeout.QuadPart = -static_cast<LONGLONG>(time_100ns);
        status = io::user::wait(reinterpret_cast<HANDLE>(handle), &timeout);
        if (!NT_SUCCESS(status))
            throw_status(Status(status), "wait");
    });
    return status != STATUS_TIMEOUT;
}

void Client::close(Handle handle) {
    state_->run([&] {
        state_->files.remove(handle);
        Status status = state_->transport().close(handle);
        if (!status.success())
            throw_status(status, "CloseHandle");
    });
}

struct Client::Thread::State {
    ClientState &client;
    ke::ThreadBody *body = nullptr;
    std::function<void()> work;
    std::exception_ptr thrown;
};

Client::Thread::Thread(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::Thread::Thread(Thread &&) noexcept = default;
Client::Thread &Client::Thread::operator=(Thread &&) noexcept = default;

Client::Thread Client::spawn(std::string name, std::function<void()> work) {
    auto state = std::make_unique<Thread::State>(*state_, nullptr, std::move(work));
    state_->box.run([&] {
        ClientState *client = state_.get();
        Thread::State *own = state.get();
        auto started = client->box.kernel->scheduler().create_thread(
            {.name = client->name + "." + name,
             .kind = ke::ThreadKind::client,
             .entry =
                 [client, own] {
                     ke::Thread &thread = ke::current_thread();
                     thread.extension = std::make_unique<ksuser::ClientThread>(*client);
                     thread.previous_mode = UserMode;
                     try {
                         own->work();
                     } catch (...) {
                         own->thrown = std::current_exception();
                     }
                     ksuser::current_client_thread()->leave_apartment();
                     io::Reasons::forget(*client->box.kernel, thread.id);
                     client->box.kernel->io().run_down_thread_io(thread);
                 },
             .process = client->process->body});
        if (!started)
            throw_status(started.error(), "thread " + name);
        state->body = (*started)->body;
    });
    return Thread(std::move(state));
}

void Client::Thread::join() {
    if (!state_ || state_->body == nullptr)
        return;
    ke::ThreadBody *body = std::exchange(state_->body, nullptr);
    Box::State &box = state_->client.box;
    box.run([&] {
        KeWaitForSingleObject(body, Executive, KernelMode, FALSE, nullptr);
        box.kernel->objects().dereference(body);
    });
    if (state_->thrown)
        std::rethrow_exception(std::exchange(state_->thrown, nullptr));
}

Client::Thread::~Thread() {
    try {
        join();
    } catch (...) {
        // join() is the way to learn what the thread threw.
    }
}

} // namespace ksbox

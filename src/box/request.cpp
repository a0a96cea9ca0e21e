// I/O requests of a client: the status block, the event and the input live in client memory until
// the request has ended.
#include <cstring>

#include "base/status_names.h"
#include "box/state.h"
#include "nt/io/user_services.h"
#include "nt/ke/scheduler.h"

namespace ksbox {

struct Request::State {
    State(Client &owner, Handle target, std::size_t input_bytes)
        : client(owner), file(target), memory(owner, sizeof(IO_STATUS_BLOCK) + input_bytes) {}

    Client &client;
    Handle file;
    Handle event = 0;
    Buffer memory; ///< IO_STATUS_BLOCK, then the input
    IoResult result;
    bool ended = false;

    IO_STATUS_BLOCK *block() { return reinterpret_cast<IO_STATUS_BLOCK *>(memory.data()); }
    void take_result() {
        result = {std::int32_t(block()->Status), block()->Information};
        ended = true;
        ke::HostLockGuard guard(client.state().idle_events_lock);
        client.state().idle_events.push_back(reinterpret_cast<HANDLE>(event));
    }
};

Request::Request(std::unique_ptr<State> state) : state_(std::move(state)) {}
Request::Request(Request &&) noexcept = default;

Request &Request::operator=(Request &&other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

Request::~Request() {
    if (!state_ || state_->ended || state_->client.state().box.kernel->bug_check().stopped())
        return;
    try {
        cancel();
        wait();
    } catch (const Error &) {
        // Gone with the box or the client.
    }
}

bool Request::done() const {
    return state_->ended;
}

IoResult Request::wait() {
    if (!state_->ended)
        state_->client.state().run([&] {
            io::user::wait(reinterpret_cast<HANDLE>(state_->event), nullptr);
            state_->take_result();
        });
    return state_->result;
}

std::optional<IoResult> Request::wait_for(std::uint64_t time_100ns) {
    if (!state_->ended)
        state_->client.state().run([&] {
            LARGE_INTEGER timeout;
            timeout.QuadPart = -static_cast<LONGLONG>(time_100ns);
            NTSTATUS status = io::user::wait(reinterpret_cast<HANDLE>(state_->event), &timeout);
            if (status == STATUS_SUCCESS)
                state_->take_result();
        });
    return state_->ended ? std::optional(state_->result) : std::nullopt;
}

void Request::cancel() {
    if (state_->ended)
        return;
    state_->client.state().run([&] {
        (void)state_->client.state().transport().cancel(
            state_->file, reinterpret_cast<broker::ClientAddress>(state_->block()));
    });
}

namespace {

// The I/O manager resets the event when the request starts.
Handle take_event(ClientState &client) {
    {
        ke::HostLockGuard guard(client.idle_events_lock);
        if (!client.idle_events.empty()) {
            HANDLE event = client.idle_events.back();
            client.idle_events.pop_back();
            return reinterpret_cast<Handle>(event);
        }
    }
    auto event = io::user::create_event(true, false);
    if (!event)
        throw Error(std::uint32_t(event.error().value()), "event");
    return reinterpret_cast<Handle>(*event);
}

} // namespace

Request Client::start_control(Handle file, std::uint32_t code, std::span<const std::byte> input,
                              std::span<std::byte> output) {
    auto request = std::make_unique<Request::State>(*this, file, input.size());
    state_->run([&] {
        std::byte *in = request->memory.data() + sizeof(IO_STATUS_BLOCK);
        if (!input.empty())
            std::memcpy(in, input.data(), input.size());
        request->event = take_event(*state_);
        request->block()->Status = STATUS_PENDING;
        Status status = state_->transport().ioctl(
            {.file = file,
             .code = code,
             .input = input.empty() ? 0 : reinterpret_cast<broker::ClientAddress>(in),
             .input_bytes = static_cast<std::uint32_t>(input.size()),
             .output = reinterpret_cast<broker::ClientAddress>(output.data()),
             .output_bytes = static_cast<std::uint32_t>(output.size()),
             .status_block = reinterpret_cast<broker::ClientAddress>(request->block()),
             .event = request->event});
        if (status == Status(std::int32_t(STATUS_PENDING)))
            return;
        // An error at once leaves the status block alone.
        if (!status.success() && request->block()->Status == STATUS_PENDING) {
            request->block()->Status = status.value();
            request->block()->Information = 0;
        }
        request->take_result();
    });
    return Request(std::move(request));
}

IoResult Client::control(Handle file, std::uint32_t code, std::span<const std::byte> input,
                         std::span<std::byte> output) {
    if (output.empty())
        return start_control(file, code, input, {}).wait();
    Buffer bounce(*this, output.size());
    std::memcpy(bounce.data(), output.data(), output.size());
    IoResult result = start_control(file, code, input, bounce.bytes()).wait();
    std::memcpy(output.data(), bounce.data(), output.size());
    return result;
}

} // namespace ksbox

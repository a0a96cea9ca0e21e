// I/O requests of a client: the status block, the event and the input live in client memory until
// the request has ended.
#include <cstring>

#include "base/status_names.h"
#include "box/state.h"
#include "nt/io/user_services.h"
#include "nt/ke/scheduler.h"
#include "nt/mm/layout.h"

namespace ksbox {

Request::State::State(Client &owner) : client(owner) {
    auto place = owner.state().heap.allocate(owner.state().transport(), memory_bytes);
    if (!place)
        throw Error(std::uint32_t(place.error().value()), "client memory");
    memory = *place;
    auto made = io::user::create_event(true, false);
    if (!made)
        throw Error(std::uint32_t(made.error().value()), "event");
    event = reinterpret_cast<Handle>(*made);
}

std::byte *Request::State::input_place(std::size_t bytes) {
    if (bytes <= output_offset - input_offset)
        return memory + input_offset;
    return long_input.emplace(client, bytes).data();
}

std::span<std::byte> Request::State::output_place(std::size_t bytes) {
    if (bytes <= memory_bytes - output_offset)
        return {memory + output_offset, bytes};
    return long_output.emplace(client, bytes).bytes();
}

void Request::State::take_result() {
    result = {std::int32_t(block()->Status), block()->Information};
    ended = true;
    if (!result.success())
        refusal = client.state().transport().take_reason(
            reinterpret_cast<broker::ClientAddress>(block()));
}

Request::Request(std::unique_ptr<State> state) : state_(std::move(state)) {}
Request::Request(Request &&) noexcept = default;

Request &Request::operator=(Request &&other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

Request::~Request() {
    if (!state_ || state_->client.state().box.kernel->bug_check().stopped())
        return;
    try {
        if (!state_->ended) {
            cancel();
            wait();
        }
        state_->long_input.reset();
        state_->long_output.reset();
    } catch (const Error &) {
        return; // gone with the box or the client
    }
    ClientState &client = state_->client.state();
    ke::HostLockGuard guard(client.idle_requests_lock);
    client.idle_requests.push_back(std::move(state_));
}

Reason Request::refusal() const {
    return state_->refusal;
}

bool Request::done() const {
    return const_cast<Request *>(this)
        ->wait_for(0)
        .has_value(); // takes the result when it is there
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

std::unique_ptr<Request::State> take_request(Client &client) {
    ClientState &state = client.state();
    {
        ke::HostLockGuard guard(state.idle_requests_lock);
        if (!state.idle_requests.empty()) {
            std::unique_ptr<Request::State> request = std::move(state.idle_requests.back());
            state.idle_requests.pop_back();
            request->ended = false;
            if (!request->refusal.empty())
                request->refusal = {};
            return request;
        }
    }
    return std::make_unique<Request::State>(client);
}

/// In the windows where clients have their memory; only the kernel knows whether it is mapped.
bool is_client_memory(std::span<const std::byte> bytes) {
    using namespace mm::layout;
    const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
    return address >= client_window && address - client_window < slots * client_slot_bytes;
}

/// Sends it. The I/O manager resets the event when the request starts. On a client's thread.
void start(Request::State &request, Handle file, std::uint32_t code,
           std::span<const std::byte> input, std::span<std::byte> output) {
    const std::byte *in = input.data();
    if (input.empty()) {
        in = nullptr;
    } else if (!is_client_memory(input)) {
        std::byte *place = request.input_place(input.size());
        std::memcpy(place, input.data(), input.size());
        in = place;
    }
    request.file = file;
    request.block()->Status = STATUS_PENDING;
    Status status = request.client.state().transport().ioctl(
        {.file = file,
         .code = code,
         .input = reinterpret_cast<broker::ClientAddress>(in),
         .input_bytes = static_cast<std::uint32_t>(input.size()),
         .output = reinterpret_cast<broker::ClientAddress>(output.data()),
         .output_bytes = static_cast<std::uint32_t>(output.size()),
         .status_block = reinterpret_cast<broker::ClientAddress>(request.block()),
         .event = request.event});
    if (status == Status(std::int32_t(STATUS_PENDING)))
        return;
    // An error at once leaves the status block alone.
    if (!status.success() && request.block()->Status == STATUS_PENDING) {
        request.block()->Status = status.value();
        request.block()->Information = 0;
    }
    request.take_result();
}

} // namespace

Request Client::start_control(Handle file, std::uint32_t code, std::span<const std::byte> input,
                              std::span<std::byte> output) {
    std::unique_ptr<Request::State> request;
    state_->run([&] {
        request = take_request(*this);
        start(*request, file, code, input, output);
    });
    return Request(std::move(request));
}

IoResult Client::control(Handle file, std::uint32_t code, std::span<const std::byte> input,
                         std::span<std::byte> output) {
    IoResult result;
    state_->run([&] {
        auto state = take_request(*this);
        Request::State &own = *state;
        Request request(std::move(state));
        std::span<std::byte> place = output;
        const bool foreign = !output.empty() && !is_client_memory(output);
        if (foreign) {
            place = own.output_place(output.size());
            std::memcpy(place.data(), output.data(), output.size());
        }
        start(own, file, code, input, place);
        result = request.wait();
        Reason &refusal = ksuser::current_client_thread()->refusal;
        if (!refusal.empty() || !own.refusal.empty())
            refusal = std::exchange(own.refusal, {});
        if (foreign)
            std::memcpy(output.data(), place.data(), output.size());
    });
    return result;
}

} // namespace ksbox

#include "broker/in_process_transport.h"

#include "nt/io/reasons.h"
#include "nt/io/user_services.h"
#include "nt/ps/process.h"

namespace ksbox::broker {

namespace {
HANDLE handle_of(Handle handle) {
    return reinterpret_cast<HANDLE>(handle);
}
} // namespace

Result<Handle> InProcessTransport::open(const Open &request) {
    io::OpenParameters parameters;
    parameters.root = handle_of(request.root);
    parameters.name = {reinterpret_cast<const char16_t *>(request.name.data()),
                       request.name.size() / sizeof(char16_t)};
    // A create string's parameters may have an odd length; the rest of the last unit is a zero.
    std::u16string padded;
    if (request.name.size() % sizeof(char16_t) != 0) {
        padded.assign(request.name.size() / sizeof(char16_t) + 1, u'\0');
        __builtin_memcpy(padded.data(), request.name.data(), request.name.size());
        parameters.name = padded;
    }
    parameters.access = request.access;
    parameters.share = request.share;
    parameters.options = request.options;
    HANDLE opened = KS_TRY(io::user::open(parameters));
    return reinterpret_cast<Handle>(opened);
}

Status InProcessTransport::ioctl(const Control &request) {
    io::ControlParameters parameters{.file = handle_of(request.file),
                                     .code = request.code,
                                     .input = reinterpret_cast<const void *>(request.input),
                                     .input_bytes = request.input_bytes,
                                     .output = reinterpret_cast<void *>(request.output),
                                     .output_bytes = request.output_bytes};
    io::Completion completion;
    completion.status_block = reinterpret_cast<IO_STATUS_BLOCK *>(request.status_block);
    completion.event = handle_of(request.event);
    return Status(std::int32_t(io::user::device_io_control(parameters, completion)));
}

Status InProcessTransport::cancel(Handle file, ClientAddress status_block) {
    return Status(std::int32_t(io::user::cancel(
        handle_of(file), reinterpret_cast<const IO_STATUS_BLOCK *>(status_block))));
}

Status InProcessTransport::close(Handle handle) {
    return Status(std::int32_t(io::user::close(handle_of(handle))));
}

Reason InProcessTransport::take_reason(ClientAddress status_block) {
    return status_block == 0 ? io::Reasons::take()
                             : io::Reasons::take(reinterpret_cast<const void *>(status_block));
}

Result<ClientAddress> InProcessTransport::map(std::size_t bytes) {
    ps::Process *process = ps::current_client();
    if (process == nullptr)
        return fail(STATUS_INVALID_CID);
    return reinterpret_cast<ClientAddress>(KS_TRY(process->allocate(bytes)));
}

Status InProcessTransport::unmap(ClientAddress address) {
    if (ps::Process *process = ps::current_client())
        process->free(reinterpret_cast<std::byte *>(address));
    return Status(STATUS_SUCCESS);
}

} // namespace ksbox::broker

// The client's side of the services, with previous mode UserMode for their duration.
#include "nt/io/user_services.h"

#include "nt/cm/registry.h"
#include "nt/io/file_object.h"
#include "nt/io/file_services.h"
#include "nt/io/interfaces.h"
#include "nt/io/io_manager.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"
#include "nt/ob/services.h"
#include "nt/ps/process.h"

namespace ksbox::io::user {

namespace {

/// The current thread serves its client's call: UserMode until the scope ends.
class UserMode {
  public:
    UserMode() : thread_(ke::current_thread()), before_(thread_.previous_mode) {
        thread_.previous_mode = ::UserMode;
    }
    ~UserMode() { thread_.previous_mode = before_; }
    UserMode(const UserMode &) = delete;
    UserMode &operator=(const UserMode &) = delete;

  private:
    ke::Thread &thread_;
    KPROCESSOR_MODE before_;
};

bool is_ending() {
    const auto *client = ps::current_client();
    return client && client->is_exiting;
}

RequestEnd end_of(const Completion &completion) {
    return {completion.status_block, completion.event, completion.routine, completion.context};
}

/// The client's own table; handles of the kernel's are nobody's here.
void *table() {
    return ke::current_thread().process;
}

} // namespace

Result<HANDLE> open(const OpenParameters &parameters) {
    if (is_ending())
        return fail(STATUS_PROCESS_IS_TERMINATING);
    UserMode scope;
    FileOpen request;
    request.attributes.root = parameters.root;
    request.attributes.name =
        parameters.root ? std::u16string(parameters.name) : kernel_link(parameters.name);
    request.attributes.has_name = true;
    request.attributes.attributes = OBJ_CASE_INSENSITIVE;
    request.access = parameters.access;
    // As CreateFile asks for them on top of whatever the caller wants.
    request.access |= SYNCHRONIZE | FILE_READ_ATTRIBUTES;
    request.share = parameters.share;
    request.disposition = parameters.disposition;
    request.options = parameters.options;
    request.file_attributes = parameters.file_attributes;
    request.mode = ::UserMode;
    if (request.attributes.name.size() > 0x7ffe) // a UNICODE_STRING holds no more
        return fail(STATUS_OBJECT_NAME_INVALID);
    return KS_TRY(open_file(current_kernel(), request)).handle;
}

NTSTATUS device_io_control(const ControlParameters &parameters, const Completion &completion) {
    UserMode scope;
    return control(current_kernel(),
                   {parameters.file, parameters.code, parameters.input, parameters.input_bytes,
                    parameters.output, parameters.output_bytes},
                   end_of(completion), ::UserMode);
}

NTSTATUS device_io_control_and_wait(const ControlParameters &parameters, ULONG_PTR *information) {
    UserMode scope;
    IO_STATUS_BLOCK result{};
    const auto status =
        control_and_wait(current_kernel(),
                         {parameters.file, parameters.code, parameters.input,
                          parameters.input_bytes, parameters.output, parameters.output_bytes},
                         result, ::UserMode);
    if (information)
        *information = result.Information;
    return status;
}

NTSTATUS read(HANDLE file, void *buffer, ULONG bytes, const LARGE_INTEGER *offset,
              const Completion &completion) {
    UserMode scope;
    return transfer(current_kernel(), {file, true, buffer, bytes, offset}, end_of(completion),
                    ::UserMode);
}

NTSTATUS write(HANDLE file, const void *buffer, ULONG bytes, const LARGE_INTEGER *offset,
               const Completion &completion) {
    UserMode scope;
    return transfer(current_kernel(), {file, false, const_cast<void *>(buffer), bytes, offset},
                    end_of(completion), ::UserMode);
}

NTSTATUS cancel(HANDLE file, const IO_STATUS_BLOCK *status_block) {
    auto &kernel = current_kernel();
    auto *client = ps::current_client();
    if (!client)
        return STATUS_NOT_FOUND;
    auto entry = kernel.objects().resolve_typed(table(), file, ob::ObjectType::file, 0, false);
    if (!entry)
        return entry.error().value();
    const auto count =
        kernel.io().cancel_file_io(*client, static_cast<PFILE_OBJECT>(entry->body), status_block);
    kernel.objects().dereference(entry->body);
    return count ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

NTSTATUS close(HANDLE handle) {
    UserMode scope;
    return ob::close(handle, ::UserMode);
}

Result<HANDLE> duplicate(HANDLE handle, ACCESS_MASK access, bool same_access) {
    if (is_ending())
        return fail(STATUS_PROCESS_IS_TERMINATING);
    if (reinterpret_cast<LONG_PTR>(handle) < 0)
        return fail(STATUS_INVALID_HANDLE);
    return ob::duplicate(table(), handle, table(), true, access, 0,
                         same_access ? DUPLICATE_SAME_ACCESS : 0);
}

Result<HANDLE> create_event(bool manual_reset, bool signalled) {
    if (is_ending())
        return fail(STATUS_PROCESS_IS_TERMINATING);
    HANDLE handle = nullptr;
    const auto status = ob::create_event(&handle, EVENT_ALL_ACCESS, nullptr,
                                         manual_reset ? NotificationEvent : SynchronizationEvent,
                                         signalled, ::UserMode);
    if (!NT_SUCCESS(status))
        return fail(status);
    return handle;
}

Result<HANDLE> create_semaphore(LONG count, LONG limit) {
    if (is_ending())
        return fail(STATUS_PROCESS_IS_TERMINATING);
    HANDLE handle = nullptr;
    const auto status = ob::create_semaphore(&handle, SEMAPHORE_ALL_ACCESS, count, limit);
    if (!NT_SUCCESS(status))
        return fail(status);
    return handle;
}

namespace {

template <typename Act> NTSTATUS with_event(HANDLE handle, Act act) {
    auto &objects = current_kernel().objects();
    if (reinterpret_cast<LONG_PTR>(handle) < 0)
        return STATUS_INVALID_HANDLE;
    auto entry =
        objects.resolve_typed(table(), handle, ob::ObjectType::event, EVENT_MODIFY_STATE, true);
    if (!entry)
        return entry.error().value();
    act(static_cast<PKEVENT>(entry->body));
    objects.dereference(entry->body);
    return STATUS_SUCCESS;
}

} // namespace

NTSTATUS set_event(HANDLE event) {
    return with_event(event, [](PKEVENT body) { KeSetEvent(body, IO_NO_INCREMENT, FALSE); });
}

NTSTATUS reset_event(HANDLE event) {
    return with_event(event, [](PKEVENT body) { KeClearEvent(body); });
}

NTSTATUS wait(HANDLE handle, const LARGE_INTEGER *timeout) {
    UserMode scope;
    auto &objects = current_kernel().objects();
    if (reinterpret_cast<LONG_PTR>(handle) < 0)
        return STATUS_INVALID_HANDLE;
    auto entry = objects.resolve(table(), handle);
    if (!entry)
        return entry.error().value();
    NTSTATUS status = STATUS_OBJECT_TYPE_MISMATCH;
    if (const auto offset = objects.operations(objects.type_of(entry->body)).wait_offset;
        offset >= 0) {
        LARGE_INTEGER due = timeout ? *timeout : LARGE_INTEGER{};
        status = ob::wait_for_client(static_cast<std::byte *>(entry->body) + offset, false,
                                     timeout ? &due : nullptr);
    }
    objects.dereference(entry->body);
    return status;
}

InterfaceFacts describe(const Interface &interface) {
    auto &kernel = current_kernel();
    InterfaceFacts facts{user_link(interface.link), interface.category, interface.instance, {}, {}};
    const auto value =
        kernel.registry().value(interface.key + u"\\Device Parameters", u"FriendlyName");
    if (value && value->type == REG_SZ)
        facts.friendly_name.assign(reinterpret_cast<const char16_t *>(value->data.data()),
                                   value->data.size() / 2);
    while (!facts.friendly_name.empty() && facts.friendly_name.back() == u'\0')
        facts.friendly_name.pop_back();
    if (const auto *node = kernel.io().pnp().node_of(interface.physical))
        facts.device_name =
            node->facts.friendly_name.empty() ? node->facts.description : node->facts.friendly_name;
    return facts;
}

std::vector<InterfaceFacts> interfaces(const Guid &category) {
    std::vector<InterfaceFacts> list;
    for (const auto *interface : current_kernel().io().interfaces().list(category, nullptr, false))
        list.push_back(describe(*interface));
    return list;
}

} // namespace ksbox::io::user

#include "ksuser/ksuser.h"

#include <cstring>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/quad.h"
#include "base/win32_errors.h"
#include "ksuser/client_thread.h"
#include "nt/io/reasons.h"
#include "nt/mm/memory.h"

namespace ksbox::ksuser {

namespace {

constexpr DWORD apartment_threaded = 2; // COINIT_APARTMENTTHREADED

const HANDLE invalid_handle = reinterpret_cast<HANDLE>(-1); // INVALID_HANDLE_VALUE

constexpr std::u16string_view pin_name = u"{146F1A80-4791-11D0-A5D6-28DB04C10000}";
constexpr std::u16string_view clock_name = u"{53172480-4791-11D0-A5D6-28DB04C10000}";
constexpr std::u16string_view allocator_name = u"{642F5D00-4791-11D0-A5D6-28DB04C10000}";
constexpr std::u16string_view node_name = u"{0621061A-EE75-11D0-B915-00A0C9223196}";

// No create string is longer: a UNICODE_STRING's length has 16 bits.
constexpr std::size_t maximum_parameter_bytes = 0xff00 - 2 * 39;

// What a create string carries behind its name, or why the client's memory gives none.
using Parameters = std::expected<std::vector<std::byte>, std::string>;

Parameters copy_from_client(const char *what, const void *from, std::size_t bytes) {
    if (bytes > maximum_parameter_bytes)
        return std::unexpected(std::string(what) + " has " + std::to_string(bytes) +
                               " bytes, a create string holds " +
                               std::to_string(maximum_parameter_bytes));
    std::vector<std::byte> copy(bytes);
    if (!mm::guarded_copy(copy.data(), from, bytes))
        return std::unexpected(std::string(what) + ": its " + std::to_string(bytes) +
                               " bytes cannot be read");
    return copy;
}

// The connect structure with its data format, and the attributes that a format may carry along
// (KSDATAFORMAT_ATTRIBUTES): one copy, so that a client that changes it meanwhile changes nothing.
Parameters copy_connect(const KSPIN_CONNECT *connect) {
    static constexpr const char *what = "the KSPIN_CONNECT with its data format";
    KSDATAFORMAT format;
    const auto begin = reinterpret_cast<std::uintptr_t>(connect); // perhaps no object's address
    const auto at = [&](std::size_t offset) {
        return reinterpret_cast<const void *>(begin + offset);
    };
    if (!mm::guarded_copy(&format, at(sizeof(KSPIN_CONNECT)), sizeof format))
        return copy_from_client(what, connect, sizeof(KSPIN_CONNECT) + sizeof format);
    if (format.FormatSize < sizeof(KSDATAFORMAT))
        return std::unexpected("the data format says it has " + std::to_string(format.FormatSize) +
                               " bytes, a KSDATAFORMAT has " +
                               std::to_string(sizeof(KSDATAFORMAT)));
    std::size_t bytes = sizeof(KSPIN_CONNECT) + format.FormatSize;
    if ((format.Flags & KSDATAFORMAT_ATTRIBUTES) != 0) {
        const std::size_t aligned = quad_aligned(bytes);
        KSMULTIPLE_ITEM attributes;
        if (!mm::guarded_copy(&attributes, at(aligned), sizeof attributes))
            return copy_from_client("the attribute list behind the data format", at(aligned),
                                    sizeof attributes);
        bytes = aligned + attributes.Size;
    }
    return copy_from_client(what, connect, bytes);
}

// The create string: the object's name, a backslash, and the parameters as they are in memory.
std::vector<std::byte> create_string(std::u16string_view name,
                                     const std::vector<std::byte> &parameters) {
    std::vector<std::byte> bytes((name.size() + 1) * sizeof(char16_t));
    std::memcpy(bytes.data(), name.data(), name.size() * sizeof(char16_t));
    const char16_t backslash = u'\\';
    std::memcpy(bytes.data() + name.size() * sizeof(char16_t), &backslash, sizeof backslash);
    bytes.insert(bytes.end(), parameters.begin(), parameters.end());
    return bytes;
}

// Refused before there is a request.
std::int32_t refused(ClientThread &thread, std::int32_t code, std::string sentence) {
    io::Reasons::say_for_thread(code, {std::move(sentence), {}});
    thread.refusal = io::Reasons::take();
    return code;
}

NTSTATUS create(std::u16string_view name, HANDLE parent, const Parameters &parameters,
                ACCESS_MASK access, HANDLE *handle) {
    *handle = invalid_handle;
    ClientThread *thread = current_client_thread();
    if (thread == nullptr)
        return parameters ? STATUS_INVALID_DEVICE_REQUEST : STATUS_INVALID_PARAMETER;
    thread->refusal = {};
    if (!parameters)
        return refused(*thread, STATUS_INVALID_PARAMETER, parameters.error());
    std::vector<std::byte> bytes = create_string(name, *parameters);
    auto opened = thread->client.transport().open(
        {.root = reinterpret_cast<broker::Handle>(parent), .name = bytes, .access = access});
    if (!opened) {
        thread->refusal = thread->client.transport().take_reason(0);
        return opened.error().value();
    }
    thread->client.created(reinterpret_cast<broker::Handle>(parent), *opened);
    *handle = reinterpret_cast<HANDLE>(*opened);
    return STATUS_SUCCESS;
}

// The broker's way: COM must be there, the policy must agree; only then is the driver asked.
template <typename Create>
HRESULT brokered(HANDLE parent, ACCESS_MASK access, HANDLE *handle, Create create_object) {
    *handle = invalid_handle;
    ClientThread *thread = current_client_thread();
    if (thread == nullptr)
        return E_UNEXPECTED;
    if (const unsigned version = thread->client.windows_version(); version < 602)
        return refused(*thread, E_NOTIMPL,
                       "the emulated Windows has version " + std::to_string(version / 100) + "." +
                           std::to_string(version % 100) +
                           "; the *2 functions are there from 6.2 (Windows 8) on");
    if (!thread->has_com())
        return refused(*thread, CO_E_NOTINITIALIZED,
                       "COM is not initialised: this thread is in no apartment, and no thread of "
                       "the client in the multithreaded one");
    if (std::string why =
            thread->client.broker_refusal(reinterpret_cast<broker::Handle>(parent), access);
        !why.empty())
        return refused(*thread, E_ACCESSDENIED, std::move(why));
    return static_cast<HRESULT>(hresult_of_status(create_object()));
}

} // namespace

ClientThread *current_client_thread() {
    ke::Thread *thread = ke::current_thread_or_null();
    return thread == nullptr ? nullptr : dynamic_cast<ClientThread *>(thread->extension.get());
}

DWORD KsCreatePin(HANDLE FilterHandle, const KSPIN_CONNECT *Connect, ACCESS_MASK DesiredAccess,
                  HANDLE *ConnectionHandle) {
    return win32_of_status(
        create(pin_name, FilterHandle, copy_connect(Connect), DesiredAccess, ConnectionHandle));
}

DWORD KsCreateClock(HANDLE ConnectionHandle, const KSCLOCK_CREATE *ClockCreate,
                    HANDLE *ClockHandle) {
    return win32_of_status(
        create(clock_name, ConnectionHandle,
               copy_from_client("the KSCLOCK_CREATE", ClockCreate, sizeof *ClockCreate),
               GENERIC_READ, ClockHandle));
}

DWORD KsCreateAllocator(HANDLE ConnectionHandle, const KSALLOCATOR_FRAMING *AllocatorFraming,
                        HANDLE *AllocatorHandle) {
    return win32_of_status(create(
        allocator_name, ConnectionHandle,
        copy_from_client("the KSALLOCATOR_FRAMING", AllocatorFraming, sizeof *AllocatorFraming),
        GENERIC_READ, AllocatorHandle));
}

DWORD KsCreateTopologyNode(HANDLE ParentHandle, const KSNODE_CREATE *NodeCreate,
                           ACCESS_MASK DesiredAccess, HANDLE *NodeHandle) {
    return win32_of_status(
        create(node_name, ParentHandle,
               copy_from_client("the KSNODE_CREATE", NodeCreate, sizeof *NodeCreate), DesiredAccess,
               NodeHandle));
}

HRESULT KsCreatePin2(HANDLE FilterHandle, const KSPIN_CONNECT *Connect, ACCESS_MASK DesiredAccess,
                     HANDLE *ConnectionHandle) {
    return brokered(FilterHandle, DesiredAccess, ConnectionHandle, [&] {
        return create(pin_name, FilterHandle, copy_connect(Connect), DesiredAccess,
                      ConnectionHandle);
    });
}

HRESULT KsCreateClock2(HANDLE ConnectionHandle, const KSCLOCK_CREATE *ClockCreate,
                       HANDLE *ClockHandle) {
    return brokered(ConnectionHandle, GENERIC_READ, ClockHandle, [&] {
        return create(clock_name, ConnectionHandle,
                      copy_from_client("the KSCLOCK_CREATE", ClockCreate, sizeof *ClockCreate),
                      GENERIC_READ, ClockHandle);
    });
}

HRESULT KsCreateAllocator2(HANDLE ConnectionHandle, const KSALLOCATOR_FRAMING *AllocatorFraming,
                           HANDLE *AllocatorHandle) {
    return brokered(ConnectionHandle, GENERIC_READ, AllocatorHandle, [&] {
        return create(
            allocator_name, ConnectionHandle,
            copy_from_client("the KSALLOCATOR_FRAMING", AllocatorFraming, sizeof *AllocatorFraming),
            GENERIC_READ, AllocatorHandle);
    });
}

HRESULT KsCreateTopologyNode2(HANDLE ParentHandle, const KSNODE_CREATE *NodeCreate,
                              ACCESS_MASK DesiredAccess, HANDLE *NodeHandle) {
    return brokered(ParentHandle, DesiredAccess, NodeHandle, [&] {
        return create(node_name, ParentHandle,
                      copy_from_client("the KSNODE_CREATE", NodeCreate, sizeof *NodeCreate),
                      DesiredAccess, NodeHandle);
    });
}

HRESULT CoInitialize(void *Reserved) {
    return CoInitializeEx(Reserved, apartment_threaded);
}

HRESULT CoInitializeEx(void *, DWORD Model) {
    ClientThread *thread = current_client_thread();
    if (thread == nullptr)
        return E_UNEXPECTED;
    bool multithreaded = (Model & apartment_threaded) == 0;
    if (thread->initialisations > 0) {
        if (thread->multithreaded != multithreaded)
            return static_cast<HRESULT>(0x80010106); // RPC_E_CHANGED_MODE
        ++thread->initialisations;
        return S_FALSE;
    }
    thread->initialisations = 1;
    thread->multithreaded = multithreaded;
    if (multithreaded)
        ++thread->client.multithreaded_threads();
    return S_OK;
}

void CoUninitialize() {
    ClientThread *thread = current_client_thread();
    if (thread == nullptr || thread->initialisations == 0)
        return;
    if (--thread->initialisations == 0 && thread->multithreaded)
        --thread->client.multithreaded_threads();
}

} // namespace ksbox::ksuser

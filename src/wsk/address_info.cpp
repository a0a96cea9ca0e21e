// Names and addresses: text is read and written, nobody is asked. WskGetAddressInfo,
// WskFreeAddressInfo, WskGetNameInfo.
#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "base/unicode.h"
#include "nt/irql_check.h"
#include "nt/mm/pool.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"
#include "wsk/network.h"
#include "wsk/provider.h"

namespace ksbox::wsk {
namespace {

constexpr std::uint32_t information_tag = 0x416b'7357; // 'WskA'

std::string text_of(PUNICODE_STRING string) {
    return string && string->Buffer
               ? to_utf8(std::u16string_view(string->Buffer, string->Length / sizeof(char16_t)))
               : std::string();
}

void check_client(PWSK_CLIENT client, const char *function) {
    require_irql(PASSIVE_LEVEL, function);
    Network &network = Network::current();
    SpinGuard guard(network.lock());
    network.client_of(client, function);
}

/// Both fields of the IRP hold the status: the page says so of IoStatus.Information.
NTSTATUS finish(PIRP irp, NTSTATUS status) {
    if (!irp)
        return status;
    take(irp);
    return complete(irp, status, static_cast<ULONG>(status));
}

Result<std::uint16_t> port_of(const std::string &service) {
    std::uint16_t port = 0;
    const auto [end, error] =
        std::from_chars(service.data(), service.data() + service.size(), port);
    if (error != std::errc() || end != service.data() + service.size())
        return fail(STATUS_NO_MATCH); // a name
    return port;
}

Result<std::vector<Address>> addresses_of(const std::string &node, bool passive) {
    if (!node.empty() && node != "localhost") {
        const auto read = Address::parse(node);
        if (!read) {
            Network::current().kernel().trace().event(
                "wsk.no_match", {{"name", std::string_view(node)},
                                 {"why", "names of hosts are not looked up: give an address"}});
            return fail(STATUS_NO_MATCH);
        }
        return std::vector{*read};
    }
    if (node.empty() && passive) {
        Address any6;
        any6.ipv6 = true;
        return std::vector{any6, Address()};
    }
    return std::vector{Address::loopback(true, 0), Address::loopback(false, 0)};
}

struct Information {
    ADDRINFOEXW public_part;
    SOCKADDR_STORAGE address;
};

/// The list's next element. Null: no memory.
ADDRINFOEXW *make_information(const Address &address, const ADDRINFOEXW *hints,
                              const void *caller) {
    auto *made = static_cast<Information *>(current_kernel().pool().allocate(
        mm::PoolKind::nonpaged, sizeof(Information), information_tag, caller, true));
    if (!made)
        return nullptr;
    made->public_part.ai_family = address.ipv6 ? AF_INET6 : AF_INET;
    made->public_part.ai_socktype = hints ? hints->ai_socktype : 0;
    made->public_part.ai_protocol = hints ? hints->ai_protocol : 0;
    made->public_part.ai_addrlen = sockaddr_bytes(address.ipv6);
    made->public_part.ai_addr = reinterpret_cast<PSOCKADDR>(&made->address);
    write_address(address, made->public_part.ai_addr);
    return &made->public_part;
}

void free_list(ADDRINFOEXW *list) {
    while (list) {
        ADDRINFOEXW *next = list->ai_next;
        current_kernel().pool().free(list, information_tag, nullptr);
        list = next;
    }
}

Result<ADDRINFOEXW *> look_up(const std::string &node, const std::string &service,
                              const ADDRINFOEXW *hints, const void *caller) {
    const int family = hints ? hints->ai_family : AF_UNSPEC;
    if ((node.empty() && service.empty()) ||
        (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
        return fail(STATUS_INVALID_PARAMETER);
    const std::uint16_t port = service.empty() ? std::uint16_t(0) : KS_TRY(port_of(service));
    ADDRINFOEXW *first = nullptr;
    ADDRINFOEXW **link = &first;
    for (Address &address : KS_TRY(addresses_of(node, hints && (hints->ai_flags & AI_PASSIVE)))) {
        if (family != AF_UNSPEC && (family == AF_INET6) != address.ipv6)
            continue;
        address.port = port;
        *link = make_information(address, hints, caller);
        if (!*link) {
            free_list(first);
            return fail(STATUS_INSUFFICIENT_RESOURCES);
        }
        link = &(*link)->ai_next;
    }
    if (!first)
        return fail(STATUS_NO_MATCH);
    return first;
}

/// With the zero behind it, which Length does not count.
NTSTATUS write_text(PUNICODE_STRING to, const std::string &text) {
    if (!to)
        return STATUS_SUCCESS;
    const std::u16string wide = to_utf16(text);
    const std::size_t bytes = (wide.size() + 1) * sizeof(char16_t);
    if (!to->Buffer || to->MaximumLength < bytes)
        return STATUS_BUFFER_TOO_SMALL;
    std::copy_n(wide.c_str(), wide.size() + 1, to->Buffer);
    to->Length = static_cast<USHORT>(bytes - sizeof(char16_t));
    return STATUS_SUCCESS;
}

NTSTATUS describe(PSOCKADDR from, ULONG length, PUNICODE_STRING node, PUNICODE_STRING service,
                  ULONG flags) {
    if (!from || length < sizeof from->sa_family || (!node && !service))
        return STATUS_INVALID_PARAMETER;
    const bool ipv6 = from->sa_family == AF_INET6;
    if (length < sockaddr_bytes(ipv6) || length > sizeof(SOCKADDR_STORAGE))
        return STATUS_INVALID_PARAMETER;
    const auto address = read_address(from, ipv6);
    if (!address)
        return address.error().value();
    // Without a resolver every host is one whose name is not found.
    if (node && (flags & NI_NAMEREQD))
        return STATUS_NO_MATCH;
    if (const NTSTATUS status = write_text(node, address->host_text()); !NT_SUCCESS(status))
        return status;
    return write_text(service, std::to_string(address->port));
}

} // namespace

/// @doc NC:wsk.PFN_WSK_GET_ADDRESS_INFO
NTSTATUS NTAPI get_address_info(PWSK_CLIENT Client, PUNICODE_STRING NodeName,
                                PUNICODE_STRING ServiceName, ULONG, GUID *, PADDRINFOEXW Hints,
                                PADDRINFOEXW *Results, PEPROCESS OwningProcess,
                                PETHREAD OwningThread, PIRP Irp) {
    check_client(Client, "WskGetAddressInfo");
    if (!Results || (OwningThread && !OwningProcess))
        return finish(Irp, STATUS_INVALID_PARAMETER);
    const auto found =
        look_up(text_of(NodeName), text_of(ServiceName), Hints, __builtin_return_address(0));
    if (found)
        *Results = *found;
    return finish(Irp, found ? STATUS_SUCCESS : found.error().value());
}

/// @doc NC:wsk.PFN_WSK_FREE_ADDRESS_INFO
VOID NTAPI free_address_info(PWSK_CLIENT Client, PADDRINFOEXW AddrInfo) {
    check_client(Client, "WskFreeAddressInfo");
    free_list(AddrInfo);
}

/// @doc NC:wsk.PFN_WSK_GET_NAME_INFO
NTSTATUS NTAPI get_name_info(PWSK_CLIENT Client, PSOCKADDR SockAddr, ULONG SockAddrLength,
                             PUNICODE_STRING NodeName, PUNICODE_STRING ServiceName, ULONG Flags,
                             PEPROCESS OwningProcess, PETHREAD OwningThread, PIRP Irp) {
    check_client(Client, "WskGetNameInfo");
    return finish(Irp, OwningThread && !OwningProcess
                           ? STATUS_INVALID_PARAMETER
                           : describe(SockAddr, SockAddrLength, NodeName, ServiceName, Flags));
}

} // namespace ksbox::wsk

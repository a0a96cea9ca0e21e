// Create strings, and kernel-mode creation of pins, clocks, allocators and nodes.
#include "ks/kernel_create.h"

#include <cstring>

#include "base/quad.h"
#include "ks/create_parameters.h"
#include "ks/exports.h"
#include "nt/irql_check.h"

namespace ksbox::ks {

std::u16string create_string(std::u16string_view object_class,
                             std::span<const std::byte> parameters) {
    std::u16string name(object_class);
    name += u'\\';
    const std::size_t head = name.size();
    name.resize(head + (parameters.size() + 1) / sizeof(char16_t));
    std::memcpy(name.data() + head, parameters.data(), parameters.size());
    return name;
}

NTSTATUS create_below(HANDLE parent, std::u16string_view object_class,
                      std::span<const std::byte> parameters, ACCESS_MASK access, HANDLE *result) {
    std::u16string text = create_string(object_class, parameters);
    const std::size_t bytes = text.size() * sizeof(char16_t);
    if (bytes > 0xFFFE)
        return STATUS_INVALID_PARAMETER;
    UNICODE_STRING name{static_cast<USHORT>(bytes), static_cast<USHORT>(bytes), text.data()};
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, parent, nullptr);
    IO_STATUS_BLOCK io{};
    return IoCreateFile(result, access, &attributes, &io, nullptr, FILE_ATTRIBUTE_NORMAL, 0,
                        FILE_OPEN, 0, nullptr, 0, CreateFileTypeNone, nullptr,
                        IO_NO_PARAMETER_CHECKING);
}

std::size_t connect_bytes(const KSPIN_CONNECT *connect) {
    const auto *format = reinterpret_cast<const KSDATAFORMAT *>(connect + 1);
    if (format->FormatSize < sizeof(KSDATAFORMAT))
        return 0;
    std::size_t bytes = sizeof *connect + format->FormatSize;
    if (!(format->Flags & KSDATAFORMAT_ATTRIBUTES))
        return bytes;
    bytes = quad_aligned(bytes);
    const auto *attributes = reinterpret_cast<const KSMULTIPLE_ITEM *>(
        reinterpret_cast<const std::byte *>(connect) + bytes);
    return bytes + attributes->Size;
}

} // namespace ksbox::ks

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

NTSTATUS NTAPI KsCreatePin(HANDLE FilterHandle, PKSPIN_CONNECT Connect, ACCESS_MASK DesiredAccess,
                           PHANDLE ConnectionHandle) {
    require_irql(PASSIVE_LEVEL, "KsCreatePin");
    const std::size_t bytes = connect_bytes(Connect);
    if (!bytes)
        return STATUS_INVALID_PARAMETER;
    return create_below(FilterHandle, u"{146F1A80-4791-11D0-A5D6-28DB04C10000}",
                        {reinterpret_cast<const std::byte *>(Connect), bytes}, DesiredAccess,
                        ConnectionHandle);
}

NTSTATUS NTAPI KsCreateClock(HANDLE ConnectionHandle, PKSCLOCK_CREATE ClockCreate,
                             PHANDLE ClockHandle) {
    require_irql(PASSIVE_LEVEL, "KsCreateClock");
    return create_below(ConnectionHandle, u"{53172480-4791-11D0-A5D6-28DB04C10000}",
                        std::as_bytes(std::span(ClockCreate, 1)), GENERIC_READ, ClockHandle);
}

NTSTATUS NTAPI KsCreateAllocator(HANDLE ConnectionHandle, PKSALLOCATOR_FRAMING AllocatorFraming,
                                 PHANDLE AllocatorHandle) {
    require_irql(PASSIVE_LEVEL, "KsCreateAllocator");
    return create_below(ConnectionHandle, u"{642F5D00-4791-11D0-A5D6-28DB04C10000}",
                        std::as_bytes(std::span(AllocatorFraming, 1)), GENERIC_READ,
                        AllocatorHandle);
}

NTSTATUS NTAPI KsCreateTopologyNode(HANDLE ParentHandle, PKSNODE_CREATE NodeCreate,
                                    ACCESS_MASK DesiredAccess, PHANDLE NodeHandle) {
    require_irql(PASSIVE_LEVEL, "KsCreateTopologyNode");
    return create_below(ParentHandle, u"{0621061A-EE75-11D0-B915-00A0C9223196}",
                        std::as_bytes(std::span(NodeCreate, 1)), DesiredAccess, NodeHandle);
}

NTSTATUS NTAPI KsValidateTopologyNodeCreateRequest(PIRP Irp, PKSTOPOLOGY Topology,
                                                   PKSNODE_CREATE *NodeCreate) {
    auto parameters = create_parameters(Irp, sizeof(KSNODE_CREATE));
    if (!parameters)
        return parameters.error().value();
    const auto request = copy_parameters<KSNODE_CREATE>(*parameters);
    if (request.CreateFlags ||
        (request.Node != KSFILTER_NODE && request.Node >= Topology->TopologyNodesCount))
        return STATUS_INVALID_PARAMETER;
    *NodeCreate = static_cast<PKSNODE_CREATE>(*parameters);
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> ksbox::ks::create_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsCreatePin),
        KS_EXPORT(done, KsCreateClock),
        KS_EXPORT(done, KsCreateAllocator),
        KS_EXPORT(done, KsCreateTopologyNode),
        KS_EXPORT(done, KsValidateTopologyNodeCreateRequest),
    };
    return table;
}

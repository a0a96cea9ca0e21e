// Requests that another driver answers.
#include "sysaudio/forwarding.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "ks/refusal.h"
#include "ks/request.h"
#include "nt/io/reasons.h"

namespace ksbox::sysaudio {

NTSTATUS forward_copy(PIRP irp, const KernelFile &file, ULONG number) {
    const auto identifier = ks::peek_identifier(irp);
    if (!identifier)
        return identifier.error().value();
    const bool sets = (identifier->Flags & KSPROPERTY_TYPE_SET) != 0;
    const auto request =
        ks::capture_request(irp, sets ? ks::DataUse::in : ks::DataUse::in_out, nullptr);
    if (!request)
        return request.error().value();
    const auto *bytes = reinterpret_cast<const std::byte *>(request->identifier);
    std::vector<std::byte> copy(bytes, bytes + request->request_bytes);
    copy.resize(std::max(copy.size(), sizeof(KSIDENTIFIER) + sizeof number));
    std::memcpy(copy.data() + sizeof(KSIDENTIFIER), &number, sizeof number);
    ULONG returned = 0;
    io::Reasons::forget();
    const ULONG code = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.IoControlCode;
    const NTSTATUS status = file.control(
        code, copy, {static_cast<std::byte *>(request->data), request->data_bytes}, returned);
    irp->IoStatus.Information = returned;
    if (Reason why = io::Reasons::take(); !NT_SUCCESS(status) && !why.empty())
        return ks::refused(irp, status, std::move(why.sentence), std::move(why.details));
    return status;
}

namespace {

bool unknown(NTSTATUS status) {
    return status == STATUS_NOT_FOUND || status == STATUS_PROPSET_NOT_FOUND;
}

Result<std::shared_ptr<const KernelFile>> open(const VirtualFilter::Current &current,
                                               std::size_t filter) {
    LockGuard guard(current.device->lock);
    return current.device->shared_file(current.plan->filters()[filter]);
}

} // namespace

NTSTATUS forward_to_node(PIRP irp, const VirtualFilter::Current &current, const Graph *graph) {
    irp->IoStatus.Information = 0;
    struct {
        KSIDENTIFIER identifier;
        ULONG node;
    } request;
    constexpr ULONG bytes = sizeof(KSIDENTIFIER) + sizeof(ULONG);
    if (const auto peeked = ks::peek_request(irp, &request, bytes); !peeked)
        return peeked.error().value();
    if (!current.device)
        return ks::refused(irp, STATUS_INVALID_DEVICE_REQUEST,
                           "no virtual device has been chosen on this file");
    const auto &nodes = current.plan->nodes();
    if (request.node >= nodes.size())
        return ks::refused(
            irp, STATUS_INVALID_PARAMETER,
            fmt::format("the virtual device has {} nodes; the request is for node {}", nodes.size(),
                        request.node));
    const NodeOf node = nodes[request.node];
    if (graph && graph->path().entry().filter == node.filter)
        if (const NTSTATUS status = forward_copy(irp, graph->entry(), node.node); !unknown(status))
            return status;
    const auto file = open(current, node.filter);
    return file ? forward_copy(irp, **file, node.node) : file.error().value();
}

NTSTATUS forward_to_factory(PIRP irp, const VirtualFilter::Current &current,
                            const Factory &factory) {
    std::vector<PinOf> pins;
    for (const Path &path : factory.paths)
        pins.push_back(format_pin(current.plan->filters(), path));
    if (pins.empty())
        pins.push_back(factory.end);
    NTSTATUS status = STATUS_NO_MATCH;
    for (const PinOf pin : pins) {
        const auto file = open(current, pin.filter);
        status = file ? forward_copy(irp, **file, pin.pin) : file.error().value();
        if (status != STATUS_NO_MATCH)
            break;
    }
    return status;
}

} // namespace ksbox::sysaudio

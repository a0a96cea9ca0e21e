// Through the transport, by which a client's handles and memory are plain numbers.
#include "box/state.h"

#include "ksuser/ksuser.h"

#include "stress/doomed.h"

namespace ksbox::stress {
namespace {

KSIDENTIFIER standard(const GUID &set) {
    KSIDENTIFIER identifier{};
    identifier.Set = set;
    return identifier;
}

} // namespace

Doomed::Doomed(Client &client, const FilterKind &kind) : client_(client) {
    client_.run([&] {
        const std::u16string path(kind.path.begin(), kind.path.end());
        filter_ = client_.state()
                      .transport()
                      .open({.name = std::as_bytes(std::span(path)),
                             .access = GENERIC_READ | GENERIC_WRITE})
                      .value();
    });
}

Handle Doomed::pin(const PinKind &kind, Handle to) {
    const auto format = kind.format.bytes();
    std::vector<std::byte> request(sizeof(KSPIN_CONNECT) + format.size());
    auto *connect = reinterpret_cast<KSPIN_CONNECT *>(request.data());
    connect->Interface = standard(KSINTERFACESETID_Standard);
    connect->Medium = standard(KSMEDIUMSETID_Standard);
    connect->PinId = kind.id;
    connect->PinToHandle = reinterpret_cast<HANDLE>(to);
    connect->Priority = {KSPRIORITY_NORMAL, 1};
    std::ranges::copy(format, request.data() + sizeof *connect);
    HANDLE made = nullptr;
    HRESULT result = 0;
    client_.run([&] {
        result = ksuser::KsCreatePin2(reinterpret_cast<HANDLE>(filter_), connect,
                                      kind.data_flow == DataFlow::in ? GENERIC_WRITE : GENERIC_READ,
                                      &made);
    });
    return result == 0 ? reinterpret_cast<Handle>(made) : 0;
}

void Doomed::start(Handle pin, bool writes) {
    client_.run([&] {
        broker::Transport &transport = client_.state().transport();
        const broker::ClientAddress memory = transport.map(16384).value();
        auto *status = reinterpret_cast<IO_STATUS_BLOCK *>(memory);
        auto *header = reinterpret_cast<KSSTREAM_HEADER *>(status + 1);
        header->Size = sizeof *header;
        header->Data = reinterpret_cast<void *>(memory + 4096);
        header->FrameExtent = 4096;
        header->DataUsed = writes ? 4096 : 0;
        (void)transport.ioctl(
            {.file = pin,
             .code = std::uint32_t(writes ? IOCTL_KS_WRITE_STREAM : IOCTL_KS_READ_STREAM),
             .output = reinterpret_cast<broker::ClientAddress>(header),
             .output_bytes = sizeof *header,
             .status_block = memory});
    });
}

} // namespace ksbox::stress

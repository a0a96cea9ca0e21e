// Any bytes as KSPIN_CONNECT with a KSDATAFORMAT: through ksuser, and as the create string that an
// ill-meaning client makes itself. What comes of it is used a little.
// Covers: src/ks
#include <sys/mman.h>

#include "fuzz/sample_box.h"
#include "ksuser/ksuser.h"

namespace {

using namespace ksbox;
using namespace ksbox::fuzz;

constexpr char16_t pin_name[] = u"{146F1A80-4791-11D0-A5D6-28DB04C10000}\\";

/// The bytes end where readable memory does.
class AtTheEnd {
  public:
    explicit AtTheEnd(std::span<const std::byte> bytes)
        : size_((bytes.size() + page - 1) / page * page + page),
          memory_(static_cast<std::byte *>(
              mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
        mprotect(memory_ + size_ - page, page, PROT_NONE);
        at_ = memory_ + size_ - page - bytes.size();
        std::ranges::copy(bytes, at_);
    }
    ~AtTheEnd() { munmap(memory_, size_); }
    AtTheEnd(const AtTheEnd &) = delete;
    AtTheEnd &operator=(const AtTheEnd &) = delete;
    const std::byte *get() const { return at_; }

  private:
    static constexpr std::size_t page = 4096;
    std::size_t size_;
    std::byte *memory_;
    std::byte *at_;
};

KsObject create(Client &client, Handle filter, unsigned way, std::uint32_t access,
                std::span<const std::byte> request) {
    if (way >= 2) {
        std::vector<std::byte> name(sizeof pin_name - sizeof(char16_t));
        std::memcpy(name.data(), pin_name, name.size());
        name.insert(name.end(), request.begin(), request.end());
        return open_relative(client, filter, name, access);
    }
    const AtTheEnd memory(request);
    const auto *connect = reinterpret_cast<const KSPIN_CONNECT *>(memory.get());
    const HANDLE root = reinterpret_cast<HANDLE>(filter);
    HANDLE pin = nullptr;
    bool made = false;
    client.run([&] {
        made = way == 0 ? ksuser::KsCreatePin2(root, connect, access, &pin) == 0
                        : ksuser::KsCreatePin(root, connect, access, &pin) == 0;
    });
    return {client, made ? reinterpret_cast<Handle>(pin) : 0};
}

/// Sets the rest of the input's format, or asks for it.
void use_format(Client &client, Handle object, const KSIDENTIFIER &property, std::uint32_t pin_id,
                std::span<const std::byte> format) {
    KSP_PIN request{};
    request.Property = property;
    request.PinId = pin_id;
    std::vector<std::byte> value(format.begin(), format.end());
    client.control(object, IOCTL_KS_PROPERTY, std::as_bytes(std::span(&request, 1)), value);
}

void transfer(Client &client, Handle pin, bool writes) {
    Buffer header(client, sizeof(KSSTREAM_HEADER)), data(client, 4096);
    auto *frame = reinterpret_cast<KSSTREAM_HEADER *>(header.data());
    frame->Size = sizeof *frame;
    frame->Data = data.data();
    frame->FrameExtent = ULONG(data.size());
    frame->DataUsed = writes ? ULONG(data.size()) : 0;
    Request request = client.start_control(
        pin, writes ? IOCTL_KS_WRITE_STREAM : IOCTL_KS_READ_STREAM, {}, header.bytes());
    request.wait_for(100'000);
}

void visit(Client &client, Input input) {
    const auto &filters = SampleBox::instance().filters();
    const FilterKind &kind = filters[input.u8() % filters.size()];
    const unsigned how = input.u8();
    const std::uint32_t access = how & 0x80 ? input.u32() : GENERIC_READ | GENERIC_WRITE;
    const FilterKind &first_kind = filters[input.u8() % filters.size()];
    const std::size_t first_pin = input.u8();
    const auto bytes = input.rest();
    std::vector<std::byte> request(bytes.begin(), bytes.end());

    Filter filter = client.open_filter(kind.path);
    Filter other = client.open_filter(first_kind.path);
    std::optional<KsObject> first;
    if ((how & 4) && request.size() >= sizeof(KSPIN_CONNECT)) {
        const auto &pins = first_kind.pins;
        if (!pins.empty())
            first = open_pin(client, other.handle(), pins[first_pin % pins.size()]);
        const Handle peer = first ? first->handle() : filter.handle();
        std::memcpy(request.data() + offsetof(KSPIN_CONNECT, PinToHandle), &peer, sizeof peer);
    }
    const auto format = std::span<const std::byte>(request).subspan(
        std::min(sizeof(KSPIN_CONNECT), request.size()));
    if (how & 8)
        use_format(
            client, filter.handle(),
            identifier(KSPROPSETID_Pin, KSPROPERTY_PIN_PROPOSEDATAFORMAT, KSPROPERTY_TYPE_SET),
            std::uint32_t(first_pin), format);
    KsObject pin = create(client, filter.handle(), how & 3, access, request);
    if (!pin.handle())
        return;
    if (how & 16)
        use_format(client, pin.handle(),
                   identifier(KSPROPSETID_Connection, KSPROPERTY_CONNECTION_DATAFORMAT,
                              KSPROPERTY_TYPE_SET),
                   0, format);
    for (std::uint32_t state = KSSTATE_ACQUIRE; state <= KSSTATE_RUN; ++state) {
        set_state(client, pin.handle(), state);
        if (first && first->handle())
            set_state(client, first->handle(), state);
    }
    for (const bool writes : {false, true})
        if (how & 32)
            transfer(client, pin.handle(), writes);
    if (how & 64)
        set_state(client, pin.handle(), KSSTATE_STOP);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    SampleBox::instance().visit([&](Client &client) { visit(client, {data, size}); });
    return 0;
}

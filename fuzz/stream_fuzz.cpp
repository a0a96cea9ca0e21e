// Any bytes as streaming: reads and writes with headers of any content, among changes of state,
// cancels and resets, on a pin or on two that are connected.
// Covers: src/ks
#include "fuzz/sample_box.h"

namespace {

using namespace ksbox;
using namespace ksbox::fuzz;

constexpr std::size_t most_steps = 40, most_headers = 4;

/// A request with the memory that it may use until it has ended.
struct Transfer {
    Buffer headers, data;
    Request request;
};

/// Which fields are right, and what the others are.
void fill_header(KSSTREAM_HEADER &header, Input &input, std::span<std::byte> data, bool writes) {
    const unsigned odd = input.u8();
    header.Size = odd & 1 ? input.u16() : sizeof header;
    header.Data = data.data();
    if (odd & 2) {
        const std::uint64_t address = input.u64();
        header.Data = reinterpret_cast<void *>(
            address & 1 ? address
                        : reinterpret_cast<std::uint64_t>(data.data()) + (address & 0xffff));
    }
    header.FrameExtent = odd & 4 ? input.u32() : ULONG(data.size());
    header.DataUsed = odd & 8 ? input.u32() : writes ? ULONG(data.size()) : 0;
    header.OptionsFlags = odd & 16 ? input.u32() : 0;
    if (odd & 32) {
        header.PresentationTime.Time = LONGLONG(input.u64());
        header.PresentationTime.Numerator = input.u16();
        header.PresentationTime.Denominator = input.u16();
        header.Duration = LONGLONG(input.u32());
    }
    if (odd & 64)
        header.TypeSpecificFlags = input.u32();
    if (odd & 128)
        std::ranges::copy(input.take(std::min<std::size_t>(64, data.size())), data.data());
}

class Stream {
  public:
    Stream(Client &client, Handle pin, Handle second) : client_(client), pins_{pin, second} {}

    /// False for a step that ends it.
    void step(Input &input) {
        const unsigned what = input.u8();
        const Handle pin = what & 0x80 && pins_[1] ? pins_[1] : pins_[0];
        switch (what & 7) {
        case 0:
        case 1:
            return transfer(input, pin, what & 1, what >> 3 & 3);
        case 2:
        case 3:
            set_state(client_, pin, what >> 3 & 3);
            return;
        case 4:
            if (!transfers_.empty())
                transfers_[(what >> 3) % transfers_.size()].request.cancel();
            return;
        case 5:
            SampleBox::instance().box().run_for(std::chrono::milliseconds(what >> 3 & 15));
            return;
        case 6: {
            if (what & 0x40) {
                SampleBox::instance().box().suspend();
                SampleBox::instance().box().resume();
                return;
            }
            std::uint32_t reset = what & 8 ? KSRESET_BEGIN : KSRESET_END;
            client_.control(pin, IOCTL_KS_RESET_STATE, std::as_bytes(std::span(&reset, 1)), {});
            return;
        }
        default: // the oldest is waited for, or forgotten
            if (!transfers_.empty()) {
                transfers_.front().request.wait_for(what & 8 ? 1'000'000 : 0);
                transfers_.erase(transfers_.begin());
            }
        }
    }

  private:
    void transfer(Input &input, Handle pin, bool writes, std::size_t more_headers) {
        const std::size_t count = 1 + more_headers % most_headers;
        const unsigned shape = input.u8();
        const std::size_t stride =
            sizeof(KSSTREAM_HEADER) + (shape & 1 ? sizeof(KS_FRAME_INFO) : 0);
        Buffer headers(client_, count * stride), data(client_, count * frame_bytes);
        std::memset(headers.data(), 0, headers.size());
        for (std::size_t i = 0; i < count; ++i) {
            KSSTREAM_HEADER header{};
            fill_header(header, input, data.bytes().subspan(i * frame_bytes, frame_bytes), writes);
            if (shape & 1 && header.Size == sizeof header) {
                header.Size = ULONG(stride);
                const ULONG info = sizeof(KS_FRAME_INFO);
                std::memcpy(headers.data() + i * stride + sizeof header, &info, sizeof info);
            }
            std::memcpy(headers.data() + i * stride, &header, sizeof header);
        }
        std::size_t bytes = headers.size();
        if (shape & 2)
            bytes = std::min<std::size_t>(bytes, input.u16());
        Request request =
            client_.start_control(pin, writes ? IOCTL_KS_WRITE_STREAM : IOCTL_KS_READ_STREAM, {},
                                  headers.bytes().first(bytes));
        transfers_.push_back({std::move(headers), std::move(data), std::move(request)});
    }

    static constexpr std::size_t frame_bytes = 8192;
    Client &client_;
    Handle pins_[2];
    std::vector<Transfer> transfers_;
};

void visit(Client &client, Input input) {
    const auto &filters = SampleBox::instance().filters();
    const FilterKind &kind = filters[input.u8() % filters.size()];
    const unsigned which = input.u8(), other_number = input.u8(), peer = input.u8();
    if (kind.pins.empty())
        return;
    Filter filter = client.open_filter(kind.path);
    KsObject pin = open_pin(client, filter.handle(), kind.pins[which % kind.pins.size()]);
    const FilterKind &other_kind = filters[other_number % filters.size()];
    Filter other = client.open_filter(other_kind.path);
    KsObject second(client, 0);
    // Another pin of the filter, or one of any filter that is connected to the first.
    if ((which & 0x80) && !other_kind.pins.empty())
        second = open_pin(client, which & 0x40 ? other.handle() : filter.handle(),
                          which & 0x40 ? other_kind.pins[peer % other_kind.pins.size()]
                                       : kind.pins[peer % kind.pins.size()],
                          which & 0x40 ? pin.handle() : 0);
    Stream stream(client, pin.handle(), second.handle());
    for (std::size_t step = 0; step < most_steps && !input.empty(); ++step)
        stream.step(input);
    if (which & 0x20) // the pin goes first, its requests later
        pin.close();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    SampleBox::instance().visit([&](Client &client) { visit(client, {data, size}); });
    return 0;
}

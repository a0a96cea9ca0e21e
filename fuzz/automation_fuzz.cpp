// Any bytes as property, method and event calls on filters, pins, nodes, clocks and allocators: a
// few calls each, so that an event that was enabled can be disabled.
//
// Covers: src/ks
#include "fuzz/sample_box.h"
#include "ksuser/ksuser.h"

namespace {

using namespace ksbox;
using namespace ksbox::fuzz;

constexpr std::uint32_t codes[] = {IOCTL_KS_PROPERTY,     IOCTL_KS_METHOD,
                                   IOCTL_KS_ENABLE_EVENT, IOCTL_KS_DISABLE_EVENT,
                                   IOCTL_KS_RESET_STATE,  0x2f001f /* IOCTL_KS_HANDSHAKE */};
constexpr std::size_t most_calls = 12;

/// The objects that calls go to; made when they are asked for.
class Objects {
  public:
    Objects(Client &client, const FilterKind &kind)
        : client_(client), kind_(kind), filter_(client.open_filter(kind.path)) {}

    Handle get(unsigned which) {
        const unsigned number = which >> 3;
        switch (which & 7) {
        case 0:
        case 1:
            return filter_.handle();
        case 2:
        case 3:
        case 4:
            return pin(number);
        case 5:
            return child(number, [&](HANDLE parent, HANDLE *made) {
                const KSCLOCK_CREATE create{};
                return ksuser::KsCreateClock(parent, &create, made);
            });
        case 6:
            return child(number, [&](HANDLE parent, HANDLE *made) {
                KSALLOCATOR_FRAMING framing{};
                framing.OptionsFlags = KSALLOCATOR_OPTIONF_SYSTEM_MEMORY;
                framing.Frames = 4;
                framing.FrameSize = 4096;
                return ksuser::KsCreateAllocator(parent, &framing, made);
            });
        default:
            return node(number);
        }
    }

  private:
    Handle pin(unsigned number) {
        if (kind_.pins.empty())
            return filter_.handle();
        const std::size_t index = number % kind_.pins.size();
        pins_.resize(kind_.pins.size());
        if (!pins_[index])
            pins_[index] = open_pin(client_, filter_.handle(), kind_.pins[index]);
        return pins_[index]->handle();
    }
    template <typename Create> Handle child(unsigned of_pin, Create create) {
        HANDLE made = nullptr;
        const HANDLE parent = reinterpret_cast<HANDLE>(pin(of_pin));
        bool created = false;
        client_.run([&] { created = create(parent, &made) == 0; });
        if (!created)
            return 0;
        children_.emplace_back(client_, reinterpret_cast<Handle>(made));
        return children_.back().handle();
    }
    Handle node(unsigned number) {
        const KSNODE_CREATE create{0, number};
        HANDLE made = nullptr;
        bool created = false;
        client_.run([&] {
            created = ksuser::KsCreateTopologyNode(reinterpret_cast<HANDLE>(filter_.handle()),
                                                   &create, GENERIC_READ, &made) == 0;
        });
        if (!created)
            return 0;
        children_.emplace_back(client_, reinterpret_cast<Handle>(made));
        return children_.back().handle();
    }

    Client &client_;
    const FilterKind &kind_;
    Filter filter_;
    std::vector<std::optional<KsObject>> pins_;
    std::vector<KsObject> children_;
};

void visit(Client &client, Input input) {
    SampleBox &samples = SampleBox::instance();
    const auto &filters = samples.filters();
    Objects objects(client, filters[input.u8() % filters.size()]);
    const Handle event = client.create_event(false);
    std::vector<Buffer> values;
    for (std::size_t call = 0; call < most_calls && !input.empty(); ++call) {
        const Handle object = objects.get(input.u8());
        const unsigned code = input.u8();
        const std::size_t set = input.u8();
        const std::uint32_t id = input.u8(), flags = input.u32();
        const std::size_t more_bytes = input.u8(),
                          output_bytes = input.u16() % (most_output_bytes + 1);
        const KSIDENTIFIER head =
            identifier(samples.sets()[set % samples.sets().size()], id, flags);
        std::vector<std::byte> request(sizeof head);
        std::memcpy(request.data(), &head, sizeof head);
        const auto more = input.take(more_bytes);
        request.insert(request.end(), more.begin(), more.end());
        if (code & 0x80)
            request.resize(more_bytes); // shorter than its head
        // The bytes of the value that the input gives; the buffer stays, as an event's must.
        Buffer value(client, output_bytes + 1);
        const auto given = input.take(std::min<std::size_t>(output_bytes, code & 0x20 ? 64 : 4));
        std::ranges::copy(given, value.data());
        if ((code & 0x40) && output_bytes >= sizeof(KSEVENTDATA)) {
            KSEVENTDATA data{};
            data.NotificationType = KSEVENTF_EVENT_HANDLE;
            data.EventHandle.Event = reinterpret_cast<HANDLE>(event);
            std::memcpy(value.data(), &data, sizeof data);
        }
        if (code & 0x10 && !values.empty()) // the value of the call before: DISABLE wants that
            std::swap(value, values.back());
        const IoResult result =
            client.control(object, codes[(code & 15) % std::size(codes)], request,
                           value.bytes().first(std::min(output_bytes, value.size())));
        if (result.status == STATUS_SUCCESS && result.information > output_bytes)
            std::abort(); // more than there was room for
        values.push_back(std::move(value));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    SampleBox::instance().visit([&](Client &client) { visit(client, {data, size}); });
    return 0;
}

// ksbox: one client, the cable driver, its capture pin.
#include <cstring>
#include <memory>

#include "ksbox/box.h"
#include "ksbox/filter.h"
#include "ksbox/ks.h"
#include "pins/sides.h"

namespace ksbox::bench {

namespace {

constexpr GUID cable_set{
    0x6c9b5f0a, 0x2e1d, 0x4c57, {0x9a, 0x43, 0x0d, 0x7b, 0x8e, 0x5c, 0x1f, 0x21}};
constexpr ULONG cable_position = 5;
constexpr ULONG capture_id = 1;

class Cable {
  public:
    Cable() : driver_(box_.load(driver_file("cable"))) {
        connect_.Interface.Set = KSINTERFACESETID_Standard;
        connect_.Interface.Id = KSINTERFACE_STANDARD_STREAMING;
        connect_.Medium.Set = KSMEDIUMSETID_Standard;
        connect_.Medium.Id = KSMEDIUM_STANDARD_DEVIO;
        connect_.PinId = capture_id;
        connect_.Priority = {KSPRIORITY_NORMAL, 1};
        const DataFormat format = DataFormat::audio({});
        request_.resize(sizeof connect_ + format.bytes().size());
        std::memcpy(request_.data(), &connect_, sizeof connect_);
        std::memcpy(request_.data() + sizeof connect_, format.bytes().data(),
                    format.bytes().size());
    }

    void read_position() {
        const KSPROPERTY property{cable_set, cable_position, KSPROPERTY_TYPE_GET};
        std::uint64_t position = ~0ULL;
        const IoResult result = filter_.property(std::as_bytes(std::span(&property, 1)),
                                                 std::as_writable_bytes(std::span(&position, 1)));
        if (!result.success() || position != 0)
            throw Error(static_cast<std::uint32_t>(result.status), "the property is wrong");
    }

    Pin create_pin() {
        HANDLE handle = nullptr;
        const auto *connect = reinterpret_cast<const KSPIN_CONNECT *>(request_.data());
        const HRESULT result = KsCreatePin2(reinterpret_cast<HANDLE>(filter_.handle()), connect,
                                            GENERIC_READ, &handle);
        if (result != NOERROR)
            throw Error(static_cast<std::uint32_t>(result), "KsCreatePin2");
        return {client_, reinterpret_cast<Handle>(handle)};
    }

    void live_pin() {
        Pin pin = create_pin();
        for (PinState state : {PinState::acquire, PinState::pause, PinState::run, PinState::pause,
                               PinState::acquire, PinState::stop})
            pin.set_state(state);
        pin.close();
    }

    /// On a thread of the client.
    template <typename Function> void repeat(std::uint64_t count, Function function) {
        client_.run([&] {
            for (std::uint64_t i = 0; i < count; ++i)
                function();
        });
    }

  private:
    Box box_;
    Driver &driver_;
    Client &client_ = box_.client("bench");
    Filter filter_ = client_.open_filter(driver_.filters().at(0).path);
    KSPIN_CONNECT connect_{};
    std::vector<std::byte> request_; ///< KSPIN_CONNECT, KSDATAFORMAT_WAVEFORMATEX
};

} // namespace

Work property_requests() {
    return [cable = std::make_shared<Cable>()](std::uint64_t count) {
        cable->repeat(count, [&] { cable->read_position(); });
    };
}

Work pin_creations() {
    return [cable = std::make_shared<Cable>()](std::uint64_t count) {
        cable->repeat(count, [&] { cable->create_pin().close(); });
    };
}

Work pin_lives() {
    return [cable = std::make_shared<Cable>()](std::uint64_t count) {
        cable->repeat(count, [&] { cable->live_pin(); });
    };
}

} // namespace ksbox::bench

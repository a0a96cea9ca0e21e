#include "conformance/wave_cyclic_card.h"

#include <chrono>
#include <ostream>

namespace ksbox::testing {
namespace {

constexpr Guid card_set{
    0x4c1e3d0a, 0x5b0f, 0x4f7e, {0x9a, 0x55, 0x3c, 0x2b, 0x7a, 0x1d, 0x9e, 0x11}};
constexpr std::uint32_t audio_position = 5; // KSPROPERTY_AUDIO_POSITION

} // namespace

void PrintTo(const AudioPosition &position, std::ostream *stream) {
    *stream << "play " << position.play << ", write " << position.write;
}

CyclicCard::CyclicCard() {
    settings({.BufferBytes = CARD_BUFFER_BYTES});
    forget_journal(filter);
}

void CyclicCard::settings(const CARD_SETTINGS &settings) {
    filter.set(card_set, KSPROPERTY_CARD_SETTINGS, bytes_of(settings));
}

void CyclicCard::advance(std::uint32_t bytes, bool notify) {
    filter.set(card_set, KSPROPERTY_CARD_ADVANCE, bytes_of(CARD_ADVANCE{bytes, notify}));
    traced.box().run_for(std::chrono::milliseconds(5));
}

std::vector<std::byte> CyclicCard::played() {
    auto list = filter.get(card_set, KSPROPERTY_CARD_PLAYED);
    list.erase(list.begin(), list.begin() + 8); // KSMULTIPLE_ITEM
    return list;
}

Pin CyclicCard::create(std::uint32_t pin_id, Kind kind) {
    PinRequest request{.pin_id = pin_id, .format = DataFormat::audio({})};
    if (kind == looped)
        request.interface =
            Identifier{guid_of(KSINTERFACESETID_Standard), KSINTERFACE_STANDARD_LOOPED_STREAMING};
    return filter.connect(request);
}

Pin CyclicCard::open(std::uint32_t pin_id, PinState state, Kind kind) {
    Pin pin = create(pin_id, kind);
    pin.set_state(state);
    return pin;
}

std::uint32_t CyclicCard::ask_state(Pin &pin, PinState state) {
    const KSPROPERTY request{KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE,
                             KSPROPERTY_TYPE_SET};
    return std::uint32_t(pin.property(std::as_bytes(std::span(&request, 1)),
                                      std::as_writable_bytes(std::span(&state, 1)))
                             .status);
}

AudioPosition CyclicCard::position(Pin &pin) {
    return pin.get_as<AudioPosition>(guid_of(KSPROPSETID_Audio), audio_position);
}

Answer CyclicCard::set_position(Pin &pin, const AudioPosition &to) {
    return send(client, pin.handle(), IOCTL_KS_PROPERTY,
                identifier(guid_of(KSPROPSETID_Audio), audio_position, KSPROPERTY_TYPE_SET),
                bytes_of(to));
}

std::vector<PinState> CyclicCard::states(std::uint32_t pin_id) {
    std::vector<PinState> result;
    for (const JournalEntry &entry : only(journal(filter), "set state"))
        if (entry.values[0] == pin_id)
            result.push_back(PinState(entry.values[1]));
    return result;
}

std::vector<std::byte> CyclicCard::pattern(std::uint64_t from, std::size_t bytes) {
    std::vector<std::byte> result(bytes);
    for (std::size_t i = 0; i < bytes; ++i)
        result[i] = std::byte(((from + i) * 7 + (from + i) / 251 * 13 + 1) & 0xff);
    return result;
}

std::vector<std::byte> CyclicCard::counted(std::uint64_t from, std::size_t bytes) {
    std::vector<std::byte> result(bytes);
    for (std::size_t i = 0; i < bytes; ++i)
        result[i] = std::byte((from + i) / 2 >> (from + i) % 2 * 8 & 0xff);
    return result;
}

Transfer CyclicCard::write(Pin &pin, std::uint64_t from, std::uint32_t bytes) {
    Transfer transfer(client, Transfer::write, {.extent = bytes});
    std::ranges::copy(pattern(from, bytes), transfer.data().begin());
    transfer.start(pin);
    return transfer;
}

Transfer CyclicCard::read(Pin &pin, std::uint32_t bytes) {
    Transfer transfer(client, Transfer::read, {.extent = bytes});
    transfer.start(pin);
    return transfer;
}

std::vector<std::byte> CyclicCard::bytes_in(Transfer &transfer) {
    const auto data = transfer.data().first(transfer.header().DataUsed);
    return {data.begin(), data.end()};
}

} // namespace ksbox::testing

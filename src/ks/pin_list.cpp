// A filter's pins.
#include "ks/pin_list.h"

#include "base/assert.h"
#include "ks/pin.h"

namespace ksbox::ks {

namespace {

Pin *pin_at(const std::map<unsigned, Pin *> &pins, std::map<unsigned, Pin *>::const_iterator at) {
    return at == pins.end() ? nullptr : at->second;
}

} // namespace

PinList::PinList() = default;

PinList::~PinList() {
    clear();
}

Pin &PinList::add(std::unique_ptr<Pin> owner) {
    Pin &pin = *owner;
    const ULONG id = pin.abi().Id;
    if (id >= factories_.size())
        factories_.resize(id + 1);
    factories_[id].emplace_hint(factories_[id].end(), pin.number, &pin);
    all_.emplace_hint(all_.end(), pin.number, std::move(owner));
    return pin;
}

std::unique_ptr<Pin> PinList::take(Pin &pin) {
    auto node = all_.extract(pin.number);
    KS_ASSERT(!node.empty() && node.mapped().get() == &pin);
    factories_[pin.abi().Id].erase(pin.number);
    return std::move(node.mapped());
}

void PinList::clear() {
    while (Pin *pin = first())
        take(*pin);
}

ULONG PinList::count(ULONG pin_id) const {
    return pin_id < factories_.size() ? static_cast<ULONG>(factories_[pin_id].size()) : 0;
}

Pin *PinList::first() const {
    return all_.empty() ? nullptr : all_.begin()->second.get();
}

Pin *PinList::first(ULONG pin_id) const {
    return pin_id < factories_.size() ? pin_at(factories_[pin_id], factories_[pin_id].begin())
                                      : nullptr;
}

Pin *PinList::next(const Pin &pin) const {
    const auto &pins = factories_[pin.abi().Id];
    return pin_at(pins, pins.upper_bound(pin.number));
}

} // namespace ksbox::ks

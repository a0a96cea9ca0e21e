#include "scenarios/card.h"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "ksbox/cyclic_buffer.h"
#include "ksbox/property_names.h"
#include "samples/streaming.h"
#include "support/traced_box.h"

namespace ksbox::scenarios {
namespace {

constexpr std::uint32_t device_busy = 0x8000'0011; // STATUS_DEVICE_BUSY

// What the speaker's header calls KSPROPERTY_SPEAKER_PLUGGED.
const PropertyName &plugged_property() {
    static const PropertyName property = find_property("KSPROPSETID_Speaker.PLUGGED");
    return property;
}

const Guid midi_subtype = *Guid::parse("1D262760-E957-11CF-A5D6-28DB04C10000");

// A KSDATAFORMAT that says no more than its GUIDs, as MIDI has it.
DataFormat bare_format(const DataRange &range) {
    std::vector<std::byte> bytes(64);
    const std::uint32_t size = 64;
    const Guid guids[] = {range.major, range.subtype, range.specifier};
    std::memcpy(bytes.data(), &size, sizeof size);
    std::memcpy(bytes.data() + 16, guids, sizeof guids);
    return DataFormat(std::move(bytes));
}

} // namespace

Card::Card(Box &box, Client &client, const std::string &name)
    : client_(client), name_(name), driver_(box.load(testing::driver_path(name))) {
    learn();
}

void Card::learn() {
    kinds_.clear();
    for (const InterfaceFacts &interface : driver_.filters()) {
        Filter filter = client_.open_filter(interface.path);
        for (PinFacts &facts : filter.facts().pins) {
            if (facts.communication == Communication::bridge || facts.instances.possible == 0 ||
                facts.ranges.empty())
                continue;
            std::optional<DataFormat> format;
            for (const DataRange &range : facts.ranges)
                if (range.subtype == midi_subtype)
                    format = bare_format(range);
            if (facts.ranges.front().audio && facts.ranges.front().audio->minimum_bits == 16)
                format = DataFormat::audio({});
            if (auto best = filter.intersect(facts.id, facts.ranges);
                best && best->audio() && best->audio()->rate_hz == 48'000)
                format = std::move(best);
            if (format)
                kinds_.push_back({interface.path, std::move(facts), *format});
        }
    }
    ASSERT_FALSE(kinds_.empty()) << name_;
}

bool Card::open_lane(std::mt19937 &random, bool floods) {
    const Kind &kind = kinds_[random() % kinds_.size()];
    try {
        auto filter = std::make_unique<Filter>(client_.open_filter(kind.path));
        auto lane = std::make_unique<Lane>(client_, *filter, kind.facts, kind.format, floods);
        EXPECT_TRUE(present_) << name_ << ": a device that is gone gave a pin";
        filters_.push_back(std::move(filter));
        lanes_.push_back(std::move(lane));
        devices_.push_back(device_);
        return true;
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &) {
        return false;
    }
}

void Card::close_lane(std::size_t index) {
    lanes_[index]->join();
    lanes_.erase(lanes_.begin() + std::ptrdiff_t(index));
    filters_.erase(filters_.begin() + std::ptrdiff_t(index));
    devices_.erase(devices_.begin() + std::ptrdiff_t(index));
}

void Card::close_all(std::mt19937 &random) {
    while (!lanes_.empty())
        close_lane(random() % lanes_.size());
}

void Card::surprise_remove() {
    driver_.surprise_remove();
    present_ = false;
    EXPECT_TRUE(driver_.filters().empty()) << name_;
}

void Card::remove() {
    const auto open = std::ranges::count(devices_, device_);
    if (open == 0) {
        driver_.remove();
        present_ = false;
        return;
    }
    try {
        driver_.remove();
        ADD_FAILURE() << name_ << " was removed with " << open << " open pins";
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        EXPECT_EQ(error.code(), device_busy) << error.what();
    }
}

void Card::insert() {
    driver_.insert();
    present_ = true;
    ++device_;
    EXPECT_FALSE(driver_.filters().empty()) << name_;
    learn();
}

void Card::move_jack(bool plugged) {
    const std::vector<InterfaceFacts> filters = driver_.filters();
    for (Endpoint &endpoint : find_endpoints(client_, filters)) {
        if (endpoint.facts().name != "Speakers" || endpoint.jacks().empty())
            continue;
        Filter filter = client_.open_filter(endpoint.facts().bridge.filter);
        const std::uint32_t value = plugged;
        filter.set(plugged_property().set, plugged_property().id,
                   std::as_bytes(std::span(&value, 1)));
        EXPECT_EQ(endpoint.plugged(), plugged);
    }
}

void Card::set_volume(std::int32_t level) {
    const std::vector<InterfaceFacts> filters = driver_.filters();
    for (Endpoint &endpoint : find_endpoints(client_, filters))
        if (!endpoint.volumes().empty()) {
            endpoint.set_volume(level);
            EXPECT_EQ(endpoint.volumes()[0].level[0], level);
        }
}

void Card::expect_to_work(Box &box, bool realtime) {
    std::optional<Kind> render, capture;
    for (const Kind &kind : kinds_) {
        if (!kind.facts.ranges.front().audio ||
            kind.facts.ranges.front().audio->minimum_bits > 16 ||
            kind.format.audio()->rate_hz != 48'000 ||
            kind.facts.ranges.front().subtype != *Guid::parse("00000001-0000-0010-8000-"
                                                              "00AA00389B71"))
            continue;
        (kind.facts.data_flow == DataFlow::in ? render : capture) = kind;
    }
    if (!render || !capture) {
        EXPECT_EQ(name_, "uart") << "no pins to play on and to record from"; // MIDI alone has none
        return;
    }
    std::mt19937 random;
    for (int attempt = 0; attempt < (realtime ? 5 : 1); ++attempt) {
        Filter in = client_.open_filter(render->path), out = client_.open_filter(capture->path);
        Lane player(client_, in, render->facts, render->format);
        Lane recorder(client_, out, capture->facts, capture->format);
        recorder.pin().set_state(PinState::run);
        player.pin().set_state(PinState::run);
        box.run_for(std::chrono::milliseconds(300));
        player.join();
        recorder.join();
        // 300 ms of 48 kHz stereo, less what is under way.
        if (player.moved() > 30'000 && recorder.moved() > 30'000)
            return;
        if (attempt + 1 == (realtime ? 5 : 1))
            ADD_FAILURE() << name_ << " moved " << player.moved() << " bytes out and "
                          << recorder.moved() << " in, in 300 ms";
    }
}

} // namespace ksbox::scenarios

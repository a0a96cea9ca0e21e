// sample-seeds FOLDER: seeds of the fuzzers that speak to the sample drivers, made by asking those
// drivers: FOLDER/connect, ranges, automation and stream.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "fuzz/sample_box.h"
#include "tests/drivers/exports/support/protocol.h"

namespace {

using namespace ksbox;
using namespace ksbox::fuzz;

/// Bytes of an input, in the order in which the fuzzers take them.
class Seed {
  public:
    template <typename T> Seed &add(T number) {
        const auto *bytes = reinterpret_cast<const char *>(&number);
        text_.append(bytes, sizeof number);
        return *this;
    }
    Seed &u8(unsigned number) { return add(std::uint8_t(number)); }
    Seed &u16(unsigned number) { return add(std::uint16_t(number)); }
    Seed &u32(unsigned number) { return add(std::uint32_t(number)); }
    Seed &bytes(std::span<const std::byte> all) {
        text_.append(reinterpret_cast<const char *>(all.data()), all.size());
        return *this;
    }
    const std::string &text() const { return text_; }

  private:
    std::string text_;
};

class Folder {
  public:
    Folder(const std::filesystem::path &parent, const char *name) : path_(parent / name) {
        std::filesystem::create_directories(path_);
    }
    void keep(const Seed &seed) {
        std::ofstream(path_ / ("seed-" + std::to_string(number_++)), std::ios::binary)
            << seed.text();
    }

  private:
    std::filesystem::path path_;
    unsigned number_ = 0;
};

void make_connect(Folder &folder, unsigned filter, const FilterKind &kind) {
    for (const PinKind &pin : kind.pins) {
        if (!pin.format)
            continue;
        const auto request = connect_bytes(pin.id, pin.format->bytes());
        for (unsigned way = 0; way < 3; ++way) {
            folder.keep(Seed().u8(filter).u8(way).u16(0).bytes(request));
            folder.keep(
                Seed().u8(filter).u8(way | 8 | 16 | 32 | 64).u8(0).u8(pin.id).bytes(request));
        }
        // Each filter's first two pins as the one to connect to.
        for (unsigned other = 0; other < SampleBox::instance().filters().size(); ++other)
            for (unsigned peer = 0; peer < 4; ++peer)
                folder.keep(Seed().u8(filter).u8(4 | 32).u8(other).u8(peer).bytes(request));
        std::vector<std::byte> cut(request.begin(), request.end() - 20);
        folder.keep(Seed().u8(filter).u8(0).u16(0).bytes(cut));
        folder.keep(Seed().u8(filter).u8(2).u16(0).bytes(cut));
        folder.keep(Seed().u8(filter).u8(2).u16(0).bytes(std::span(request).first(40)));
    }
}

void make_ranges(Folder &folder, unsigned filter, const FilterKind &kind) {
    for (const PinKind &pin : kind.pins)
        for (unsigned property = 0; property < 5; ++property)
            for (unsigned output : {0u, 8u, 64u, 4096u}) {
                folder.keep(
                    Seed().u8(filter).u8(pin.id).u8(property).u16(output).bytes(pin.ranges));
                if (property == 3 && pin.format)
                    folder.keep(Seed()
                                    .u8(filter)
                                    .u8(pin.id)
                                    .u8(property | 0x80)
                                    .u32(KSPROPERTY_TYPE_SET)
                                    .u16(output)
                                    .bytes(pin.format->bytes()));
            }
}

constexpr unsigned verbs[] = {KSPROPERTY_TYPE_GET,           KSPROPERTY_TYPE_SET,
                              KSPROPERTY_TYPE_BASICSUPPORT,  KSPROPERTY_TYPE_SETSUPPORT,
                              KSPROPERTY_TYPE_RELATIONS,     KSPROPERTY_TYPE_SERIALIZESET,
                              KSPROPERTY_TYPE_SERIALIZESIZE, KSPROPERTY_TYPE_DEFAULTVALUES,
                              KSPROPERTY_TYPE_SERIALIZERAW,  KSPROPERTY_TYPE_UNSERIALIZESET,
                              KSPROPERTY_TYPE_UNSERIALIZERAW};

Seed call(Seed seed, unsigned target, unsigned code, unsigned set, unsigned id, unsigned flags,
          unsigned more, unsigned output) {
    seed.u8(target).u8(code).u8(set).u8(id).u32(flags).u8(more).u16(output);
    for (unsigned i = 0; i < more; ++i)
        seed.u8(0);
    return seed;
}

/// Its place in the list; behind the last when it is not there.
unsigned number_of(const GUID &set, const std::vector<GUID> &sets) {
    const auto found = std::ranges::find_if(
        sets, [&](const GUID &one) { return std::memcmp(&one, &set, sizeof set) == 0; });
    return unsigned(found - sets.begin());
}
unsigned number_of(const GUID &set) {
    return number_of(set, SampleBox::instance().sets());
}

void make_automation(Folder &folder, unsigned filter, const FilterKind &kind) {
    // A few calls in one input: IDs of a set with one verb, for the value's size and for the value.
    for (unsigned target : {0u, 2u, 10u, 5u, 6u, 7u})
        for (const GUID &each : kind.sets)
            for (unsigned verb : verbs)
                for (unsigned first_id : {0u, 6u}) {
                    const unsigned set = number_of(each);
                    Seed seed;
                    seed.u8(filter);
                    for (unsigned i = 0; i < 12; ++i) {
                        const unsigned output = i % 2 * 64;
                        seed = call(std::move(seed), target, 0, set, first_id + i / 2, verb, 8,
                                    output);
                        if (output)
                            seed.u32(verb == KSPROPERTY_TYPE_SET);
                    }
                    folder.keep(seed);
                }
    for (unsigned target : {0u, 2u, 10u, 5u, 6u})
        for (const GUID &each : kind.sets) {
            const unsigned set = number_of(each);
            Seed events;
            events.u8(filter);
            for (unsigned id = 0; id < 4; ++id) {
                events =
                    call(std::move(events), target, 2 | 0x40, set, id, KSEVENT_TYPE_ENABLE, 0, 64)
                        .u32(0);
                events = call(std::move(events), target, 3 | 0x10, set, id, 0, 0, 64).u32(0);
            }
            folder.keep(events);
            Seed methods;
            methods.u8(filter);
            for (unsigned id = 0; id < 4; ++id)
                methods =
                    call(std::move(methods), target, 1, set, id, KSMETHOD_TYPE_SEND, 8, 64).u32(0);
            folder.keep(methods);
        }
    for (unsigned code : {4u, 5u})
        folder.keep(call(Seed().u8(filter), 2, code, 0, 0, 0, 0, 40));
}

/// Each case of the driver that has one for each function of ks.sys, on a filter and a running pin.
/// Whether the filter is that driver's.
bool make_cases(Folder &folder, unsigned filter, const FilterKind &kind) {
    if (number_of(export_cases, kind.sets) == kind.sets.size())
        return false;
    constexpr unsigned most_cases = 512, report_bytes = sizeof(EXPORT_CASE_REPORT);
    static_assert(report_bytes <= most_output_bytes);
    for (unsigned number = 0; number < most_cases; ++number)
        for (unsigned target : {0u, 2u}) {
            Seed seed;
            seed.u8(filter);
            for (unsigned state = KSSTATE_ACQUIRE; target && state <= KSSTATE_RUN; ++state)
                seed = call(std::move(seed), target, 0, number_of(KSPROPSETID_Connection),
                            KSPROPERTY_CONNECTION_STATE, KSPROPERTY_TYPE_SET, 0, 4)
                           .u32(state);
            seed.u8(target).u8(0).u8(number_of(export_cases)).u8(KSPROPERTY_EXPORT_CASES_RUN);
            folder.keep(seed.u32(KSPROPERTY_TYPE_GET).u8(4).u16(report_bytes).u32(number));
        }
    return true;
}

void make_stream(Folder &folder, unsigned filter, const FilterKind &kind) {
    const auto state = [](unsigned to, unsigned second = 0) { return 2 | to << 3 | second; };
    for (unsigned pin = 0; pin < kind.pins.size(); ++pin)
        for (unsigned writes : {0u, 1u})
            for (unsigned odd : {0u, 1u, 2u, 4u, 8u, 16u, 32u, 0x80u}) {
                Seed seed;
                seed.u8(filter).u8(pin).u16(0);
                for (unsigned to = 1; to <= 3; ++to)
                    seed.u8(state(to));
                for (unsigned headers = 0; headers < 4; ++headers) {
                    seed.u8(writes | headers << 3).u8(headers == 2 ? 1 : 0);
                    for (unsigned i = 0; i <= headers; ++i) {
                        seed.u8(odd);
                        if (odd & 16)
                            seed.u32(0x200);
                        else if (odd)
                            seed.u32(64).u32(0);
                    }
                }
                seed.u8(5 | 15 << 3)
                    .u8(4 | 1 << 3)
                    .u8(7 | 8)
                    .u8(6 | 0x40)
                    .u8(6 | 8)
                    .u8(6)
                    .u8(state(0));
                folder.keep(seed);
            }
    // Connected to each pin of each filter, both running, the client writing and reading.
    for (unsigned pin = 0; pin < kind.pins.size(); ++pin)
        for (unsigned other = 0; other < SampleBox::instance().filters().size(); ++other)
            for (unsigned peer = 0; peer < 3; ++peer) {
                Seed seed;
                seed.u8(filter).u8(0xc0 | pin).u8(other).u8(peer);
                for (unsigned to = 1; to <= 3; ++to)
                    seed.u8(state(to)).u8(state(to, 0x80));
                seed.u8(1).u8(0).u8(0).u8(0).u8(0).u8(0).u8(5 | 15 << 3).u8(state(0));
                folder.keep(seed);
            }
}

} // namespace

int main(int count, char **arguments) {
    if (count != 2) {
        std::cerr << "usage: sample-seeds FOLDER\n";
        return 2;
    }
    const std::filesystem::path parent = arguments[1];
    Folder connect(parent, "connect"), ranges(parent, "ranges"), automation(parent, "automation"),
        stream(parent, "stream");
    unsigned number = 0;
    bool cases = false;
    for (const FilterKind &kind : SampleBox::instance().filters()) {
        make_connect(connect, number, kind);
        make_ranges(ranges, number, kind);
        make_automation(automation, number, kind);
        cases |= make_cases(automation, number, kind);
        make_stream(stream, number, kind);
        ++number;
    }
    if (!cases)
        std::cerr << "sample-seeds: no filter runs the cases of ks.sys's functions\n";
    return cases ? 0 : 1;
}

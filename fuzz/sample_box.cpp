#include "fuzz/sample_box.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "box/state.h"
#include "ksuser/ksuser.h"
#include "nt/mm/pool.h"

namespace ksbox::fuzz {
namespace {

template <typename T> std::span<const std::byte> bytes_of(const T &value) {
    return std::as_bytes(std::span(&value, 1));
}

bool contains(std::span<const GUID> sets, const GUID &set) {
    return std::ranges::any_of(
        sets, [&](const GUID &known) { return std::memcmp(&known, &set, sizeof set) == 0; });
}

[[noreturn]] void give_up(const BoxStopped &stop) {
    std::fprintf(stderr, "%s\n", stop.report().c_str());
    std::abort();
}

void print_newest_blocks(Kernel &kernel, std::size_t count) {
    const auto blocks =
        kernel.pool().outstanding(nullptr, reinterpret_cast<const void *>(~std::uintptr_t(0)));
    for (std::size_t i = blocks.size() - std::min(count, blocks.size()); i < blocks.size(); ++i)
        std::fprintf(stderr, "left: pool block '%s' of %zu bytes, allocated at %p\n",
                     mm::tag_text(blocks[i].tag).c_str(), blocks[i].bytes, blocks[i].caller);
}

} // namespace

SampleBox &SampleBox::instance() {
    static auto *box = [] { // reachable, and never destroyed behind a crash
        try {
            return new SampleBox;
        } catch (const BoxStopped &stop) {
            give_up(stop);
        }
    }();
    return *box;
}

SampleBox::SampleBox() : box_(BoxOptions{}) {
    std::istringstream names(KSBOX_FUZZ_DRIVERS), test_names(KSBOX_FUZZ_TEST_DRIVERS);
    Client &client = box_.client("first");
    for (std::string name; std::getline(names, name, ':');)
        load(client, name);
    // Test drivers break rules for a client that knows their own property sets; the one that has a
    // case for each function of ks.sys does not.
    sets_.push_back(export_cases);
    const std::size_t samples = filters_.size();
    for (std::string name; std::getline(test_names, name, ':');)
        load(client, name);
    for (std::size_t i = 0; i < filters_.size(); ++i) {
        auto &sets = filters_[i].sets;
        if (i >= samples)
            std::erase_if(sets, [&](const GUID &set) { return !contains(sets_, set); });
        for (const GUID &set : sets)
            if (!contains(sets_, set))
                sets_.push_back(set);
    }
    sets_.push_back({0x12345678, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}});
    box_.destroy(client);
}

void SampleBox::load(Client &client, const std::string &name) {
    Driver &driver = box_.load(std::filesystem::path(KSBOX_FUZZ_FOLDER) / (name + ".sys"));
    for (const InterfaceFacts &one : driver.filters())
        try {
            learn(client, one.path);
        } catch (const Error &) {
            // Not for user mode.
        }
}

void SampleBox::learn(Client &client, const std::string &path) {
    FilterKind kind{.path = path, .pins = {}, .nodes = 0, .sets = {}};
    Filter filter = client.open_filter(path);
    const FilterFacts facts = filter.facts();
    kind.nodes = facts.nodes.size();
    learn_sets(filter, kind.sets);
    for (const PinFacts &pin : facts.pins) {
        PinKind one{.id = pin.id, .data_flow = pin.data_flow, .format = {}, .ranges = {}};
        KSP_PIN request{};
        request.Property = identifier(KSPROPSETID_Pin, KSPROPERTY_PIN_DATARANGES);
        request.PinId = pin.id;
        one.ranges.resize(8192);
        const IoResult ranges = filter.property(bytes_of(request), one.ranges);
        one.ranges.resize(ranges.success() ? ranges.information : 0);
        learn_format(filter, pin, one);
        if (KsObject object = open_pin(client, filter.handle(), one); object.handle())
            learn_sets(object, kind.sets);
        kind.pins.push_back(std::move(one));
    }
    filters_.push_back(std::move(kind));
}

/// By intersection, or else the one that most take.
void SampleBox::learn_format(Filter &filter, const PinFacts &pin, PinKind &kind) {
    try {
        kind.format = filter.intersect(pin.id, pin.ranges);
    } catch (const Error &) {
        kind.format.reset();
    }
    if (!kind.format)
        kind.format = DataFormat::audio({});
}

void SampleBox::learn_sets(KsObject &object, std::vector<GUID> &sets) {
    for (const std::uint32_t code : {IOCTL_KS_PROPERTY, IOCTL_KS_METHOD, IOCTL_KS_ENABLE_EVENT}) {
        const KSPROPERTY request = identifier({}, 0, KSPROPERTY_TYPE_SETSUPPORT);
        std::vector<GUID> found(64);
        const IoResult result = object.client().control(object.handle(), code, bytes_of(request),
                                                        std::as_writable_bytes(std::span(found)));
        found.resize(result.success() ? result.information / sizeof(GUID) : 0);
        for (const GUID &set : found)
            if (!contains(sets, set))
                sets.push_back(set);
    }
}

std::size_t SampleBox::left() const {
    Box &box = const_cast<Box &>(box_);
    return box.kernel()
        .pool()
        .outstanding(nullptr, reinterpret_cast<const void *>(~std::uintptr_t(0)))
        .size();
}

void SampleBox::visit_once(const std::function<void(Client &)> &visit) {
    try {
        Client &client = box_.client("visitor");
        try {
            visit(client);
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &) {
            // A refusal.
        }
        box_.destroy(client);
        box_.run_for(std::chrono::milliseconds(1));
    } catch (const BoxStopped &stop) {
        give_up(stop);
    }
}

void SampleBox::visit(const std::function<void(Client &)> &visit) {
    const std::size_t before = left();
    visit_once(visit);
    const std::size_t first = left();
    if (first <= before)
        return;
    // A cache may have grown; it does not do so for ever.
    visit_once(visit);
    const std::size_t second = left();
    if (second <= first)
        return;
    visit_once(visit);
    if (left() <= second)
        return;
    print_newest_blocks(box_.kernel(), left() - second);
    std::abort();
}

KSIDENTIFIER identifier(const GUID &set, ULONG id, ULONG flags) {
    KSIDENTIFIER result{};
    result.Set = set;
    result.Id = id;
    result.Flags = flags;
    return result;
}

std::vector<std::byte> connect_bytes(std::uint32_t pin_id, std::span<const std::byte> format,
                                     Handle pin_to_handle) {
    KSPIN_CONNECT connect{};
    connect.Interface = identifier(KSINTERFACESETID_Standard, KSINTERFACE_STANDARD_STREAMING, 0);
    connect.Medium = identifier(KSMEDIUMSETID_Standard, KSMEDIUM_STANDARD_DEVIO, 0);
    connect.PinId = pin_id;
    connect.PinToHandle = reinterpret_cast<HANDLE>(pin_to_handle);
    connect.Priority = {KSPRIORITY_NORMAL, 1};
    std::vector<std::byte> bytes(sizeof connect + format.size());
    std::memcpy(bytes.data(), &connect, sizeof connect);
    std::memcpy(bytes.data() + sizeof connect, format.data(), format.size());
    return bytes;
}

KsObject open_pin(Client &client, Handle filter, const PinKind &kind, Handle pin_to_handle) {
    HANDLE pin = nullptr;
    if (kind.format) {
        const auto request = connect_bytes(kind.id, kind.format->bytes(), pin_to_handle);
        const ACCESS_MASK access = kind.data_flow == DataFlow::in ? GENERIC_WRITE : GENERIC_READ;
        HRESULT result = 0;
        client.run([&] {
            result = ksuser::KsCreatePin2(reinterpret_cast<HANDLE>(filter),
                                          reinterpret_cast<const KSPIN_CONNECT *>(request.data()),
                                          access, &pin);
        });
        if (result != 0)
            pin = nullptr;
    }
    return {client, reinterpret_cast<Handle>(pin)};
}

KsObject open_relative(Client &client, Handle root, std::span<const std::byte> name,
                       std::uint32_t access) {
    Handle handle = 0;
    client.run([&] {
        if (auto opened =
                client.state().transport().open({.root = root, .name = name, .access = access}))
            handle = *opened;
    });
    return {client, handle};
}

bool set_state(Client &client, Handle pin, std::uint32_t state) {
    const KSPROPERTY request =
        identifier(KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE, KSPROPERTY_TYPE_SET);
    return client
        .control(pin, IOCTL_KS_PROPERTY, bytes_of(request),
                 std::as_writable_bytes(std::span(&state, 1)))
        .success();
}

} // namespace ksbox::fuzz

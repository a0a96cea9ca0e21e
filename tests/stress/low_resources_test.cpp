// Every allocation fails once: whatever a client does then ends well or with the status that says
// so, nothing stops, nothing stays behind, and the same thing works right afterwards.
#include "stress/stress_box.h"

#include "ksuser/ksuser.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "support/low_resources.h"

namespace ksbox::stress {
namespace {

using namespace ksbox::testing;

/// What came of each step, in order; a failed one does not end the rest.
class Steps {
  public:
    void step(const char *name, const std::function<void()> &work) {
        codes_.push_back(0);
        try {
            work();
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &error) {
            codes_.back() = error.code();
            refused_ += fmt::format("{}: {}\n", name, error.what());
        }
    }
    const std::string &refused() const { return refused_; }
    /// The code of the first step that did not end as the same one of `others` did; nothing: none.
    std::optional<std::uint32_t> first_change(const Steps &others) const {
        const auto [mine, its] = std::ranges::mismatch(codes_, others.codes_);
        return mine == codes_.end() ? std::nullopt : std::optional(*mine);
    }

  private:
    std::vector<std::uint32_t> codes_;
    std::string refused_;
};

/// By one of ksuser's functions, which answer in Win32 codes.
void create_below(Client &client, const char *what, Steps &steps,
                  const std::function<DWORD(HANDLE *)> &create) {
    steps.step(what, [&] {
        DWORD error = 0;
        client.run([&] {
            HANDLE made = nullptr;
            error = create(&made);
            if (error == 0)
                client.close(reinterpret_cast<Handle>(made));
        });
        if (error)
            throw Error(error, what);
    });
}

/// A pin of one filter sends to a pin of another.
void connect_two(Client &client, const FilterKind &kind, Steps &steps) {
    const auto source = std::ranges::find(kind.pins, DataFlow::out, &PinKind::data_flow);
    const auto sink = std::ranges::find(kind.pins, DataFlow::in, &PinKind::data_flow);
    if (source == kind.pins.end() || sink == kind.pins.end())
        return;
    steps.step("two", [&] {
        Filter first = client.open_filter(kind.path), second = client.open_filter(kind.path);
        Pin from = first.connect({.pin_id = source->id, .format = source->format});
        Pin to = second.connect(
            {.pin_id = sink->id, .format = sink->format, .pin_to_handle = from.handle()});
        for (PinState state : {PinState::acquire, PinState::run})
            for (Pin *pin : {&to, &from})
                pin->set_state(state);
    });
}

/// A client's life with a filter and all its pins.
void live(Client &client, const FilterKind &kind, Steps &steps) {
    std::optional<Filter> filter;
    steps.step("open", [&] { filter.emplace(client.open_filter(kind.path)); });
    if (!filter)
        return;
    steps.step("facts", [&] { (void)filter->facts(); });
    for (const PinKind &each : kind.pins)
        steps.step("intersect",
                   [&] { (void)filter->intersect(each.id, filter->pin_facts(each.id).ranges); });
    std::vector<Pin> pins;
    for (const PinKind &each : kind.pins)
        steps.step("connect", [&] {
            pins.push_back(filter->connect({.pin_id = each.id, .format = each.format}));
        });
    create_below(client, "node", steps, [&](HANDLE *made) {
        const KSNODE_CREATE node{.CreateFlags = 0, .Node = 0};
        return ksuser::KsCreateTopologyNode(reinterpret_cast<HANDLE>(filter->handle()), &node,
                                            GENERIC_READ, made);
    });
    for (Pin &pin : pins) {
        steps.step("format", [&] { (void)pin.format(); });
        steps.step("waiting for", [&] { (void)pin.waiting_for(); });
        create_below(client, "allocator", steps, [&](HANDLE *made) {
            const KSALLOCATOR_FRAMING framing{.OptionsFlags = KSALLOCATOR_OPTIONF_SYSTEM_MEMORY,
                                              .PoolType = NonPagedPool,
                                              .Frames = 2,
                                              .FrameSize = 4096,
                                              .FileAlignment = 0,
                                              .Reserved = 0};
            return ksuser::KsCreateAllocator(reinterpret_cast<HANDLE>(pin.handle()), &framing,
                                             made);
        });
    }
    for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
        for (Pin &pin : pins)
            steps.step("state", [&] { pin.set_state(state); });
    for (Pin &pin : pins)
        steps.step("state of", [&] { (void)pin.state(); });
    std::vector<std::unique_ptr<Frame>> frames;
    std::vector<Request> requests;
    for (std::size_t i = 0; i < pins.size(); ++i)
        steps.step("transfer", [&] {
            const PinKind &each = kind.pins[i];
            const bool writes = each.data_flow == DataFlow::in;
            frames.push_back(std::make_unique<Frame>(Frame{.buffer = Buffer(client, 4096)}));
            Frame &frame = *frames.back();
            frame.used = writes ? 4096 : 0;
            if (each.format.video())
                frame.add_video_info();
            requests.push_back(writes ? pins[i].start_write(frame) : pins[i].start_read(frame));
        });
    for (Request &request : requests)
        steps.step("transferred", [&] {
            const auto result = request.wait_for(200'000); // or it still waits, as some do
            if (result && !result->success())
                throw Error(std::uint32_t(result->status),
                            fmt::format("transferred {:#x}", std::uint32_t(result->status)));
        });
    requests.clear();
    for (PinState state : {PinState::pause, PinState::acquire, PinState::stop})
        for (Pin &pin : pins)
            steps.step("state down", [&] { pin.set_state(state); });
    pins.clear();
    filter.reset();
    connect_two(client, kind, steps);
}

/// Does `work` with its first, second … allocation failing, until it needs no more: each time it
/// ends as usual or with a status that `says_so`, nothing stops and nothing stays behind.
void sweep(Box &box, const std::function<void(Steps &)> &work,
           const std::function<bool(std::uint32_t)> &says_so) {
    Steps usual;
    work(usual); // caches are as full as they get
    const Holdings before = holdings_of(box);
    std::uint64_t number = 1;
    for (;; ++number) {
        Steps steps;
        box.fail_allocation(number);
        try {
            work(steps);
        } catch (const BoxStopped &) {
            FAIL() << "allocation " << number << ": " << box.failed_allocation() << "\n"
                   << box.report();
        }
        const std::string failed = box.failed_allocation();
        box.fail_allocation(0);
        if (failed.empty())
            break;
        SCOPED_TRACE(fmt::format("allocation {}: {}", number, failed));
        if (const auto change = steps.first_change(usual))
            EXPECT_TRUE(says_so(*change)) << steps.refused() << "-- usually\n" << usual.refused();
        box.run_for(std::chrono::milliseconds(20));
        ASSERT_EQ(holdings_of(box), before) << steps.refused() << "\n" << newest_blocks(box, 10);
    }
    EXPECT_GT(number, 10u);
    Steps again;
    work(again);
    EXPECT_EQ(again.first_change(usual), std::nullopt) << again.refused();
}

TEST(LowResources, AClientSeesTheStatusAndNothingStaysBehind) {
    Box box({.seed = test_seed()}); // thousands of lives: in virtual time
    Client &client = box.client("poor");
    for (const char *name : {"cable", "gain", "tone", "meter", "splitter", "midi", "plain_ks",
                             "camera", "speaker", "legacycard", "pcicard", "uart"}) {
        SCOPED_TRACE(name);
        Driver &driver = box.load(driver_path(name));
        for (const InterfaceFacts &one : driver.filters()) {
            const FilterKind kind = learn(client, one.path);
            SCOPED_TRACE(kind.path);
            if (!kind.pins.empty())
                sweep(box, [&](Steps &steps) { live(client, kind, steps); }, says_no_memory);
        }
        EXPECT_EQ(driver.unload(), std::vector<std::string>());
    }
}

/// A device that comes, with all its filters, and goes again.
void come_and_go(Driver &driver, std::size_t filters, Steps &steps) {
    bool there = false;
    steps.step("insert", [&] {
        driver.insert();
        there = true;
    });
    if (there)
        steps.step("filters", [&] {
            if (const std::size_t found = driver.filters().size(); found != filters)
                throw Error(0, fmt::format("{} of {} filters", found, filters));
        });
    for (bool gone = !there; !gone;)
        steps.step("remove", [&] {
            driver.remove();
            gone = true;
        });
}

TEST(LowResources, ADeviceStartsOrLeavesNothingBehind) {
    Box box({.seed = test_seed()});
    Client &client = box.client("poor");
    for (const char *name :
         {"cable", "camera", "plain_ks", "speaker", "legacycard", "pcicard", "uart"}) {
        SCOPED_TRACE(name);
        Driver &driver = box.load(driver_path(name));
        const std::size_t filters = driver.filters().size();
        driver.remove();
        Steps usual;
        come_and_go(driver, filters, usual);
        ASSERT_EQ(usual.refused(), "");
        // IoCreateDevice and others have this one.
        sweep(
            box, [&](Steps &steps) { come_and_go(driver, filters, steps); },
            [](std::uint32_t code) { return says_no_memory(code) || code == status::no_memory; });
        driver.insert();
        for (const InterfaceFacts &one : driver.filters())
            EXPECT_NO_THROW((void)client.open_filter(one.path));
        EXPECT_EQ(driver.unload(), std::vector<std::string>());
    }
}

} // namespace
} // namespace ksbox::stress

// What a seed makes of it: cards play and record, and meanwhile plugs are pulled, the system sleeps
// and wakes, cards are pulled out and put back, in any order. All goes on as it should, nothing
// stays behind, nothing hangs.
#include <algorithm>

#include "scenarios/card.h"
#include "stress/stress_box.h"

namespace ksbox::scenarios {
namespace {

class Scenario : public testing::InBothModes {
  protected:
    Scenario() : random_(std::uint32_t(testing::test_seed() * 2'654'435'761u)) {}

    std::uint32_t below(std::uint32_t limit) { return random_() % limit; }
    bool one_in(std::uint32_t n) { return below(n) == 0; }
    void wait() { box_.run_for(std::chrono::microseconds(below(20'000))); }

    /// The cards that the seed chooses, each with streams that run.
    void begin() {
        std::vector<std::string> names = {"speaker", "legacycard", "pcicard", "uart"};
        std::ranges::shuffle(names, random_);
        names.resize(1 + below(3));
        for (const std::string &name : names)
            cards_.push_back(std::make_unique<Card>(box_, *client_, name));
        for (auto &card : cards_)
            fill(*card);
    }
    void fill(Card &card) {
        for (unsigned i = 0; i < 4; ++i)
            if (card.open_lane(random_) && !one_in(4))
                move(card.lane(card.lanes() - 1), PinState::run);
    }
    Card &any_card() { return *cards_[below(std::uint32_t(cards_.size()))]; }

    /// Any state; a device that is gone, or a peer's format, may refuse.
    void move(Lane &lane, PinState to) {
        try {
            lane.pin().set_state(to);
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &) {
        }
    }
    void disorder() {
        Card &card = any_card();
        if (card.lanes() == 0 || one_in(4)) {
            (void)card.open_lane(random_);
            return;
        }
        const std::uint32_t lane = below(std::uint32_t(card.lanes()));
        if (one_in(5))
            card.close_lane(lane);
        else
            move(card.lane(lane), PinState(below(4)));
    }
    /// Everything is closed, every card is there, works, and goes.
    void end() {
        for (auto &card : cards_) {
            card->close_all(random_);
            if (!card->present())
                card->insert();
            card->expect_to_work(box_, GetParam());
        }
        for (auto &card : cards_) {
            EXPECT_TRUE(card->driver().findings().empty());
            for (const std::string &left : card->driver().unload())
                ADD_FAILURE() << card->name() << ": " << left;
        }
        cards_.clear();
    }
    /// `round` twice: what the second leaves behind in the pool is nothing.
    template <typename Round> void twice(Round round) {
        stress::Holdings before;
        for (int i = 0; i < 2; ++i) {
            before = stress::holdings_of(box_);
            client_ = &box_.client("listener"); // it keeps requests for the next ones
            begin();
            round();
            end();
            box_.destroy(*client_);
            box_.run_for(std::chrono::milliseconds(50));
        }
        EXPECT_EQ(stress::holdings_of(box_), before) << stress::newest_blocks(box_, 10);
    }

    Box box_{mode()};
    Client *client_ = nullptr;
    std::mt19937 random_;
    std::vector<std::unique_ptr<Card>> cards_;
};
KSBOX_IN_BOTH_MODES(Scenario);

TEST_P(Scenario, PlugsArePulledWhileItPlays) {
    twice([&] {
        for (unsigned step = 0; step < 12; ++step) {
            Card &card = any_card();
            if (card.name() == "speaker")
                card.move_jack(one_in(2));
            if (card.name() != "uart")
                card.set_volume(-std::int32_t(below(96)) * 65'536);
            disorder();
            wait();
        }
    });
}

TEST_P(Scenario, TheSystemSleepsAndWakes) {
    twice([&] {
        for (unsigned step = 0; step < 6; ++step) {
            disorder();
            box_.suspend();
            if (one_in(2))
                wait();
            while (one_in(2))
                disorder();
            box_.resume();
            if (one_in(2))
                wait();
        }
    });
}

TEST_P(Scenario, CardsArePulledOutAndPutBack) {
    twice([&] {
        for (unsigned step = 0; step < 6; ++step) {
            Card &card = any_card();
            if (!card.present()) {
                if (one_in(2))
                    card.close_all(random_); // else the new one is there before the old has gone
                card.insert();
                fill(card);
            } else if (one_in(3)) {
                if (one_in(2))
                    card.close_all(random_);
                card.remove();
            } else {
                card.surprise_remove();
            }
            disorder();
            wait();
        }
    });
}

TEST_P(Scenario, EverythingAtOnce) {
    twice([&] {
        bool asleep = false;
        for (unsigned step = 0; step < 16; ++step) {
            Card &card = any_card();
            switch (below(6)) {
            case 0:
                asleep ? box_.resume() : box_.suspend();
                asleep = !asleep;
                break;
            case 1:
                if (card.present())
                    card.surprise_remove();
                break;
            case 2:
                if (!card.present() && !asleep)
                    card.insert();
                fill(card);
                break;
            case 3:
                if (card.present() && card.name() == "speaker")
                    card.move_jack(one_in(2));
                break;
            default:
                disorder();
            }
            wait();
        }
        if (asleep)
            box_.resume();
    });
}

// A client that gives MIDI events as fast as they go: whoever's thread sends them comes back.
TEST_P(Scenario, AFloodOfDueEventsHoldsNobodyUp) {
    client_ = &box_.client("flood");
    cards_.push_back(std::make_unique<Card>(box_, *client_, "uart"));
    Card &card = *cards_[0];
    for (unsigned i = 0; i < 20; ++i)
        (void)card.open_lane(random_, true);
    ASSERT_GT(card.lanes(), 0u);
    for (unsigned step = 0; step < 4; ++step) {
        for (std::size_t i = 0; i < card.lanes(); ++i)
            move(card.lane(i), PinState::run);
        wait();
        box_.suspend();
        box_.resume();
        wait();
        for (std::size_t i = 0; i < card.lanes(); ++i)
            move(card.lane(i), PinState(below(3)));
    }
    end();
}

} // namespace
} // namespace ksbox::scenarios

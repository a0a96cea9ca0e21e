// A sample card of a scenario: its driver, whether its device is there, and what streams.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "ksbox/box.h"
#include "ksbox/endpoint.h"
#include "scenarios/lane.h"

namespace ksbox::scenarios {

class Card {
  public:
    Card(Box &box, Client &client, const std::string &name);

    const std::string &name() const { return name_; }
    Driver &driver() { return driver_; }
    bool present() const { return present_; }
    std::size_t lanes() const { return lanes_.size(); }
    Lane &lane(std::size_t index) { return *lanes_[index]; }

    /// A pin that streams; false: no instance is left, or the device is gone.
    bool open_lane(std::mt19937 &random, bool floods = false);
    void close_lane(std::size_t index);
    void close_all(std::mt19937 &random);

    void surprise_remove();
    /// In order; expects refusal exactly while something of this device is open. Pins of one that
    /// was pulled out before do not count.
    void remove();
    void insert();
    /// The speaker's plug. Others have none.
    void move_jack(bool plugged);
    void set_volume(std::int32_t level);

    /// What is played arrives: on fresh pins, nothing else being open.
    void expect_to_work(Box &box, bool realtime);

  private:
    void learn();

    Client &client_;
    std::string name_;
    Driver &driver_;
    bool present_ = true;
    struct Kind {
        std::string path;
        PinFacts facts;
        DataFormat format;
    };
    std::vector<Kind> kinds_;                      ///< pins that stream
    std::vector<std::unique_ptr<Filter>> filters_; ///< one for each lane
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::vector<unsigned> devices_; ///< of which device each lane is
    unsigned device_ = 0;           ///< the present one's number
};

} // namespace ksbox::scenarios

// A filter's pins, in creation order: all of them, and those of each pin factory. However many
// there are, to add, remove or step from one to the next costs about the same.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "abi/windows.h"

namespace ksbox::ks {

class Pin;

/// Has no lock of its own: the filter's control mutex guards it.
class PinList {
  public:
    PinList();
    ~PinList();
    PinList(const PinList &) = delete;
    PinList &operator=(const PinList &) = delete;

    /// Precondition: Pin::number is above those of all pins before it.
    Pin &add(std::unique_ptr<Pin> pin);
    /// The pin is the caller's again.
    std::unique_ptr<Pin> take(Pin &pin);
    /// Destroys them in creation order.
    void clear();

    ULONG count(ULONG pin_id) const;
    /// Null when there is none.
    Pin *first() const;
    Pin *first(ULONG pin_id) const;
    /// The pin factory's next after `pin`; null at the end.
    Pin *next(const Pin &pin) const;

    /// Calls `function(Pin &)` for each.
    template <typename Function> void for_each(Function function) const {
        for (const auto &[number, pin] : all_)
            function(*pin);
    }

  private:
    std::map<unsigned, std::unique_ptr<Pin>> all_;     ///< by Pin::number
    std::vector<std::map<unsigned, Pin *>> factories_; ///< by pin ID, then as above
};

} // namespace ksbox::ks

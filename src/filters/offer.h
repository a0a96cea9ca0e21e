// What one added filter is: the host object behind a filter factory, with its descriptor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "abi/windows.h"
#include "ksbox/box.h"

namespace ksbox::filters {

/// Lives as long as the box's kernel; AVStream reads its descriptor. All that is set is set before
/// it is added.
class Offer {
  public:
    Offer() = default;
    virtual ~Offer() = default;
    Offer(const Offer &) = delete;
    Offer &operator=(const Offer &) = delete;

    /// Of the filter's factory, whose Context it is.
    static Offer &of(PKSFILTER filter);
    static Offer &of(PKSPIN pin) { return of(KsPinGetParentFilter(pin)); }

    /// Completed for AVStream, with the pins' names in the box's registry. `number`: of the offers
    /// of its box.
    const KSFILTER_DESCRIPTOR &describe(Kernel &kernel, unsigned number);

  protected:
    std::vector<KSPIN_DESCRIPTOR_EX> pins_;
    std::vector<std::string> pin_names_; ///< as many, or none
    std::vector<GUID> categories_;
    KSFILTER_DESCRIPTOR descriptor_{}; ///< dispatch, automation and topology

  private:
    std::vector<GUID> name_guids_;
};

/// Adds it to the box's filter driver under that name, or with a number where it is taken. Throws
/// Error.
InterfaceFacts add(Box &box, std::unique_ptr<Offer> offer, const std::string &name);

} // namespace ksbox::filters

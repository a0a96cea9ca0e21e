// The test driver intersect.sys as its tests use it: intersections, asked in four ways.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/status.h"
#include "support/traced_box.h"

#include "drivers/intersect/intersect.h"

namespace ksbox::testing {

class IntersectFilter : public InBothModes {
  protected:
    enum class Way {
        avstream,  ///< KSPROPERTY_PIN_DATAINTERSECTION
        old,       ///< KsPinDataIntersection
        ex,        ///< KsPinDataIntersectionEx
        no_handler ///< the same without a handler
    };

    // GUIDs by number (intersect.h); none: KSDATAFORMAT_SPECIFIER_NONE.
    static constexpr std::uint32_t any = 0, a = 1, b = 2, c = 3, none = 100;
    static Guid guid(std::uint32_t number);

    struct Range {
        std::uint32_t number; ///< SampleSize
        std::uint32_t major, sub, specifier;
        std::uint32_t bytes = sizeof(KSDATAFORMAT);
        /// {GUID, flags}: an attribute list follows the range.
        std::optional<std::vector<std::pair<std::uint32_t, std::uint32_t>>> attributes{};
    };

    /// KSP_PIN, KSMULTIPLE_ITEM and the ranges.
    class Request {
      public:
        Request(std::uint32_t pin_id, const std::vector<Range> &ranges);
        KSDATAFORMAT &range(std::size_t index) {
            return *reinterpret_cast<KSDATAFORMAT *>(bytes_.data() + offsets_.at(index));
        }
        KSMULTIPLE_ITEM &list() { return *reinterpret_cast<KSMULTIPLE_ITEM *>(bytes_.data() + 32); }
        KSPROPERTY &property() { return *reinterpret_cast<KSPROPERTY *>(bytes_.data()); }
        std::span<const std::byte> bytes() const { return bytes_; }

      private:
        void append(const Range &range);
        template <typename T> void append_value(const T &value) {
            const auto raw = std::as_bytes(std::span(&value, 1));
            bytes_.insert(bytes_.end(), raw.begin(), raw.end());
        }
        std::vector<std::byte> bytes_;
        std::vector<std::size_t> offsets_;
    };

    struct Answer {
        std::uint32_t status;
        std::uint64_t information;
        std::vector<std::byte> bytes; ///< the whole buffer
        KSDATAFORMAT head() const {
            KSDATAFORMAT format{};
            std::memcpy(&format, bytes.data(), std::min(bytes.size(), sizeof format));
            return format;
        }
        /// The numbers behind the head.
        std::uint32_t caller() const { return number(0); }
        std::uint32_t pin() const { return number(1); }

      private:
        std::uint32_t number(std::size_t index) const {
            std::uint32_t value = 0;
            std::memcpy(&value, bytes.data() + sizeof(KSDATAFORMAT) + 4 * index, sizeof value);
            return value;
        }
    };
    Answer ask(Way way, Request &request, std::size_t bytes = INTERSECT_FORMAT_BYTES);
    Answer ask(Way way, std::uint32_t pin_id, const std::vector<Range> &ranges,
               std::size_t bytes = INTERSECT_FORMAT_BYTES) {
        Request request(pin_id, ranges);
        return ask(way, request, bytes);
    }

    using Pairs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
    /// What the handler was asked: the caller's range, the pin's range.
    Pairs asked();
    /// The same for KsPinDataIntersection's handler.
    std::vector<std::uint64_t> asked_old();

    TracedBox traced{mode()};
    Filter filter = traced.open("intersect");
};

} // namespace ksbox::testing

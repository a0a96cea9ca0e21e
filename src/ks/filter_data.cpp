// Writes FilterData: a header, a record a pin with its media types and mediums, then the pool of
// what those records name.
#include "ks/filter_data.h"

#include <cstring>

namespace ksbox::ks {
namespace {

// Flags of a pin (REG_PINFLAG of axextend.h).
constexpr ULONG pin_flag_many = 4;
constexpr ULONG pin_flag_output = 8;

/// Kernel streaming filters are not picked unless asked for (MERIT_DO_NOT_USE).
constexpr ULONG merit = 0x200000;

struct Header {
    ULONG version;
    ULONG merit;
    ULONG pins;
    ULONG reserved;
};
struct PinRecord {
    char signature[4]; ///< "0pi3", counted up from pin to pin
    ULONG flags;
    ULONG instances;
    ULONG types;
    ULONG mediums;
    ULONG category; ///< offset; 0: none
};
struct TypeRecord {
    char signature[4]; ///< "0ty3"
    ULONG reserved;
    ULONG major; ///< offsets
    ULONG sub;
};

char digit(std::size_t index) {
    return static_cast<char>('0' + index);
}

/// Records in front, the pool behind; equal entries are stored once.
class Writer {
  public:
    explicit Writer(std::size_t record_bytes) : pool_at_(record_bytes) {}

    template <typename T> void record(const T &value) {
        const auto *bytes = reinterpret_cast<const std::byte *>(&value);
        records_.insert(records_.end(), bytes, bytes + sizeof value);
    }
    template <typename T> ULONG in_pool(const T &value) {
        const auto *bytes = reinterpret_cast<const std::byte *>(&value);
        for (std::size_t at = 0; at + sizeof value <= pool_.size(); at += sizeof(ULONG))
            if (std::memcmp(&pool_[at], bytes, sizeof value) == 0)
                return static_cast<ULONG>(pool_at_ + at);
        pool_.insert(pool_.end(), bytes, bytes + sizeof value);
        return static_cast<ULONG>(pool_at_ + pool_.size() - sizeof value);
    }
    std::vector<std::byte> finish() {
        records_.insert(records_.end(), pool_.begin(), pool_.end());
        return std::move(records_);
    }

  private:
    const std::size_t pool_at_;
    std::vector<std::byte> records_;
    std::vector<std::byte> pool_;
};

void write_pin(Writer &writer, const FilterDataPin &pin, std::size_t index) {
    writer.record(PinRecord{{digit(index), 'p', 'i', '3'},
                            (pin.many ? pin_flag_many : 0) | (pin.output ? pin_flag_output : 0),
                            pin.instances,
                            static_cast<ULONG>(pin.types.size()),
                            static_cast<ULONG>(pin.mediums.size()),
                            pin.category ? writer.in_pool(*pin.category) : 0});
    for (std::size_t i = 0; i < pin.types.size(); ++i)
        writer.record(TypeRecord{{digit(i), 't', 'y', '3'},
                                 0,
                                 writer.in_pool(pin.types[i].major),
                                 writer.in_pool(pin.types[i].sub)});
    for (const KSPIN_MEDIUM &medium : pin.mediums)
        writer.record(writer.in_pool(medium));
}

} // namespace

std::vector<std::byte> filter_data(const std::vector<FilterDataPin> &pins) {
    std::size_t bytes = sizeof(Header);
    for (const FilterDataPin &pin : pins)
        bytes += sizeof(PinRecord) + pin.types.size() * sizeof(TypeRecord) +
                 pin.mediums.size() * sizeof(ULONG);
    Writer writer(bytes);
    writer.record(Header{2, merit, static_cast<ULONG>(pins.size()), 0});
    for (std::size_t i = 0; i < pins.size(); ++i)
        write_pin(writer, pins[i], i);
    return writer.finish();
}

} // namespace ksbox::ks

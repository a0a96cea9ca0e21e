// Drivers whose descriptor tables are wrong: speaker.sys with a number of its own changed. Each is
// told in words, and no command dies of it.
#include <cstring>

#include "base/sanitizer.h"
#include "e2e/command.h"
#include "test_paths.h"

namespace e2e {
namespace {

/// The bytes of a driver's file, and its PCFILTER_DESCRIPTORs in them.
class CardFile {
  public:
    explicit CardFile(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {
        for (std::size_t at = 0; at + 72 <= bytes_.size(); at += 8)
            if (word(at) == 0 && word(at + 16) == pin_bytes && word(at + 32) == node_bytes)
                filters_.push_back(at);
    }
    std::size_t filters() const { return filters_.size(); }
    const std::vector<std::byte> &bytes() const { return bytes_; }

    // Where it lies in the file.
    std::size_t pin_count(std::size_t filter) const { return filters_.at(filter) + 20; }
    std::size_t node_count(std::size_t filter) const { return filters_.at(filter) + 36; }
    std::size_t connection_count(std::size_t filter) const { return filters_.at(filter) + 48; }
    std::size_t category_count(std::size_t filter) const { return filters_.at(filter) + 64; }
    std::size_t property_count(std::size_t filter) const {
        return pointed(filters_.at(filter) + 8) + 4;
    }
    std::size_t range_count(std::size_t filter, std::size_t pin) const {
        return pointed(filters_.at(filter) + 24) + pin * pin_bytes + 24 + 32;
    }
    std::size_t format_size(std::size_t filter, std::size_t pin) const {
        return pointed(pointed(range_count(filter, pin) + 8));
    }

    std::uint32_t word(std::size_t at) const { return read<std::uint32_t>(at); }
    std::vector<std::byte> with(std::size_t at, std::uint32_t value) const {
        std::vector<std::byte> changed = bytes_;
        std::memcpy(changed.data() + at, &value, sizeof value);
        return changed;
    }

  private:
    static constexpr std::uint32_t pin_bytes = 112, node_bytes = 32;

    template <typename T> T read(std::size_t at) const {
        T value{};
        std::memcpy(&value, bytes_.data() + at, sizeof value);
        return value;
    }
    /// Where the pointer at that place in the file leads to, in the file.
    std::size_t pointed(std::size_t at) const {
        const std::size_t nt = word(0x3c), table = nt + 24 + read<std::uint16_t>(nt + 20);
        const std::uint64_t rva = read<std::uint64_t>(at) - read<std::uint64_t>(nt + 24 + 24);
        for (std::size_t i = 0; i < read<std::uint16_t>(nt + 6); ++i) {
            const std::size_t section = table + 40 * i;
            if (rva - word(section + 12) < word(section + 16))
                return word(section + 20) + std::size_t(rva) - word(section + 12);
        }
        throw std::runtime_error("a pointer out of the image");
    }

    std::vector<std::byte> bytes_;
    std::vector<std::size_t> filters_;
};

class Tables : public Command {
  protected:
    Tables() { EXPECT_EQ(card.filters(), 2u); }

    /// `inspect` of the driver with that number in that place.
    Outcome changed(std::size_t at, std::uint32_t value) {
        write_bytes(file("changed.sys"), card.with(at, value));
        return ksbox({"inspect", file("changed.sys")});
    }
    void expect_refused(std::size_t at, std::uint32_t value, const std::string &why) {
        const Outcome outcome = changed(at, value);
        EXPECT_EQ(outcome.code, 2) << why << outcome.out << outcome.err;
        EXPECT_NE(
            outcome.err.find("its device did not start: STATUS_INVALID_PARAMETER (0xc000000d)\n"
                             "  IMiniport::GetDescription: "),
            std::string::npos)
            << outcome.err;
        EXPECT_NE(outcome.err.find(why), std::string::npos) << outcome.err;
    }
    void expect_finding(std::size_t at, std::uint32_t value, const std::string &what) {
        const Outcome outcome = changed(at, value);
        EXPECT_EQ(outcome.code, 0) << what << outcome.out << outcome.err;
        EXPECT_NE(outcome.out.find("IMiniport::GetDescription: " + what), std::string::npos)
            << outcome.out;
    }

    CardFile card{read_bytes(driver("speaker"))};
};

// Which of its pins streams, with one data range.
constexpr std::size_t wave = 1, render = 0, topology = 0;

TEST_F(Tables, TheDriverItselfIsRight) {
    const Outcome outcome = ksbox({"inspect", driver("speaker")});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out.find("GetDescription"), std::string::npos) << outcome.out;
    EXPECT_EQ(card.word(card.range_count(wave, render)), 1u);
}

TEST_F(Tables, CountsThatLeadBeyondATable) {
    expect_refused(card.property_count(topology), 3'000, "the filter: propert");
    for (const std::size_t filter : {topology, wave}) {
        for (const std::uint32_t count : {3'000u, 0xffff'ffffu}) {
            expect_refused(card.pin_count(filter), count, "");
            expect_refused(card.node_count(filter), count, "node ");
            expect_refused(card.range_count(filter, 0), count, "pin 0: data range");
        }
    }
}

// One more than there is: what lies behind may look like anything, but kills nobody. With
// AddressSanitizer it is the driver's fault, and reported.
TEST_F(Tables, OneMoreThanThereIs) {
    for (const std::size_t filter : {topology, wave})
        for (const std::size_t at :
             {card.pin_count(filter), card.node_count(filter), card.connection_count(filter),
              card.category_count(filter), card.range_count(filter, 0)}) {
            const Outcome outcome = changed(at, card.word(at) + 1);
            const bool reported = outcome.err.contains("AddressSanitizer: global-buffer-overflow");
            EXPECT_TRUE(outcome.code == 0 || outcome.code == 2 || (KSBOX_ASAN && reported))
                << at << outcome.err;
        }
}

TEST_F(Tables, SizesOfFormatsThatAreNone) {
    for (const std::uint32_t bytes : {0u, 8u, 65'000'000u, 0xffff'ffffu})
        expect_refused(card.format_size(wave, render), bytes,
                       "pin 0: data range 0 of 1: its FormatSize is " + std::to_string(bytes) +
                           "; a data range has 64 to 65536 bytes");
}

TEST_F(Tables, APinWithoutDataRanges) {
    expect_finding(card.range_count(wave, render), 0,
                   "pin 0: its DataRangesCount is 0, and its Communication is 1: it streams no "
                   "format at all");
}

TEST_F(Tables, ConnectionsToNodesThatAreNone) {
    const std::size_t at = card.node_count(wave);
    EXPECT_EQ(card.word(at), 2u);
    const std::string what = ", and the filter has 1 nodes";
    const Outcome outcome = changed(at, 1);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find(what), std::string::npos) << outcome.out;
    EXPECT_EQ(ksbox({"graph", "--driver", file("changed.sys")}).code, 0);
    EXPECT_EQ(
        ksbox({"record", file("out.wav"), "--driver", file("changed.sys"), "--seconds", "1"}).code,
        0);
}

TEST_F(Tables, EveryCommandSaysWhy) {
    write_bytes(file("changed.sys"), card.with(card.format_size(wave, render), 8));
    const std::string name = file("changed.sys");
    for (const std::vector<std::string> &arguments : {std::vector<std::string>{"inspect", name},
                                                      {"graph", "--driver", name},
                                                      {"record", file("out.wav"), "--driver", name},
                                                      {"get", "Pin.CTYPES", "--driver", name}}) {
        const Outcome outcome = ksbox(arguments);
        EXPECT_EQ(outcome.code, 2) << arguments[0] << outcome.err;
        EXPECT_NE(outcome.err.find("its FormatSize is 8"), std::string::npos)
            << arguments[0] << outcome.err;
    }
}

} // namespace
} // namespace e2e

#include "ks/stream/probe.h"

#include <vector>

#include <gtest/gtest.h>

namespace ksbox::ks {
namespace {

KSSTREAM_HEADER header(ULONG extent, ULONG used) {
    KSSTREAM_HEADER result{};
    result.Size = sizeof result;
    result.FrameExtent = extent;
    result.DataUsed = used;
    result.Data = reinterpret_cast<void *>(0x1000);
    return result;
}

std::int32_t check(std::vector<KSSTREAM_HEADER> headers, ULONG flags, ULONG size = 0,
                   std::size_t cut = 0) {
    const auto bytes = std::as_bytes(std::span(headers));
    const auto result = check_headers(bytes.first(bytes.size() - cut), flags, size);
    return result ? STATUS_SUCCESS : result.error().value();
}

TEST(StreamHeaders, G1_SizeMustCoverTheHeaderAndDivideTheTotal) {
    EXPECT_EQ(check({header(8, 0), header(8, 0)}, KSPROBE_STREAMREAD), STATUS_SUCCESS);
    EXPECT_EQ(check({header(8, 0)}, KSPROBE_STREAMREAD, 0, 8), STATUS_INVALID_BUFFER_SIZE);
    auto small = header(8, 0);
    small.Size = sizeof(KSSTREAM_HEADER) - 8;
    EXPECT_EQ(check({small}, KSPROBE_STREAMREAD), STATUS_INVALID_BUFFER_SIZE);
    auto odd = header(8, 0);
    odd.Size = sizeof(KSSTREAM_HEADER) + 4;
    EXPECT_EQ(check({odd, header(8, 0)}, KSPROBE_STREAMREAD), STATUS_INVALID_BUFFER_SIZE);
    auto beyond = header(8, 0);
    beyond.Size = 3 * sizeof(KSSTREAM_HEADER);
    EXPECT_EQ(check({beyond, header(8, 0)}, KSPROBE_STREAMREAD), STATUS_INVALID_BUFFER_SIZE);
}

TEST(StreamHeaders, G1_AnAskedForSizeIsEnforced) {
    EXPECT_EQ(check({header(8, 0)}, KSPROBE_STREAMREAD, sizeof(KSSTREAM_HEADER)), STATUS_SUCCESS);
    EXPECT_EQ(check({header(8, 0)}, KSPROBE_STREAMREAD, sizeof(KSSTREAM_HEADER) + 32),
              STATUS_INVALID_BUFFER_SIZE);
}

TEST(StreamHeaders, G1_AnExtendedHeaderIsOneHeader) {
    auto extended = header(8, 0);
    extended.Size = 2 * sizeof(KSSTREAM_HEADER);
    // The second element is the extension: its bytes mean nothing here.
    EXPECT_EQ(check({extended, header(8, 77)}, KSPROBE_STREAMREAD), STATUS_SUCCESS);
}

TEST(StreamHeaders, G2_ReadsStartEmptyAndWritesFitTheirFrame) {
    EXPECT_EQ(check({header(8, 1)}, KSPROBE_STREAMREAD), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(check({header(8, 8)}, KSPROBE_STREAMWRITE), STATUS_SUCCESS);
    EXPECT_EQ(check({header(8, 9)}, KSPROBE_STREAMWRITE), STATUS_INVALID_BUFFER_SIZE);
}

TEST(StreamHeaders, G4_AFormatChangeIsAlone) {
    auto change = header(sizeof(KSDATAFORMAT), sizeof(KSDATAFORMAT));
    change.OptionsFlags = KSSTREAM_HEADER_OPTIONSF_TYPECHANGED;
    const ULONG allowed = KSPROBE_STREAMWRITE | KSPROBE_ALLOWFORMATCHANGE;
    EXPECT_EQ(check({change}, allowed), STATUS_SUCCESS);
    EXPECT_EQ(check({change}, allowed, 2 * sizeof(KSSTREAM_HEADER)), STATUS_SUCCESS);
    EXPECT_EQ(check({change}, KSPROBE_STREAMWRITE), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(check({change, header(8, 8)}, allowed), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(check({header(8, 8), change}, allowed), STATUS_INVALID_PARAMETER);
    change.DataUsed = sizeof(KSDATAFORMAT) - 1;
    EXPECT_EQ(check({change}, allowed), STATUS_INVALID_PARAMETER);
}

} // namespace
} // namespace ksbox::ks

// The camera driver: the right picture, at the right time, with the right number.
#include <gtest/gtest.h>

#include <cstring>

#include "streaming.h"

namespace ksbox::samples {
namespace {

constexpr Guid dropped_frames_set{
    0xC6E13344, 0x30AC, 0x11d0, {0xa1, 0x8c, 0x00, 0xa0, 0xc9, 0x11, 0x89, 0x56}};
constexpr std::uint32_t discontinuity = 0x4;
constexpr std::int64_t thirtieth_100ns = 333'333;
constexpr std::size_t frame_info_bytes = 72;

struct FrameInfo {
    std::uint32_t size, flags;
    std::int64_t picture_number, drop_count;
};

struct DroppedFrames {
    std::byte property[24];
    std::int64_t picture_number, drop_count;
    std::uint32_t average_frame_size;
};

class Camera : public testing::Test {
  protected:
    /// The connection format of the n-th data range.
    DataFormat format_of(std::size_t range) {
        const PinFacts pin = filter.pin_facts(0);
        return filter.intersect(0, std::span(&pin.ranges.at(range), 1)).value();
    }

    Box box;
    Driver &driver = box.load(driver_file("camera"));
    Client &client = box.client("test");
    Filter filter = client.open_filter(driver.filters().at(0).path);
};

TEST_F(Camera, OffersNineRanges) {
    const PinFacts pin = filter.pin_facts(0);
    EXPECT_EQ(pin.ranges.size(), 9u);
    EXPECT_EQ(pin.data_flow, DataFlow::out);
    for (const DataRange &range : pin.ranges) {
        ASSERT_TRUE(range.video);
        EXPECT_EQ(range.video->minimum_frame_100ns, 166'666u);
        EXPECT_EQ(range.video->maximum_frame_100ns, 666'667u);
    }
}

TEST_F(Camera, NumbersAndStampsPictures) {
    const DataFormat format = format_of(0);
    Pin pin = filter.connect({.pin_id = 0, .format = format});
    run(pin);
    const std::vector<ReadFrame> frames =
        read_frames(pin, {.frame_bytes = format.video()->image_bytes,
                          .extension_bytes = frame_info_bytes,
                          .frames = 30});
    for (std::size_t index = 0; index < frames.size(); ++index) {
        FrameInfo info;
        ASSERT_GE(frames[index].extension.size(), sizeof info);
        std::memcpy(&info, frames[index].extension.data(), sizeof info);
        EXPECT_EQ(info.picture_number, static_cast<std::int64_t>(index) + 1);
        EXPECT_EQ(info.drop_count, 0);
        EXPECT_EQ(frames[index].presentation_100ns,
                  static_cast<std::int64_t>(index) * thirtieth_100ns);
        EXPECT_EQ(frames[index].duration_100ns, thirtieth_100ns);
        EXPECT_EQ(frames[index].data.size(), format.video()->image_bytes);
    }
    stop(pin);
}

TEST_F(Camera, TakesAThirtiethOfASecondAPicture) {
    const DataFormat format = format_of(2);
    Pin pin = filter.connect({.pin_id = 0, .format = format});
    run(pin);
    const std::uint64_t before = box.now_100ns();
    read_frames(pin, {.frame_bytes = format.video()->image_bytes, .frames = 31});
    EXPECT_NEAR(static_cast<double>(box.now_100ns() - before), 30.0 * thirtieth_100ns, 400'000);
}

TEST_F(Camera, ShowsTheBarsInEveryFormat) {
    // The middle of each bar at the top of the picture, as luma of YUV and as blue-green-red.
    const std::uint8_t luma[8] = {235, 210, 170, 145, 106, 81, 41, 16};
    const std::uint32_t colour[8] = {0xffffff, 0xffff00, 0x00ffff, 0x00ff00,
                                     0xff00ff, 0xff0000, 0x0000ff, 0x000000};
    for (std::size_t range = 0; range < 9; ++range) {
        const DataFormat format = format_of(range);
        const VideoFormat video = format.video().value();
        Pin pin = filter.connect({.pin_id = 0, .format = format});
        run(pin);
        const ReadFrame frame =
            read_frames(pin, {.frame_bytes = video.image_bytes, .depth = 1, .frames = 1}).at(0);
        ASSERT_EQ(frame.data.size(), video.image_bytes) << format.to_string();
        const auto *bytes = reinterpret_cast<const std::uint8_t *>(frame.data.data());
        for (std::uint32_t bar = 0; bar < 8; ++bar) {
            const std::uint32_t x = video.width * (2 * bar + 1) / 16;
            if (range / 3 == 0)
                EXPECT_EQ(bytes[x * 2], luma[bar]) << format.to_string();
            else if (range / 3 == 1)
                EXPECT_EQ(bytes[x], luma[bar]) << format.to_string();
            else {
                const std::uint32_t row = video.top_down ? 0 : video.height - 1;
                const std::uint8_t *pixel = bytes + (row * video.width + x) * 3;
                EXPECT_EQ(pixel[2] << 16 | pixel[1] << 8 | pixel[0], static_cast<int>(colour[bar]))
                    << format.to_string();
            }
        }
        stop(pin);
    }
}

TEST_F(Camera, CountsThePicturesThatFoundNoFrame) {
    const DataFormat format = format_of(2);
    Pin pin = filter.connect({.pin_id = 0, .format = format});
    run(pin);
    box.run_for(std::chrono::seconds(1));
    auto dropped = pin.get_as<DroppedFrames>(dropped_frames_set, 0);
    EXPECT_NEAR(static_cast<double>(dropped.picture_number), 30.0, 1.0);
    // The latest one still waits.
    EXPECT_EQ(dropped.drop_count, dropped.picture_number - 1);
    EXPECT_EQ(dropped.average_frame_size, format.video()->image_bytes);

    const ReadFrame frame = read_frames(pin, {.frame_bytes = format.video()->image_bytes,
                                              .depth = 1,
                                              .extension_bytes = frame_info_bytes,
                                              .frames = 1})
                                .at(0);
    EXPECT_TRUE(frame.options & discontinuity);
    FrameInfo info;
    std::memcpy(&info, frame.extension.data(), sizeof info);
    EXPECT_EQ(info.drop_count, info.picture_number - 1);
}

TEST_F(Camera, RefusesAFrameThatIsTooSmall) {
    Pin pin = filter.connect({.pin_id = 0, .format = format_of(2)});
    run(pin);
    Frame frame{.buffer = Buffer(client, 100)};
    Request request = pin.start_read(frame);
    const IoResult result = Pin::finish(frame, request);
    EXPECT_EQ(static_cast<std::uint32_t>(result.status), 0xC0000023u);
}

TEST_F(Camera, RefusesIntervalsOutsideItsRange) {
    const DataFormat good = format_of(0);
    for (std::int64_t interval : {166'665, 666'668, 0}) {
        std::vector<std::byte> bytes(good.bytes().begin(), good.bytes().end());
        // KS_VIDEOINFOHEADER.AvgTimePerFrame, behind KSDATAFORMAT, two RECTs and two DWORDs.
        std::memcpy(bytes.data() + 64 + 32 + 8, &interval, sizeof interval);
        EXPECT_THROW(filter.connect({.pin_id = 0, .format = DataFormat(bytes)}), Error) << interval;
    }
}

} // namespace
} // namespace ksbox::samples

// Pictures: a file as a camera, a camera into a file.
#include <fstream>

#include "filters/testing.h"
#include "media/video_reader.h"
#include "media/video_writer.h"

namespace ksbox::filters {
namespace {

using media::Pixels;
using Bytes = std::vector<std::byte>;

class FilePictures : public FiltersTest {
  protected:
    std::filesystem::path make_video(const std::string &name, const media::PictureFormat &format,
                                     std::size_t count) {
        media::testing::MemorySink sink;
        auto writer = media::VideoWriter::create(sink, *media::video_kind(name), format).value();
        for (std::size_t i = 0; i < count; ++i)
            EXPECT_TRUE(writer->append(samples::noise(format.bytes(), std::uint32_t(i))));
        EXPECT_TRUE(writer->finish());
        std::ofstream file(path(name), std::ios::binary);
        file.write(reinterpret_cast<const char *>(sink.bytes.data()),
                   std::streamsize(sink.bytes.size()));
        return path(name);
    }
    static std::vector<Bytes> pictures_of(const std::filesystem::path &file) {
        auto reader = media::VideoReader::open(file).value();
        std::vector<Bytes> all;
        for (;;) {
            Bytes picture(reader->format().bytes());
            const auto read = reader->read(picture);
            EXPECT_TRUE(read) << read.error().text;
            if (!read || !*read)
                return all;
            all.push_back(std::move(picture));
        }
    }
};
KSBOX_IN_BOTH_MODES(FilePictures);

TEST_P(FilePictures, AClientReadsThem) {
    const auto file = make_video("a.y4m", {Pixels::nv12, 64, 48, {25, 1}}, 7);
    Filter filter = open(add_file_source(box, file));
    const DataFormat format = offered(filter);
    EXPECT_EQ(format.to_string(), "NV12 64x48, 25 fps");
    EXPECT_EQ(format.sample_bytes(), 64u * 48 * 3 / 2);
    Pin pin = filter.connect({.pin_id = 0, .format = format});
    samples::run(pin);
    const auto frames =
        samples::read_frames(pin, {.frame_bytes = format.sample_bytes(), .frames = 100});
    const std::vector<Bytes> pictures = pictures_of(file);
    ASSERT_EQ(frames.size(), pictures.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
        EXPECT_EQ(frames[i].data, pictures[i]) << i;
        EXPECT_EQ(frames[i].presentation_100ns, std::int64_t(i) * 400'000);
        EXPECT_EQ(frames[i].duration_100ns, 400'000);
        EXPECT_EQ((frames[i].options & frame_option::end_of_stream) != 0, i + 1 == frames.size());
    }
}

TEST_P(FilePictures, FromFileToFileTheyAreTheSame) {
    for (const Pixels pixels : {Pixels::nv12, Pixels::yuy2}) {
        const auto file = make_video("a.y4m", {pixels, 66, 50, {30'000, 1001}}, 20);
        Filter source = open(add_file_source(box, file)),
               sink = open(add_file_sink(box, path("b.y4m")));
        ASSERT_TRUE(stream(source, sink));
        EXPECT_EQ(problem_of(source) + problem_of(sink), "");
        EXPECT_EQ(pictures_of(path("b.y4m")), pictures_of(file));
    }
}

TEST_P(FilePictures, ACamerasAreTheFile) {
    Driver &driver = traced.load("camera");
    Filter camera = client.open_filter(driver.filters().at(0).path);
    for (const std::string name : {"a.y4m", "b.mp4"}) {
        Filter sink = open(add_file_sink(box, path(name)));
        const DataFormat format = offered(camera);
        {
            Pin in = sink.connect({.pin_id = 0, .format = format});
            Pin out = camera.connect({.pin_id = 0, .format = format, .pin_to_handle = in.handle()});
            samples::run(in);
            samples::run(out);
            for (int i = 0; i < 100 && filters::bytes_of(sink) < 5 * format.sample_bytes(); ++i)
                box.run_for(std::chrono::milliseconds(50));
            samples::stop(out);
            samples::stop(in);
        }
        EXPECT_GE(pictures_of(path(name)).size(), 5u) << name;
        EXPECT_EQ(problem_of(sink), "");
    }
}

TEST_P(FilePictures, TwoFiltersDecodeOneFileSideBySide) {
    const auto file = make_video("a.mp4", {Pixels::nv12, 64, 48, {25, 1}}, 30);
    Filter first = open(add_file_source(box, file)), second = open(add_file_source(box, file));
    Pin one = first.connect({.pin_id = 0, .format = offered(first)});
    Pin two = second.connect({.pin_id = 0, .format = offered(second)});
    samples::run(one);
    samples::run(two);
    const std::size_t bytes = offered(first).sample_bytes();
    const auto a = samples::read_frames(one, {.frame_bytes = bytes, .frames = 10});
    const auto b = samples::read_frames(two, {.frame_bytes = bytes, .frames = 10});
    EXPECT_EQ(samples::joined(a), samples::joined(b));
    EXPECT_EQ(a.size(), 10u);
}

TEST_P(FilePictures, APngHoldsOne) {
    const auto file = make_video("a.y4m", {Pixels::nv12, 64, 48, {25, 1}}, 2);
    Filter source = open(add_file_source(box, file)),
           sink = open(add_file_sink(box, path("b.png")));
    EXPECT_TRUE(stream(source, sink));
    EXPECT_EQ(problem_of(sink), path("b.png").string() + ": a PNG file holds one picture");
    EXPECT_FALSE(std::filesystem::exists(path("b.png")));
    EXPECT_TRUE(std::filesystem::exists(path("b.png.part")));
}

} // namespace
} // namespace ksbox::filters

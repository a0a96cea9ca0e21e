// A file of several streams: a pin for each.
#include <cstring>

#include "filters/testing.h"
#include "ksbox/graph.h"
#include "media/ffmpeg.h"
#include "media/video_reader.h"

namespace ksbox::filters {
namespace {

using Bytes = std::vector<std::byte>;
using ::testing::ElementsAre;

class ManyStreams : public FiltersTest {
  protected:
    struct Part {
        AVCodecID codec;
        AudioFormat sound; ///< of PCM
        const char *title = nullptr, *language = nullptr;
        Bytes data;
    };
    /// Raw streams in FFmpeg's own container, a packet each.
    std::filesystem::path mux(const std::vector<Part> &parts) {
        const auto file = path("many.nut");
        AVFormatContext *container = nullptr;
        avformat_alloc_output_context2(&container, nullptr, "nut", file.c_str());
        EXPECT_GE(avio_open(&container->pb, file.c_str(), AVIO_FLAG_WRITE), 0);
        for (const Part &part : parts) {
            AVStream &stream = *avformat_new_stream(container, nullptr);
            AVCodecParameters &facts = *stream.codecpar;
            facts.codec_id = part.codec;
            if (part.codec == AV_CODEC_ID_RAWVIDEO) {
                facts.codec_type = AVMEDIA_TYPE_VIDEO;
                facts.format = AV_PIX_FMT_YUV420P;
                facts.codec_tag = avcodec_pix_fmt_to_codec_tag(AV_PIX_FMT_YUV420P);
                facts.width = 32;
                facts.height = 16;
                stream.time_base = {1, 25};
                stream.avg_frame_rate = {25, 1};
            } else {
                facts.codec_type = AVMEDIA_TYPE_AUDIO;
                facts.sample_rate = int(part.sound.rate_hz);
                facts.block_align = int(part.sound.frame_bytes());
                facts.bits_per_coded_sample = part.sound.bits;
                av_channel_layout_default(&facts.ch_layout, part.sound.channels);
                stream.time_base = {1, facts.sample_rate};
            }
            if (part.title)
                av_dict_set(&stream.metadata, "title", part.title, 0);
            if (part.language)
                av_dict_set(&stream.metadata, "language", part.language, 0);
        }
        EXPECT_GE(avformat_write_header(container, nullptr), 0);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const std::size_t piece = parts[i].codec == AV_CODEC_ID_RAWVIDEO
                                          ? 32 * 16 * 3 / 2
                                          : 480 * parts[i].sound.frame_bytes();
            for (std::size_t at = 0; at < parts[i].data.size(); at += piece) {
                const std::size_t count = std::min(piece, parts[i].data.size() - at);
                AVPacket *packet = av_packet_alloc();
                av_new_packet(packet, int(count));
                std::memcpy(packet->data, parts[i].data.data() + at, count);
                packet->stream_index = int(i);
                packet->pts = packet->dts = parts[i].codec == AV_CODEC_ID_RAWVIDEO
                                                ? std::int64_t(at / piece)
                                                : std::int64_t(at / parts[i].sound.frame_bytes());
                packet->flags |= AV_PKT_FLAG_KEY;
                av_packet_rescale_ts(packet,
                                     parts[i].codec == AV_CODEC_ID_RAWVIDEO
                                         ? AVRational{1, 25}
                                         : AVRational{1, int(parts[i].sound.rate_hz)},
                                     container->streams[i]->time_base);
                EXPECT_GE(av_interleaved_write_frame(container, packet), 0);
                av_packet_free(&packet);
            }
        }
        av_write_trailer(container);
        avio_closep(&container->pb);
        avformat_free_context(container);
        return file;
    }

    /// As NV12, which has its chroma in another order than the file.
    static Bytes decoded(const std::filesystem::path &file) {
        auto reader = media::VideoReader::open(file).value();
        Bytes all, picture(reader->format().bytes());
        while (reader->read(picture).value())
            all.insert(all.end(), picture.begin(), picture.end());
        return all;
    }

    const Bytes music = media::testing::sound(pcm(16), 9'600),
                voice = media::testing::sound(pcm(16, 1, 44'100), 4'410, 300),
                film = samples::noise(32 * 16 * 3 / 2 * 5);
    const std::vector<Part> parts = {
        {AV_CODEC_ID_PCM_S16LE, pcm(16), "Music", "eng", music},
        {AV_CODEC_ID_RAWVIDEO, {}, nullptr, nullptr, film},
        {AV_CODEC_ID_PCM_S16LE, pcm(16, 1, 44'100), nullptr, nullptr, voice}};
};
KSBOX_IN_BOTH_MODES(ManyStreams);

TEST_P(ManyStreams, EachHasAPinWithItsName) {
    Filter filter = open(add_file_source(box, mux(parts)));
    std::vector<std::string> names, formats;
    for (std::uint32_t i = 0; i < filter.pin_count(); ++i) {
        names.push_back(filter.pin_facts(i).name);
        formats.push_back(offered(filter, i).to_string());
    }
    EXPECT_THAT(names, ElementsAre("Music (eng)", "many.nut", "many.nut"));
    EXPECT_THAT(formats, ElementsAre("PCM 16 bit, 2 channels, 48000 Hz", "NV12 32x16, 25 fps",
                                     "PCM 16 bit, 1 channel, 44100 Hz"));
}

TEST_P(ManyStreams, AllAreReadAtOnce) {
    const auto file = mux(parts);
    Filter filter = open(add_file_source(box, file));
    const Bytes expected[] = {music, decoded(file), voice};
    std::vector<Pin> pins;
    for (std::uint32_t i = 0; i < 3; ++i)
        pins.push_back(filter.connect({.pin_id = i, .format = offered(filter, i)}));
    for (Pin &pin : pins)
        samples::run(pin);
    for (std::size_t i = 0; i < 3; ++i) {
        const Bytes got =
            samples::joined(samples::read_frames(pins[i], {.frame_bytes = 2'400, .frames = 1'000}));
        EXPECT_EQ(got.size(), expected[i].size()) << i;
        EXPECT_TRUE(got == expected[i])
            << i << " from byte " << std::ranges::mismatch(got, expected[i]).in1 - got.begin();
    }
}

TEST_P(ManyStreams, GoIntoFilesOfTheirOwnAndTheGraphShowsIt) {
    Filter source = open(add_file_source(box, mux(parts)));
    Filter sounds = open(add_file_sink(box, path("music.flac"))),
           pictures = open(add_file_sink(box, path("film.y4m")));
    {
        Pin to_sound = sounds.connect({.pin_id = 0, .format = offered(source, 0)});
        Pin to_film = pictures.connect({.pin_id = 0, .format = offered(source, 1)});
        EndOfStream sound_end(to_sound), film_end(to_film);
        Pin sound = source.connect(
            {.pin_id = 0, .format = offered(source, 0), .pin_to_handle = to_sound.handle()});
        Pin moving = source.connect(
            {.pin_id = 1, .format = offered(source, 1), .pin_to_handle = to_film.handle()});
        for (Pin *pin : {&to_sound, &to_film, &sound, &moving})
            samples::run(*pin);
        EXPECT_TRUE(sound_end.wait_for(patience_100ns));
        EXPECT_TRUE(film_end.wait_for(patience_100ns));

        const GraphFacts graph = box.graph();
        ASSERT_EQ(graph.filters.size(), 3u);
        EXPECT_EQ(graph.filters[0].interface.name, "many.nut");
        EXPECT_EQ(graph.filters[1].interface.name, "music.flac");
        EXPECT_EQ(graph.filters[2].interface.name, "film.y4m");
        EXPECT_EQ(graph.filters[0].driver, "ksfilters");
        ASSERT_EQ(graph.links.size(), 2u);
        for (const GraphLink &link : graph.links) {
            EXPECT_EQ(link.carrier, Carrier::pipe);
            ASSERT_TRUE(link.from && link.to);
            EXPECT_EQ(graph.open_pins[*link.from].format.to_string(),
                      graph.open_pins[*link.to].format.to_string());
        }
        EXPECT_TRUE(graph.unread.empty());
    }
    EXPECT_EQ(bytes_of(path("music.flac")), music);
    EXPECT_GT(std::filesystem::file_size(path("film.y4m")), film.size());
}

} // namespace
} // namespace ksbox::filters

// ksbox record OUT.y4m, OUT.mp4 and OUT.png.
#include <charconv>
#include <memory>

#include <fmt/format.h>

#include "cli/failures.h"
#include "cli/record.h"
#include "cli/terminal.h"
#include "cli/video_file.h"
#include "ksbox/guid_names.h"
#include "media/video_writer.h"

namespace ksbox::cli {

namespace {

constexpr std::size_t frames_in_flight = 4;

struct Size {
    std::uint32_t width = 0, height = 0;
};

std::optional<Size> parse_size(const std::string &text) {
    if (text.empty())
        return std::nullopt;
    Size size;
    const char *end = text.data() + text.size();
    auto [x, first] = std::from_chars(text.data(), end, size.width);
    if (first == std::errc() && x != end && *x == 'x') {
        auto [rest, second] = std::from_chars(x + 1, end, size.height);
        if (second == std::errc() && rest == end)
            return size;
    }
    throw BadInput(fmt::format("--size: '{}' is not WIDTHxHEIGHT", text));
}

std::vector<DataRange> wanted_ranges(const PinFacts &pin, const RecordOptions &options) {
    std::optional<Size> size = parse_size(options.size);
    std::optional<Guid> subtype;
    if (!options.subtype.empty()) {
        subtype = guid_by_name(options.subtype, "KSDATAFORMAT_SUBTYPE_");
        if (!subtype)
            throw BadInput(fmt::format("--subtype: '{}' is no known subtype", options.subtype));
    }
    std::vector<DataRange> ranges;
    for (DataRange range : pin.ranges) {
        if (!range.video ||
            (size && (range.video->width != size->width || range.video->height != size->height)))
            continue;
        if (subtype && range.subtype != *subtype)
            continue;
        if (options.rate) {
            auto interval = static_cast<std::uint64_t>(1e7 / *options.rate);
            if (interval < range.video->minimum_frame_100ns ||
                interval > range.video->maximum_frame_100ns)
                continue;
            range.set_frame_interval(interval);
        }
        VideoFormat shape{
            .subtype = range.subtype, .width = range.video->width, .height = range.video->height};
        if (PictureReader::create(shape))
            ranges.push_back(range);
    }
    return ranges;
}

ConnectedPin connect(const RecordOptions &options, Session &session) {
    return connect_wanted(
        find_pins(session, DataFlow::out, Media::video, options.run.pin),
        [&](const PinFacts &pin) { return wanted_ranges(pin, options); },
        [](DataFormat format) { return format; },
        fmt::format("no data range has what was asked for (--size, --rate, --subtype, and one of "
                    "{}); 'ksbox inspect' lists what there is",
                    PictureReader::subtypes()));
}

class VideoRecorder {
  public:
    VideoRecorder(const RecordOptions &options, Session &session)
        : options_(options), connected_(connect(options, session)), session_(session) {}
    int run();

  private:
    bool take(const Frame &frame);
    std::uint64_t pictures_wanted(const VideoFormat &video) const;

    const RecordOptions &options_;
    ConnectedPin connected_;
    Session &session_;
    std::unique_ptr<VideoFile> file_;
    std::size_t picture_bytes_ = 0;
    std::uint64_t wanted_ = 0, taken_ = 0;
    std::int64_t dropped_ = 0;
    std::vector<std::string> findings_;
};

std::uint64_t VideoRecorder::pictures_wanted(const VideoFormat &video) const {
    if (options_.frames)
        return *options_.frames;
    if (!options_.seconds && media::video_kind(options_.output) == media::VideoKind::png)
        return 1;
    std::uint64_t interval = video.frame_100ns == 0 ? 333'333 : video.frame_100ns;
    return count_in(options_.seconds.value_or(1.0), 1e7 / double(interval));
}

bool VideoRecorder::take(const Frame &frame) {
    if (frame.used == 0 && (frame.options & frame_option::end_of_stream) != 0)
        return true;
    if (frame.used < picture_bytes_) {
        findings_.push_back(fmt::format("picture {} is short: {} of {} bytes, left out", taken_ + 1,
                                        frame.used, picture_bytes_));
        return findings_.size() > wanted_;
    }
    file_->append(frame.buffer.bytes().first(picture_bytes_));
    ++taken_;
    if (auto info = frame.video_info(); info && info->drop_count > dropped_) {
        findings_.push_back(fmt::format("{} pictures dropped before picture {} of the file",
                                        info->drop_count - dropped_, taken_));
        dropped_ = info->drop_count;
    }
    return taken_ >= wanted_;
}

int VideoRecorder::run() {
    std::optional<VideoFormat> video = connected_.format.video();
    std::optional<PictureReader> reader;
    if (video)
        reader = PictureReader::create(*video);
    if (!reader)
        throw BadInput(fmt::format("{} cannot be turned into pictures; {} can",
                                   connected_.format.to_string(), PictureReader::subtypes()));
    picture_bytes_ = reader->picture_bytes();
    wanted_ = pictures_wanted(*video);
    const auto kind = media::video_kind(options_.output);
    const auto make = kind == media::VideoKind::y4m   ? make_y4m
                      : kind == media::VideoKind::mp4 ? make_mp4
                                                      : make_png;
    file_ = make(options_.output, *reader);
    try {
        std::size_t frame_bytes = std::max<std::size_t>(
            {picture_bytes_, video->image_bytes, connected_.format.sample_bytes()});
        FrameRing ring(*connected_.pin, FrameRing::Direction::read, frames_in_flight, frame_bytes,
                       true);
        Progress progress("recording", wanted_);
        read_frames(session_, *connected_.pin, ring, [&](const Frame &frame) {
            bool enough = take(frame);
            progress.at(taken_);
            return enough;
        });
    } catch (...) {
        print_kept(file_->keep_partial());
        throw;
    }
    for (const std::string &finding : findings_)
        print_finding(finding);
    if (taken_ == 0) {
        print_finding("there was no picture: " + file_->written() + " is not written");
        return exit_finding;
    }
    fmt::print("recorded {} picture{} of {} from pin {} of {} to {}\n", taken_,
               taken_ == 1 ? "" : "s", connected_.format.to_string(), connected_.found.facts.id,
               filter_label(connected_.found.interface), file_->written());
    file_->commit();
    return findings_.empty() ? exit_done : exit_finding;
}

} // namespace

int record_video(const RecordOptions &options, Session &session) {
    return VideoRecorder(options, session).run();
}

} // namespace ksbox::cli

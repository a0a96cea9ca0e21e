// ksbox record: from a capture pin into a file. The file's name says what kind.
#include "cli/record.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/failures.h"
#include "cli/output_file.h"
#include "media/audio_writer.h"
#include "media/video_writer.h"

namespace ksbox::cli {

namespace {
constexpr std::uint64_t silence_limit_100ns = 100'000'000;
}

ConnectedPin connect_wanted(const std::vector<FoundPin> &pins,
                            const std::function<std::vector<DataRange>(const PinFacts &)> &wanted,
                            const std::function<DataFormat(DataFormat)> &adjust,
                            const std::string &nothing_wanted) {
    std::optional<std::string> refusal;
    for (const FoundPin &pin : pins) {
        std::vector<DataRange> ranges = wanted(pin.facts);
        if (ranges.empty())
            continue;
        std::vector<DataFormat> formats = default_formats(*pin.filter, pin.facts.id, ranges);
        for (DataFormat &format : formats)
            format = adjust(std::move(format));
        if (formats.empty() && !refusal)
            refusal = fmt::format("pin {} of {} offers no format by data intersection",
                                  pin.facts.id, filter_label(pin.interface));
        if (formats.empty())
            continue;
        try {
            return connect_first({pin}, formats);
        } catch (const BadInput &error) {
            if (!refusal)
                refusal = error.what();
        }
    }
    throw BadInput(refusal.value_or(nothing_wanted));
}

void read_frames(Session &session, Pin &pin, FrameRing &ring,
                 const std::function<bool(const Frame &)> &take) {
    const std::uint64_t slice = patience_slice(session.options().realtime);
    std::uint64_t waited = 0;
    pause(pin);
    ring.submit_all();
    run(pin);
    while (session.worker().interrupted() == 0) {
        Frame *frame = ring.finish_oldest(slice);
        if (frame == nullptr) {
            waited += slice;
            if (waited < silence_limit_100ns)
                continue;
            throw Finding("the capture pin gave no frame for 10 s" + waiting_text(pin));
        }
        waited = 0;
        bool enough = take(*frame);
        if (enough || (frame->options & frame_option::end_of_stream) != 0)
            break;
        ring.submit_all();
    }
    stop(pin);
}

std::uint64_t count_in(double seconds, double rate_hz) {
    constexpr double most = 1e15; // a double counts that far
    const double count = seconds * rate_hz;
    if (!(count < most))
        throw BadInput(fmt::format("--seconds: {:g} is too long", seconds));
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(count));
}

namespace {

bool has_video(const RecordOptions &options, Session &session) {
    try {
        return !find_pins(session, DataFlow::out, Media::video, options.run.pin).empty();
    } catch (const BadInput &) {
        return false;
    }
}

} // namespace

int record(const RecordOptions &options, Worker &worker) {
    const bool sound = media::audio_kind(options.output).has_value();
    const bool pictures = media::video_kind(options.output).has_value();
    if (!sound && !pictures)
        throw BadInput(
            fmt::format("{}: records sound to {}, pictures to .y4m, .mp4 and .png files, "
                        "by their names",
                        options.output.string(), media::audio_endings()));
    if (options.output.string().find('%') == std::string::npos)
        OutputFile::check(options.output); // a name that cannot be written is known before
    if (options.endpoint.given() && !sound)
        throw BadInput("an endpoint records sound: name a .wav file, or another kind of sound");
    Session session(options.run, worker);
    return session.run([&] {
        // An .mp4 file holds either: it is a film where there is a camera.
        const bool film =
            pictures && (!sound || (!options.endpoint.given() && has_video(options, session)));
        return film ? record_video(options, session) : record_audio(options, session);
    });
}

} // namespace ksbox::cli

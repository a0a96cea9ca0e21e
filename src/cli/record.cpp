// ksbox record: from a capture pin into a file. The file's name says what kind.
#include "cli/record.h"

#include <fmt/format.h>

#include "cli/failures.h"
#include "cli/output_file.h"

namespace ksbox::cli {

namespace {
constexpr std::uint64_t silence_limit_100ns = 100'000'000;
}

DataFormat intersect_any(const FoundPin &pin, const std::vector<DataRange> &ranges) {
    std::string refusal;
    for (const DataRange &range : ranges)
        try {
            if (auto format = pin.filter->intersect(pin.facts.id, std::span(&range, 1)))
                return *format;
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &error) {
            refusal = error.what();
        }
    throw BadInput(fmt::format("pin {} of {} offers no format in common{}{}", pin.facts.id,
                               filter_label(pin.interface), refusal.empty() ? "" : ": ", refusal));
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
            if (waited >= silence_limit_100ns)
                throw Finding("the capture pin gave no frame for 10 s");
            continue;
        }
        waited = 0;
        if (frame->used > frame->buffer.size())
            throw Finding(fmt::format("the driver says that it filled {} bytes of a frame of {}",
                                      frame->used, frame->buffer.size()));
        bool enough = take(*frame);
        if (enough || (frame->options & frame_option::end_of_stream) != 0)
            break;
        ring.submit_all();
    }
    stop(pin);
}

int record(const RecordOptions &options, Worker &worker) {
    std::string kind = options.output.extension().string();
    if (kind != ".wav" && kind != ".y4m" && kind != ".png")
        throw BadInput(options.output.string() +
                       ": records to .wav, .y4m and .png files, by their names");
    if (options.output.string().find('%') == std::string::npos)
        OutputFile check(options.output); // a name that cannot be written is known before
    Session session(options.run, worker);
    int code = kind == ".wav" ? record_audio(options, session) : record_video(options, session);
    return session.finish(code);
}

} // namespace ksbox::cli

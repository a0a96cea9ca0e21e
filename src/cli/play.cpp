// ksbox play: an audio file into a render pin and, on the way, out of a capture pin into another
// file. Two client threads keep frames in flight, one on each pin.
#include <algorithm>
#include <atomic>
#include <memory>

#include <fmt/format.h>

#include "cli/audio_file.h"
#include "cli/commands.h"
#include "cli/cyclic_stream.h"
#include "cli/failures.h"
#include "cli/frame_ring.h"
#include "cli/level_meter.h"
#include "cli/mixed_files.h"
#include "cli/pins.h"
#include "cli/player.h"
#include "cli/session.h"
#include "cli/sound_file.h"
#include "cli/terminal.h"
#include "cli/underruns.h"

namespace ksbox::cli {

namespace {

constexpr std::uint64_t second_100ns = 10'000'000;
// A driver that takes no frame for so long has stopped; one that gives none for so long after the
// last was played has given all.
constexpr std::uint64_t stall_limit_100ns = 10 * second_100ns;
constexpr std::uint64_t tail_limit_100ns = 2 * second_100ns;

class Player {
  public:
    Player(const PlayOptions &options, Session &session,
           std::vector<std::unique_ptr<AudioReader>> files, const std::vector<FoundPin> &renders)
        : options_(options), session_(session), files_(std::move(files)), renders_(renders) {}

    int run();

  private:
    void connect_alone();
    void open_pins();
    void start();
    void render();
    void fill_and_submit();
    void fill_cyclic(std::size_t bytes);
    void render_cyclic();
    void capture();
    void capture_cyclic();
    [[noreturn]] void throw_stalled();
    void take(const Frame &frame);
    bool give_up() const { return stop_ || session_.worker().interrupted() != 0; }
    std::size_t frame_bytes() const;
    int conclude();
    int print_underruns();

    const PlayOptions &options_;
    Session &session_;
    std::vector<std::unique_ptr<AudioReader>> files_;
    const std::vector<FoundPin> &renders_;
    std::unique_ptr<AudioReader> wav_; ///< what is played, from open_pins() on
    std::unique_ptr<SoundFile> out_;
    std::optional<ConnectedPin> render_pin_, capture_pin_;
    std::optional<LevelMeter> meter_; ///< of what goes to the render pin
    // Frames, or for WaveRT pins the cyclic buffer.
    std::optional<FrameRing> render_ring_, capture_ring_;
    std::unique_ptr<CyclicStream> render_cyclic_, capture_cyclic_;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> all_played_ = false;
    std::uint64_t submitted_ = 0, played_ = 0;
    bool end_seen_ = false;
    std::vector<Underrun> dry_;  ///< the render queue was empty when these bytes were due
    std::vector<Underrun> gaps_; ///< the capture pin announced a discontinuity here
    std::optional<DriverUnderruns> counted_;
};

std::size_t Player::frame_bytes() const {
    std::uint64_t blocks = std::uint64_t(wav_->rate_hz()) * options_.period_ms / 1000;
    return std::max<std::uint64_t>(blocks, 1) * wav_->block_bytes();
}

/// As it is, if a pin takes it so.
void Player::connect_alone() {
    try {
        render_pin_ = connect_first(renders_, forms_of(DataFormat::wave(files_.front()->format())));
        wav_ = std::move(files_.front());
    } catch (const BadInput &refusal) {
        if (!options_.convert)
            throw;
        fmt::print("through the mixer: {}\n", refusal.what());
    }
}

void Player::open_pins() {
    if (files_.size() == 1)
        connect_alone();
    if (!render_pin_) {
        render_pin_ = connect_first(renders_, formats_of_sum(files_, renders_));
        wav_ = std::make_unique<MixedFiles>(session_, std::move(files_), render_pin_->format,
                                            options_.limit);
    }
    meter_.emplace(render_pin_->format);
    if (options_.record.empty())
        return;
    out_ = std::make_unique<SoundFile>(options_.record, wav_->format(), !options_.run.realtime);
    std::vector<FoundPin> captures =
        options_.record_endpoint.empty()
            ? find_pins(session_, DataFlow::out, Media::audio, options_.record_pin)
            : open_endpoint(session_, DataFlow::out, {.name = options_.record_endpoint});
    // The same filter handle where it has such a pin: a transform's two pins belong together.
    std::vector<FoundPin> ordered;
    for (bool same_filter : {true, false})
        for (FoundPin &found : captures)
            if ((found.interface.path == render_pin_->found.interface.path) == same_filter) {
                if (same_filter)
                    found.filter = render_pin_->found.filter;
                ordered.push_back(found);
            }
    capture_pin_ = connect_first(ordered, forms_of(render_pin_->format));
}

void Player::fill_and_submit() {
    Frame *frame = render_ring_->free_frame();
    frame->used = static_cast<std::uint32_t>(wav_->read(frame->buffer.bytes()));
    frame->options = wav_->bytes_left() == 0 ? frame_option::end_of_stream : 0;
    meter_->hear(frame->buffer.bytes().first(frame->used));
    submitted_ += frame->used;
    render_ring_->submit();
}

// The file's next bytes, and silence behind its end.
void Player::fill_cyclic(std::size_t bytes) {
    std::vector<std::byte> data(bytes);
    const std::size_t read = wav_->read(data);
    meter_->hear(std::span(data).first(read));
    submitted_ += read;
    render_cyclic_->write(data);
}

// Queues what fits before anything runs, so that the stream begins without a gap.
void Player::start() {
    const std::size_t queue_bytes = options_.queue * frame_bytes();
    const std::uint64_t rate = std::uint64_t(wav_->rate_hz()) * wav_->block_bytes();
    render_cyclic_ =
        CyclicStream::open(*render_pin_->pin, CyclicStream::Direction::render, queue_bytes, rate);
    if (!render_cyclic_)
        render_ring_.emplace(*render_pin_->pin, FrameRing::Direction::write, options_.queue,
                             frame_bytes());
    pause(*render_pin_->pin);
    if (capture_pin_) {
        capture_cyclic_ = CyclicStream::open(*capture_pin_->pin, CyclicStream::Direction::capture,
                                             queue_bytes, rate);
        if (!capture_cyclic_)
            capture_ring_.emplace(*capture_pin_->pin, FrameRing::Direction::read, options_.queue,
                                  frame_bytes());
        pause(*capture_pin_->pin);
        if (capture_ring_)
            capture_ring_->submit_all();
    }
    if (render_cyclic_)
        fill_cyclic(render_cyclic_->size());
    while (render_ring_ && render_ring_->free_frame() != nullptr && wav_->bytes_left() != 0)
        fill_and_submit();
    if (capture_pin_)
        cli::run(*capture_pin_->pin);
    cli::run(*render_pin_->pin);
}

void Player::throw_stalled() {
    throw Finding(fmt::format("the render pin took no frame for {} s, {} of {} bytes into "
                              "the file{}",
                              stall_limit_100ns / second_100ns, played_, wav_->data_bytes(),
                              waiting_text(*render_pin_->pin)));
}

void Player::render_cyclic() {
    Progress progress("playing", wav_->data_bytes());
    const std::uint64_t rate = std::uint64_t(wav_->rate_hz()) * wav_->block_bytes();
    const std::uint64_t lasts_100ns = render_cyclic_->size() * second_100ns / rate;
    std::uint64_t moved_at = session_.box().now_100ns();
    while (played_ < wav_->data_bytes() && !give_up()) {
        const std::size_t moved = render_cyclic_->wait(stall_limit_100ns);
        const std::uint64_t now = session_.box().now_100ns();
        if (moved == 0 && now - moved_at >= stall_limit_100ns)
            throw_stalled();
        if (moved == 0)
            continue;
        if (options_.run.realtime && now - moved_at >= lasts_100ns)
            dry_.push_back({submitted_, 0}); // the device went round without new data
        moved_at = now;
        played_ = std::min<std::uint64_t>(played_ + moved, wav_->data_bytes());
        progress.at(played_, meter_->text());
        fill_cyclic(moved);
    }
}

void Player::render() {
    if (render_cyclic_) {
        render_cyclic();
        return;
    }
    Progress progress("playing", wav_->data_bytes());
    const std::uint64_t slice = patience_slice(options_.run.realtime);
    std::uint64_t waited = 0;
    while (render_ring_->in_flight() != 0 && !give_up()) {
        Frame *done = render_ring_->finish_oldest(slice);
        if (done == nullptr) {
            waited += slice;
            if (waited < stall_limit_100ns)
                continue;
            throw_stalled();
        }
        waited = 0;
        played_ += done->used;
        progress.at(played_, meter_->text());
        if (wav_->bytes_left() == 0)
            continue;
        if (options_.run.realtime && render_ring_->dry())
            dry_.push_back({submitted_, 0});
        fill_and_submit();
    }
}

void Player::take(const Frame &frame) {
    if ((frame.options & frame_option::data_discontinuity) != 0 && out_->data_bytes() != 0)
        gaps_.push_back({out_->data_bytes(), 0});
    out_->append(frame.buffer.bytes().first(frame.used));
    end_seen_ = (frame.options & frame_option::end_of_stream) != 0;
}

// A WaveRT pin knows no end: what was played last is in what comes within two buffers' time.
void Player::capture_cyclic() {
    const std::uint64_t slice = patience_slice(options_.run.realtime);
    const std::uint64_t rate = std::uint64_t(wav_->rate_hz()) * wav_->block_bytes();
    const std::uint64_t lasts_100ns = capture_cyclic_->size() * second_100ns / rate;
    std::size_t tail = 2 * capture_cyclic_->size();
    std::uint64_t waited = 0;
    std::uint64_t read_at = session_.box().now_100ns();
    std::vector<std::byte> data;
    while (tail != 0 && !give_up()) {
        const bool played = all_played_;
        data.resize(capture_cyclic_->wait(slice));
        const std::uint64_t now = session_.box().now_100ns();
        if (options_.run.realtime && now - read_at >= lasts_100ns && out_->data_bytes() != 0)
            gaps_.push_back({out_->data_bytes(), 0}); // it went round before it was read
        read_at = now;
        waited = data.empty() && played ? waited + slice : 0;
        if (waited >= tail_limit_100ns)
            return; // conclude() compares what came
        capture_cyclic_->read(data);
        out_->append(data);
        if (played)
            tail -= std::min(tail, data.size());
    }
}

void Player::capture() {
    if (capture_cyclic_) {
        capture_cyclic();
        return;
    }
    const std::uint64_t slice = patience_slice(options_.run.realtime);
    // A card records for ever: what was played last is in what comes within two queues' time.
    std::uint64_t tail = 2 * options_.queue * frame_bytes();
    std::uint64_t waited = 0;
    while (!end_seen_ && !give_up()) {
        const bool played = all_played_;
        Frame *done = capture_ring_->finish_oldest(slice);
        if (done == nullptr) {
            waited = all_played_ ? waited + slice : 0;
            if (waited >= tail_limit_100ns)
                return; // conclude() compares what came
            continue;
        }
        waited = 0;
        take(*done);
        if (played && out_->data_bytes() > played_)
            tail -= std::min<std::uint64_t>(tail, done->used);
        if (tail == 0)
            return;
        if (!end_seen_)
            capture_ring_->submit_all();
    }
}

int Player::print_underruns() {
    std::uint64_t rate = std::uint64_t(wav_->rate_hz()) * wav_->block_bytes();
    const std::vector<Underrun> &list = counted_ ? counted_->list : dry_;
    std::size_t count = counted_ ? counted_->count : dry_.size();
    for (std::size_t i = 0; i < list.size(); ++i)
        fmt::print("{}\n", to_string(list[i], i + 1, rate));
    if (list.size() < count)
        fmt::print("{} more, whose places the driver did not keep\n", count - list.size());
    for (std::size_t i = 0; i < gaps_.size(); ++i)
        fmt::print("gap {}: before byte {} of the recording ({:.4f} s)\n", i + 1,
                   gaps_[i].position_bytes, double(gaps_[i].position_bytes) / double(rate));
    if (count != 0)
        print_finding(fmt::format("{} under-run{}", count, count == 1 ? "" : "s"));
    if (!gaps_.empty())
        print_finding(
            fmt::format("{} gap{} in the recording", gaps_.size(), gaps_.size() == 1 ? "" : "s"));
    return count + gaps_.size() == 0 ? exit_done : exit_finding;
}

int Player::conclude() {
    std::uint64_t rate = std::uint64_t(wav_->rate_hz()) * wav_->block_bytes();
    fmt::print("played {} bytes ({:.3f} s) of {} into pin {} of {}\n", played_,
               double(played_) / double(rate), render_pin_->format.to_string(),
               render_pin_->found.facts.id, filter_label(render_pin_->found.interface));
    int code = print_underruns();
    if (!out_)
        return code;
    fmt::print("recorded {} bytes ({:.3f} s) from pin {} of {} to {}\n", out_->data_bytes(),
               double(out_->data_bytes()) / double(rate), capture_pin_->found.facts.id,
               filter_label(capture_pin_->found.interface), out_->name());
    if (session_.worker().interrupted() != 0)
        return code;
    if (out_->data_bytes() < played_) {
        print_finding(fmt::format("the recording ends after {} of {} bytes: the capture pin {}",
                                  out_->data_bytes(), played_,
                                  end_seen_ ? "says that the stream ends there"
                                            : "gave no more, and no end of stream"));
        return exit_finding;
    }
    return code;
}

int Player::run() {
    try {
        open_pins();
        start();
        auto guarded = [this](void (Player::*side)()) {
            return [this, side] {
                try {
                    (this->*side)();
                } catch (...) {
                    stop_ = true;
                    throw;
                }
                if (side == &Player::render)
                    all_played_ = true;
            };
        };
        std::optional<Client::Thread> capture;
        if (capture_pin_)
            capture = session_.client().spawn("capture", guarded(&Player::capture));
        Client::Thread render = session_.client().spawn("render", guarded(&Player::render));
        render.join();
        if (capture)
            capture->join();
        counted_ = driver_underruns(*render_pin_->found.filter);
        stop(*render_pin_->pin);
        if (capture_pin_)
            stop(*capture_pin_->pin);
    } catch (...) {
        if (out_)
            print_kept(out_->keep_partial());
        throw;
    }
    int code = conclude();
    render_ring_.reset();
    capture_ring_.reset();
    render_cyclic_.reset();
    capture_cyclic_.reset();
    capture_pin_.reset();
    render_pin_.reset();
    wav_.reset();
    if (out_)
        out_->commit();
    return code;
}

} // namespace

int play_into(const PlayOptions &options, Session &session,
              std::vector<std::unique_ptr<AudioReader>> readers,
              const std::vector<FoundPin> &renders) {
    return Player(options, session, std::move(readers), renders).run();
}

int play(const PlayOptions &options, Worker &worker) {
    // A bad file is known before the driver runs.
    std::vector<std::unique_ptr<AudioReader>> files;
    for (const auto &input : options.inputs)
        files.push_back(open_audio(input));
    if (!options.record.empty())
        OutputFile::check(options.record);
    Session session(options.run, worker);
    return session.run([&] {
        const std::vector<FoundPin> renders =
            options.endpoint.given()
                ? open_endpoint(session, DataFlow::in, options.endpoint)
                : find_pins(session, DataFlow::in, Media::audio, options.run.pin);
        return play_into(options, session, std::move(files), renders);
    });
}

} // namespace ksbox::cli

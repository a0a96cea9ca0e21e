// The commands of a scenario that play, record, and compare what came of it.
#include <fmt/format.h>

#include "cli/audio_file.h"
#include "cli/drive_run.h"
#include "cli/drive_sound.h"
#include "cli/endpoints.h"
#include "cli/failures.h"
#include "cli/sound_file.h"
#include "cli/wav.h"

namespace ksbox::cli {

namespace {

constexpr std::size_t most_bytes = 1u << 30; // of one sound, in memory

bool same_format(const DataFormat &a, const DataFormat &b) {
    const auto x = a.audio(), y = b.audio();
    return x && y && x->rate_hz == y->rate_hz && x->channels == y->channels && x->bits == y->bits &&
           x->valid_bits == y->valid_bits && x->is_float == y->is_float;
}

} // namespace

AudioFormat DriveRun::audio_of(const std::string &name) {
    const std::optional<AudioFormat> format = pin(name).format.audio();
    if (!format || format->frame_bytes() == 0 || format->rate_hz == 0)
        throw BadInput(
            fmt::format("'{}' carries {}, no sound", name, pin(name).format.to_string()));
    return *format;
}

DriveRun::Sound DriveRun::read_file(const drive::Word &file) const {
    const auto reader = open_audio(options_.script.parent_path() / file.text);
    if (reader->data_bytes() > most_bytes)
        throw BadInput(file.text + " is longer than a scenario holds (1 GiB)");
    Sound sound{DataFormat::wave(reader->format()), {}};
    sound.data.resize(reader->data_bytes());
    (void)reader->read(sound.data);
    return sound;
}

void DriveRun::operator()(const drive::Play &play) {
    OpenPin &open = pin(play.pin.text);
    const AudioFormat format = audio_of(play.pin.text);
    Sound sound{open.format, {}};
    if (play.sound == drive::Sound::file) {
        sound = read_file(*play.file);
        if (!same_format(sound.format, open.format))
            throw BadInput(fmt::format("{} is {}, but '{}' was connected with {}: connect it 'like "
                                       "{}'",
                                       play.file->text, sound.format.to_string(), play.pin.text,
                                       open.format.to_string(), play.file->text));
    } else {
        const std::size_t bytes = bytes_of(format, play.time_100ns);
        if (bytes > most_bytes)
            throw BadInput("longer than a scenario holds (1 GiB)");
        sound.data = play.sound == drive::Sound::noise  ? noise(format, bytes, ++noises_)
                     : play.sound == drive::Sound::tone ? tone(format, bytes)
                                                        : std::vector<std::byte>(bytes);
    }
    open.stream.reset();
    open.records = false;
    open.stream = DriveStream::play(session_, *open.pin, format, sound.data);
    sounds_.insert_or_assign(play.pin.text, std::move(sound));
}

void DriveRun::operator()(const drive::Record &record) {
    OpenPin &open = pin(record.pin.text);
    const AudioFormat format = audio_of(record.pin.text);
    const std::size_t bytes = bytes_of(format, record.time_100ns);
    if (bytes > most_bytes)
        throw BadInput("longer than a scenario holds (1 GiB)");
    open.stream.reset();
    open.records = true;
    open.stream = DriveStream::record(session_, *open.pin, format, bytes);
    sounds_.insert_or_assign(record.pin.text, Sound{open.format, {}});
    if (record.file)
        OutputFile::check(record.file->text); // a name that cannot be written is known before
    files_[record.pin.text] = record.file ? record.file->text : std::string();
}

void DriveRun::operator()(const drive::Finish &finish) {
    OpenPin &open = pin(finish.pin.text);
    if (!open.stream)
        throw BadInput(fmt::format("'{}' did not begin to stream", finish.pin.text));
    const auto stream = std::move(open.stream);
    std::exception_ptr failure;
    try {
        stream->finish();
    } catch (const BoxStopped &) {
        throw;
    } catch (...) {
        failure = std::current_exception();
    }
    Sound &sound = sounds_.at(finish.pin.text);
    if (open.records)
        sound.data = stream->data();
    if (const std::string &file = files_[finish.pin.text]; open.records && !file.empty()) {
        SoundFile out(file, wav_format_chunk(sound.format.wave()), true);
        out.append(sound.data);
        if (failure)
            print_kept(out.keep_partial());
        else
            out.commit();
    }
    if (failure)
        std::rethrow_exception(failure);
}

void DriveRun::operator()(const drive::ExpectSound &expect) {
    const Sound &heard = sounds_.at(expect.pin.text);
    std::string problem;
    if (heard.data.empty())
        throw Finding(fmt::format("'{}': nothing was recorded", expect.pin.text));
    if (expect.heard == drive::Heard::silent || expect.heard == drive::Heard::something) {
        const bool silent = is_silent(heard.format.audio().value_or(AudioFormat{}), heard.data);
        if (silent != (expect.heard == drive::Heard::silent))
            problem = silent ? "there is only silence" : "there is sound";
    } else {
        const Sound other =
            expect.other_is_pin ? sounds_.at(expect.other->text) : read_file(*expect.other);
        if (!same_format(heard.format, other.format))
            throw BadInput(fmt::format("'{}' is {}, {} is {}", expect.pin.text,
                                       heard.format.to_string(), expect.other->text,
                                       other.format.to_string()));
        problem = expect.heard == drive::Heard::contains ? why_not_in(heard.data, other.data)
                                                         : difference(heard.data, other.data);
    }
    if (!problem.empty())
        throw Finding(fmt::format("'{}': {}", expect.pin.text, problem));
    ++expected_;
}

void DriveRun::operator()(const drive::ExpectJack &expect) {
    Endpoint endpoint = find_endpoint(session_, {}, expect.endpoint.text);
    if (endpoint.plugged() != expect.plugged)
        throw Finding(fmt::format("{} is {}plugged", endpoint.facts().full_name(),
                                  expect.plugged ? "un" : ""));
    ++expected_;
}

void DriveRun::operator()(const drive::ExpectOrder &expect) {
    std::vector<std::string> events;
    for (const drive::Word &event : expect.events)
        events.push_back(event.text);
    if (const std::string problem = trace_.why_not_in_order(events); !problem.empty())
        throw Finding(problem);
    ++expected_;
}

} // namespace ksbox::cli

#include "cli/decoded_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "cli/failures.h"
#include "cli/wav.h"
#include "media/audio_reader.h"

namespace ksbox::cli {

namespace {

constexpr std::size_t decode_frames = 16 * 1024;

// What people's players make of front left and right, or of one in the middle, needs no mask.
std::uint32_t mask_unless_usual(const AudioFormat &format) {
    constexpr std::uint32_t mono = 4, stereo = 3;
    const std::uint32_t usual = format.channels == 1 ? mono : format.channels == 2 ? stereo : 0;
    return format.channel_mask == usual ? 0 : format.channel_mask;
}

template <typename From, typename To, typename Convert>
void convert_each(std::span<const std::byte> from, std::vector<std::byte> &to, Convert convert) {
    to.resize(from.size() / sizeof(From) * sizeof(To));
    for (std::size_t i = 0; i < from.size() / sizeof(From); ++i) {
        From value{};
        std::memcpy(&value, from.data() + i * sizeof value, sizeof value);
        const To converted = convert(value);
        std::memcpy(to.data() + i * sizeof converted, &converted, sizeof converted);
    }
}

} // namespace

DecodedReader::~DecodedReader() = default;

void DecodedReader::refuse(const std::string &why) const {
    throw BadInput(name_.string() + ": " + why);
}

void DecodedReader::open() {
    auto opened = media::AudioReader::open(name_);
    if (!opened)
        throw BadInput(opened.error().text);
    file_ = std::move(*opened);
}

DecodedReader::DecodedReader(const std::filesystem::path &file) : name_(file) {
    open();
    from_ = to_ = file_->format();
    to_.channel_mask = mask_unless_usual(from_);
    if (from_.is_float && !file_->lossless()) {
        to_.is_float = false;
        to_.bits = to_.valid_bits = 16;
    } else if (from_.is_float) {
        to_.bits = to_.valid_bits = 32;
    }
    const DataFormat made = DataFormat::audio(to_);
    const auto chunk = wav_format_chunk(made.wave());
    format_.assign(chunk.begin(), chunk.end());
    const std::optional<std::uint64_t> length = file_->length();
    data_bytes_ = (length ? *length : count_frames()) * to_.frame_bytes();
    if (data_bytes_ == 0)
        refuse("empty: it has no samples");
}

std::uint64_t DecodedReader::count_frames() {
    do
        decode();
    while (!ahead_.empty());
    const std::uint64_t frames = file_->position();
    open();
    return frames;
}

void DecodedReader::decode() {
    decoded_.resize(decode_frames * from_.frame_bytes());
    const auto count = file_->read(decoded_);
    if (!count)
        throw BadInput(count.error().text);
    const std::span<const std::byte> samples = std::span(decoded_).first(*count);
    ahead_begin_ = 0;
    if (from_.is_float && !to_.is_float)
        convert_each<float, std::int16_t>(samples, ahead_, [](float value) {
            return static_cast<std::int16_t>(
                std::lrint(std::clamp(value * 32768.0f, -32768.0f, 32767.0f)));
        });
    else if (from_.bits != to_.bits)
        convert_each<double, float>(samples, ahead_,
                                    [](double value) { return static_cast<float>(value); });
    else
        ahead_.assign(samples.begin(), samples.end());
}

std::size_t DecodedReader::read(std::span<std::byte> bytes) {
    const std::size_t count = std::min<std::uint64_t>(bytes.size(), bytes_left());
    for (std::size_t done = 0; done < count;) {
        if (ahead_begin_ == ahead_.size())
            decode();
        if (ahead_.empty())
            refuse("cannot be read on: it became shorter");
        const std::size_t part = std::min(count - done, ahead_.size() - ahead_begin_);
        std::memcpy(bytes.data() + done, ahead_.data() + ahead_begin_, part);
        ahead_begin_ += part;
        position_ += part;
        done += part;
    }
    return count;
}

} // namespace ksbox::cli

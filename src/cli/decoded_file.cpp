#include "cli/decoded_file.h"

#include <algorithm>
#include <cstring>
#include <string>

#include <sndfile.h>

#include "cli/failures.h"
#include "cli/wav.h"
#include "ksbox/format.h"

namespace ksbox::cli {

namespace {

constexpr std::size_t decode_frames = 16 * 1024;

// libsndfile gives samples in the high bits of an int; a container's bytes are the high ones.
void pack(const std::vector<int> &from, std::size_t bytes, std::vector<std::byte> &to) {
    to.resize(from.size() * bytes);
    for (std::size_t i = 0; i < from.size(); ++i) {
        const int sample = bytes == 1 ? from[i] ^ INT32_MIN : from[i]; // 8 bits have no sign
        std::memcpy(to.data() + i * bytes,
                    reinterpret_cast<const std::byte *>(&sample) + sizeof sample - bytes, bytes);
    }
}

} // namespace

void DecodedReader::Close::operator()(sf_private_tag *file) const {
    sf_close(file);
}

void DecodedReader::refuse(const std::string &why) const {
    throw BadInput(name_.string() + ": " + why);
}

DecodedReader::DecodedReader(const std::filesystem::path &file) : name_(file) {
    open();
    SF_INFO facts{};
    sf_command(file_.get(), SFC_GET_CURRENT_SF_INFO, &facts, sizeof facts);
    AudioFormat format{.rate_hz = std::uint32_t(facts.samplerate),
                       .channels = std::uint16_t(facts.channels)};
    switch (facts.format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
        samples_ = Samples::pcm8;
        format.bits = 8;
        break;
    case SF_FORMAT_PCM_24:
    case SF_FORMAT_ALAC_20:
    case SF_FORMAT_ALAC_24:
        samples_ = Samples::pcm24;
        format.bits = 24;
        break;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_ALAC_32:
        samples_ = Samples::pcm32;
        format.bits = 32;
        break;
    case SF_FORMAT_FLOAT:
    case SF_FORMAT_DOUBLE:
        samples_ = Samples::float32;
        format.bits = 32;
        format.is_float = true;
        break;
    default:
        samples_ = Samples::pcm16;
        format.bits = 16;
    }
    format.valid_bits = format.bits;
    channels_ = format.channels;
    block_bytes_ = format.frame_bytes();
    const DataFormat made = DataFormat::audio(format);
    const auto chunk = wav_format_chunk(made.wave());
    format_.assign(chunk.begin(), chunk.end());
    const bool counted = (facts.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_MPEG;
    data_bytes_ = (counted ? std::uint64_t(facts.frames) : count_frames()) * block_bytes_;
    if (data_bytes_ == 0)
        refuse("empty: it has no samples");
}

void DecodedReader::open() {
    SF_INFO facts{};
    file_.reset(sf_open(name_.c_str(), SFM_READ, &facts));
    if (!file_) {
        std::string why = sf_strerror(nullptr);
        while (!why.empty() && (why.back() == '.' || why.back() == '\n'))
            why.pop_back();
        refuse("not an audio file: neither WAV nor anything that libsndfile reads (" + why + ")");
    }
}

// An MP3's header may only estimate it.
std::uint64_t DecodedReader::count_frames() {
    std::uint64_t frames = 0;
    while (const std::size_t more = decode(decode_frames))
        frames += more;
    ahead_.clear();
    open();
    return frames;
}

std::size_t DecodedReader::decode(std::size_t frames) {
    ahead_begin_ = 0;
    sf_count_t done = 0;
    const auto count = static_cast<sf_count_t>(frames);
    if (samples_ == Samples::float32) {
        ahead_.resize(frames * block_bytes_);
        done = sf_readf_float(file_.get(), reinterpret_cast<float *>(ahead_.data()), count);
        ahead_.resize(std::size_t(std::max<sf_count_t>(done, 0)) * block_bytes_);
    } else if (samples_ == Samples::pcm16) { // by itself: decoders round and clip to it
        ahead_.resize(frames * block_bytes_);
        done = sf_readf_short(file_.get(), reinterpret_cast<short *>(ahead_.data()), count);
        ahead_.resize(std::size_t(std::max<sf_count_t>(done, 0)) * block_bytes_);
    } else {
        std::vector<int> whole(frames * channels_);
        done = sf_readf_int(file_.get(), whole.data(), count);
        whole.resize(std::size_t(std::max<sf_count_t>(done, 0)) * channels_);
        pack(whole, block_bytes_ / channels_, ahead_);
    }
    return std::size_t(std::max<sf_count_t>(done, 0));
}

std::size_t DecodedReader::read(std::span<std::byte> bytes) {
    const std::size_t count = std::min<std::uint64_t>(bytes.size(), bytes_left());
    for (std::size_t done = 0; done < count;) {
        if (ahead_begin_ == ahead_.size() && decode(decode_frames) == 0)
            refuse("truncated or damaged: its samples end after " +
                   std::to_string(position_ / block_bytes_) + " of " +
                   std::to_string(data_bytes_ / block_bytes_));
        const std::size_t part = std::min(count - done, ahead_.size() - ahead_begin_);
        std::memcpy(bytes.data() + done, ahead_.data() + ahead_begin_, part);
        ahead_begin_ += part;
        position_ += part;
        done += part;
    }
    return count;
}

} // namespace ksbox::cli

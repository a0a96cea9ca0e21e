// A mix: one filter instance with its streams, and the block that they are being added to.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"
#include "mixer/blocks.h"
#include "mixer/patience.h"
#include "mixer/stream.h"

namespace ksbox::mixer {

/// Everything under the filter's processing mutex. Streams are added at their own pace to a block
/// of 10 ms; when it has what each of them holds, it is limited, encoded and sent. A stream that
/// has nothing keeps the others waiting as long as Patience allows, and is silent after that.
class Mix {
  public:
    enum class Use : std::uint8_t {
        mixes,
        captures ///< there is one stream; it is only converted, and waited for without end
    };
    Mix(KSFILTER &filter, Use use) : limits(use == Use::mixes), use_(use), patience_(filter) {}

    /// 10 ms.
    static std::size_t block_frames(const SampleFormat &format);

    /// The format of the sum; nothing while there is no source pin.
    const std::optional<SampleFormat> &format() const { return format_; }
    /// STATUS_INSUFFICIENT_RESOURCES; there is no mix then.
    Result<void> begin(const SampleFormat &format);
    void end();
    /// The source pin has stopped: what was not sent is dropped.
    void drop_block();

    Result<void> add(Stream &stream);
    void remove(Stream &stream);

    bool limits; ///< the limiter is on
    /// The greatest magnitude of each channel since it was asked last, 0 to 1 and more.
    float take_peak(unsigned channel);

    /// KSFILTER_DISPATCH.Process, with a source pin.
    NTSTATUS process(std::span<const PKSPROCESSPIN> sinks, KSPROCESSPIN &source);

  private:
    bool collect(std::span<const PKSPROCESSPIN> sinks);
    void complete(std::size_t frames);
    void send(KSPROCESSPIN &source);
    bool let_go(KSPROCESSPIN &source);
    bool at_end() const;
    std::size_t longest() const;

    const Use use_;
    std::optional<SampleFormat> format_;
    std::vector<Stream *> streams_;
    std::vector<Addend> addends_; ///< scratch: those that fill the whole block
    std::vector<float> sum_;      ///< of the current block
    std::size_t block_frames_ = 0;
    std::size_t complete_ = 0;   ///< frames of the block that are ready to be sent; 0: it is filled
    std::size_t sent_ = 0;       ///< of those
    std::uint64_t position_ = 0; ///< frames sent since the mix began
    bool dithers_ = false;       ///< this block
    bool end_told_ = false;      ///< to the source, since anything moved last
    Dither dither_;
    std::array<float, most_channels> peaks_{};
    Patience patience_;
};

Mix &mix_of(PKSFILTER filter);

} // namespace ksbox::mixer

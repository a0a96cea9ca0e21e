// A stream through a device's cyclic buffer: one filter instance, from its pin for requests to the
// WaveRT pin that its other pin is connected to, or back.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "abi/windows.h"
#include "base/cyclic_travel.h"
#include "base/result.h"
#include "mixer/sample_format.h"
#include "rtstream/device_buffer.h"

namespace ksbox::rtstream {

/// Everything under the filter's processing mutex, PASSIVE_LEVEL.
class RtStream {
  public:
    explicit RtStream(KSFILTER &filter);
    virtual ~RtStream();
    RtStream(const RtStream &) = delete;
    RtStream &operator=(const RtStream &) = delete;
    static RtStream &of(PKSFILTER filter);

    /// The format of both pins: the first decides, STATUS_NO_MATCH for another.
    Result<void> agree(const KSDATAFORMAT &format);
    void forget_pin();

    /// How many bytes of buffer to ask the device for; 0: it is there, one in a pin's life.
    std::size_t lacks_buffer_bytes() const;
    void use(const DeviceBuffer &buffer) { buffer_ = buffer; }
    /// The pin that is connected to the device changes its state, after the device's.
    void set_device_state(KSSTATE to, KSSTATE from);
    void forget_device();

    /// KSFILTER_DISPATCH.Process, with the pin for requests.
    virtual NTSTATUS process(KSPROCESSPIN &pin) = 0;
    /// The pin for requests is reset, or stops.
    virtual void reset() = 0;
    /// Of the stream, as KSPROPERTY_AUDIO_POSITION tells it of streams that are not looped.
    virtual KSAUDIO_POSITION position() = 0;

  protected:
    /// Notes how far the device has come. Calls moved() with the bytes before and after.
    bool follow();
    virtual void moved(std::uint64_t from, std::uint64_t to) = 0;
    /// Which of the two offsets is the device's.
    virtual std::uint64_t offset_of(const KSAUDIO_POSITION &position) const = 0;
    /// The buffer is new, or begins again.
    virtual void begin() = 0;

    bool has_buffer() const { return buffer_.has_value(); }
    std::size_t size() const { return buffer_->bytes().size(); }
    std::size_t whole_frames(std::size_t bytes) const {
        return bytes - bytes % format_->frame_bytes();
    }
    std::size_t bytes_in(std::uint32_t milliseconds) const;
    std::uint64_t device_bytes() const { return device_bytes_; }
    /// Bytes that it holds already and has not played yet.
    std::size_t fetched() const { return fetched_; }
    void silence(std::uint64_t from, std::size_t bytes);
    void put(std::uint64_t at, std::span<const std::byte> bytes);
    void get(std::uint64_t at, std::span<std::byte> bytes) const;

  private:
    static void NTAPI expired(PKDPC dpc, PVOID filter, PVOID, PVOID);
    void run(bool runs);

    KTIMER timer_;
    KDPC dpc_;
    std::optional<mixer::SampleFormat> format_;
    std::vector<std::byte> format_bytes_;
    unsigned pins_ = 0;
    std::optional<DeviceBuffer> buffer_;
    CyclicTravel travel_{0};
    std::uint64_t device_bytes_ = 0; ///< since the device began
    std::size_t fetched_ = 0;
    bool runs_ = false;
};

/// To the device: requests end when the device has played them.
class RenderStream final : public RtStream {
  public:
    using RtStream::RtStream;
    ~RenderStream() override { reset(); }
    NTSTATUS process(KSPROCESSPIN &pin) override;
    void reset() override;
    KSAUDIO_POSITION position() override;

  private:
    void moved(std::uint64_t from, std::uint64_t to) override;
    std::uint64_t offset_of(const KSAUDIO_POSITION &position) const override {
        return position.PlayOffset;
    }
    void begin() override;
    void let_go_played();

    struct Held {
        PKSSTREAM_POINTER frame;
        std::uint64_t end; ///< of its bytes, in the device's count
    };
    std::deque<Held> held_;
    std::uint64_t written_ = 0;  ///< in the device's count
    std::uint64_t accepted_ = 0; ///< bytes of the stream
};

/// From the device.
class CaptureStream final : public RtStream {
  public:
    using RtStream::RtStream;
    NTSTATUS process(KSPROCESSPIN &pin) override;
    void reset() override;
    KSAUDIO_POSITION position() override;

  private:
    void moved(std::uint64_t, std::uint64_t) override {}
    std::uint64_t offset_of(const KSAUDIO_POSITION &position) const override {
        return position.WriteOffset;
    }
    void begin() override { read_ = delivered_ = 0; }

    std::uint64_t read_ = 0;      ///< in the device's count
    std::uint64_t delivered_ = 0; ///< bytes of the stream
    bool gap_ = false;            ///< something was overwritten before it was read
};

} // namespace ksbox::rtstream

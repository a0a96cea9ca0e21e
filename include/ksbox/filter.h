// A filter and its pins, opened by a client.
#pragma once

#include "ksbox/client.h"

namespace ksbox {

/// How to create a pin; the defaults are what most clients ask for.
struct PinRequest {
    std::uint32_t pin_id = 0;
    DataFormat format = DataFormat::audio({});
    std::optional<Identifier> interface;       ///< default: KSINTERFACESETID_Standard, STREAMING
    std::optional<Identifier> medium;          ///< default: KSMEDIUMSETID_Standard, DEVIO
    Handle pin_to_handle = 0;                  ///< the pin to connect to
    std::uint32_t priority_class = 0x40000000; ///< KSPRIORITY_NORMAL
    std::uint32_t priority_sub_class = 1;
    /// The pin's direction, which says what access to ask for; without it, the pin's property does.
    std::optional<DataFlow> flow;
    /// KsCreatePin (direct) in place of KsCreatePin2 (through the broker).
    bool legacy = false;
};

/// Something with properties: a filter or a pin. Owns its handle.
class KsObject {
  public:
    KsObject(Client &client, Handle handle) : client_(&client), handle_(handle) {}
    KsObject(KsObject &&other) noexcept;
    KsObject &operator=(KsObject &&other) noexcept;
    ~KsObject();

    Handle handle() const { return handle_; }
    Client &client() const { return *client_; }
    void close();

    /// IOCTL_KS_PROPERTY GET; throws Error. `node`: by KSP_NODE, with KSPROPERTY_TYPE_TOPOLOGY.
    std::vector<std::byte> get(const Guid &set, std::uint32_t id,
                               std::optional<std::uint32_t> node = {},
                               std::span<const std::byte> more = {});
    void set(const Guid &set, std::uint32_t id, std::span<const std::byte> value,
             std::optional<std::uint32_t> node = {}, std::span<const std::byte> more = {});
    /// The raw call: any flags, any request bytes.
    IoResult property(std::span<const std::byte> request, std::span<std::byte> value);

    template <typename T>
    T get_as(const Guid &set, std::uint32_t id, std::optional<std::uint32_t> node = {}) {
        std::vector<std::byte> bytes = get(set, id, node);
        T value{};
        if (bytes.size() < sizeof(T))
            throw Error(0xC0000023, "the property's value is shorter than asked for");
        __builtin_memcpy(&value, bytes.data(), sizeof(T));
        return value;
    }

  protected:
    Client *client_;
    Handle handle_ = 0;
};

/// KSSTREAM_HEADER.OptionsFlags.
namespace frame_option {
inline constexpr std::uint32_t data_discontinuity = 0x4;
inline constexpr std::uint32_t time_valid = 0x10;
inline constexpr std::uint32_t end_of_stream = 0x200;
} // namespace frame_option

/// KS_FRAME_INFO, which follows a video frame's header.
struct VideoFrameInfo {
    std::int64_t picture_number = 0; ///< counted since the pin left the stop state
    std::int64_t drop_count = 0;     ///< pictures that found no frame to go into
};

/// One buffer on its way to or from a pin: KSSTREAM_HEADER in words.
struct Frame {
    Buffer buffer;          ///< the data, in client memory
    std::uint32_t used = 0; ///< bytes of it that are data
    std::int64_t presentation_100ns = 0;
    std::int64_t duration_100ns = 0;
    std::uint32_t options = 0;        ///< KSSTREAM_HEADER_OPTIONSF_*
    std::vector<std::byte> extension; ///< what follows the header, KS_FRAME_INFO for video
    std::optional<Buffer> header;     ///< the KSSTREAM_HEADER itself, while a request has it

    /// Makes room for a KS_FRAME_INFO behind the header, as video pins want it.
    void add_video_info();
    /// What the driver wrote there; nothing without that room.
    std::optional<VideoFrameInfo> video_info() const;

    void prepare(bool writes);
    void take_header();
};

class Pin : public KsObject {
  public:
    using KsObject::KsObject;

    void set_state(PinState state);
    PinState state();
    DataFormat format();
    /// Of its connection; normal when the pin knows of none. @doc
    /// stream/ksproperty-connection-priority
    Priority priority();
    /// What keeps its frames from being processed: state, peer, reset, gate inputs by name, frames.
    /// One sentence each; empty when nothing is in the way.
    std::vector<std::string> waiting_for();

    /// IOCTL_KS_WRITE_STREAM / READ_STREAM of one header. The frame must stay alive until the
    /// request has ended; finish() then reads the header back into it.
    Request start_write(Frame &frame);
    Request start_read(Frame &frame);
    /// Waits for the request and reads the header back into the frame.
    static IoResult finish(Frame &frame, Request &request);
};

class Filter : public KsObject {
  public:
    using KsObject::KsObject;

    FilterFacts facts();
    std::uint32_t pin_count();
    PinFacts pin_facts(std::uint32_t pin_id);
    /// KsCreatePin2 (or KsCreatePin): throws Error with the HRESULT (Win32 code), the message
    /// saying why the pin was refused.
    Pin connect(const PinRequest &request);
    /// As the system connects a source of audio to a sink pin: with the format that the source's
    /// ranges and the pin factory have in common; where the driver refuses that, with the first of
    /// the mixer's PCM formats, best first, that it takes. `request.format` does not matter. Throws
    /// Error: STATUS_NO_MATCH, or as connect() for the first format when none is taken.
    /// @doc audio/default-data-intersection-handlers
    Pin connect_audio(PinRequest request, std::span<const DataRange> source);
    /// Everything that KS has against the request, one sentence each, not only what it would refuse
    /// it for; nothing is created, and the driver is not asked. Empty: connect() asks the driver.
    /// PinToHandle, priority and the broker are not looked at.
    std::vector<std::string> why_not(const PinRequest &request);
    /// KSPROPERTY_PIN_DATAINTERSECTION; nothing when no range matches.
    std::optional<DataFormat> intersect(std::uint32_t pin_id, std::span<const DataRange> ranges);
};

} // namespace ksbox

// A camera's pin as a video source: each picture that the device gives is a cycle of the graph.
#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "cli/bridge_pin.h"
#include "cli/failures.h"
#include "cli/frame_ring.h"
#include "cli/picture.h"
#include "ksbox/guid_names.h"
#include "pipewire/video_node.h"

namespace ksbox::cli {

namespace {

using pipewire::Pixels;

constexpr std::uint64_t idle_ns = 50'000'000;
constexpr std::uint64_t slice_100ns = 1'000'000; // between two looks at whether to stop
constexpr std::size_t frames_in_flight = 4;

struct Kind {
    const char *subtype;
    Pixels pixels;
    std::uint32_t bytes_across; ///< of a pixel, in the first plane
    bool is_rgb;
};
constexpr Kind kinds[] = {{"YUY2", Pixels::yuy2, 2, false}, {"UYVY", Pixels::uyvy, 2, false},
                          {"NV12", Pixels::nv12, 1, false}, {"I420", Pixels::i420, 1, false},
                          {"IYUV", Pixels::i420, 1, false}, {"YV12", Pixels::yv12, 1, false},
                          {"RGB24", Pixels::bgr, 3, true},  {"RGB32", Pixels::bgrx, 4, true}};

const Kind *kind_of(const DataRange &range) {
    const std::string name = guid_name(range.subtype, "KSDATAFORMAT_SUBTYPE_");
    const auto *found =
        std::ranges::find_if(kinds, [&](const Kind &kind) { return name == kind.subtype; });
    return found == std::end(kinds) ? nullptr : found;
}

// A node's format and the data range that it stands for.
struct Offer {
    pipewire::VideoFormat format;
    DataRange range;
    bool is_rgb = false;
};

std::vector<Offer> offers_of(const PinFacts &pin) {
    std::vector<Offer> all;
    for (const DataRange &range : pin.ranges) {
        const Kind *kind = range.video ? kind_of(range) : nullptr;
        if (kind == nullptr || range.video->width == 0 || range.video->height == 0)
            continue;
        const auto reader = PictureReader::create(
            {.subtype = range.subtype, .width = range.video->width, .height = range.video->height});
        if (!reader)
            continue;
        constexpr std::uint32_t row_granule = 4; // rows of RGB
        std::uint32_t stride = range.video->width * kind->bytes_across;
        if (kind->is_rgb)
            stride = (stride + row_granule - 1) / row_granule * row_granule;
        all.push_back({{.pixels = kind->pixels,
                        .width = range.video->width,
                        .height = range.video->height,
                        .usual_100ns = range.video->default_frame_100ns,
                        .shortest_100ns = range.video->minimum_frame_100ns,
                        .longest_100ns = range.video->maximum_frame_100ns,
                        .stride = stride,
                        .bytes = static_cast<std::uint32_t>(reader->picture_bytes())},
                       range,
                       kind->is_rgb});
    }
    return all;
}

std::vector<pipewire::VideoFormat> formats_of(const std::vector<Offer> &offers) {
    std::vector<pipewire::VideoFormat> formats;
    for (const Offer &offer : offers)
        formats.push_back(offer.format);
    return formats;
}

class BridgedCamera final : public BridgedPin {
  public:
    BridgedCamera(pipewire::Connection &connection, FoundPin found,
                  const pipewire::NodeNames &names, std::vector<Offer> offers)
        : BridgedPin(connection, std::move(found), names.description), offers_(std::move(offers)),
          node_(connection, names, formats_of(offers_)) {}

    pipewire::Node &node() override { return node_; }
    const char *kind() const override { return "camera"; }
    std::string summary() const override {
        std::string text = fmt::format("{}: {} pictures in {} stream{}", label(), pictures_,
                                       streams_, streams_ == 1 ? "" : "s");
        if (dropped_ != 0)
            text += fmt::format(", {} dropped", dropped_);
        return text;
    }

  private:
    using Session = pipewire::VideoNode::Session;
    void stream_on() override;
    void stream(const Session &session);
    void show(std::span<const std::byte> picture, const Offer &offer, bool top_down);

    const std::vector<Offer> offers_;
    pipewire::VideoNode node_;
    std::vector<std::byte> turned_;
    std::uint64_t pictures_ = 0, dropped_ = 0, streams_ = 0;
    std::uint32_t refused_ = 0; ///< the session whose format the pin has refused
};

void BridgedCamera::show(std::span<const std::byte> picture, const Offer &offer, bool top_down) {
    if (offer.is_rgb && !top_down) {
        const std::size_t row = offer.format.stride, rows = offer.format.height;
        turned_.resize(picture.size());
        for (std::size_t i = 0; i < rows; ++i)
            std::memcpy(turned_.data() + i * row, picture.data() + (rows - 1 - i) * row, row);
        picture = turned_;
    }
    if (node_.show(picture))
        ++pictures_;
    else
        ++dropped_;
}

void BridgedCamera::stream(const Session &session) {
    const Offer &offer = offers_[session.format];
    DataRange range = offer.range;
    range.set_frame_interval(session.interval_100ns);
    const ConnectedPin connected =
        connect_first({found_}, default_formats(*found_.filter, found_.facts.id, {range}));
    const std::optional<VideoFormat> video = connected.format.video();
    const std::size_t picture_bytes = offer.format.bytes;
    FrameRing ring(*connected.pin, FrameRing::Direction::read, frames_in_flight,
                   std::max<std::size_t>({picture_bytes, connected.format.sample_bytes(),
                                          video ? video->image_bytes : 0}),
                   true);
    ++streams_;
    pause(*connected.pin);
    ring.submit_all();
    cli::run(*connected.pin);
    while (!stopping()) {
        const auto now = node_.session();
        if (!now || now->number != session.number)
            break;
        const Frame *frame = ring.finish_oldest(slice_100ns);
        if (frame == nullptr)
            continue;
        if (frame->used >= picture_bytes)
            show(frame->buffer.bytes().first(picture_bytes), offer, !video || video->top_down);
        else
            ++dropped_;
        ring.submit_all();
    }
    cli::stop(*connected.pin);
}

void BridgedCamera::stream_on() {
    while (!stopping()) {
        const auto session = node_.session();
        if (!session || session->number == refused_) {
            node_.wait(idle_ns);
            continue;
        }
        try {
            stream(*session);
        } catch (const BadInput &error) {
            say(error.what());
            refused_ = session->number;
        }
    }
}

} // namespace

std::unique_ptr<BridgedPin> bridge_camera(pipewire::Connection &connection, FoundPin found,
                                          const pipewire::NodeNames &names) {
    std::vector<Offer> offers = offers_of(found.facts);
    if (offers.empty())
        return nullptr;
    return std::make_unique<BridgedCamera>(connection, std::move(found), names, std::move(offers));
}

} // namespace ksbox::cli

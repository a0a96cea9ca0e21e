// GStreamer: audiomixer with a pad for each stream. Their buffers carry no times, so that one of
// each does again and again; the element joins them end to end.
#include <atomic>
#include <memory>
#include <vector>

#include "mix/sides.h"
#include "support/gstreamer.h"

namespace ksbox::bench {

namespace {

struct UnrefBuffer {
    void operator()(GstBuffer *buffer) const { gst_buffer_unref(buffer); }
};
using BufferPtr = std::unique_ptr<GstBuffer, UnrefBuffer>;

std::string caps_text(mixer::Encoding encoding) {
    const char *format = encoding == mixer::Encoding::s16   ? "S16LE"
                         : encoding == mixer::Encoding::s24 ? "S24LE"
                                                            : "F32LE";
    return std::string("audio/x-raw,format=") + format +
           ",rate=48000,channels=2,layout=interleaved,channel-mask=(bitmask)0x3";
}

class Mixer {
  public:
    Mixer(unsigned count, Kind kind)
        : streams_(count, kind),
          pipeline_(parse_pipeline("audiomixer name=mixer ! " + caps_text(mixer::Encoding::f32) +
                                   " ! fakesink name=sink sync=false async=false "
                                   "signal-handoffs=true")) {
        const ElementPtr mixer = child("mixer"), sink = child("sink");
        g_signal_connect(sink.get(), "handoff", G_CALLBACK(arrive), this);
        for (const Stream &one : streams_.all)
            sources_.push_back(add_source(mixer.get(), one));
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
        for (const Source &one : sources_)
            begin(one);
    }
    ~Mixer() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    Mixer(const Mixer &) = delete;
    Mixer &operator=(const Mixer &) = delete;

    void request_and_release(std::uint64_t times) {
        const ElementPtr mixer = child("mixer");
        for (std::uint64_t i = 0; i < times; ++i) {
            const PadPtr pad(gst_element_request_pad_simple(mixer.get(), "sink_%u"));
            require(pad != nullptr, "no pad");
            gst_element_release_request_pad(mixer.get(), pad.get());
        }
    }

    void push(std::uint64_t blocks) {
        wanted_ += blocks;
        for (std::uint64_t i = 0; i < blocks; ++i)
            for (const Source &one : sources_)
                require(gst_pad_push(one.pad.get(), gst_buffer_ref(one.buffer.get())) ==
                            GST_FLOW_OK,
                        "a push failed");
        for (std::uint64_t seen = arrived_; seen != wanted_; seen = arrived_)
            arrived_.wait(seen);
        GstMapInfo map;
        require(gst_buffer_map(last_.get(), &map, GST_MAP_READ), "a buffer cannot be read");
        const std::vector<float> sum(reinterpret_cast<const float *>(map.data),
                                     reinterpret_cast<const float *>(map.data + map.size));
        gst_buffer_unmap(last_.get(), &map);
        streams_.check(sum);
    }

  private:
    struct Source {
        PadPtr pad;
        BufferPtr buffer;
        std::string caps;
    };

    ElementPtr child(const char *name) const {
        return ElementPtr(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name));
    }

    static Source add_source(GstElement *mixer, const Stream &one) {
        PadPtr pad(GST_PAD(gst_object_ref_sink(gst_pad_new(nullptr, GST_PAD_SRC))));
        const PadPtr into(gst_element_request_pad_simple(mixer, "sink_%u"));
        require(gst_pad_set_active(pad.get(), TRUE), "a source pad does not start");
        require(gst_pad_link(pad.get(), into.get()) == GST_PAD_LINK_OK, "two pads do not link");
        BufferPtr buffer(gst_buffer_new_wrapped_full(
            GST_MEMORY_FLAG_READONLY, const_cast<std::byte *>(one.samples()), one.bytes(), 0,
            one.bytes(), nullptr, nullptr));
        return {std::move(pad), std::move(buffer), caps_text(one.encoding)};
    }

    static void begin(const Source &source) {
        GstSegment segment;
        gst_segment_init(&segment, GST_FORMAT_TIME);
        GstCaps *caps = gst_caps_from_string(source.caps.c_str());
        gst_pad_push_event(source.pad.get(), gst_event_new_stream_start("bench"));
        gst_pad_push_event(source.pad.get(), gst_event_new_caps(caps));
        gst_pad_push_event(source.pad.get(), gst_event_new_segment(&segment));
        gst_caps_unref(caps);
    }

    static void arrive(GstElement *, GstBuffer *buffer, GstPad *, Mixer *self) {
        self->last_.reset(gst_buffer_ref(buffer));
        if (++self->arrived_ == self->wanted_)
            self->arrived_.notify_one();
    }

    const Streams streams_;
    const ElementPtr pipeline_;
    std::vector<Source> sources_;
    BufferPtr last_; ///< the mixer's thread's, until what is wanted has arrived
    std::atomic<std::uint64_t> arrived_ = 0, wanted_ = 0;
};

} // namespace

Work mixer_pad_beside(unsigned others) {
    start_gstreamer();
    return [mixer = std::make_shared<Mixer>(others, Kind::f32)](std::uint64_t times) {
        mixer->request_and_release(times);
    };
}

Work push_to_pads(unsigned count, Kind kind) {
    start_gstreamer();
    return [mixer = std::make_shared<Mixer>(count, kind)](std::uint64_t blocks) {
        mixer->push(blocks);
    };
}

} // namespace ksbox::bench

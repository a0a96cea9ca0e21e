// A buffer pushed through GStreamer's identity elements into a fakesink, in the caller's thread.
#include <memory>

#include "hops/sides.h"
#include "support/gstreamer.h"

namespace ksbox::bench {

namespace {

class IdentityChain {
  public:
    explicit IdentityChain(unsigned hops)
        : pipeline_(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr)))),
          source_(GST_PAD(gst_object_ref_sink(gst_pad_new("src", GST_PAD_SRC)))),
          buffer_(gst_buffer_new_allocate(nullptr, frame_bytes, nullptr)) {
        const ElementPtr sink = make_element("fakesink");
        g_object_set(sink.get(), "sync", FALSE, "async", FALSE, nullptr);
        add(sink.get());
        PadPtr next(gst_element_get_static_pad(sink.get(), "sink"));
        for (unsigned i = 0; i < hops; ++i) {
            const ElementPtr identity = make_element("identity");
            add(identity.get());
            const PadPtr source(gst_element_get_static_pad(identity.get(), "src"));
            link(source.get(), next.get());
            next.reset(gst_element_get_static_pad(identity.get(), "sink"));
        }
        require(gst_pad_set_active(source_.get(), TRUE), "the source pad does not start");
        link(source_.get(), next.get());
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
        require(gst_element_get_state(pipeline_.get(), nullptr, nullptr, GST_CLOCK_TIME_NONE) ==
                    GST_STATE_CHANGE_SUCCESS,
                "the pipeline does not start");
        GstSegment segment;
        gst_segment_init(&segment, GST_FORMAT_TIME);
        gst_pad_push_event(source_.get(), gst_event_new_stream_start("bench"));
        gst_pad_push_event(source_.get(), gst_event_new_segment(&segment));
    }

    ~IdentityChain() {
        gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
        gst_buffer_unref(buffer_);
    }

    void run(std::uint64_t buffers) {
        for (std::uint64_t i = 0; i < buffers; ++i)
            require(gst_pad_push(source_.get(), gst_buffer_ref(buffer_)) == GST_FLOW_OK,
                    "a push failed");
    }

  private:
    void add(GstElement *element) {
        gst_bin_add(GST_BIN(pipeline_.get()), GST_ELEMENT(gst_object_ref(element)));
    }
    static void link(GstPad *from, GstPad *to) {
        require(gst_pad_link(from, to) == GST_PAD_LINK_OK, "two pads do not link");
    }

    ElementPtr pipeline_;
    PadPtr source_;
    GstBuffer *buffer_;
};

} // namespace

Work buffers_through_identities(unsigned hops) {
    start_gstreamer();
    return [chain = std::make_shared<IdentityChain>(hops)](std::uint64_t buffers) {
        chain->run(buffers);
    };
}

} // namespace ksbox::bench

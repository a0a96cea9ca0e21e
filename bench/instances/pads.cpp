// GStreamer: request pads of a tee (one in, many out), and a funnel (many in, one out) that a
// buffer passes.
#include <memory>
#include <vector>

#include "instances/sides.h"
#include "support/gstreamer.h"

namespace ksbox::bench {

namespace {

class Tee {
  public:
    explicit Tee(unsigned pads) {
        for (unsigned i = 0; i < pads; ++i)
            pads_.push_back(request());
    }
    ~Tee() {
        for (const PadPtr &pad : pads_)
            gst_element_release_request_pad(tee_.get(), pad.get());
    }

    void create_and_release(std::uint64_t times) {
        for (std::uint64_t i = 0; i < times; ++i)
            gst_element_release_request_pad(tee_.get(), request().get());
    }

  private:
    PadPtr request() {
        PadPtr pad(gst_element_request_pad_simple(tee_.get(), "src_%u"));
        require(pad != nullptr, "no pad");
        return pad;
    }

    ElementPtr tee_ = make_element("tee");
    std::vector<PadPtr> pads_;
};

/// Counts in a handler of the sink what has come through.
class Funnel {
  public:
    explicit Funnel(unsigned pads)
        : source_(GST_PAD(gst_object_ref_sink(gst_pad_new("src", GST_PAD_SRC)))),
          buffer_(gst_buffer_new_allocate(nullptr, 1920, nullptr)) {
        g_object_set(sink_.get(), "sync", FALSE, "async", FALSE, "signal-handoffs", TRUE, nullptr);
        g_signal_connect(sink_.get(), "handoff", G_CALLBACK(count_one), &arrived_);
        const ElementPtr funnel = make_element("funnel");
        for (GstElement *element : {funnel.get(), sink_.get()})
            gst_bin_add(GST_BIN(pipeline_.get()), GST_ELEMENT(gst_object_ref(element)));
        require(gst_element_link(funnel.get(), sink_.get()), "the elements do not link");
        for (unsigned i = 0; i < pads; ++i)
            pads_.emplace_back(gst_element_request_pad_simple(funnel.get(), "sink_%u"));
        require(gst_pad_set_active(source_.get(), TRUE), "the source pad does not start");
        require(gst_pad_link(source_.get(), pads_[pads / 2].get()) == GST_PAD_LINK_OK,
                "two pads do not link");
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
        require(gst_element_get_state(pipeline_.get(), nullptr, nullptr, GST_CLOCK_TIME_NONE) ==
                    GST_STATE_CHANGE_SUCCESS,
                "the pipeline does not start");
        GstSegment segment;
        gst_segment_init(&segment, GST_FORMAT_TIME);
        gst_pad_push_event(source_.get(), gst_event_new_stream_start("bench"));
        gst_pad_push_event(source_.get(), gst_event_new_segment(&segment));
    }
    ~Funnel() {
        gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
        gst_buffer_unref(buffer_);
    }

    void push(std::uint64_t buffers) {
        const std::uint64_t before = arrived_;
        for (std::uint64_t i = 0; i < buffers; ++i)
            require(gst_pad_push(source_.get(), gst_buffer_ref(buffer_)) == GST_FLOW_OK,
                    "a push failed");
        require(arrived_ == before + buffers, "a buffer is missing");
    }

  private:
    static void count_one(GstElement *, GstBuffer *, GstPad *, std::uint64_t *arrived) {
        ++*arrived;
    }

    ElementPtr pipeline_{GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr)))};
    ElementPtr sink_ = make_element("fakesink");
    PadPtr source_;
    GstBuffer *buffer_;
    std::vector<PadPtr> pads_;
    std::uint64_t arrived_ = 0;
};

} // namespace

Work pad_beside(unsigned others) {
    start_gstreamer();
    return [tee = std::make_shared<Tee>(others)](std::uint64_t times) {
        tee->create_and_release(times);
    };
}

Work buffers_to_one_pad(unsigned pads) {
    start_gstreamer();
    return
        [funnel = std::make_shared<Funnel>(pads)](std::uint64_t buffers) { funnel->push(buffers); };
}

} // namespace ksbox::bench

// GStreamer: a property of an element, a request pad, and two elements from nothing to nothing.
#include <memory>

#include "pins/sides.h"
#include "support/gstreamer.h"

namespace ksbox::bench {

Work property_reads() {
    start_gstreamer();
    return [element = std::shared_ptr<GstElement>(make_element("fakesrc"))](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            gint buffers = 0;
            g_object_get(element.get(), "num-buffers", &buffers, nullptr);
            require(buffers == -1, "the property is wrong");
        }
    };
}

Work request_pads() {
    start_gstreamer();
    return [element = std::shared_ptr<GstElement>(make_element("tee"))](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            const PadPtr pad(gst_element_request_pad_simple(element.get(), "src_%u"));
            require(pad != nullptr, "no pad");
            gst_element_release_request_pad(element.get(), pad.get());
        }
    };
}

// As a program does it: the pipeline waits until its sink has got the first buffer.
Work element_lives() {
    start_gstreamer();
    return [](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            const ElementPtr pipeline(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
            const ElementPtr source = make_element("fakesrc"), sink = make_element("fakesink");
            g_object_set(source.get(), "num-buffers", 1, nullptr);
            gst_bin_add(GST_BIN(pipeline.get()), GST_ELEMENT(gst_object_ref(source.get())));
            gst_bin_add(GST_BIN(pipeline.get()), GST_ELEMENT(gst_object_ref(sink.get())));
            require(gst_element_link(source.get(), sink.get()), "the elements do not link");
            gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
            require(gst_element_get_state(pipeline.get(), nullptr, nullptr, GST_CLOCK_TIME_NONE) !=
                        GST_STATE_CHANGE_FAILURE,
                    "the pipeline does not play");
            gst_element_set_state(pipeline.get(), GST_STATE_NULL);
        }
    };
}

} // namespace ksbox::bench

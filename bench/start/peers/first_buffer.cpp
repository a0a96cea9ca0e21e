// GStreamer's way to a first video frame of the size that ksbox's camera driver gives: in one
// program, without gst-launch's parsing and messages.
#include "support/gstreamer.h"

#include <cstdio>

int main() {
    using namespace ksbox::bench;
    try {
        start_gstreamer();
        const ElementPtr pipeline = parse_pipeline(
            "videotestsrc num-buffers=1 ! video/x-raw,format=YUY2,width=640,height=480 "
            "! fakesink sync=false");
        gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
        wait_for_end(pipeline.get());
        gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}

#include "support/gstreamer.h"

namespace ksbox::bench {

namespace {

[[noreturn]] void throw_error(GError *error) {
    std::string text = error != nullptr ? error->message : "GStreamer gives no reason";
    g_clear_error(&error);
    throw std::runtime_error(text);
}

} // namespace

void start_gstreamer() {
    GError *error = nullptr;
    if (!gst_init_check(nullptr, nullptr, &error))
        throw_error(error);
}

ElementPtr make_element(const char *factory) {
    GstElement *element = gst_element_factory_make(factory, nullptr);
    if (element == nullptr)
        throw std::runtime_error(std::string("GStreamer has no element ") + factory);
    return ElementPtr(GST_ELEMENT(gst_object_ref_sink(element)));
}

ElementPtr parse_pipeline(const std::string &text) {
    GError *error = nullptr;
    GstElement *pipeline = gst_parse_launch(text.c_str(), &error);
    if (pipeline == nullptr || error != nullptr)
        throw_error(error);
    return ElementPtr(GST_ELEMENT(gst_object_ref_sink(pipeline)));
}

void wait_for_end(GstElement *pipeline) {
    GstBus *bus = gst_element_get_bus(pipeline);
    GstMessage *message = gst_bus_timed_pop_filtered(
        bus, GST_CLOCK_TIME_NONE, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    gst_object_unref(bus);
    const bool ended = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    gst_message_unref(message);
    require(ended, "the pipeline failed");
}

} // namespace ksbox::bench

// GStreamer's objects with owners, and its errors as exceptions.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace ksbox::bench {

struct Unref {
    void operator()(void *object) const { gst_object_unref(object); }
};
using ElementPtr = std::unique_ptr<GstElement, Unref>;
using PadPtr = std::unique_ptr<GstPad, Unref>;

/// Once per process; without its registry scan in a child process.
void start_gstreamer();

/// Throws when there is no such element.
ElementPtr make_element(const char *factory);

/// A whole pipeline in the notation of gst-launch. Throws when it makes no sense.
ElementPtr parse_pipeline(const std::string &text);

/// Waits for the end of stream. Throws when the pipeline reports an error instead.
void wait_for_end(GstElement *pipeline);

inline void require(bool good, const char *what) {
    if (!good)
        throw std::runtime_error(what);
}

} // namespace ksbox::bench

// GStreamer: the same offers as caps, a structure each.
#include <memory>

#include "intersection/sides.h"
#include "support/gstreamer.h"

namespace ksbox::bench {

namespace {

constexpr const char *formats[format_count] = {"S16LE", "S24LE", "S32LE", "F32LE", "F64LE"};

struct UnrefCaps {
    void operator()(GstCaps *caps) const { gst_caps_unref(caps); }
};
using CapsPtr = std::unique_ptr<GstCaps, UnrefCaps>;

CapsPtr caps_of(unsigned count, bool pin) {
    CapsPtr caps(gst_caps_new_empty());
    for (unsigned i = 0; i < count; ++i) {
        const Offer one = offer(i, count, pin);
        gst_caps_append_structure(
            caps.get(),
            gst_structure_new("audio/x-raw", "format", G_TYPE_STRING, formats[one.format],
                              "channels", GST_TYPE_INT_RANGE, 1, static_cast<int>(one.channels),
                              "rate", GST_TYPE_INT_RANGE, static_cast<int>(one.minimum_hz),
                              static_cast<int>(one.maximum_hz), nullptr));
    }
    require(gst_caps_get_size(caps.get()) == count, "GStreamer merged the caps");
    return caps;
}

} // namespace

Work intersect_caps(unsigned count) {
    start_gstreamer();
    return [caller = std::shared_ptr<GstCaps>(caps_of(count, false)),
            pin = std::shared_ptr<GstCaps>(caps_of(count, true))](std::uint64_t times) {
        for (std::uint64_t i = 0; i < times; ++i) {
            const CapsPtr common(gst_caps_intersect(caller.get(), pin.get()));
            require(gst_caps_get_size(common.get()) == 1, "the caps have more than one in common");
        }
    };
}

} // namespace ksbox::bench

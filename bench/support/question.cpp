#include "support/question.h"
#include "test_paths.h"

namespace ksbox::bench {

const char *to_string(Side side) {
    switch (side) {
    case Side::ksbox:
        return "ksbox";
    case Side::limit:
        return "limit";
    case Side::gstreamer:
        return "gstreamer";
    case Side::spa:
        return "spa";
    }
    return "?";
}

std::string driver_file(const std::string &name) {
    return std::string(KSBOX_TEST_DRIVERS "/") + name + ".sys";
}

} // namespace ksbox::bench

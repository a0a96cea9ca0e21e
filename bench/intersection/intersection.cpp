// Data intersection where nothing matches before the last pair.
#include "intersection/sides.h"

namespace ksbox::bench {

Program program() {
    Program program;
    for (unsigned count : {10u, 40u})
        program.questions.push_back(
            {.name = "intersection_" + std::to_string(count),
             .title = "data intersection " + std::to_string(count) + " x " + std::to_string(count),
             .batch = 16,
             .counted = 200,
             .smoke = 20,
             .aims = {{Side::limit, 2}, {Side::gstreamer, 1.0 / 25}},
             .cases = {{Side::ksbox, [=] { return match_ranges(count); }},
                       {Side::limit, [=] { return compare_offers(count); }},
                       {Side::gstreamer, [=] { return intersect_caps(count); }}}});
    return program;
}

} // namespace ksbox::bench

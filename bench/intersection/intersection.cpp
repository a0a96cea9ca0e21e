// Data intersection where nothing matches before the last pair.
#include "intersection/sides.h"

namespace ksbox::bench {

namespace {

Question question(const std::string &kind, const std::string &how, unsigned count,
                  Work (*ksbox)(unsigned)) {
    return {.name = kind + "_" + std::to_string(count),
            .title =
                "data intersection " + std::to_string(count) + " x " + std::to_string(count) + how,
            .batch = 16,
            .counted = 200,
            .smoke = 20,
            .aims = {{Side::limit, 2}, {Side::gstreamer, 1.0 / 25}},
            .cases = {{Side::ksbox, [=] { return ksbox(count); }},
                      {Side::limit, [=] { return compare_offers(count); }},
                      {Side::gstreamer, [=] { return intersect_caps(count); }}}};
}

} // namespace

Program program() {
    Program program;
    for (unsigned count : {10u, 40u})
        program.questions.push_back(question("intersection", "", count, match_ranges));
    for (unsigned count : {10u, 40u})
        program.questions.push_back(
            question("property", ", the property", count, ask_for_intersection));
    return program;
}

} // namespace ksbox::bench

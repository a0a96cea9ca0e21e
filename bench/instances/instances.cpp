// Whether the number of pins that are open on a filter is felt by one of them: creating and closing
// a pin while others run, and a frame for one of those that run. Nothing may grow with the others.
#include "instances/sides.h"

namespace ksbox::bench {

namespace {

/// Figures that repeat to a few percent do not reach it by chance; what grows with the others does
/// not stay below it from 1 to 10,000.
constexpr double flat = 1.25;

Question create(unsigned others, const std::string &words) {
    return {.name = "create_" + std::to_string(others),
            .title = "create + close a pin beside " + words,
            .batch = 16,
            .counted = 500,
            .smoke = 5,
            .aims = {},
            .cases = {{Side::ksbox, [=] { return pin_beside(others); }},
                      {Side::limit, [=] { return entry_beside(others); }},
                      {Side::gstreamer, [=] { return pad_beside(others); }}}};
}

Question frame(unsigned pins, const std::string &words) {
    return {.name = "frame_" + std::to_string(pins),
            .title = "a frame for one pin of " + words,
            .batch = 64,
            .counted = 500,
            .smoke = 5,
            .aims = {},
            .cases = {{Side::ksbox, [=] { return frames_to_one_pin(pins); }},
                      {Side::limit, [=] { return numbers_to_one_entry(pins); }},
                      {Side::gstreamer, [=] { return buffers_to_one_pad(pins); }}}};
}

} // namespace

Program program() {
    Program program;
    program.questions = {create(1, "1"), create(100, "100"), create(10'000, "10,000"),
                         frame(1, "1"),  frame(100, "100"),  frame(10'000, "10,000")};
    for (Question &question : program.questions) {
        const std::string first = question.name.substr(0, question.name.find('_')) + "_1";
        if (question.name != first)
            question.aims = {{.factor = flat, .of_question = first, .called = "with 1"}};
    }
    return program;
}

} // namespace ksbox::bench

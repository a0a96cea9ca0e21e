// What mixing costs: 10 ms of many stereo streams added, and of one converted to another rate. Each
// addition is compared with its streams' sum bit by bit.
#include "mix/sides.h"

namespace ksbox::bench {

namespace {

Question adding(const std::string &name, const std::string &title, unsigned count, Kind kind,
                std::vector<Aim> aims) {
    return {.name = name,
            .title = "mix " + title,
            .batch = 64,
            // A start differs by some ten thousand instructions, which a slope must not show.
            .counted = count > 64 || kind == Kind::mixed ? 200U : 600U,
            .smoke = 3,
            .aims = std::move(aims),
            .cases = {{Side::ksbox, [=] { return add_streams(count, kind); }},
                      {Side::limit, [=] { return add_in_a_loop(count, kind); }}}};
}

void beside_gstreamer(Question &question, unsigned count, Kind kind) {
    question.cases.push_back({Side::gstreamer, [=] { return push_to_pads(count, kind); }});
}

Quality purity(const std::string &name, const std::string &tone, double tone_hz) {
    return {.name = name,
            .title = tone + " from 44.1 to 48 kHz, purity",
            .unit = "dB",
            .at_least = 130,
            .values = {{Side::ksbox, [=] { return purity_db(tone_hz); }},
                       {Side::limit, [=] { return purity_db_of_soxr(tone_hz); }}}};
}

} // namespace

Program program() {
    Question few = adding("f32", "64 f32 streams, 10 ms", 64, Kind::f32,
                          {{Side::limit, 1.25}, {Side::spa, 1}, {Side::gstreamer, 1.0 / 40}});
    few.cases.push_back({Side::spa, [] { return process_a_node(64); }});
    beside_gstreamer(few, 64, Kind::f32);
    Question many =
        adding("f32_256", "256 f32 streams, 10 ms", 256, Kind::f32, {{Side::limit, 1.5}});
    beside_gstreamer(many, 256, Kind::f32);
    const Question gains =
        adding("gains", "64 f32 streams with gains, 10 ms", 64, Kind::gains,
               {{.factor = 1.5, .of_question = "f32", .called = "without gains"}});
    Question mixed = adding("mixed", "64 s16, s24 and f32 streams, 10 ms", 64, Kind::mixed,
                            {{Side::limit, 1.5}, {Side::gstreamer, 1.0 / 12}});
    beside_gstreamer(mixed, 64, Kind::mixed);
    const Question rate = {.name = "rate",
                           .title = "10 ms from 44.1 to 48 kHz (limit: soxr)",
                           .batch = 64,
                           .counted = 200,
                           .smoke = 20,
                           .aims = {{Side::limit, 1.1}},
                           .cases = {{Side::ksbox, resample}, {Side::limit, resample_by_soxr}}};
    const Question pin = {.name = "pin",
                          .title = "a pin of a running mixer, made and closed",
                          .batch = 16,
                          .counted = 500,
                          .smoke = 5,
                          .aims = {{Side::gstreamer, 1.0 / 3}},
                          .cases = {{Side::ksbox, [] { return mixer_pin_beside(8); }},
                                    {Side::gstreamer, [] { return mixer_pad_beside(8); }}}};
    return {
        .questions = {few, many, gains, mixed, rate, pin},
        .qualities = {purity("purity_1k", "1 kHz", 1'000), purity("purity_15k", "15 kHz", 15'000)}};
}

} // namespace ksbox::bench

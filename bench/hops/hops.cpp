// A hop: what it costs to hand a frame, or an IRP, to the next in a chain. The chain's ends cost
// something too; the slope between 10 and 100 hops is free of it.
#include "hops/sides.h"

namespace ksbox::bench {

namespace {

Question question(const std::string &kind, const std::string &title, unsigned hops,
                  Work (*ksbox)(unsigned)) {
    return {.name = kind + "_" + std::to_string(hops),
            .title = title + std::to_string(hops) + (hops == 1 ? " hop" : " hops"),
            .batch = 64,
            .counted = 64,
            .smoke = 20,
            .aims = {},
            .cases = {{Side::ksbox, [=] { return ksbox(hops); }},
                      {Side::limit, [=] { return locations_through_loop(hops); }},
                      {Side::gstreamer, [=] { return buffers_through_identities(hops); }}}};
}

} // namespace

Program program() {
    Program program;
    for (unsigned hops : {1u, 10u, 100u})
        program.questions.push_back(
            question("pipe", "a frame through filters, ", hops, frames_through_filters));
    for (unsigned hops : {1u, 10u, 100u})
        program.questions.push_back(
            question("irp", "an IRP through a device stack, ", hops, irps_through_devices));
    program.slopes = {
        {"pipe_hop",
         "one pipe hop of a frame",
         "pipe_10",
         "pipe_100",
         90,
         {{Side::gstreamer, 1.0 / 4}}},
        {"irp_hop", "one hop of an IRP", "irp_10", "irp_100", 90, {{Side::gstreamer, 1.0 / 3}}}};
    return program;
}

} // namespace ksbox::bench

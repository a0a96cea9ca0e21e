#include "image/sides.h"

#include <memory>

#include "ksbox/box.h"

namespace ksbox::bench {

Work load_and_unload() {
    return [box = std::make_shared<Box>()](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i)
            if (!box->load(driver_file("big")).unload().empty())
                throw Error(0, "the driver left something behind");
    };
}

Program program() {
    return {
        .questions = {{.name = "image",
                       .title = "load + unload of a 256 KiB .sys",
                       .batch = 4,
                       .counted = 20,
                       .smoke = 3,
                       .aims = {{Side::limit, 2}},
                       .cases = {{Side::ksbox, load_and_unload}, {Side::limit, map_and_unmap}}}},
        .slopes = {}};
}

} // namespace ksbox::bench

// ksbox: the mixer's add(), which the SUM node's filter calls for each block.
#include "mixer/blocks.h"

#include <algorithm>
#include <memory>

#include <benchmark/benchmark.h>

#include "mix/sides.h"

namespace ksbox::bench {

Work add_streams(unsigned count, Kind kind) {
    const auto streams = std::make_shared<Streams>(count, kind);
    std::vector<mixer::Addend> addends;
    for (const Stream &one : streams->all) {
        addends.push_back({one.encoding, one.samples(), {}});
        std::ranges::copy(one.gains, addends.back().gains.begin());
    }
    return
        [streams, addends, sum = std::vector<float>(block_samples)](std::uint64_t times) mutable {
            for (std::uint64_t i = 0; i < times; ++i) {
                mixer::add(addends, block_channels, sum);
                benchmark::ClobberMemory(); // each time anew
            }
            streams->check(sum);
        };
}

} // namespace ksbox::bench

// Adding blocks: every addend's part of a strip before the next strip, so that the sum stays in
// registers and the addends in the cache.
#include "mixer/blocks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mixer/add.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "mixer/samples-inl.h"

#include <algorithm>
#include <utility>

// The sums stay in registers only where nothing is called.
#ifndef KSBOX_INLINE
#define KSBOX_INLINE __attribute__((always_inline))
#endif

HWY_BEFORE_NAMESPACE();
namespace ksbox::mixer::HWY_NAMESPACE {
namespace {

constexpr std::size_t most_strip = 8; // vectors
constexpr std::size_t most_at_once = 32;

/// Addends of one encoding whose gains are all 1, or are not.
struct Run {
    Encoding encoding;
    bool unity;
    std::size_t first, end;
};

/// The gains of one addend as the samples of a strip meet them, and one vector more.
using Pattern = std::array<float, (most_strip + 1) * lanes>;

struct Work {
    std::span<const Addend> addends;
    const Pattern *patterns; ///< beside the addends; not set where gains are 1
    std::span<const Run> runs;
    float *sum;
    std::size_t samples;
    bool onto; ///< onto what `sum` holds
};

/// act(0), act(1) …, written out, so that an array of vectors it indexes lies in registers.
template <std::size_t count, typename Act> HWY_INLINE void unrolled(Act act) {
    [&]<std::size_t... v>(std::index_sequence<v...>)
        KSBOX_INLINE { (act(v), ...); }(std::make_index_sequence<count>());
}

/// A strip of `strip` vectors from sample `at` on.
template <Encoding encoding, bool unity, std::size_t strip>
HWY_INLINE void add_run(const Work &work, const Run &run, std::size_t at, V (&sums)[strip]) {
    const Floats d;
    for (std::size_t i = run.first; i < run.end; ++i) {
        const std::byte *from = work.addends[i].samples + at * container_bytes(encoding);
        unrolled<strip>([&](std::size_t v) KSBOX_INLINE {
            V value = load<encoding>(from + v * lanes * container_bytes(encoding));
            if constexpr (!unity)
                value = hn::Mul(value, hn::LoadU(d, work.patterns[i].data() + v * lanes));
            sums[v] = hn::Add(sums[v], value);
        });
    }
}

template <Encoding encoding, bool unity>
HWY_INLINE void add_some(const Work &work, const Run &run, std::size_t at, std::size_t offset,
                         std::size_t count, V &sum) {
    const Floats d;
    for (std::size_t i = run.first; i < run.end; ++i) {
        const std::byte *from = work.addends[i].samples + at * container_bytes(encoding);
        V value = load_some<encoding>(from, count);
        if constexpr (!unity)
            value = hn::Mul(value, hn::LoadU(d, work.patterns[i].data() + offset));
        sum = hn::Add(sum, value);
    }
}

/// Calls `act` with the run's encoding and unity as types.
template <typename Act> HWY_INLINE void for_kind(const Run &run, Act act) {
    const auto with = [&]<Encoding encoding>() KSBOX_INLINE {
        if (run.unity)
            act.template operator()<encoding, true>();
        else
            act.template operator()<encoding, false>();
    };
    switch (run.encoding) {
    case Encoding::u8:
        return with.template operator()<Encoding::u8>();
    case Encoding::s16:
        return with.template operator()<Encoding::s16>();
    case Encoding::s24:
        return with.template operator()<Encoding::s24>();
    case Encoding::s32:
        return with.template operator()<Encoding::s32>();
    case Encoding::f32:
        return with.template operator()<Encoding::f32>();
    case Encoding::f64:
        return with.template operator()<Encoding::f64>();
    }
}

template <std::size_t strip> void add_strips(const Work &work) {
    const Floats d;
    std::size_t at = 0;
    for (; at + strip * lanes + overrun <= work.samples; at += strip * lanes) {
        V sums[strip];
        unrolled<strip>([&](std::size_t v) KSBOX_INLINE {
            sums[v] = work.onto ? hn::LoadU(d, work.sum + at + v * lanes) : hn::Zero(d);
        });
        for (const Run &run : work.runs)
            for_kind(run, [&]<Encoding encoding, bool unity>()
                              KSBOX_INLINE { add_run<encoding, unity>(work, run, at, sums); });
        unrolled<strip>([&](std::size_t v)
                            KSBOX_INLINE { hn::StoreU(sums[v], d, work.sum + at + v * lanes); });
    }
    for (std::size_t offset = 0; at < work.samples; at += lanes, offset += lanes) {
        const std::size_t count = std::min(lanes, work.samples - at);
        V sum = work.onto ? load_floats(work.sum + at, count) : hn::Zero(d);
        for (const Run &run : work.runs)
            for_kind(run, [&]<Encoding encoding, bool unity>() KSBOX_INLINE {
                add_some<encoding, unity>(work, run, at, offset, count, sum);
            });
        store_floats(sum, work.sum + at, count);
    }
}

void add_chunk(std::span<const Addend> addends, unsigned channels, std::span<float> sum,
               bool onto) {
    Pattern patterns[most_at_once];
    Run runs[most_at_once];
    std::size_t run_count = 0;
    const auto unity = [&](const Addend &one) {
        return std::ranges::all_of(std::span(one.gains).first(channels),
                                   [](float gain) { return gain == 1.0F; });
    };
    for (std::size_t i = 0; i < addends.size(); ++i) {
        const bool plain = unity(addends[i]);
        if (!plain)
            for (std::size_t k = 0; k < patterns[i].size(); ++k)
                patterns[i][k] = addends[i].gains[k % channels];
        if (run_count && runs[run_count - 1].encoding == addends[i].encoding &&
            runs[run_count - 1].unity == plain)
            runs[run_count - 1].end = i + 1;
        else
            runs[run_count++] = {addends[i].encoding, plain, i, i + 1};
    }
    const Work work{addends, patterns, {runs, run_count}, sum.data(), sum.size(), onto};
    // A strip holds whole frames.
    switch (channels) {
    case 3:
    case 6:
        return add_strips<6>(work);
    case 5:
        return add_strips<5>(work);
    case 7:
        return add_strips<7>(work);
    default:
        return add_strips<8>(work);
    }
}

} // namespace

void add_blocks(std::span<const Addend> addends, unsigned channels, std::span<float> sum,
                bool onto) {
    std::size_t done = 0;
    do {
        const std::size_t count = std::min(most_at_once, addends.size() - done);
        add_chunk(addends.subspan(done, count), channels, sum, onto || done > 0);
        done += count;
    } while (done < addends.size());
}

} // namespace ksbox::mixer::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace ksbox::mixer {

HWY_EXPORT(add_blocks);

void add(std::span<const Addend> addends, unsigned channels, std::span<float> sum, bool onto) {
    HWY_DYNAMIC_DISPATCH(add_blocks)(addends, channels, sum, onto);
}

} // namespace ksbox::mixer

#endif

// Adding blocks: every addend's part of a strip before the next strip, so that the sum stays in
// registers and the addends in the cache.
#include "mixer/blocks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mixer/add.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "mixer/samples-inl.h"

#include <algorithm>
#include <numeric>
#include <utility>

// The sums stay in registers only where nothing is called.
#ifndef KSBOX_INLINE
#define KSBOX_INLINE __attribute__((always_inline))
#endif

HWY_BEFORE_NAMESPACE();
namespace ksbox::mixer::HWY_NAMESPACE {
namespace {

constexpr std::size_t most_at_once = 32;

/// Addends of one encoding whose gains are all 1, or are not.
struct Run {
    Encoding encoding;
    bool unity;
    std::size_t first, end;
};

/// The gains of one addend as samples meet them: after `period` vectors they begin anew.
template <std::size_t period> using Pattern = std::array<float, period * lanes>;

template <std::size_t period> struct Work {
    const std::byte *const *samples; ///< of each addend
    const Pattern<period> *patterns; ///< of each addend; not set where gains are 1
    std::span<const Run> runs;
    std::span<float> sum;
    bool onto; ///< onto what `sum` holds
};

/// act(0), act(1) …, written out, so that an array of vectors it indexes lies in registers.
template <std::size_t count, typename Act> HWY_INLINE void unrolled(Act act) {
    [&]<std::size_t... v>(std::index_sequence<v...>)
        KSBOX_INLINE { (act(v), ...); }(std::make_index_sequence<count>());
}

/// A strip of `strip` vectors from sample `at` on, which begins a period.
template <Encoding encoding, bool unity, std::size_t strip, std::size_t period>
HWY_INLINE void add_run(const Work<period> &work, const Run &run, std::size_t at,
                        V (&sums)[strip]) {
    const Floats d;
    for (std::size_t i = run.first; i < run.end; ++i) {
        const std::byte *from = work.samples[i] + at * container_bytes(encoding);
        V gains[period];
        unrolled<unity ? 0 : period>([&](std::size_t v) KSBOX_INLINE {
            gains[v] = hn::LoadU(d, work.patterns[i].data() + v * lanes);
        });
        unrolled<strip>([&](std::size_t v) KSBOX_INLINE {
            V value = load<encoding>(from + v * lanes * container_bytes(encoding));
            if constexpr (!unity)
                value = hn::Mul(value, gains[v % period]);
            sums[v] = hn::Add(sums[v], value);
        });
    }
}

/// A vector from sample `at` on, or its first `count` samples; `offset` samples behind where a
/// period began.
template <Encoding encoding, bool unity, std::size_t period>
HWY_INLINE void add_vector(const Work<period> &work, const Run &run, std::size_t at,
                           std::size_t offset, bool whole, std::size_t count, V &sum) {
    for (std::size_t i = run.first; i < run.end; ++i) {
        const std::byte *from = work.samples[i] + at * container_bytes(encoding);
        V value = whole ? load<encoding>(from) : load_some<encoding>(from, count);
        if constexpr (!unity)
            value = hn::Mul(
                value, hn::LoadU(Floats(), work.patterns[i].data() + offset % (period * lanes)));
        sum = hn::Add(sum, value);
    }
}

/// Gains of 1 have code of their own where they are common: each version takes its time to compile.
constexpr bool knows_unity(Encoding encoding) {
    return encoding == Encoding::s16 || encoding == Encoding::s24 || encoding == Encoding::f32;
}

/// act<encoding, unity>() of the run.
template <typename Act> HWY_INLINE void for_kind(const Run &run, Act act) {
    for_encoding(run.encoding, [&]<Encoding encoding>() KSBOX_INLINE {
        if (knows_unity(encoding) && run.unity)
            act.template operator()<encoding, knows_unity(encoding)>();
        else
            act.template operator()<encoding, false>();
    });
}

template <std::size_t strip, std::size_t period> void add_strips(const Work<period> &work) {
    static_assert(strip % period == 0);
    const Floats d;
    float *const sum = work.sum.data();
    const std::size_t samples = work.sum.size();
    std::size_t at = 0;
    for (; at + strip * lanes + overrun <= samples; at += strip * lanes) {
        V sums[strip];
        unrolled<strip>([&](std::size_t v) KSBOX_INLINE {
            sums[v] = work.onto ? hn::LoadU(d, sum + at + v * lanes) : hn::Zero(d);
        });
        for (const Run &run : work.runs)
            for_kind(run, [&]<Encoding encoding, bool unity>() KSBOX_INLINE {
                add_run<encoding, unity, strip>(work, run, at, sums);
            });
        unrolled<strip>([&](std::size_t v)
                            KSBOX_INLINE { hn::StoreU(sums[v], d, sum + at + v * lanes); });
    }
    for (std::size_t offset = 0; at < samples; at += lanes, offset += lanes) {
        const bool whole = at + lanes + overrun <= samples;
        const std::size_t count = std::min(lanes, samples - at);
        V one = work.onto ? load_floats(sum + at, count) : hn::Zero(d);
        for (const Run &run : work.runs)
            for_kind(run, [&]<Encoding encoding, bool unity>() KSBOX_INLINE {
                add_vector<encoding, unity>(work, run, at, offset, whole, count, one);
            });
        store_floats(one, sum + at, count);
    }
}

/// Whether the first `channels` gains are 1.
HWY_INLINE bool is_unity(const Addend &one, unsigned channels) {
    const Floats d;
    for (std::size_t c = 0; c < channels; c += lanes) {
        const auto other = hn::Ne(hn::LoadU(d, one.gains.data() + c), hn::Set(d, 1.0F));
        if (!hn::AllFalse(d, hn::And(other, hn::FirstN(d, channels - c))))
            return false;
    }
    return true;
}

template <std::size_t strip, std::size_t period>
void add_chunk(std::span<const Addend> addends, unsigned channels, std::span<float> sum,
               bool onto) {
    const std::byte *samples[most_at_once];
    Pattern<period> patterns[most_at_once];
    Run runs[most_at_once];
    std::size_t run_count = 0;
    std::array<unsigned, period * lanes> channel_of;
    for (std::size_t k = 0; k < channel_of.size(); ++k)
        channel_of[k] = k % channels;
    for (std::size_t i = 0; i < addends.size(); ++i) {
        const Addend &one = addends[i];
        const bool unity = knows_unity(one.encoding) && is_unity(one, channels);
        samples[i] = one.samples;
        if (!unity)
            unrolled<period * lanes>(
                [&](std::size_t k) KSBOX_INLINE { patterns[i][k] = one.gains[channel_of[k]]; });
        if (run_count && runs[run_count - 1].encoding == one.encoding &&
            runs[run_count - 1].unity == unity)
            runs[run_count - 1].end = i + 1;
        else
            runs[run_count++] = {one.encoding, unity, i, i + 1};
    }
    add_strips<strip>(Work<period>{samples, patterns, {runs, run_count}, sum, onto});
}

template <std::size_t strip, std::size_t period>
void add_all(std::span<const Addend> addends, unsigned channels, std::span<float> sum, bool onto) {
    std::size_t done = 0;
    do {
        const std::size_t count = std::min(most_at_once, addends.size() - done);
        add_chunk<strip, period>(addends.subspan(done, count), channels, sum, onto || done > 0);
        done += count;
    } while (done < addends.size());
}

} // namespace

void add_blocks(std::span<const Addend> addends, unsigned channels, std::span<float> sum,
                bool onto) {
    static_assert(lanes == 4 || lanes == 8);
    // Strips of whole periods, as long as sums, a gain and a value have registers.
    switch (channels / std::gcd(channels, lanes)) {
    case 1:
        return add_all<12, 1>(addends, channels, sum, onto);
    case 2:
        if constexpr (lanes == 4)
            return add_all<12, 2>(addends, channels, sum, onto);
        break;
    case 3:
        return add_all<12, 3>(addends, channels, sum, onto);
    case 5:
        return add_all<10, 5>(addends, channels, sum, onto);
    case 7:
        return add_all<7, 7>(addends, channels, sum, onto);
    }
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

// soxr behind the mixer's frames.
#include "mixer/resampler.h"

#include <soxr.h>

#include "abi/windows.h"
#include "base/assert.h"

namespace ksbox::mixer {
namespace {

soxr_t handle(void *soxr) {
    return static_cast<soxr_t>(soxr);
}

} // namespace

Result<std::unique_ptr<Resampler>> Resampler::create(std::uint32_t from_hz, std::uint32_t to_hz,
                                                     unsigned channels) {
    const soxr_io_spec_t floats = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    // Quiet to 130 dB and beyond: HQ has 20 bits.
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    // No thread of its own: what runs, runs on the caller's.
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_t made = soxr_create(from_hz, to_hz, channels, nullptr, &floats, &quality, &runtime);
    if (!made)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    return std::unique_ptr<Resampler>(new Resampler(made, channels));
}

Resampler::~Resampler() = default;

void Resampler::Free::operator()(void *soxr) const {
    soxr_delete(handle(soxr));
}

Resampler::Step Resampler::process(std::span<const float> in, std::span<float> out) {
    // To soxr no pointer is the end of the input.
    static constexpr float none = 0;
    std::size_t taken = 0, made = 0;
    const soxr_error_t error =
        soxr_process(handle(soxr_.get()), in.empty() ? &none : in.data(), in.size() / channels_,
                     &taken, out.data(), out.size() / channels_, &made);
    KS_ASSERT(!error);
    return {taken, made};
}

std::size_t Resampler::drain(std::span<float> out) {
    std::size_t made = 0;
    const soxr_error_t error = soxr_process(handle(soxr_.get()), nullptr, 0, nullptr, out.data(),
                                            out.size() / channels_, &made);
    KS_ASSERT(!error);
    return made;
}

void Resampler::reset() {
    const soxr_error_t error = soxr_clear(handle(soxr_.get()));
    KS_ASSERT(!error);
}

double Resampler::delay() const {
    return soxr_delay(handle(soxr_.get()));
}

} // namespace ksbox::mixer

// A virtual audio device: what the graphs of one wave filter have in common.
// @doc audio/virtual-audio-devices
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/unicode.h"
#include "sysaudio/graph.h"
#include "sysaudio/lock.h"
#include "sysaudio/plan.h"

namespace ksbox::sysaudio {

/// PASSIVE_LEVEL. Lives as long as a client has a file of it, also when its wave filter is gone.
class VirtualDevice final : public Filters {
  public:
    VirtualDevice(std::u16string wave_link, std::u16string friendly_name)
        : wave_link(std::move(wave_link)), friendly_name(std::move(friendly_name)) {}

    const std::u16string wave_link;     ///< the wave filter's interface
    const std::u16string friendly_name; ///< the wave filter's
    std::u16string interface_link;      ///< of its own KSCATEGORY_AUDIO_DEVICE interface

    /// What it offers to clients that open it from now on.
    std::shared_ptr<const Plan> plan();
    void set_plan(std::shared_ptr<const Plan> plan);

    /// For a client's pin. Tried in order; the first path whose filters take the format.
    Result<std::unique_ptr<Graph>> build(const Plan &plan, std::span<const Path> paths,
                                         const KSPRIORITY &priority, const Format &format,
                                         Reason &refusal);

    Result<std::shared_ptr<const KernelFile>> shared_file(const FilterFacts &filter) override;
    std::shared_ptr<SharedPart> shared_part(const Path &tail) override;
    void remember(const std::shared_ptr<SharedPart> &part) override;

    /// Held while graphs are built, change their states, and go. Taken after SystemAudio's.
    Lock lock;
    /// Pins of each factory, over all clients.
    std::map<FactoryKey, ULONG> pin_counts;

  private:
    std::shared_ptr<const Plan> plan_;
    std::map<std::u16string, std::weak_ptr<const KernelFile>, LessIgnoringCase> files_;
    std::vector<std::weak_ptr<SharedPart>> parts_;
};

} // namespace ksbox::sysaudio

// Virtual devices and their graphs.
#include "sysaudio/virtual_device.h"

#include <fmt/format.h>

#include "abi/guid.h"
#include "ks/data_range.h"
#include "nt/kernel.h"
#include "nt/trace.h"

namespace ksbox::sysaudio {
namespace {

bool takes(const FilterFacts &filter, ULONG pin, const Format &format) {
    KSDATAFORMAT head;
    std::memcpy(&head, format.data(), sizeof head);
    return std::ranges::any_of(filter.pins[pin].ranges, [&](const DataRange &range) {
        return ks::format_agrees(range.get(), head) == ks::Agreement::matches;
    });
}

bool same_tail(const Path &a, const Path &b) {
    if (a.end != b.end || a.steps.size() != b.steps.size())
        return false;
    // Each client has a near pin of the mixer to itself.
    for (std::size_t i = 0; i < a.steps.size(); ++i)
        if (a.steps[i].filter != b.steps[i].filter || a.steps[i].far_pin != b.steps[i].far_pin ||
            (i > 0 && a.steps[i].near_pin != b.steps[i].near_pin))
            return false;
    return true;
}

} // namespace

std::shared_ptr<const Plan> VirtualDevice::plan() {
    LockGuard guard(lock);
    return plan_;
}

void VirtualDevice::set_plan(std::shared_ptr<const Plan> plan) {
    LockGuard guard(lock);
    plan_ = std::move(plan);
}

Result<std::unique_ptr<Graph>> VirtualDevice::build(const Plan &plan, std::span<const Path> paths,
                                                    const KSPRIORITY &priority,
                                                    const Format &format, Reason &refusal) {
    Status last(STATUS_NO_MATCH);
    for (const Path &path : paths) {
        const std::string way = describe(plan.filters(), path);
        const PinOf pin = format_pin(plan.filters(), path);
        Reason why;
        if (!takes(plan.filters()[pin.filter], pin.pin, format)) {
            why.sentence =
                fmt::format("{} has no range for {}", describe(plan.filters()[pin.filter], pin.pin),
                            describe(format));
        } else if (auto graph = Graph::build(plan.filters(), path, priority, format, *this, why)) {
            current_kernel().trace().event("sysaudio.graph", {{"path", std::string_view(way)}});
            return graph;
        } else {
            last = graph.error();
        }
        if (refusal.empty())
            refusal.sentence =
                fmt::format("no graph for {} can be built: {}", describe(format), why.sentence);
        refusal.details.push_back(way + ": " + why.sentence);
        for (std::string &detail : why.details)
            refusal.details.push_back("  " + std::move(detail));
    }
    return fail(last);
}

Result<std::shared_ptr<const KernelFile>> VirtualDevice::shared_file(const FilterFacts &filter) {
    auto &known = files_[filter.link];
    if (auto file = known.lock())
        return file;
    auto file = std::make_shared<const KernelFile>(KS_TRY(KernelFile::open(filter.link)));
    known = file;
    return file;
}

std::shared_ptr<SharedPart> VirtualDevice::shared_part(const Path &tail) {
    std::erase_if(parts_, [](const auto &part) { return part.expired(); });
    for (const auto &one : parts_)
        if (auto part = one.lock(); part && same_tail(part->path, tail))
            return part;
    return nullptr;
}

void VirtualDevice::remember(const std::shared_ptr<SharedPart> &part) {
    parts_.push_back(part);
}

} // namespace ksbox::sysaudio
